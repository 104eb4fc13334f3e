// PROTOCOL, refresh: settling, live tokens, early refreshes and the background (R19 to R22).
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R19_AnUnansweredRefreshIsAskedAgainForAWhileThenOnDemand) {
    Expired w;
    w.server.scripted.assign(1000, answer_lost());
    const OpID op = w.p->token();
    w.advance(seconds(20));
    EXPECT_EQ(w.p->op(op).answers, 0);
    w.advance(seconds(11));
    EXPECT_TRUE(w.p->op(op).failed_with(Code::network_interrupted));
    w.advance(minutes(3));
    const int requests = w.server.requests;
    EXPECT_GE(requests, 15);
    EXPECT_LE(requests, 150);
    w.advance(hours(1));
    EXPECT_EQ(w.server.requests, requests);  // the window is over
    w.p->hint(Hint::network_available);      // the next hint
    w.settle();
    EXPECT_EQ(w.server.requests, requests + 1);
    w.advance(hours(1));
    w.server.scripted.clear();
    EXPECT_EQ(w.get(*w.p).token, "st-2");  // the next call
}

TEST(Protocol, R19_TheBackoffIsJitteredAndBounded) {
    Expired w;
    w.server.scripted.assign(1000, answer_lost());
    w.p->token();
    std::vector<std::int64_t> gaps;
    ElapsedTime last = w.now.elapsed;
    for (std::size_t seen = 1; seen < 20;) {
        w.advance(Millis{100});
        if (w.p->sends.size() == seen) continue;
        gaps.push_back((w.now.elapsed - last).count);
        last = w.now.elapsed;
        seen = w.p->sends.size();
    }
    for (const std::int64_t gap : gaps) {
        EXPECT_GE(gap, 400);
        EXPECT_LE(gap, 8200);
    }
    EXPECT_GT(*std::max_element(gaps.begin(), gaps.end()), 2000);
}

TEST(Protocol, R19_TheNextStartSettlesWithoutACaller) {
    Expired w;
    w.server.lose_replies = 1;
    w.server.held = true;
    w.p->token();
    w.settle();
    w.crash(*w.p);
    w.server.held = false;
    Process& again = w.open();
    w.advance(seconds(10));
    EXPECT_EQ(again.record().version.generation, 2U);
    EXPECT_EQ(w.server.replays, 1);
}

// It may have rotated, so it is no early refresh that could as well be left for later (R22).
TEST(Protocol, R19_TheNextStartSettlesWithoutBackgroundAndThroughAMomentWithoutNetwork) {
    MachineSetup setup = with_provider();
    setup.has_background = true;
    Expired w(setup);
    w.server.lose_replies = 1;
    w.p->token();
    w.settle();
    w.crash(*w.p);
    Process& again = w.open();
    again.grants_background = false;
    w.server.scripted.push_back(answer_offline());
    w.advance(seconds(30));
    EXPECT_EQ(again.record().version.generation, 2U);
    EXPECT_EQ(w.server.replays, 1);
}

TEST(Protocol, R19_NotBeforeSurvivesARestart) {
    Expired w;
    w.server.scripted.push_back(answer_busy(seconds(120).count));
    EXPECT_TRUE(w.get(*w.p, {}, seconds(5)).failed_with(Code::rate_limited));
    w.crash(*w.p);
    Process& again = w.open();
    EXPECT_TRUE(w.get(again, {}, seconds(30)).failed());
    EXPECT_EQ(w.server.requests, 1);
    w.advance(seconds(120));
    EXPECT_EQ(w.get(again).token, "st-2");
    EXPECT_EQ(w.p != nullptr, true);
}

TEST(Protocol, R19_ACrashLoopDoesNotBecomeAStorm) {
    Expired w;
    Process* p = w.p;
    const ElapsedTime began = w.now.elapsed;
    w.server.scripted.assign(10'000, answer_lost());
    w.server.held = true;
    while (w.now.elapsed - began <
           minutes(5)) {  // killed again and again, half a second after each start
        p->token();
        w.advance(Millis{500});
        w.crash(*p);
        p = &w.open();
    }
    EXPECT_LE(w.server.requests, 150) << "every restart sends at once";
    EXPECT_GE(w.disk.record->intent->attempts, 10U);
    w.server.held = false;
    w.server.scripted.clear();
    EXPECT_EQ(w.get(*p).token, "st-2");
}

TEST(Protocol, R19_AWaitSetByAWrongClockIsNotBelieved) {
    Expired w;
    w.jump_wall(days(5 * 365));
    w.server.scripted.push_back(answer_busy(seconds(100).count));
    w.get(*w.p, {}, seconds(5));
    w.crash(*w.p);
    w.jump_wall(days(-5 * 365));
    Process& again = w.open();
    w.settle();
    w.advance(minutes(5) + seconds(1));
    EXPECT_TRUE(w.get(again).given);
}

TEST(Protocol, R20_AFailedEarlyRefreshHandsOutTheGoodToken) {
    World w;
    Process& p = w.started();
    w.advance(minutes(29) + seconds(30));
    w.server.scripted.assign(100, answer_lost());
    for (int i = 0; i < 5; ++i) {
        const FakeOp op = w.get(p);
        EXPECT_EQ(op.token, "st-1");
        EXPECT_EQ(op.source, TokenSource::cache);
        w.advance(seconds(3));
    }
    EXPECT_GE(w.server.requests, 1);
    EXPECT_EQ(w.get(p, minutes(14)).token, "st-1");  // also when more life is wanted
}

TEST(Protocol, R20_ALiveTokenIsGivenAtTheDeadline) {
    World w;
    Process& p = w.started();
    w.advance(minutes(20));
    w.server.held = true;
    const OpID op = p.token(minutes(14), seconds(3));
    w.advance(seconds(2));
    EXPECT_EQ(p.op(op).answers, 0);
    w.advance(seconds(2));
    EXPECT_EQ(p.op(op).token, "st-1");
}

TEST(Protocol, R20_AnEarlyRefreshDelaysNobody) {
    World w;
    Process& p = w.started();
    w.advance(minutes(29) + seconds(30));
    w.server.held = true;
    EXPECT_EQ(w.get(p).token, "st-1");
    EXPECT_EQ(w.server.requests, 1);
    const OpID op = p.token();
    w.settle();
    EXPECT_EQ(p.op(op).token, "st-1");
}

// Any life from a second to ten minutes, with somebody asking all the time: a token is renewed
// once, near its end.
TEST(Protocol, R21_AtMostOneRefreshPerTokenForAnyLife) {
    for (const std::int64_t life : {1, 2, 3, 5, 10, 15, 30, 59, 60, 61, 90, 120, 300, 600}) {
        World w;
        w.server.life = seconds(life);
        Process& p = w.started();
        const ElapsedTime began = w.now.elapsed;
        const Millis span = seconds(life * 8);
        while (w.now.elapsed - began < span) {
            EXPECT_TRUE(w.get(p).given);
            w.advance(max(Millis{life * 1000 / 97}, Millis{10}));
        }
        EXPECT_LE(w.server.requests, 10) << "life " << life << " s";
        EXPECT_GE(w.server.requests, 7) << "life " << life << " s";
    }
}

TEST(Protocol, R21_NothingIsRenewedWithoutDemand) {
    World w;
    w.started();
    w.advance(hours(5));
    EXPECT_EQ(w.server.requests, 0);
}

TEST(Protocol, R21_TheHotPathAsksForARenewalNearTheEndOnly) {
    World w;
    Process& p = w.started();
    p.ahead();
    w.settle();
    EXPECT_EQ(w.server.requests, 0);
    w.advance(minutes(29) + seconds(30));
    EXPECT_GE(w.now.elapsed, p.published->renew_from);
    p.ahead();
    w.settle();
    EXPECT_EQ(w.server.requests, 1);
    EXPECT_EQ(text_of(p.published->token), "st-2");
}

TEST(Protocol, R21_AFreshTokenIsNotRenewedBecauseTheOldOneWasNearItsEnd) {
    World w;
    Process& p = w.started();
    w.advance(minutes(29) + seconds(30));
    const OpID op = p.token(minutes(10));  // waits for more life than is left
    w.settle();
    EXPECT_EQ(p.op(op).token, "st-2");
    EXPECT_EQ(p.op(op).source, TokenSource::refresh);
    w.advance(minutes(1));
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R21_ATokenThatArrivesExpiredIsRenewedRarely) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.life = seconds(1);
    w.server.delay = seconds(2);  // longer than the token lives
    int asked = 0;
    const ElapsedTime began = w.now.elapsed;
    std::vector<ElapsedTime> sent;
    while (w.now.elapsed - began < hours(1)) {
        p.token({}, seconds(5));
        w.advance(seconds(5));
        while (sent.size() < p.sends.size())
            sent.push_back(w.now.elapsed);
        ++asked;
    }
    EXPECT_GE(asked, 700);
    ASSERT_GE(sent.size(), 4U);
    EXPECT_LE(sent.size(), 20U);
    EXPECT_GE(sent[1] - sent[0], seconds(10));
    EXPECT_GE(sent.back() - sent[sent.size() - 2], minutes(4));
    w.server.delay = {};
    w.server.life = minutes(30);
    w.advance(minutes(6));
    EXPECT_TRUE(w.get(p, {}, minutes(6)).given);
}

TEST(Protocol, R21_MoreLifeThanATokenHasIsNotARefreshWithEveryCall) {
    World w;
    Process& p = w.started();
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(w.get(p, hours(10)).given);
        w.advance(minutes(1));
    }
    EXPECT_LE(w.server.requests, 2);
}

TEST(Protocol, R22_ABackgroundAssertionBracketsMarkToCommit) {
    World w;
    w.setup.has_background = true;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    EXPECT_EQ(p.background, 1);
    w.server.held = false;
    w.settle();
    EXPECT_EQ(p.background, 0);
    EXPECT_EQ(p.backgrounds, 1);
}

TEST(Protocol, R22_WithoutAnAssertionNoEarlyRefreshButANecessaryOne) {
    World w;
    w.setup.has_background = true;
    Process& p = w.started();
    p.grants_background = false;
    w.advance(minutes(29) + seconds(30));
    EXPECT_EQ(w.get(p).token, "st-1");
    w.settle();
    EXPECT_EQ(w.server.requests, 0);
    w.advance(minutes(1));
    EXPECT_EQ(w.get(p).token, "st-2");
}

TEST(Protocol, R22_AnAssertionThatIsNotNeededAnyMoreIsGivenBack) {
    World w;
    w.setup.has_background = true;
    Process& p = w.started();
    w.advance(minutes(31));
    const OpID op = p.token();
    while (p.storage_waiting() > 0) {
        p.storage_stalls = false;
        p.work();
        if (p.backgrounds > 0) break;
    }
    // Asked for, and now nobody wants it.
    p.cancel(op);
    w.settle();
    EXPECT_EQ(p.background, 0);
    EXPECT_EQ(w.server.requests, 0);
}

}  // namespace
}  // namespace credit::test
