// PROTOCOL, refresh (R12 to R22).
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

// A session whose token is over.
struct Expired : World {
    explicit Expired(MachineSetup base = with_provider()) : World(std::move(base)) {
        setup.has_provider = true;
        p = &started();
        advance(minutes(31));
    }
    Process* p;
};

TEST(Protocol, R12_MarkThenSend) {
    Expired w;
    const int writes = w.disk.writes;
    w.p->token();
    w.server.held = true;
    while (w.p->sends.empty()) {
        EXPECT_EQ(w.server.requests, 0);
        ASSERT_TRUE(w.p->work());
    }
    // The request was handed over in the step that learned of the durable mark; check_send looked at the disk.
    EXPECT_EQ(w.disk.writes, writes + 1);
    const Intent& mark = *w.disk.record->intent;
    EXPECT_EQ(mark.attempts, 1U);
    EXPECT_EQ(mark.shape, "shape");
    EXPECT_FALSE(mark.fingerprint.empty());
    w.server.held = false;
    w.settle();
    EXPECT_FALSE(w.disk.record->intent.has_value());
}

TEST(Protocol, R12_AReplayUsesTheStoredShape) {
    Expired w;
    w.server.held = true;
    w.p->token();
    w.settle();
    w.disk.record->intent->shape = "an older configuration";
    w.crash(*w.p);
    w.server.held = false;
    Process& again = w.open();
    w.get(again);
    EXPECT_EQ(again.sends.at(0).intent.shape, "an older configuration");
}

TEST(Protocol, R12_ALostReplyACrashAndAReplayWithTheSameKey) {
    Expired w;
    w.server.lose_replies = 1;
    w.server.held = true;
    w.p->token();
    w.settle();
    const std::string key = text_of(w.p->sends.at(0).intent.idempotency_key);
    w.crash(*w.p);
    w.server.held = false;
    Process& again = w.open();
    const FakeOp op = w.get(again);
    EXPECT_EQ(op.token, "st-2");
    EXPECT_EQ(text_of(again.sends.at(0).intent.idempotency_key), key);
    EXPECT_TRUE(again.sends.at(0).is_retry);
    EXPECT_EQ(w.server.rotations, 1);
    EXPECT_EQ(w.server.replays, 1);
    EXPECT_EQ(w.server.verdicts, 0);
    EXPECT_TRUE(again.journal_has(JournalEvent::refresh_replayed));
}

TEST(Protocol, R13_TheCountGrowsWhenAReplyKeepsTheToken) {
    Expired w;
    w.server.keeps_refresh_token = true;
    for (std::uint64_t n = 0; n < 3; ++n) {
        EXPECT_TRUE(w.get(*w.p).given);
        EXPECT_EQ(w.p->sends.back().intent.n, n);
        w.advance(minutes(31));
    }
    EXPECT_EQ(w.server.rotations, 3);
    EXPECT_EQ(w.server.replays, 0);
    w.server.keeps_refresh_token = false;
    w.get(*w.p);
    w.advance(minutes(31));
    w.get(*w.p);
    EXPECT_EQ(w.p->sends.back().intent.n, 0U);  // a new token
}

TEST(Protocol, R14_AKeyThatBlocksIsReplacedOnce) {
    Expired w;
    w.server.scripted.push_back(answer_of(AnswerKind::key_mismatch, Code::platform_refused));
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    ASSERT_EQ(w.p->sends.size(), 2U);
    EXPECT_EQ(w.p->sends[0].intent.key_epoch, 0U);
    EXPECT_EQ(w.p->sends[1].intent.key_epoch, 1U);
    EXPECT_FALSE(same_secret(w.p->sends[0].intent.idempotency_key, w.p->sends[1].intent.idempotency_key));
    EXPECT_TRUE(w.p->journal_has(JournalEvent::key_epoch_bumped));
}

TEST(Protocol, R14_ASecondMismatchIsAVerdict) {
    Expired w;
    for (int i = 0; i < 2; ++i) {
        w.server.scripted.push_back(answer_of(AnswerKind::key_mismatch, Code::platform_refused));
    }
    w.provider.always = Error(Code::partner_refused, "no");
    EXPECT_TRUE(w.get(*w.p).failed());
    EXPECT_EQ(w.server.requests, 2);
    EXPECT_TRUE(w.disk.record->suspect.has_value());
}

// The same stored 5xx pins the key after a quarter of an hour and five tries; neither alone does.
TEST(Protocol, R14_TheSameStored5xxPinsTheKeyAfterTimeAndTries) {
    Expired w(without_provider());
    const auto stored_error = [&](std::int64_t digest) {
        w.server.scripted.assign(1, answer_of(AnswerKind::transient, Code::server_error, true, digest));
        const OpID op = w.p->token({}, seconds(1));
        w.advance(minutes(4));
        w.server.scripted.clear();
        return w.p->op(op);
    };
    w.server.scripted.assign(300, answer_of(AnswerKind::transient, Code::server_error, true, 77));
    w.p->token();
    w.advance(minutes(3));
    EXPECT_GE(w.disk.record->intent->same_digest, 5U);
    EXPECT_EQ(w.disk.record->intent->key_epoch, 0U);  // too early
    stored_error(78);                                  // another answer: counted anew
    EXPECT_EQ(w.disk.record->intent->key_epoch, 0U);
    w.server.scripted.assign(300, answer_of(AnswerKind::transient, Code::server_error, true, 77));
    w.advance(minutes(10));
    for (int i = 0; i < 10 && w.disk.record->intent && w.disk.record->intent->key_epoch == 0; ++i) {
        w.p->token({}, seconds(20));
        w.advance(seconds(30));
    }
    ASSERT_TRUE(w.disk.record->intent.has_value());
    EXPECT_EQ(w.disk.record->intent->key_epoch, 1U);
    EXPECT_GE(w.now.wall - w.disk.record->intent->first.wall, minutes(15));
    w.server.scripted.clear();
    w.advance(minutes(1));
    EXPECT_TRUE(w.get(*w.p).given);
    EXPECT_EQ(w.p->sends.back().intent.key_epoch, 1U);
}

TEST(Protocol, R14_AWallClockThatJumpsDoesNotPinTheKey) {
    Expired w;
    w.server.scripted.assign(4, answer_of(AnswerKind::transient, Code::server_error, true, 77));
    w.p->token();
    w.advance(seconds(5));
    w.jump_wall(days(5 * 365));
    w.server.scripted.assign(3, answer_of(AnswerKind::transient, Code::server_error, true, 77));
    w.advance(minutes(1));
    EXPECT_FALSE(w.p->journal_has(JournalEvent::key_epoch_bumped));
}

TEST(Protocol, R15_RepeatsAreMarkedAsSuchAndUnsentStartsNoSettling) {
    Expired w;
    w.server.scripted.push_back(answer_offline());
    const FakeOp op = w.get(*w.p);
    EXPECT_TRUE(op.failed_with(Code::network_unreachable));
    EXPECT_FALSE(w.disk.record->intent->maybe_sent);
    w.advance(minutes(5));
    EXPECT_EQ(w.server.requests, 1);  // nobody asks, nothing to settle
    EXPECT_FALSE(w.p->sends[0].is_retry);
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    EXPECT_TRUE(w.p->sends[1].is_retry);
    EXPECT_TRUE(w.p->journal_has(JournalEvent::refresh_unsent));
}

TEST(Protocol, R15_UnsentDoesNotStopASettlingThatIsUnderWay) {
    Expired w;
    w.server.scripted = {answer_lost(), answer_offline(), answer_offline()};
    w.p->token({}, seconds(1));
    w.advance(minutes(2));
    EXPECT_EQ(w.server.requests, 4);
    EXPECT_EQ(w.record_token(), "st-2");
}

TEST(Protocol, R16_ARefreshReplyIsCommittedBeforeItIsJudged) {
    Expired w;
    w.server.life = Millis{-5000};  // a pair that is over by its own words
    const OpID op = w.p->token();
    w.settle();
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-2");
    EXPECT_EQ(w.p->op(op).token, "st-2");  // a life that makes no sense is an unknown one
}

TEST(Protocol, R16_WhatAProviderBringsIsJudgedBeforeItIsCommitted) {
    World w;
    Process& p = w.open();
    w.settle();
    w.server.borrower = "somebody-else";
    EXPECT_TRUE(w.start(p).failed_with(Code::contract_wrong_borrower));
    const OpID op = p.adopt(w.server.mint(w.now));
    w.settle();
    EXPECT_TRUE(p.op(op).failed_with(Code::contract_wrong_borrower));
    EXPECT_EQ(w.disk.writes, 0);
    w.server.borrower = "";  // the partner's flat shape need not name it
    EXPECT_TRUE(w.start(p).finished);
}

TEST(Protocol, R16_NoRefreshTokenIsKeptInBackendManagedMode) {
    World w;
    w.setup.backend_managed = true;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(w.start(p).failed_with(Code::contract_unexpected_refresh_token));
    Issued issued = w.server.mint(w.now);
    issued.refresh_token = nullptr;
    const OpID op = p.adopt(issued);
    w.settle();
    EXPECT_TRUE(p.op(op).finished);
    EXPECT_EQ(w.disk.record->pair->refresh_token, nullptr);
    w.advance(minutes(31));
    w.server.scripted.push_back([&] {
        RefreshAnswer answer;
        answer.kind = AnswerKind::issued;
        answer.issued = w.server.mint(w.now);
        answer.issued.refresh_token = nullptr;
        return answer;
    }());
    EXPECT_EQ(w.get(p).token, "st-3");
    EXPECT_EQ(p.sends.at(0).credential, nullptr);
    EXPECT_EQ(p.record().pair->kept, 1U);
}

TEST(Protocol, R17_APairThatCouldNotBeWrittenIsServedAndWrittenOnUnlock) {
    Expired w;
    w.server.held = true;
    const OpID op = w.p->token();
    w.settle();
    w.disk.sick = StoreAnswer::locked;
    w.server.held = false;
    w.settle();
    EXPECT_EQ(w.p->op(op).token, "st-2");
    EXPECT_TRUE(w.p->has(StateInfo::kUnsaved));
    EXPECT_TRUE(w.disk.record->intent.has_value());  // the old mark: a crash now would be a replay
    EXPECT_TRUE(w.p->journal_has(JournalEvent::kept_in_memory));
    w.advance(minutes(2));
    EXPECT_TRUE(w.p->has(StateInfo::kUnsaved));
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    w.disk.sick.reset();
    w.p->hint(Hint::storage_unlocked);
    w.settle();
    EXPECT_FALSE(w.p->has(StateInfo::kUnsaved));
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-2");
    EXPECT_FALSE(w.disk.record->intent.has_value());
    EXPECT_TRUE(w.p->journal_has(JournalEvent::storage_recovered));
}

TEST(Protocol, R17_ItIsWrittenWithoutAnyHintToo) {
    Expired w;
    w.server.held = true;
    w.p->token();
    w.settle();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::transient, 4);
    w.server.held = false;
    w.advance(minutes(1));
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-2");
    EXPECT_FALSE(w.p->has(StateInfo::kUnsaved));
}

TEST(Protocol, R17_ACrashWithAPairInMemoryOnlyIsAReplay) {
    Expired w;
    w.server.held = true;
    w.p->token();
    w.settle();
    w.disk.sick = StoreAnswer::full;
    w.server.held = false;
    w.settle();
    w.crash(*w.p);
    w.disk.sick.reset();
    EXPECT_EQ(w.get(w.open()).token, "st-2");
    EXPECT_EQ(w.server.rotations, 1);
    EXPECT_EQ(w.server.replays, 1);
}

TEST(Protocol, R17_AStartThatCouldNotBeWrittenIsHeldToo) {
    World w;
    Process& p = w.open();
    w.settle();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1);
    EXPECT_TRUE(w.start(p).finished);
    EXPECT_EQ(w.get(p).token, "st-1");
    w.advance(minutes(1));
    EXPECT_EQ(text_of(w.disk.record->pair->session_token), "st-1");
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::denied, 1);
    const OpID op = p.adopt(w.server.mint(w.now));
    w.settle();
    EXPECT_TRUE(p.op(op).failed_with(Code::storage_denied));
    EXPECT_EQ(w.get(p).token, "st-1");
}

TEST(Protocol, R18_CancelDeadlineAndCloseDoNotAbortARefresh) {
    for (int how = 0; how < 3; ++how) {
        Expired w;
        w.server.held = true;
        const OpID op = w.p->token({}, seconds(5));
        w.settle();
        ASSERT_EQ(w.server.requests, 1);
        if (how == 0) w.p->cancel(op);
        if (how == 1) w.advance(seconds(6));
        if (how == 2) w.p->close();
        w.settle();
        const Code codes[] = {Code::cancelled, Code::deadline, Code::closed};
        EXPECT_TRUE(w.p->op(op).failed_with(codes[how]));
        EXPECT_FALSE(w.p->closed);
        w.server.held = false;
        w.settle();
        EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-2");
        EXPECT_EQ(w.p->closed, how == 2);
    }
}

TEST(Protocol, R18_EndingDropsTheReply) {
    Expired w;
    w.server.held = true;
    w.p->token();
    w.settle();
    w.p->end();
    w.settle();
    w.server.held = false;
    w.settle();
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_TRUE(w.p->journal_has(JournalEvent::late_reply_dropped));
}

TEST(Protocol, R19_AnUnansweredRefreshIsAskedAgainForAWhileThenOnDemand) {
    Expired w;
    w.server.scripted.assign(1000, answer_lost());
    const OpID op = w.p->token();
    w.advance(seconds(29));
    EXPECT_EQ(w.p->op(op).answers, 0);
    w.advance(seconds(2));
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
    EXPECT_EQ(w.get(*w.p).token, "st-2");    // the next call
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
    while (w.now.elapsed - began < minutes(5)) {  // killed again and again, half a second after each start
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

// Any life from a second to ten minutes, with somebody asking all the time: a token is renewed once, near its end.
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
        while (sent.size() < p.sends.size()) sent.push_back(w.now.elapsed);
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
