// The test of the test: every seeded mistake must be found within ten thousand seeds.
#include <cinttypes>
#include <cstdio>

#include "tests/sim/commands.h"
#include "tests/sim/runner.h"
#include "tests/sim/workers.h"

namespace credit::sim {
namespace {

constexpr std::uint64_t kMostSeeds = 10'000;
constexpr std::uint64_t kBatch = 250;

struct Found {
    std::uint64_t seeds = 0;  // 0: not found
    std::string rule;
    std::string text;
};

// Batch by batch, so that a mistake that shows at once costs little.
Found hunt(const Options& options) {
    for (std::uint64_t first = 0; first < kMostSeeds; first += kBatch) {
        const Fleet fleet =
            run_fleet(kBatch, options.jobs, false, 1, [&](std::uint64_t index, Tally& tally) {
                return run_plan(make_plan(options.from + first + index, options.limits), tally,
                                nullptr);
            });
        if (!fleet.failures.empty()) {
            const Failure& failure = fleet.failures.front();
            return {first + failure.index + 1, failure.rule, failure.text};
        }
        if (!fleet.whole) return {first + 1, "crash", "a worker died"};
    }
    return {};
}

}  // namespace

int run_mutants(const Options& options) {
    if (!kMutantsBuilt) {
        std::fprintf(stderr, "credit-sim: this binary has no mutants; use credit-sim-mutants\n");
        return 2;
    }
    int missed = 0;
    std::printf("| mutant | seeds until found | rule |\n|---|---|---|\n");
    for (int i = 1; i < mutant_count(); ++i) {
        const auto which = static_cast<Mutant>(i);
        set_mutant(which);
        const Found found = hunt(options);
        const std::string name(name_of(which));
        if (found.seeds == 0) {
            ++missed;
            std::printf("| %s | not within %" PRIu64 " | |\n", name.c_str(), kMostSeeds);
        } else {
            std::printf("| %s | %" PRIu64 " | %s: %s |\n", name.c_str(), found.seeds,
                        found.rule.c_str(), found.text.c_str());
        }
        std::fflush(stdout);
    }
    set_mutant(Mutant::none);
    std::printf("mutants=%d missed=%d\n", mutant_count() - 1, missed);
    return missed == 0 ? 0 : 1;
}

}  // namespace credit::sim
