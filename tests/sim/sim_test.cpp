// The simulator's own promises: a seed says everything, also in another process; what fails is made small.
#include <gtest/gtest.h>

#include <set>

#include "tests/sim/mutants.h"
#include "tests/sim/runner.h"
#include "tests/sim/shrink.h"
#include "tests/sim/workers.h"

namespace credit::sim {
namespace {

std::uint64_t hash_of(std::uint64_t seed) {
    Tally unused;
    return run_plan(make_plan(seed, {}), unused, nullptr).hash;
}

TEST(Sim, TheSameSeedIsTheSameSchedule) {
    std::set<std::uint64_t> different;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const std::uint64_t once = hash_of(seed);
        EXPECT_EQ(once, hash_of(seed)) << seed;
        different.insert(once);
    }
    EXPECT_EQ(different.size(), 200u);
}

TEST(Sim, TheSameSeedIsTheSameScheduleInAnotherProcess) {
    const Fleet fleet = run_fleet(100, 2, false, SIZE_MAX, [](std::uint64_t index, Tally& tally) {
        RunResult out = run_plan(make_plan(index + 1, {}), tally, nullptr);
        out.broken = true;  // only failures carry text back
        out.rule = std::to_string(out.hash);
        return out;
    });
    ASSERT_TRUE(fleet.whole);
    ASSERT_EQ(fleet.failures.size(), 100u);
    for (const Failure& told : fleet.failures)
        EXPECT_EQ(told.rule, std::to_string(hash_of(told.index + 1))) << told.index;
}

TEST(Sim, EveryScheduleHasWhatItPromises) {
    int two = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        const Plan plan = make_plan(seed, {});
        EXPECT_GE(plan.faults.size(), 2u);
        bool turn = false;
        for (const PlannedStep& step : plan.steps) {
            turn = turn || step.what == Step::end || step.what == Step::adopt ||
                   step.what == Step::cancel || step.what == Step::close || step.what == Step::hint;
        }
        EXPECT_TRUE(turn) << seed;
        two += plan.processes > 1 ? 1 : 0;
    }
    EXPECT_GT(two, 450);
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const int before = static_cast<int>(tally.rotations);
        EXPECT_FALSE(run_plan(make_plan(seed, {}), tally, nullptr).broken) << seed;
        EXPECT_GE(static_cast<int>(tally.rotations) - before, 3) << seed;
    }
    EXPECT_GE(tally.faults, 200u);
}

TEST(Sim, AFailingSeedIsMadeSmall) {
    if (!kMutantsBuilt) GTEST_SKIP() << "needs a seeded mistake";
    set_mutant(Mutant::lease_unchecked_at_send);
    for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
        Tally unused;
        const Plan plan = make_plan(seed, {});
        if (!run_plan(plan, unused, nullptr).broken) continue;
        const Shrunk small = shrink(plan);
        EXPECT_FALSE(small.rule.empty());
        EXPECT_GT(small.steps.size() + small.faults.size(), 0u);
        const RunResult again = run_plan(without(plan, small.steps, small.faults), unused, nullptr);
        EXPECT_EQ(again.rule, small.rule);
        set_mutant(Mutant::none);
        return;
    }
    set_mutant(Mutant::none);
    FAIL() << "the mistake was not found";
}

}  // namespace
}  // namespace credit::sim
