// Many schedules at once: one forked worker per core, since one process's registry and arena would otherwise be shared.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/runner.h"
#include "tests/sim/tally.h"

namespace credit::sim {

struct Failure {
    std::uint64_t index = 0;
    std::string rule;
    std::string text;
};

struct Fleet {
    Tally tally;
    std::vector<Failure> failures;  // the first ones, in order of their index
    bool whole = true;              // false: a worker died
};

using RunIndex = std::function<RunResult(std::uint64_t index, Tally& tally)>;

// Runs index 0 .. count-1 on `jobs` workers. Stops early once `enough` failures were seen by one of them.
Fleet run_fleet(std::uint64_t count, int jobs, bool progress, std::size_t enough,
                const RunIndex& run);

}  // namespace credit::sim
