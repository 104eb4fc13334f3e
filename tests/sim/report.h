// What is printed about many schedules.
#pragma once

#include "tests/sim/plan.h"
#include "tests/sim/tally.h"
#include "tests/sim/workers.h"

namespace credit::sim {

void print_plan(const Plan& plan);
void print_histogram(const Tally& tally);
void print_models(const Tally& tally);
void print_rules(const Fleet& fleet);
void print_last_line(const Tally& tally);

}  // namespace credit::sim
