// Whether the model of a fleet is sound, on small fleets: what it says of the large one rests on this.
#include "tests/fleet/fleet.h"

#include <gtest/gtest.h>

#include "tests/fleet/platform.h"
#include "tests/fleet/usage.h"

namespace credit::fleet {
namespace {

// Enough for a trouble to be felt by dozens.
constexpr std::uint64_t kSome = 8000;

RunSetup setup_of(std::string_view name, std::string client = "sdk", std::uint64_t devices = 3000) {
    RunSetup setup;
    setup.scenario = *scenario(name, 1);
    setup.client = std::move(client);
    setup.devices = devices;
    return setup;
}

Tally run_of(const RunSetup& setup) {
    Tally tally(setup.scenario);
    run(setup, tally);
    return tally;
}

Tally run_of(std::string_view name, std::string client = "sdk", std::uint64_t devices = 3000) {
    return run_of(setup_of(name, std::move(client), devices));
}

std::uint64_t between(const Tally& tally, Time from, Time to) {
    std::uint64_t sum = 0;
    const Time first = tally.scenario.from;
    for (Time at = from; at < to; at += kSecond) {
        const auto second = static_cast<std::size_t>((at - first) / kSecond);
        sum += tally.refreshes()[second] + tally.starts()[second];
    }
    return sum;
}

// ---- the world

TEST(FleetUsage, VisitsFollowTheirMeanAndTheTide) {
    std::uint64_t visits = 0;
    std::uint64_t evening = 0;
    constexpr int kPeople = 4000;
    for (int i = 0; i < kPeople; ++i) {
        Chance chance(5, static_cast<std::uint64_t>(i));
        const Usage usage(chance);
        for (Time at = usage.next_visit(0, chance); at < kDay; at = usage.next_visit(at, chance)) {
            ++visits;
            if (at >= 20 * kHour && at < 21 * kHour) ++evening;
        }
    }
    const double mean = static_cast<double>(visits) / kPeople;
    EXPECT_NEAR(mean, Usage::mean_visits(), 0.15);
    EXPECT_NEAR(static_cast<double>(evening) / static_cast<double>(visits),
                Usage::tide(20 * kHour) / 24, 0.01);
}

TEST(FleetPlatform, ReplaysByKeyAndRevokesOnReuse) {
    const Scenario calm = *scenario("calm", 1);
    Platform platform(calm);
    const Tokens first = platform.start(0);
    const Tokens second = platform.refresh(first.refresh, 7, kMinute);
    ASSERT_NE(second.session, 0U);
    EXPECT_EQ(platform.refresh(first.refresh, 7, kHour).session, second.session) << "replayed";
    EXPECT_TRUE(platform.accepts(second.session, kMinute));
    EXPECT_FALSE(platform.accepts(second.session, kMinute + Platform::kSessionLife));
    EXPECT_EQ(platform.refresh(first.refresh, 8, kHour).session, 0U) << "another key is reuse";
    EXPECT_EQ(platform.refresh(second.refresh, 9, kHour).session, 0U) << "and ends the family";
}

TEST(FleetPlatform, GrantsAShortGrace) {
    const Scenario calm = *scenario("calm", 1);
    Platform platform(calm);
    const Tokens first = platform.start(0);
    const Tokens second = platform.refresh(first.refresh, 0, kMinute);
    EXPECT_EQ(platform.refresh(first.refresh, 0, kMinute + Platform::kGrace).session,
              second.session);
    EXPECT_EQ(platform.refresh(first.refresh, 0, kMinute + Platform::kGrace + 1).session, 0U);
}

TEST(FleetPlatform, KeepsOneSessionForSiblingsOnly) {
    for (const std::string_view name : {"calm", "siblings"}) {
        const Scenario scene = *scenario(name, 1);
        Platform platform(scene);
        const Tokens first = platform.start(0);
        platform.start(1);
        EXPECT_EQ(platform.accepts(first.session, 2), name == "calm");
    }
}

TEST(FleetSpans, SharesLieInTheirBuckets) {
    Spans spans;
    for (Time length = 1; length <= 1000; ++length)
        spans.add(length * 10);
    EXPECT_EQ(spans.longest(), 10'000);
    EXPECT_NEAR(static_cast<double>(spans.share(0.5)), 5000, 500);
    EXPECT_EQ(spans.share(1), 10'000);
    EXPECT_EQ(Spans().share(0.5), 0);
}

TEST(FleetPolicy, IsChangedByName) {
    Policy policy;
    EXPECT_TRUE(change_policy(policy, "settle_cap=12.5"));
    EXPECT_EQ(policy.settle_cap.count, 12'500);
    for (const char* wrong : {"settle_cap", "settle_cap=", "settle_cap=1x", "settle_cap=-1",
                              "settle_cap=nan", "settle_cap=inf", "nothing=1", "=1", ""}) {
        EXPECT_FALSE(change_policy(policy, wrong)) << wrong;
    }
    EXPECT_EQ(policy.settle_cap.count, 12'500);
}

// ---- the fleet

TEST(FleetRun, IsTheSameForTheSameSeed) {
    RunSetup setup = setup_of("outage", "sdk", 1000);
    const Tally first = run_of(setup);
    const Tally second = run_of(setup);
    EXPECT_EQ(first.refreshes(), second.refreshes());
    EXPECT_EQ(first.calls, second.calls);
    EXPECT_EQ(first.drain.longest(), second.drain.longest());
    setup.seed = 2;
    EXPECT_NE(first.refreshes(), run_of(setup).refreshes());
}

// T17's second half: what is sent, attempts that fail included, against what the lifetime and the margin allow.
TEST(FleetRun, OrdinaryDaysTakeHardlyMoreRefreshesThanNeeded) {
    const Tally tally = run_of("calm");
    EXPECT_GT(tally.least_refreshes, 5000U);
    EXPECT_GE(tally.least_refreshes, tally.least_without_margin);
    const double ratio =
        static_cast<double>(tally.refreshes_sent()) / static_cast<double>(tally.least_refreshes);
    EXPECT_LE(ratio, 1.02);
    EXPECT_GE(ratio, 0.99) << "less than possible: the count of what is needed is wrong";
    EXPECT_EQ(tally.sessions_lost, 0U);
    EXPECT_EQ(tally.sessions_healed, 0U);
    EXPECT_LT(tally.radio_for_tokens * 100, tally.radio);
}

// The machine is left out of calls that published tokens can answer; asking it each time must come to the same.
TEST(FleetRun, AskingTheMachineForEveryTokenChangesNothing) {
    RunSetup setup = setup_of("calm");
    const Tally quick = run_of(setup);
    setup.always_ask = true;
    const Tally slow = run_of(setup);
    EXPECT_NEAR(static_cast<double>(quick.calls), static_cast<double>(slow.calls),
                0.005 * static_cast<double>(slow.calls));
    EXPECT_NEAR(static_cast<double>(quick.refreshes_sent()),
                static_cast<double>(slow.refreshes_sent()),
                0.005 * static_cast<double>(slow.refreshes_sent()));
    EXPECT_EQ(slow.sessions_lost, 0U);
}

TEST(FleetRun, AnOutageEndsForEverybody) {
    const Tally tally = run_of("outage", "sdk", kSome);
    EXPECT_GT(tally.hit, 20U);
    EXPECT_EQ(tally.drain.count() + tally.left, tally.hit) << "somebody never recovered";
    EXPECT_LE(tally.drain.longest(), 5 * kMinute);
    EXPECT_EQ(tally.sessions_lost, 0U);
    // Callers are told within their own deadline.
    EXPECT_LE(tally.waits.longest(), 2 * Policy().call_deadline.count);
}

// R26: what the platform said during the outage is no reason to give a session up after it.
TEST(FleetRun, AnOutageSignsNobodyOutWithoutAProvider) {
    EXPECT_LE(run_of("outage", "sdk-no-provider", kSome).sessions_lost, 2U);
}

// R24: five minutes of verdicts sign nobody out where the partner can mint a session, and each death is healed once.
TEST(FleetRun, ABadDeploymentSignsNobodyOut) {
    const Tally tally = run_of("verdicts", "sdk", kSome);
    EXPECT_GT(tally.sessions_healed, 50U);
    EXPECT_EQ(tally.sessions_lost, 0U);
    const auto& scene = tally.scenario;
    const std::uint64_t condemned = between(tally, scene.start, scene.end) / 2;
    EXPECT_NEAR(static_cast<double>(tally.sessions_healed), static_cast<double>(condemned),
                0.1 * static_cast<double>(condemned));
    EXPECT_GT(run_of("verdicts", "every-second", kSome).sessions_lost, 50U);
}

TEST(FleetRun, AServerClockThatIsWrongCostsOneRefreshNotOneForEachCall) {
    const Tally sdk = run_of("clock", "sdk", kSome);
    const Tally naive = run_of("clock", "every-second", kSome);
    EXPECT_LT(between(sdk, sdk.scenario.start, sdk.scenario.end) * 5,
              between(naive, naive.scenario.start, naive.scenario.end));
    EXPECT_EQ(sdk.sessions_lost, 0U);
}

TEST(FleetRun, RefusedKeysAreNotAnsweredWithARefreshForEachCall) {
    const Tally sdk = run_of("keys", "sdk", kSome);
    const Tally naive = run_of("keys", "every-second", kSome);
    EXPECT_LT(between(sdk, sdk.scenario.start, sdk.scenario.end) * 2,
              between(naive, naive.scenario.start, naive.scenario.end));
    EXPECT_EQ(sdk.sessions_lost, 0U);
}

// R25: two devices that supersede each other do not do so with every token.
TEST(FleetRun, SiblingsAreHealedAFewTimesADay) {
    const Tally tally = run_of("siblings", "sdk", kSome);
    EXPECT_GT(tally.sessions_healed, 200U);
    const double siblings = 2 * kSiblingShare / (1 + kSiblingShare) * double{kSome};
    EXPECT_LT(static_cast<double>(tally.sessions_healed), Policy().heal_per_day * siblings);
}

TEST(FleetRun, ARegionComesBackWithoutLoss) {
    const Tally tally = run_of("region", "sdk", kSome);
    EXPECT_GT(tally.hit, 3U);
    EXPECT_EQ(tally.drain.count() + tally.left, tally.hit);
    EXPECT_EQ(tally.sessions_lost + tally.sessions_healed, 0U);
}

}  // namespace
}  // namespace credit::fleet
