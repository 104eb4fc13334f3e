// Runs one schedule and says what came of it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "tests/sim/plan.h"
#include "tests/sim/tally.h"

namespace credit::sim {

struct RunResult {
    bool broken = false;
    std::string rule;
    std::string text;
    std::uint64_t hash = 0;
};

// `trace` may be null; else every event is printed there.
RunResult run_plan(const Plan& plan, Tally& tally, std::FILE* trace);

}  // namespace credit::sim
