// Runs one scenario once for each of its allocations and refuses that one, then once more for each and refuses it and all
// that follow.
#pragma once

#include <cstdint>

#include "tests/oom/scenario.h"

namespace credit::oom {

constexpr std::uint64_t kAllPoints = UINT64_MAX;

// Reports with gtest's macros and prints one line. At most `most_points` of each kind, at a fixed stride; CREDIT_OOM_MOST=n
// in the environment says otherwise, 0: all.
void sweep(const Scenario& scenario, std::uint64_t most_points = kAllPoints);

}  // namespace credit::oom
