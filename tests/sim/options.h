// What credit-sim is asked to do.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "tests/sim/mutants.h"
#include "tests/sim/plan.h"

namespace credit::sim {

enum class Command { schedules, one_seed, seeds_file, grid, compound, device_days, mutants };

struct Options {
    Command command = Command::schedules;
    std::uint64_t schedules = 1000;
    std::uint64_t from = 1;
    std::uint64_t seed = 0;
    int jobs = 1;
    int days = 100;
    bool trace = false;
    bool progress = false;
    bool histogram = false;
    bool keep_going = false;
    std::string seeds_file;
    PlanLimits limits;
    std::set<int> drop_steps;
    std::set<int> drop_faults;
    Mutant mutant = Mutant::none;
};

// Empty: fine; else what is wrong.
std::string parse_options(int argc, char** argv, Options& options);
const char* usage();

}  // namespace credit::sim
