// Processes that are killed, and two at a time, against every refresh model: the journey is never
// lost.
#include <gtest/gtest.h>

#include <csignal>

#include "cli_world.h"

namespace credit::e2e {
namespace {

using nlohmann::json;

const std::vector<std::string> kCall = {"call", "GET", "/api/v1/headless/journeys"};

class CliModel : public ::testing::TestWithParam<const char*> {};

// The server has rotated, the reply never comes, the app is killed and started again.
TEST_P(CliModel, ALostReplyAndAKillNeverLoseTheJourney) {
    const std::string model = GetParam();
    CliSetup setup;
    setup.sandbox = {"--model", model};
    CliWorld world(setup);
    world.start();
    const std::string journey = world.journey_id();
    ASSERT_NE(journey, "");
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "hold"}});
    Process killed = world.begin(kCall);
    world.sandbox.wait_for_holds(1);
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait(), 128 + SIGKILL);
    world.sandbox.admin("POST", "/release");
    const Said again = world.run(kCall);
    ASSERT_TRUE(again.ok()) << again.text();
    EXPECT_EQ(again.json["status"], 200);
    EXPECT_EQ(world.journey_id(), journey);
    const std::vector<std::string> journal = world.journal();
    EXPECT_TRUE(contains(journal, "refresh_replayed"));
    const std::int64_t minted =
        world.counter("sessions_created") + world.counter("sessions_resumed");
    const bool survives = model == "replay" || model == "grace_fork" || model == "grace_same" ||
                          model == "keeps_refresh_token";
    if (survives) {
        EXPECT_EQ(minted, 1) << "the session went on";
        EXPECT_EQ(world.counter("reuse_verdicts"), 0);
        EXPECT_FALSE(contains(journal, "verdict"));
    } else {
        EXPECT_EQ(minted, 2) << "a new session for the same journey, asked for once";
        for (const char* what : {"verdict", "suspected", "heal_asked", "healed"}) {
            EXPECT_TRUE(contains(journal, what)) << what;
        }
    }
    if (model == "replay") {
        EXPECT_EQ(world.counter("rotations"), 1);
        EXPECT_EQ(world.counter("replays"), 1);
    }
    // And it goes on as if nothing had been.
    world.expire();
    const Said next = world.run(kCall);
    EXPECT_TRUE(next.ok()) << next.text();
}

INSTANTIATE_TEST_SUITE_P(Models, CliModel,
                         ::testing::Values("replay", "auth_first", "grace_fork", "grace_same",
                                           "strict", "strict_family", "keeps_refresh_token"));

TEST(CliCrash, AKeyTheServerRewritesHealsToo) {
    CliSetup setup;
    setup.route = "partner";
    setup.partner = {"--rewrite-idempotency-key"};
    CliWorld world(setup);
    world.start();
    const std::string journey = world.journey_id();
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "hold"}});
    Process killed = world.begin(kCall);
    world.sandbox.wait_for_holds(1);
    killed.signal(SIGKILL);
    killed.wait();
    world.sandbox.admin("POST", "/release");
    const Said again = world.run(kCall);
    ASSERT_TRUE(again.ok()) << again.text();
    EXPECT_EQ(world.journey_id(), journey);
    EXPECT_TRUE(contains(world.journal(), "healed"));
}

// The request has arrived but is not handled yet when the app dies; it is handled afterwards.
TEST(CliCrash, AKillBeforeTheServerHandlesTheRefresh) {
    for (const bool released_first : {true, false}) {
        SCOPED_TRACE(released_first);
        CliWorld world;
        world.start();
        world.expire();
        world.sandbox.fault({{"route", "refresh"}, {"kind", "hold_before"}, {"reserve_key", true}});
        Process killed = world.begin(kCall);
        world.sandbox.wait_for_holds(1);
        killed.signal(SIGKILL);
        killed.wait();
        EXPECT_EQ(world.counter("rotations"), 0);
        if (released_first) world.sandbox.admin("POST", "/release");
        Process second = world.begin(kCall);
        if (!released_first) {
            // Its first try is told that the key is in flight, and goes on trying until the first
            // one is handled.
            const auto patience = std::chrono::steady_clock::now() + default_patience;
            while (world.refreshes() < 2 && std::chrono::steady_clock::now() < patience) {
            }
            world.sandbox.admin("POST", "/release");
        }
        const Said again = world.finish(second);
        ASSERT_TRUE(again.ok()) << again.text();
        EXPECT_EQ(world.counter("rotations"), 1);
        EXPECT_EQ(world.counter("reuse_verdicts"), 0);
        EXPECT_EQ(world.counter("sessions_created") + world.counter("sessions_resumed"), 1);
    }
}

TEST(CliCrash, AKillDuringTheCallLosesNothing) {
    CliWorld world;
    world.start();
    world.sandbox.fault({{"route", "journeys"}, {"kind", "hold"}});
    Process killed = world.begin(kCall);
    world.sandbox.wait_for_holds(1);
    killed.signal(SIGKILL);
    killed.wait();
    world.sandbox.admin("POST", "/release");
    EXPECT_TRUE(world.run(kCall).ok());
    EXPECT_EQ(world.counter("rotations"), 0);
}

TEST(CliCrash, AKillDuringTheStartLosesNothing) {
    CliWorld world;
    world.sandbox.fault({{"route", "sessions"}, {"kind", "hold"}});
    Process killed = world.begin({"start"});
    world.sandbox.wait_for_holds(1);
    killed.signal(SIGKILL);
    killed.wait();
    world.sandbox.admin("POST", "/release");
    EXPECT_EQ(world.run({"token"}).name(), "no_session");
    world.start();
    EXPECT_TRUE(world.run(kCall).ok());
}

TEST(CliCrash, TwoProcessesMakeOneRotation) {
    CliWorld world;
    world.start();
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "hold"}});
    Process first = world.begin(kCall);
    Process second = world.begin(kCall);
    world.sandbox.wait_for_holds(1);
    // Both have been refused by now or will be; only one may ask for new tokens.
    world.sandbox.admin("POST", "/release");
    const Said a = world.finish(first);
    const Said b = world.finish(second);
    ASSERT_TRUE(a.ok()) << a.text();
    ASSERT_TRUE(b.ok()) << b.text();
    EXPECT_EQ(world.counter("rotations"), 1);
    EXPECT_EQ(world.counter("replays"), 0);
    EXPECT_EQ(world.counter("reuse_verdicts"), 0);
    EXPECT_EQ(world.run({"token"}).json["generation"], 2);
}

TEST(CliCrash, R35_AnEndInOneProcessEndsTheOthers) {
    CliWorld world;
    world.start();
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "hold"}});
    Process waiting = world.begin(kCall);
    world.sandbox.wait_for_holds(1);
    EXPECT_TRUE(world.run({"end"}).ok());
    world.sandbox.admin("POST", "/release");
    const Said late = world.finish(waiting);
    EXPECT_EQ(late.exit, 4) << late.text();
    EXPECT_EQ(late.name(), "session_ended");
    EXPECT_EQ(world.run({"token"}).name(), "session_ended")
        << "the late reply did not bring it back (R28)";
}

}  // namespace
}  // namespace credit::e2e
