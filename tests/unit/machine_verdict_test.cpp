// PROTOCOL, verdicts (R23, R24, R27, R29).
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R23_OnlyAVerdictMakesAPairSuspect) {
    struct Row {
        AnswerKind kind;
        Code code;
        bool final;  // the caller hears of it at once
    };
    const Row rows[] = {{AnswerKind::refused, Code::platform_refused, true},
                        {AnswerKind::unauthorized, Code::partner_unauthorized, true},
                        {AnswerKind::transient, Code::server_error, false},
                        {AnswerKind::in_progress, Code::server_error, false},
                        {AnswerKind::malformed, Code::contract_malformed, false},
                        {AnswerKind::unsent, Code::tls_failed, true}};
    for (const Row& row : rows) {
        Expired w;
        w.server.scripted.assign(200, answer_of(row.kind, row.code));
        const OpID op = w.p->token();
        w.settle();
        EXPECT_EQ(w.p->op(op).failed_with(row.code), row.final);
        w.await(*w.p, op);
        EXPECT_TRUE(w.p->op(op).failed_with(row.code));
        w.advance(minutes(5));
        EXPECT_FALSE(w.disk.record->suspect.has_value());
        EXPECT_TRUE(w.disk.record->pair.has_value());
        EXPECT_TRUE(w.p->is(PublicState::active));
        EXPECT_EQ(w.provider.asked, 1);
    }
}

TEST(Protocol, R23_ARefusalIsNotRepeatedInALoop) {
    Expired w;
    w.server.scripted.assign(200, answer_of(AnswerKind::refused, Code::platform_refused));
    const ElapsedTime began = w.now.elapsed;
    while (w.now.elapsed - began < minutes(10)) {
        w.get(*w.p);
        w.advance(seconds(3));
    }
    EXPECT_LE(w.server.requests, 11);
}

TEST(Protocol, R23_AMalformedReplyIsReplayedThreeTimes) {
    Expired w;
    w.server.scripted.assign(200, answer_of(AnswerKind::malformed, Code::contract_malformed));
    const FakeOp op = w.get(*w.p, {}, minutes(5));
    EXPECT_TRUE(op.failed_with(Code::contract_malformed));
    EXPECT_EQ(w.server.requests, 4);
}

TEST(Protocol, R23_ThePartnersUnauthorizedWaitsForNewCredentials) {
    Expired w;
    w.server.scripted.push_back(answer_of(AnswerKind::unauthorized, Code::partner_unauthorized));
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::partner_unauthorized));
    w.advance(hours(1));
    w.p->hint(Hint::network_available);
    w.p->hint(Hint::foreground);
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::partner_unauthorized));
    EXPECT_EQ(w.server.requests, 1);
    w.p->hint(Hint::partner_credentials);
    EXPECT_EQ(w.get(*w.p).token, "st-2");
}

TEST(Protocol, R24_VerdictBelievedOnlyAfterReread) {
    Expired w;
    Process& other = w.open();
    w.settle();
    w.server.held = true;
    w.server.scripted.push_back(answer_dead());
    const OpID op = w.p->token();
    w.settle();
    w.advance(w.setup.policy.lease + seconds(1));
    other.token();
    w.advance(seconds(1));
    w.server.held = false;
    while (other.work()) {
    }
    EXPECT_EQ(w.disk.record->version.generation, 2U);
    w.settle();  // now the verdict on the old pair arrives
    EXPECT_EQ(w.p->op(op).token, "st-2");
    EXPECT_FALSE(w.disk.record->suspect.has_value());
    EXPECT_EQ(w.provider.asked, 1);
}

TEST(Protocol, R24_AVerdictWithoutARereadIsNotBelieved) {
    Expired w;
    w.server.held = true;
    w.server.scripted.push_back(answer_dead());
    const OpID op = w.p->token();
    w.settle();
    w.disk.sick = StoreAnswer::locked;
    w.server.held = false;
    w.settle();
    EXPECT_TRUE(w.p->op(op).failed_with(Code::storage_locked));
    EXPECT_TRUE(w.p->is(PublicState::active));
    w.disk.sick.reset();
    w.advance(seconds(10));
    EXPECT_EQ(w.get(*w.p).token, "st-2");  // the verdict was a slip of one server
}

TEST(Protocol, R24_ASuspectPairStaysSealedUntilANewSessionIsCommitted) {
    Expired w;
    w.server.revoked = true;
    w.provider.held = true;
    w.p->token();
    w.advance(seconds(6));
    ASSERT_TRUE(w.disk.record->suspect.has_value());
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-1");
    EXPECT_EQ(w.disk.record->suspect->request_id, "req-dead");
    EXPECT_TRUE(w.p->is(PublicState::active));
    EXPECT_TRUE(w.p->has(StateInfo::kHealing));
    EXPECT_FALSE(w.p->has_token());
    w.provider.held = false;
    w.settle();
    EXPECT_FALSE(w.disk.record->suspect.has_value());
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-2");
}

TEST(Protocol, R24_WithoutAProviderTheSessionIsOverForNow) {
    Expired w(without_provider());
    w.server.revoked = true;
    const FakeOp op = w.get(*w.p);
    EXPECT_TRUE(op.failed_with(Code::session_dead));
    EXPECT_EQ(op.error.request_id, "req-dead");
    EXPECT_TRUE(w.p->is(PublicState::no_session));
    EXPECT_EQ(w.p->info.reason, Code::session_dead);
    EXPECT_TRUE(w.disk.record->pair.has_value());
}

TEST(Protocol, R24_TheSuspectIsTriedOnceMoreAfterAQuarterOfAnHour) {
    Expired w(without_provider());
    w.server.scripted.push_back(answer_dead());  // one bad deployment
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::session_dead));
    w.advance(minutes(14));
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::session_dead));
    EXPECT_EQ(w.server.requests, 1);
    w.advance(minutes(2));  // by itself: the app has given up
    EXPECT_EQ(w.server.requests, 2);
    EXPECT_TRUE(w.p->is(PublicState::active));
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    EXPECT_TRUE(w.p->journal_has(JournalEvent::suspect_retried));
    EXPECT_TRUE(w.p->journal_has(JournalEvent::suspect_revived));
}

TEST(Protocol, R24_ACallerWaitsForTheSecondTry) {
    Expired w(without_provider());
    w.server.scripted.push_back(answer_dead());
    w.get(*w.p);
    w.crash(*w.p);
    w.advance(minutes(16));
    Process& again = w.open();
    EXPECT_EQ(w.get(again).token, "st-2");
}

TEST(Protocol, R24_ASecondVerdictIsTheLast) {
    Expired w(without_provider());
    w.server.revoked = true;
    w.get(*w.p);
    w.advance(hours(3));
    EXPECT_EQ(w.server.requests, 2);
    EXPECT_TRUE(w.disk.record->suspect->retried);
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::session_dead));
    w.crash(*w.p);
    Process& again = w.open();
    w.advance(hours(1));
    EXPECT_TRUE(w.get(again).failed_with(Code::session_dead));
    EXPECT_EQ(w.server.requests, 2);
}

TEST(Protocol, R24_ASecondTryWithoutAnAnswerIsNotThrownAway) {
    Expired w(without_provider());
    w.server.revoked = true;
    w.get(*w.p);
    w.server.revoked = false;
    w.server.scripted.assign(1000, answer_lost());
    w.advance(minutes(16));
    const int requests = w.server.requests;
    EXPECT_GE(requests, 2);
    w.advance(hours(2));
    EXPECT_LE(w.server.requests, requests + 150);  // the settle window, then silence
    const int settled = w.server.requests;
    w.advance(hours(2));
    EXPECT_EQ(w.server.requests, settled);
    EXPECT_TRUE(w.get(*w.p).failed());
    w.server.scripted.clear();
    w.advance(minutes(1));
    EXPECT_TRUE(w.get(*w.p).given);
}

TEST(Protocol, R24_TheSecondTryWaitsForTheLeaseLikeAnyRefresh) {
    Expired w(without_provider());
    w.server.scripted.push_back(answer_dead());
    w.get(*w.p);
    w.advance(minutes(14));
    Record held = *w.disk.record;  // another process is at it
    held.lease.owner = 4711;
    held.lease.boot = w.now.boot;
    held.lease.deadline = w.now.elapsed + minutes(2);
    held.lease.fence += 1;
    held.write_seq += 1;
    w.disk.put(held);
    const OpID op = w.p->token({}, minutes(5));
    w.settle();
    EXPECT_TRUE(w.p->op(op).failed());
    w.advance(minutes(1) + seconds(30));
    const OpID patient = w.p->token({}, minutes(5));
    w.advance(seconds(10));
    EXPECT_EQ(w.p->op(patient).answers, 0);
    w.advance(minutes(1));
    EXPECT_EQ(w.p->op(patient).token, "st-2");
}

TEST(Protocol, R24_AfterADayThePairIsGone) {
    Expired w(without_provider());
    w.server.revoked = true;
    w.get(*w.p);
    w.advance(hours(23));
    EXPECT_TRUE(w.disk.record->pair.has_value());
    w.advance(hours(2));
    EXPECT_FALSE(w.disk.record->pair.has_value());
    EXPECT_FALSE(w.disk.record->suspect.has_value());
    EXPECT_TRUE(w.p->is(PublicState::no_session));
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::no_session));
}

// The phone slept for days after the verdict; that its store hiccups then is not the provider's answer.
TEST(Protocol, R24_AfterALongSleepTheProviderIsStillAsked) {
    Expired w;
    w.server.scripted.push_back(answer_dead());
    w.provider.held = true;
    w.get(*w.p, {}, seconds(1));
    w.crash(*w.p);
    w.now.elapsed = w.now.elapsed + days(3);
    w.jump_wall(days(3));
    w.provider.held = false;
    Process& again = w.open();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 2);
    w.settle();
    EXPECT_TRUE(w.get(again).failed_with(Code::storage_full));
    w.advance(minutes(30));
    const FakeOp op = w.get(again);
    EXPECT_TRUE(op.given) << op.error.message;
    EXPECT_EQ(w.record_token(), op.token);
}

TEST(Protocol, R24_AClockThatJumpsDoesNotShortenTheDay) {
    Expired w(without_provider());
    w.server.scripted.push_back(answer_dead());
    w.get(*w.p);
    w.jump_wall(days(5 * 365));
    w.p->hint(Hint::clock_changed);
    w.settle();
    EXPECT_TRUE(w.disk.record->pair.has_value());
    w.jump_wall(days(-10 * 365));
    w.advance(minutes(16));
    EXPECT_TRUE(w.get(*w.p).given);
}

TEST(Protocol, R27_PastItsOwnEndARefreshTokenIsStillTriedOnce) {
    Expired w;
    w.advance(days(30));
    ASSERT_LT(w.disk.record->pair->refresh_expires_at_ms, w.now.wall.ms);
    EXPECT_TRUE(w.p->is(PublicState::active));
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R29_RejectingActsAtOnceAndABurstIsOneRefresh) {
    World w;
    Process& p = w.started();
    w.advance(minutes(5));
    p.accepted(1);
    p.reject(1);
    EXPECT_FALSE(p.has_token());
    for (int i = 0; i < 20; ++i)
        p.reject(1);
    std::vector<OpID> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(p.token());
    w.settle();
    for (const OpID op : all)
        EXPECT_EQ(p.op(op).token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
    EXPECT_EQ(p.journal_count(JournalEvent::rejected), 1);
}

TEST(Protocol, R29_AnOlderGenerationNeedsNoRefresh) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.get(p);
    p.reject(1);
    EXPECT_TRUE(p.has_token());
    EXPECT_EQ(w.get(p).token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R29_AFreshTokenThatIsRefusedOpensABreaker) {
    World w;
    Process& p = w.started();
    const ElapsedTime began = w.now.elapsed;
    std::vector<ElapsedTime> sent;
    while (w.now.elapsed - began < hours(1)) {
        const FakeOp op = w.get(p, {}, minutes(10));
        ASSERT_TRUE(op.given);
        while (sent.size() < p.sends.size())
            sent.push_back(w.now.elapsed);
        p.reject(op.generation);
    }
    EXPECT_LE(sent.size(), 25U);
    EXPECT_GE(sent.back() - sent[sent.size() - 2], minutes(5));
    EXPECT_TRUE(p.journal_has(JournalEvent::breaker_opened));
    const FakeOp op = w.get(p, {}, minutes(10));
    p.accepted(op.generation);  // one accepted call closes it
    p.reject(op.generation);
    const ElapsedTime closed = w.now.elapsed;
    EXPECT_TRUE(w.get(p, {}, minutes(10)).given);
    EXPECT_LE(w.now.elapsed - closed, minutes(5) + seconds(1));
    p.accepted(op.generation + 1);
    p.reject(op.generation + 1);
    const ElapsedTime again = w.now.elapsed;
    EXPECT_TRUE(w.get(p).given);
    EXPECT_LE(w.now.elapsed - again, seconds(1));
}

TEST(Protocol, R29_ATokenThatHeldAMinuteClosesTheBreaker) {
    World w;
    Process& p = w.started();
    for (int i = 0; i < 6; ++i) {
        const FakeOp op = w.get(p, {}, minutes(10));
        p.reject(op.generation);
    }
    const FakeOp op = w.get(p, {}, minutes(10));
    w.advance(minutes(10));
    p.reject(op.generation);  // an ordinary revocation, long after
    const ElapsedTime began = w.now.elapsed;
    EXPECT_TRUE(w.get(p).given);
    EXPECT_LE(w.now.elapsed - began, seconds(1));
    w.advance(minutes(2));
    p.reject(op.generation + 1);
    EXPECT_TRUE(w.get(p).given);
}

TEST(Protocol, R29_NothingIsRejectedWithoutASession) {
    World w;
    Process& p = w.open();
    w.settle();
    p.reject(0);
    p.accepted(5);
    EXPECT_TRUE(w.start(p).finished);
    EXPECT_TRUE(w.get(p).given);
}

}  // namespace
}  // namespace credit::test
