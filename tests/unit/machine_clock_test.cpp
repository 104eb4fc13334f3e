// PROTOCOL, clocks (R30 to R32).
#include <gtest/gtest.h>

#include "core/session/lifetime.h"
#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R30_LifeCountsFromTheInstantTheRequestWasSent) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.delay = seconds(7);
    const ElapsedTime asked = w.now.elapsed;
    EXPECT_TRUE(w.get(p).given);
    EXPECT_EQ(p.published->ends, asked + minutes(30));
}

TEST(Protocol, R30_AReplayedReplyIsAsOldAsItsFirstAttempt) {
    World w;
    w.crash(w.started());
    Process& before = w.open();
    w.settle();
    w.advance(minutes(31));
    const ElapsedTime rotated = w.now.elapsed;
    w.server.lose_replies = 1;
    before.token();
    w.settle();
    w.crash(before);
    w.advance(minutes(29));
    Process& after = w.open();
    w.settle();
    EXPECT_EQ(w.get(after).token, "st-2");
    EXPECT_EQ(w.server.replays, 1);
    EXPECT_EQ(after.published->ends, rotated + minutes(30));
}

TEST(LifetimeTest, R30_HowOldAReplayedReplyIs) {
    const Stamp sent{{7}, {100'000}, {900'000}};
    Record before;
    Intent& intent = before.intent.emplace();
    intent.first = {{7}, {10'000}, {810'000}};
    intent.attempts = 1;
    Issued issued;
    issued.server_time_ms = 5'000'000;
    issued.http_date_ms = 5'030'000;
    const auto instant = [&] { return issue_instant(issued, sent, before); };
    EXPECT_EQ(instant(), sent);
    intent.attempts = 2;
    EXPECT_EQ(instant(), (Stamp{{7}, {70'000}, {870'000}}));
    issued.http_date_ms = 4'999'000;  // the date has whole seconds
    EXPECT_EQ(instant(), sent);
    issued.http_date_ms = 9'000'000;  // never before the first attempt
    EXPECT_EQ(instant(), intent.first);
    issued.http_date_ms = 0;
    EXPECT_EQ(instant(), intent.first);
    before.offset_known = true;
    before.offset_ms = 4'120'000;
    EXPECT_EQ(instant(), (Stamp{{7}, {80'000}, {880'000}}));
    issued.http_date_ms = 5'030'000;
    issued.server_time_ms = 0;
    EXPECT_EQ(instant(), intent.first);
    intent.first = {{6}, {1}, {950'000}};  // another boot, and the wall clock went back
    EXPECT_EQ(instant(), sent);
    intent.attempts = 1;  // a pair with a verdict was tried before, under an intent that is gone
    before.suspect.emplace();
    before.pair.emplace().sent = {{7}, {40'000}, {840'000}};
    EXPECT_EQ(instant(), before.pair->sent);
    before.suspect.reset();
    before.intent.reset();
    EXPECT_EQ(instant(), sent);
}

TEST(Protocol, R30_TheDevicesClockHasNoSay) {
    for (const std::int64_t years : {-5, 0, 5}) {
        World w;
        w.server.clock_ahead = days(365 * years);
        Process& p = w.started();
        EXPECT_EQ(p.published->ends, w.now.elapsed + minutes(30));
        w.server.tells_time = false;  // what was learned before serves now
        w.advance(minutes(31));
        EXPECT_TRUE(w.get(p).given);
        EXPECT_EQ(p.published->ends, w.now.elapsed + minutes(30));
    }
}

TEST(Protocol, R30_AnUnknownLifeIsUsedUntilA401AndRenewedOnceAtFirstUse) {
    World w;
    w.server.tells_expiry = false;
    Process& p = w.started();
    EXPECT_EQ(p.published->ends.ms, INT64_MAX);
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(w.get(p).given);
        w.advance(hours(5));
    }
    EXPECT_EQ(w.server.requests, 1);
    p.accepted(2);
    p.reject(2);
    EXPECT_EQ(w.get(p).token, "st-3");
    EXPECT_TRUE(w.get(p).given);
    EXPECT_EQ(w.server.requests, 2);
}

TEST(Protocol, R30_AFailedRenewalOfAnUnknownLifeLosesNothing) {
    World w;
    w.server.tells_expiry = false;
    Process& p = w.started();
    w.server.scripted.push_back(answer_offline());
    EXPECT_EQ(w.get(p).token, "st-1");
    w.settle();
    w.advance(minutes(1));
    EXPECT_TRUE(w.get(p).given);
    w.settle();
    EXPECT_EQ(w.server.requests, 2);
}

TEST(Protocol, R31_SameBootByElapsedOtherBootByWall) {
    World w;
    Process& p = w.started();
    w.jump_wall(days(700));
    p.hint(Hint::clock_changed);
    EXPECT_EQ(w.get(p).token, "st-1");  // same boot: the wall clock has no say
    w.jump_wall(days(-700));
    w.advance(minutes(10));
    w.reboot();
    w.jump_wall(minutes(1));
    Process& again = w.open();
    EXPECT_EQ(w.get(again).token, "st-1");
    EXPECT_EQ(again.published->ends - w.now.elapsed, minutes(19));
    w.advance(minutes(21));
    EXPECT_EQ(w.get(again).token, "st-2");
}

TEST(Protocol, R31_AWallClockThatWentBackMeansUnknownLife) {
    World w;
    w.started();
    w.reboot();
    w.jump_wall(days(-2));
    Process& again = w.open();
    EXPECT_EQ(w.get(again).token, "st-1");
    w.settle();
    EXPECT_EQ(w.server.requests, 1);  // the one refresh of an unknown life
    EXPECT_EQ(w.get(again).token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R31_AnUnknownBootEqualsNoBoot) {
    World w;
    w.now.boot = {0};
    Process& p = w.started();
    EXPECT_EQ(w.get(p).token, "st-1");
    w.advance(minutes(31));
    EXPECT_EQ(w.get(p).token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R32_AClockOffByYearsLosesNothingAndLoopsNothing) {
    for (const std::int64_t years : {-5, 5}) {
        for (const bool restart : {false, true}) {
            World w;
            Process* p = &w.started();
            w.jump_wall(days(years * 365));
            if (restart) {
                w.reboot();
                p = &w.open();
            }
            p->hint(Hint::clock_changed);
            for (int i = 0; i < 240; ++i) {
                EXPECT_TRUE(w.get(*p).given);
                w.advance(minutes(1));
                if (i == 120) w.jump_wall(days(-years * 365));  // put right again
            }
            EXPECT_LE(w.server.requests, 10);
            EXPECT_EQ(w.server.verdicts, 0);
            EXPECT_EQ(w.provider.asked, 1);
        }
    }
}

TEST(Protocol, R32_AWrongClockThatBreaksTlsIsNotALoss) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.scripted.assign(50, answer_of(AnswerKind::unsent, Code::clock_wrong, false));
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(w.get(p).failed_with(Code::clock_wrong));
        w.advance(seconds(9));
        EXPECT_TRUE(p.is(PublicState::active));
    }
    EXPECT_EQ(w.get(p).token, "st-2");
}

}  // namespace
}  // namespace credit::test
