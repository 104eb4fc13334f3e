// PROTOCOL, refresh (R12 to R18).
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R12_MarkThenSend) {
    Expired w;
    const int writes = w.disk.writes;
    w.p->token();
    w.server.held = true;
    while (w.p->sends.empty()) {
        EXPECT_EQ(w.server.requests, 0);
        ASSERT_TRUE(w.p->work());
    }
    // The request was handed over in the step that learned of the durable mark; check_send looked
    // at the disk.
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
    EXPECT_EQ(again.sends.at(0).intent->shape, "an older configuration");
}

TEST(Protocol, R12_ALostReplyACrashAndAReplayWithTheSameKey) {
    Expired w;
    w.server.lose_replies = 1;
    w.server.held = true;
    w.p->token();
    w.settle();
    const std::string key = text_of(w.p->sends.at(0).intent->idempotency_key);
    w.crash(*w.p);
    w.server.held = false;
    Process& again = w.open();
    const FakeOp op = w.get(again);
    EXPECT_EQ(op.token, "st-2");
    EXPECT_EQ(text_of(again.sends.at(0).intent->idempotency_key), key);
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
        EXPECT_EQ(w.p->sends.back().intent->n, n);
        w.advance(minutes(31));
    }
    EXPECT_EQ(w.server.rotations, 3);
    EXPECT_EQ(w.server.replays, 0);
    w.server.keeps_refresh_token = false;
    w.get(*w.p);
    w.advance(minutes(31));
    w.get(*w.p);
    EXPECT_EQ(w.p->sends.back().intent->n, 0U);  // a new token
}

TEST(Protocol, R14_AKeyThatBlocksIsReplacedOnce) {
    Expired w;
    w.server.scripted.push_back(answer_of(AnswerKind::key_mismatch, Code::platform_refused));
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    ASSERT_EQ(w.p->sends.size(), 2U);
    EXPECT_EQ(w.p->sends[0].intent->key_epoch, 0U);
    EXPECT_EQ(w.p->sends[1].intent->key_epoch, 1U);
    EXPECT_FALSE(
        same_secret(w.p->sends[0].intent->idempotency_key, w.p->sends[1].intent->idempotency_key));
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
    w.server.scripted.assign(300, answer_of(AnswerKind::transient, Code::server_error, true, 77));
    w.p->token();
    w.advance(minutes(3));
    EXPECT_GE(w.disk.record->intent->same_digest, 5U);
    EXPECT_EQ(w.disk.record->intent->key_epoch, 0U);  // too early
    w.advance(minutes(13));
    w.server.scripted.push_front(answer_of(AnswerKind::transient, Code::server_error, true, 78));
    w.p->hint(Hint::network_available);  // another answer: counted anew
    w.settle();
    EXPECT_EQ(w.disk.record->intent->same_digest, 1U);
    EXPECT_EQ(w.disk.record->intent->key_epoch, 0U);
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
    EXPECT_EQ(w.p->sends.back().intent->key_epoch, 1U);
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
    EXPECT_EQ(w.p->op(op).token, "st-2");  // a life that makes no sense is an unknown one
    EXPECT_GE(w.disk.record->version.generation, 2U);
    EXPECT_EQ(w.server.verdicts, 0);
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
    w.server.borrower = "";  // whose session it is must be said where a refresh token is handed out
    EXPECT_TRUE(w.start(p).failed_with(Code::contract_missing_field));
    EXPECT_EQ(w.disk.writes, 0);
}

TEST(Protocol, R16_NoRefreshTokenIsKeptInBackendManagedMode) {
    World w;
    w.setup.backend_managed = true;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(w.start(p).failed_with(Code::contract_unexpected_refresh_token));
    Issued issued = w.server.mint(w.now);
    issued.refresh_token = nullptr;
    issued.borrower_external_id.clear();  // the shape that carries a session token alone
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

}  // namespace
}  // namespace credit::test
