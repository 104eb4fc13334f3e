// What credit-sim can do; each prints its result and says with its exit code whether all was well.
#pragma once

#include "tests/sim/options.h"

namespace credit::sim {

int run_command(const Options& options);
int run_schedules(const Options& options);
int run_one_seed(const Options& options);
int run_seeds_file(const Options& options);
int run_grid(const Options& options);
int run_compound(const Options& options);
int run_device_days(const Options& options);
int run_mutants(const Options& options);

}  // namespace credit::sim
