// PROTOCOL, locks and processes (R8 to R11).
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

// Two processes with one session whose token is over.
struct Two : World {
    Two() {
        first = &started();
        second = &open();
        settle();
        advance(minutes(31));
    }
    Process* first;
    Process* second;
};

TEST(Protocol, R8_TheSecondProcessWaitsForTheLeaseAndTakesOverTheTokens) {
    Two w;
    w.server.held = true;
    const OpID one = w.first->token();
    w.settle();
    const OpID two = w.second->token();
    w.advance(seconds(2));
    EXPECT_EQ(w.first->op(one).answers + w.second->op(two).answers, 0);
    EXPECT_TRUE(w.second->journal_has(JournalEvent::lease_waited));
    w.server.held = false;
    w.advance(seconds(1));
    EXPECT_EQ(w.first->op(one).token, "st-2");
    EXPECT_EQ(w.second->op(two).token, "st-2");
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R8_AProcessThatIsGoneHoldsNoLease) {
    Two w;
    w.server.lose_replies = 1;
    w.server.held = true;
    w.first->token();
    w.settle();
    w.crash(*w.first);
    w.server.held = false;
    const OpID op = w.second->token();
    w.advance(seconds(2));
    EXPECT_EQ(w.second->op(op).token, "st-2");
    EXPECT_EQ(w.server.rotations, 1);
    EXPECT_EQ(w.server.replays, 1);
}

TEST(Protocol, R8_ALapsedLeaseIsTaken) {
    Two w;
    w.server.held = true;
    w.first->token();
    w.settle();
    EXPECT_EQ(w.disk.record->lease.deadline, w.now.elapsed + w.setup.policy.lease);
    w.advance(w.setup.policy.lease - seconds(2));  // suspended with the reply on the way
    const OpID op = w.second->token();
    w.advance(seconds(1));
    EXPECT_EQ(w.second->sends.size(), 0U);
    w.advance(seconds(2));
    EXPECT_EQ(w.second->sends.size(), 1U);
    w.server.held = false;
    w.settle();
    EXPECT_EQ(w.second->op(op).token, "st-2");
}

TEST(Protocol, R8_ALeaseOfAnotherBootIsNobodys) {
    Two w;
    w.server.held = true;
    w.first->token();
    w.settle();
    Record stored = *w.disk.record;
    w.reboot();
    w.gone.clear();  // the process number may be in use again
    w.server.held = false;
    Process& p = w.open();
    EXPECT_EQ(w.get(p).token, "st-2");
    EXPECT_GT(w.disk.record->lease.fence, stored.lease.fence);
}

TEST(Protocol, R8_LoadingStartAdoptAndEndDoNotWaitForTheLease) {
    Two w;
    w.server.held = true;
    w.first->token();
    w.settle();
    Process& third = w.open();
    w.settle();
    EXPECT_TRUE(third.is(PublicState::active));
    const OpID adopted = third.adopt(w.server.mint(w.now));
    w.settle();
    EXPECT_TRUE(third.op(adopted).finished);
    const OpID started = third.start(true);
    w.settle();
    EXPECT_TRUE(third.op(started).finished);
    const OpID ended = third.end();
    w.settle();
    EXPECT_TRUE(third.op(ended).finished);
}

// The handle that is closing has its request on the wire; the next one of the same process waits for its outcome.
TEST(Protocol, R8_AHandleOpenedAgainDoesNotRepeatWhatTheClosingOneSent) {
    World w;
    w.server.model = FakeServer::Model::strict;
    Process& closing = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    closing.token();
    w.settle();
    ASSERT_EQ(closing.sends.size(), 1U);
    closing.close();
    w.settle();
    ASSERT_FALSE(closing.closed);
    w.processes.push_back(std::make_unique<Process>(w, w.setup, closing.owner));
    Process& next = *w.processes.back();
    next.feed(event::Opened{});
    w.settle();
    const OpID op = next.token();
    w.advance(seconds(2));
    EXPECT_TRUE(next.sends.empty());
    w.server.held = false;
    w.advance(seconds(2));
    EXPECT_EQ(next.op(op).token, "st-2");
    EXPECT_EQ(w.server.verdicts, 0);
    EXPECT_EQ(w.server.rotations, 1);
}

TEST(Protocol, R8_ASessionOpenedAgainInItsProcessIsNotLockedOutByItself) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    p.storage_stalls = true;
    p.token();
    p.storage_stalls = false;
    while (p.txns.empty() || p.txns.back() != TxnKind::mark)
        p.work();
    p.close();  // the mark is written, its request not sent
    w.settle();
    ASSERT_TRUE(p.closed);
    ASSERT_TRUE(w.disk.record->intent.has_value());
    EXPECT_EQ(w.server.requests, 0);
    w.processes.push_back(std::make_unique<Process>(w, w.setup, p.owner));
    Process& next = *w.processes.back();
    next.feed(event::Opened{});
    w.settle();
    const ElapsedTime asked = w.now.elapsed;
    EXPECT_TRUE(w.get(next).given);
    EXPECT_LE((w.now.elapsed - asked).count, seconds(3).count);
}

TEST(Protocol, R9_TheRequestKnowsWhenItsLeaseLapses) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.get(p);
    ASSERT_EQ(p.sends.size(), 1U);
    EXPECT_EQ(p.sends[0].lease_until, w.now.elapsed + w.setup.policy.lease);
    EXPECT_GT(w.setup.policy.lease,
              w.setup.policy.attempt_timeout + w.setup.policy.connect_timeout);
}

TEST(Protocol, R9_AWriteAfterASuspensionDoesNotGoOverWhatHappenedMeanwhile) {
    Two w;
    w.server.held = true;
    w.first->token();
    w.settle();
    w.advance(w.setup.policy.lease + seconds(1));
    w.server.held = false;
    w.first->storage_stalls = true;  // its commit is still to be executed
    w.settle();
    EXPECT_GE(w.first->storage_waiting(), 1U);
    EXPECT_EQ(w.get(*w.second).token, "st-2");
    const Record after = *w.disk.record;
    w.first->storage_stalls = false;
    w.settle();
    EXPECT_EQ(w.disk.record->version, after.version);
    EXPECT_EQ(w.get(*w.first).token, "st-2");
    EXPECT_EQ(w.server.rotations, 1);
}

TEST(Protocol, R9_AVerdictUnderALapsedLeaseIsNotBelieved) {
    Two w;
    w.server.scripted.push_back(answer_dead());
    w.server.held = true;
    w.first->token();
    w.settle();
    w.advance(w.setup.policy.lease + seconds(1));
    w.second->token();
    w.advance(seconds(1));
    ASSERT_EQ(w.second->sends.size(), 1U);  // the lease is the second's now
    Process& first = *w.first;
    const Process::OnWire reply = first.wire.front();
    first.wire.pop_front();
    first.feed(event::RefreshAnswered{reply.flight, reply.sent, reply.answer});
    first.work();
    EXPECT_FALSE(w.disk.record->suspect.has_value());
    EXPECT_TRUE(w.disk.record->intent.has_value());
    w.server.held = false;
    w.advance(seconds(1));
    EXPECT_EQ(w.get(first).token, "st-2");
    EXPECT_EQ(w.provider.asked, 1);
}

TEST(Protocol, R9_CountersOfALapsedLeaseDoNotEraseAnothersMark) {
    Two w;
    w.server.scripted.push_back(answer_of(AnswerKind::refused, Code::platform_refused));
    w.server.held = true;
    w.first->token();
    w.settle();
    w.advance(w.setup.policy.lease + seconds(1));
    w.second->token();
    w.advance(seconds(1));
    ASSERT_EQ(w.second->sends.size(), 1U);
    const std::uint32_t attempts = w.disk.record->intent->attempts;
    EXPECT_EQ(attempts, 2U);
    Process& first = *w.first;
    const Process::OnWire reply = first.wire.front();
    first.wire.pop_front();
    first.feed(event::RefreshAnswered{reply.flight, reply.sent, reply.answer});
    while (first.work()) {
    }
    EXPECT_EQ(w.disk.record->intent->attempts, attempts);
    EXPECT_EQ(w.disk.record->lease.owner, w.second->owner);
}

TEST(Protocol, R10_OneMachineServesAllCallersOfASession) {
    World w;
    Process& p = w.started();
    const OpID one = p.start();
    const OpID two = p.start();
    w.settle();
    EXPECT_TRUE(p.op(one).finished);
    EXPECT_TRUE(p.op(two).finished);
    EXPECT_EQ(w.provider.asked, 1);
}

// A server that forks: both processes hold a pair it would take.
struct Forked : Two {
    Forked() {
        server.model = FakeServer::Model::grace;
        server.held = true;
        first->token();
        settle();
        advance(setup.policy.lease + seconds(1));
        second->token();
        advance(seconds(1));
        server.held = false;
        EXPECT_EQ(server.rotations, 2);
    }
};

TEST(Protocol, R11_TheLoserKeepsItsPairAndTriesItBeforeAVerdict) {
    Forked w;
    // The second process commits first; what the first received is its alternate.
    while (w.second->work()) {
    }
    w.settle();
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-3");
    EXPECT_TRUE(w.first->journal_has(JournalEvent::conflict));
    w.advance(minutes(31));
    w.server.scripted.push_back(answer_dead());
    const FakeOp op = w.get(*w.first);
    EXPECT_TRUE(op.given) << op.error.message;
    EXPECT_TRUE(w.first->journal_has(JournalEvent::alternate_tried));
    EXPECT_EQ(text_of(w.first->sends.back().credential), "rt-2");
    EXPECT_EQ(w.provider.asked, 1);
}

TEST(Protocol, R11_TheAlternateIsForgottenWithTheWinnersNextSuccess) {
    Forked w;
    while (w.second->work()) {
    }
    w.settle();
    w.advance(minutes(31));
    EXPECT_TRUE(w.get(*w.first).given);  // the winner's pair works
    w.advance(minutes(31));
    w.server.revoked = true;
    w.provider.always = Error(Code::partner_refused, "no");
    EXPECT_TRUE(w.get(*w.first).failed());
    EXPECT_FALSE(w.first->journal_has(JournalEvent::alternate_tried));
    EXPECT_TRUE(w.disk.record->suspect.has_value());
}

TEST(Protocol, R11_AnotherProcessSuccessForgetsTheAlternateToo) {
    Forked w;
    while (w.second->work()) {
    }
    w.settle();
    w.advance(minutes(31));
    EXPECT_TRUE(w.get(*w.second).given);
    EXPECT_TRUE(w.get(*w.first).given);
    w.advance(minutes(31));
    w.server.revoked = true;
    w.provider.always = Error(Code::partner_refused, "no");
    EXPECT_TRUE(w.get(*w.first).failed());
    EXPECT_FALSE(w.first->journal_has(JournalEvent::alternate_tried));
}

TEST(Protocol, R11_ADeadAlternateEndsInTheVerdict) {
    Forked w;
    while (w.second->work()) {
    }
    w.settle();
    w.advance(minutes(31));
    w.server.revoked = true;
    w.provider.always = Error(Code::partner_refused, "no");
    const FakeOp op = w.get(*w.first);
    EXPECT_TRUE(op.failed());
    EXPECT_EQ(w.server.verdicts, 2);
    EXPECT_TRUE(w.disk.record->suspect.has_value());
}

TEST(Protocol, R11_APairThatWasOnlyInMemoryDoesNotOverwriteAnothersAndIsKept) {
    Two w;
    w.server.model = FakeServer::Model::grace;
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::done, 1);  // the mark goes through
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::full, 40);
    EXPECT_EQ(w.get(*w.first).token, "st-2");
    EXPECT_TRUE(w.first->has(StateInfo::kUnsaved));
    w.disk.sick = StoreAnswer::locked;
    w.first->storage_stalls = true;
    w.disk.sick.reset();
    for (int i = 0; i < 64; ++i)
        w.disk.answer(FakeDisk::Op::lock);
    w.advance(w.setup.policy.lease);
    EXPECT_EQ(w.get(*w.second).token, "st-3");  // rotates again from the token on disk
    EXPECT_EQ(w.disk.record->version.generation, 2U);
    w.first->storage_stalls = false;
    w.advance(minutes(1));
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-3")
        << "the winner's pair was overwritten";
    EXPECT_EQ(w.get(*w.first).token, "st-3");
    EXPECT_FALSE(w.first->has(StateInfo::kUnsaved));
    w.advance(minutes(31));
    w.server.scripted.push_back(answer_dead());
    EXPECT_TRUE(w.get(*w.first).given);
    EXPECT_TRUE(w.first->journal_has(JournalEvent::alternate_tried));
}

TEST(Protocol, R11_AReplyThatWasOvertakenIsKeptAsTheAlternate) {
    Forked w;
    while (w.second->work()) {
    }
    // The first learns of the winner's pair before its own reply comes.
    w.server.held = true;
    Process& first = *w.first;
    first.hint(Hint::foreground);
    while (first.work()) {
    }
    EXPECT_EQ(first.record().version.generation, 2U);
    w.server.held = false;
    w.settle();
    EXPECT_TRUE(first.journal_has(JournalEvent::late_reply_dropped));
    w.advance(minutes(31));
    w.server.scripted.push_back(answer_dead());
    EXPECT_TRUE(w.get(first).given);
    EXPECT_EQ(text_of(first.sends.back().credential), "rt-2");
}

TEST(Protocol, R11_APairWhoseCommitFailedAfterItWasOvertakenIsKept) {
    Forked w;
    Process& first = *w.first;
    first.storage_stalls = true;
    while (first.work()) {
    }
    ASSERT_EQ(first.txns.back(), TxnKind::commit);
    w.server.held = true;
    while (w.second->work()) {
    }
    w.server.held = false;
    while (w.second->work()) {
    }
    EXPECT_EQ(w.disk.record->version.generation, 2U);
    // The machine hears of the winner while its own commit is under way, and then that the commit
    // failed.
    first.feed(event::Loaded{StoreAnswer::present, "", w.disk.record});
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::transient, 1);
    first.storage_stalls = false;
    w.settle();
    w.advance(minutes(31));
    w.server.scripted.push_back(answer_dead());
    EXPECT_TRUE(w.get(first).given);
    EXPECT_EQ(text_of(first.sends.back().credential), "rt-2");
}

}  // namespace
}  // namespace credit::test
