// Corners of the machine: orders of events that are rare, but allowed.
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

const Error kRefused(Code::partner_refused, "no");

TEST(MachineCorner, TheTokenAsksForMoreThanIsLeftOfANewOne) {
    World w;
    w.server.life = seconds(10);
    Process& p = w.started();
    w.advance(seconds(11));
    w.server.delay = seconds(6);
    const FakeOp op = w.get(p, seconds(5));
    EXPECT_EQ(op.token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(MachineCorner, ADeadlineWithAnAttemptUnderWayTellsOfTheLastFailure) {
    Expired w;
    w.server.scripted.push_back(answer_lost());
    const OpID op = w.p->token({}, seconds(20));
    w.settle();
    w.server.held = true;
    w.advance(seconds(21));
    EXPECT_TRUE(w.p->op(op).failed_with(Code::network_interrupted));
}

TEST(MachineCorner, ABlockedRefreshDoesNotHoldUpALiveToken) {
    World w;
    Process& p = w.started();
    w.advance(minutes(20));
    w.server.scripted.push_back(answer_of(AnswerKind::unauthorized, Code::partner_unauthorized));
    EXPECT_EQ(w.get(p, minutes(14)).token, "st-1");
    w.advance(seconds(30));
    EXPECT_EQ(w.get(p, minutes(14)).token, "st-1");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(MachineCorner, ASessionWithoutARefreshTokenCannotBeRenewed) {
    World w;
    w.setup.backend_managed = true;
    Process& p = w.open();
    w.settle();
    Issued issued = w.server.mint(w.now);
    issued.refresh_token = nullptr;
    p.adopt(issued);
    w.settle();
    w.crash(p);
    w.advance(minutes(31));
    w.setup.backend_managed = false;  // configured otherwise now
    Process& q = w.open();
    EXPECT_TRUE(w.get(q).failed_with(Code::no_live_token));
    EXPECT_EQ(w.server.requests, 0);
}

TEST(MachineCorner, ALongWaitEndsWithTheSettleWindow) {
    Expired w(without_provider());
    w.server.scripted.assign(500, answer_lost());
    const OpID op = w.p->token({}, minutes(9));
    w.advance(minutes(2));
    EXPECT_EQ(w.p->op(op).answers, 0);
    w.advance(minutes(1));
    EXPECT_TRUE(w.p->op(op).failed_with(Code::network_interrupted));
}

TEST(MachineCorner, TheWindowMayEndWhileAnAttemptIsUnderWay) {
    Expired w;
    w.server.scripted.push_back(answer_lost());
    w.p->token();
    w.settle();
    w.server.held = true;
    const OpID op = w.p->token({}, minutes(9));
    w.advance(minutes(4));
    EXPECT_EQ(w.p->op(op).answers, 0);
    w.server.held = false;
    w.settle();
    EXPECT_EQ(w.p->op(op).token, "st-2");
}

TEST(MachineCorner, TheSecondTryOfASuspectHasItsOwnTroubles) {
    for (const AnswerKind kind : {AnswerKind::transient, AnswerKind::unauthorized}) {
        Expired w(without_provider());
        w.server.scripted.push_back(answer_dead());
        w.get(*w.p);
        RefreshAnswer trouble = answer_of(kind, Code::rate_limited);
        if (kind == AnswerKind::transient) trouble.retry_after_ms = minutes(5).count;
        w.server.scripted.push_back(trouble);
        w.advance(minutes(15) + seconds(1));
        EXPECT_EQ(w.server.requests, 2);
        EXPECT_TRUE(w.get(*w.p).failed_with(Code::session_dead));
        w.p->hint(Hint::partner_credentials);
        EXPECT_EQ(w.get(*w.p).token, "st-2");
    }
}

TEST(MachineCorner, ACallerFindsHealingFailedWhileTheSuspectIsTried) {
    Expired w;
    w.server.scripted.push_back(answer_dead());
    w.provider.always = kRefused;
    w.get(*w.p);
    w.server.life = days(1);
    w.server.held = true;
    w.advance(minutes(20));
    ASSERT_EQ(w.p->wire.size(), 1U);
    w.advance(hours(7));
    const OpID op = w.p->token();
    w.settle();
    EXPECT_EQ(w.p->op(op).answers, 0);
    w.server.held = false;
    w.settle();
    EXPECT_EQ(w.p->op(op).token, "st-2");
}

TEST(MachineCorner, TheDayIsOverWhileTheSuspectIsTriedOrHealed) {
    Expired w;
    w.server.scripted.push_back(answer_dead());
    w.provider.always = kRefused;
    w.get(*w.p);
    w.server.held = true;
    w.advance(hours(30));
    EXPECT_TRUE(w.disk.record->pair.has_value());
    w.server.held = false;
    w.settle();
    EXPECT_EQ(w.record_token(), "st-2");

    Expired v;
    v.server.revoked = true;
    v.provider.failures.push_back(kRefused);
    v.get(*v.p);
    v.provider.held = true;
    v.advance(hours(30));
    EXPECT_TRUE(v.disk.record->pair.has_value());
    v.provider.held = false;
    v.settle();
    EXPECT_TRUE(v.get(*v.p).given);
}

TEST(MachineCorner, BackendManagedHealingJudgesTheSessionTokenAlone) {
    World w;
    w.setup.backend_managed = true;
    Process& p = w.open();
    w.settle();
    Issued issued = w.server.mint(w.now);
    issued.refresh_token = nullptr;
    p.adopt(issued);
    w.settle();
    w.advance(minutes(31));
    w.server.scripted.push_back(answer_dead());
    Issued next = w.server.mint(w.now);
    next.refresh_token = nullptr;
    next.borrower_id.clear();
    next.has_journey = false;
    w.provider.fixed = next;
    EXPECT_EQ(w.get(p).token, "st-2");
    EXPECT_EQ(w.disk.record->borrower_id, "b-1");
    EXPECT_EQ(w.disk.record->journey->journey_id, "journey-1");
}

TEST(MachineCorner, AnswersNobodyAskedForAreIgnored) {
    World w;
    Process& p = w.started();
    p.feed(event::ProviderAnswered{99, {}, true, w.server.mint(w.now), {}});
    p.feed(event::RefreshAnswered{99, {}, answer_dead()});
    w.provider.held = true;
    p.start(true);
    p.feed(event::ProviderAnswered{99, {}, true, w.server.mint(w.now), {}});
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    p.feed(event::RefreshAnswered{99, {}, answer_dead()});
    w.settle();
    EXPECT_FALSE(w.disk.record->suspect.has_value());
    p.ahead();  // there is no live token to renew
    EXPECT_EQ(w.server.requests, 1);
}

TEST(MachineCorner, AnOfflineProviderAndOneThatAnswers) {
    World w;
    Process& p = w.open();
    w.settle();
    Error seen(Code::network_timeout, "a gateway's");
    seen.http_status = 504;
    w.provider.failures = {seen, Error(Code::partner_refused, "no"),
                           Error(Code::network_timeout, "none")};
    EXPECT_TRUE(w.start(p).failed_with(Code::network_timeout));
    EXPECT_TRUE(w.start(p).failed_with(Code::partner_refused));
    EXPECT_TRUE(w.start(p).failed_with(Code::network_timeout));
}

TEST(MachineCorner, ARefreshGoesOnDuringAStart) {
    World w;
    Process& p = w.started();
    w.provider.held = true;
    p.start(true, hours(2));
    w.advance(minutes(31));
    const OpID op = p.token({}, hours(1));
    w.settle();
    EXPECT_EQ(text_of(p.published->token), "st-2");
    EXPECT_EQ(p.op(op).answers, 1);
    w.provider.held = false;
    w.settle();
    EXPECT_EQ(w.record_token(), "st-3");
}

TEST(MachineCorner, HintsAndTimersThatChangeNothing) {
    World w;
    Process& p = w.started();
    p.feed(event::TimerFired{});
    p.storage_stalls = true;
    p.token();
    p.feed(event::TimerFired{});  // early: the look at the store has time
    p.hint(Hint::foreground);     // another look is wanted already
    p.hint(Hint::foreground);
    go_on(w, p);
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    p.close();
    p.hint(Hint::foreground);
    p.feed(event::BackgroundAnswered{false});
    w.settle();
    EXPECT_FALSE(p.closed);
    w.server.held = false;
    w.settle();
    EXPECT_TRUE(p.closed);
}

TEST(MachineCorner, ClosingAtEveryStepOfARefresh) {
    // waiting for the background assertion
    for (const bool granted : {false, true}) {
        World w;
        w.setup.has_background = true;
        Process& p = w.started();
        p.grants_background = granted;
        w.advance(minutes(31));
        p.storage_stalls = true;
        p.token();
        p.storage_stalls = false;
        p.work();
        p.close();
        w.settle();
        EXPECT_TRUE(p.closed);
        EXPECT_EQ(p.background, 0);
    }
    // waiting for a lease, and being told to wait for one
    for (const bool waiting : {false, true}) {
        World w;
        Process& p = w.started();
        Process& other = w.open();
        w.settle();
        w.advance(minutes(31));
        w.server.held = true;
        p.token();
        w.settle();
        const OpID op = other.token();
        if (waiting) {
            w.advance(seconds(2));
        } else {
            stop_at(w, other, TxnKind::mark);
        }
        other.close();
        other.storage_stalls = false;
        w.settle();
        EXPECT_TRUE(other.closed);
        EXPECT_TRUE(other.op(op).failed_with(Code::closed));
    }
}

TEST(MachineCorner, TheLeaseIsNotWantedAnyMore) {
    World w;
    Process& p = w.started();
    Process& other = w.open();
    w.settle();
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    const OpID op = other.token();
    w.advance(seconds(1));
    other.cancel(op);
    w.advance(seconds(1));
    const std::size_t txns = other.txns.size();
    w.advance(seconds(5));
    EXPECT_EQ(other.txns.size(), txns);
}

TEST(MachineCorner, HealingIsNotSpreadLongerThanAStartWaits) {
    Expired w;
    w.server.revoked = true;
    const OpID op = w.p->token();
    w.settle();
    const OpID start = w.p->start();
    w.p->cancel(op);
    w.await(*w.p, start);
    EXPECT_TRUE(w.p->op(start).finished);
}

TEST(MachineCorner, AWobblingClockIsNoNewsButAJumpIs) {
    World w;
    w.started();
    w.reboot();
    Process& p = w.open();
    w.settle();
    const std::size_t seen = p.publications.size();
    w.jump_wall(Millis{40});
    p.hint(Hint::clock_changed);
    EXPECT_EQ(p.publications.size(), seen);
    w.jump_wall(minutes(1));
    p.hint(Hint::clock_changed);
    EXPECT_EQ(p.publications.size(), seen + 1);
    w.jump_wall(seconds(-30));
    p.hint(Hint::clock_changed);
    EXPECT_EQ(p.publications.size(), seen + 2);
}

TEST(MachineCorner, AStartThatNobodyWaitsForAnyMoreStillServesCallers) {
    World w;
    Process& p = w.open();
    w.settle();
    const OpID start = p.start();
    stop_at(w, p, TxnKind::start);
    p.cancel(start);
    const OpID op = p.token();
    w.advance(seconds(1));  // longer than anybody waits for a look at the store
    EXPECT_EQ(p.op(op).answers, 0);
    go_on(w, p);
    EXPECT_EQ(p.op(op).token, "st-1");
}

TEST(MachineCorner, CancellingOneOfTwo) {
    Expired w;
    w.server.held = true;
    const OpID one = w.p->token();
    const OpID two = w.p->token();
    w.settle();
    w.p->cancel(two);
    EXPECT_TRUE(w.p->op(two).failed_with(Code::cancelled));
    EXPECT_EQ(w.p->op(one).answers, 0);
}

TEST(MachineCorner, HintsDuringHealingAndTheSecondTry) {
    Expired w;
    w.server.revoked = true;
    w.provider.always = kRefused;
    w.get(*w.p);
    const int asked = w.provider.asked;
    w.p->hint(Hint::network_available);  // it was no matter of the network
    w.settle();
    EXPECT_EQ(w.provider.asked, asked);
    w.provider.always = Error(Code::partner_unauthorized, "log in");
    w.advance(minutes(10));
    const int blocked = w.provider.asked;
    w.p->hint(Hint::network_available);
    w.settle();
    EXPECT_EQ(w.provider.asked, blocked);

    Expired v(without_provider());
    v.server.scripted = {answer_dead(), answer_offline()};
    v.get(*v.p);
    v.advance(minutes(16));
    ASSERT_TRUE(v.disk.record->suspect && v.disk.record->intent);
    v.p->hint(Hint::foreground);
    v.settle();
    EXPECT_EQ(v.get(*v.p).token, "st-2");
}

TEST(MachineCorner, TheAssertionComesAfterTheSessionWasClosed) {
    for (const bool granted : {false, true}) {
        World w;
        w.setup.has_background = true;
        Process& p = w.started();
        p.grants_background = granted;
        w.advance(minutes(31));
        p.token();
        p.work();  // the look at the store; now the assertion is asked for
        p.adopt(w.server.mint(w.now));
        p.close();  // waits for the adoption alone
        w.settle();
        EXPECT_TRUE(p.closed);
        EXPECT_EQ(p.background, 0);
        EXPECT_EQ(p.backgrounds, granted ? 1 : 0);
    }
}

TEST(MachineCorner, UnsentAfterARestartIsTold) {
    Expired w;
    w.server.scripted = {answer_lost()};
    w.p->token();
    w.settle();
    w.crash(*w.p);
    w.server.scripted.assign(20, answer_offline());
    Process& again = w.open();
    w.settle();
    const OpID op = again.token();
    w.await(again, op);
    EXPECT_TRUE(again.op(op).failed_with(Code::network_unreachable));
    w.server.scripted.clear();
    w.advance(minutes(1));
    EXPECT_EQ(w.get(again).token, "st-2");
}

TEST(MachineCorner, R24_APairThatAnotherProcessDroppedIsNotMarkedAgain) {
    World w;
    Process& judged = w.started();
    Process& asleep = w.open();
    w.settle();
    w.server.revoked = true;
    w.provider.always = Error(Code::partner_unavailable, "for days");
    judged.reject(judged.record().version.generation);
    EXPECT_FALSE(w.get(judged).given);
    w.advance(hours(25));
    EXPECT_FALSE(w.get(judged).given);
    ASSERT_FALSE(w.disk.record->pair.has_value());
    ASSERT_FALSE(w.disk.record->tombstone.has_value());
    ASSERT_TRUE(asleep.record().pair.has_value());
    const FakeOp op = w.get(asleep);
    EXPECT_TRUE(op.failed_with(Code::no_session)) << code_name(op.error.code);
    EXPECT_TRUE(asleep.is(PublicState::no_session));
}

TEST(MachineCorner, R29_ARejectedTokenStaysRejectedWhenItsOwnWriteBackIsFirst) {
    World w(with_provider());
    Process& p = w.started();
    const std::string refused = w.record_token();
    Record older = *w.disk.record;
    older.version.epoch -= 1;
    w.disk.damage = StoreAnswer::newer_format;
    p.reject(p.record().version.generation);
    EXPECT_FALSE(w.get(p, {}, seconds(5)).given);
    w.advance(minutes(10));
    w.disk.damage.reset();
    w.disk.put(older);
    const FakeOp op = w.get(p);
    EXPECT_TRUE(op.given);
    EXPECT_NE(op.token, refused);
    EXPECT_EQ(w.server.rotations, 1);
}

}  // namespace
}  // namespace credit::test
