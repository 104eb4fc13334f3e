// plan(): what may be written, given what the store holds. The machine's tests go through it as
// well; here are its edges.
#include "core/session/transaction.h"

#include <gtest/gtest.h>

namespace credit {
namespace {

const Now kNow{{9'000'000}, {1'000'000}, {7}};

Record record(std::uint64_t epoch, std::uint64_t generation) {
    Record out;
    out.version = {epoch, generation};
    out.write_seq = 10;
    out.pair.emplace();
    out.pair->session_token = Secret::copy_of("st");
    out.pair->refresh_token = Secret::copy_of("rt");
    return out;
}

Intent intent(const char* fingerprint, std::uint64_t n = 0) {
    Intent out;
    out.idempotency_key = Secret::copy_of("key");
    out.fingerprint = fingerprint;
    out.n = n;
    out.attempts = 1;
    return out;
}

Txn txn(TxnKind kind, const Record& believed) {
    Txn out;
    out.kind = kind;
    out.owner = 5;
    out.expected = believed.version;
    out.proposal = believed;
    out.lease = seconds(18);
    if (kind == TxnKind::end) {
        out.proposal.pair.reset();
        out.proposal.tombstone = Tombstone{Code::session_ended, kNow.wall};
    }
    return out;
}

TxnPlan planned(const Txn& wanted, const std::optional<Record>& stored,
                StoreAnswer answer = StoreAnswer::present) {
    return plan(wanted, answer, stored, kNow, [](std::uint64_t owner) { return owner == 666; });
}

const TxnKind kAll[] = {TxnKind::mark,      TxnKind::commit,     TxnKind::swap,  TxnKind::suspect,
                        TxnKind::heal_mark, TxnKind::heal,       TxnKind::start, TxnKind::adopt,
                        TxnKind::end,       TxnKind::write_back, TxnKind::note};

TEST(TransactionTest, R3_OnlyFactsAndDamageThatWasSetAsideAreWrittenOver) {
    for (const TxnKind kind : kAll) {
        EXPECT_TRUE(may_write_over(kind, StoreAnswer::present));
        EXPECT_TRUE(may_write_over(kind, StoreAnswer::absent));
        for (const StoreAnswer answer :
             {StoreAnswer::locked, StoreAnswer::transient, StoreAnswer::denied,
              StoreAnswer::wrong_key, StoreAnswer::newer_format, StoreAnswer::full}) {
            EXPECT_FALSE(may_write_over(kind, answer));
            EXPECT_EQ(planned(txn(kind, record(1, 1)), std::nullopt, answer).outcome,
                      TxnOutcome::storage);
        }
        const bool whole = kind == TxnKind::commit || kind == TxnKind::swap ||
                           kind == TxnKind::heal || kind == TxnKind::start ||
                           kind == TxnKind::adopt || kind == TxnKind::end ||
                           kind == TxnKind::write_back;
        EXPECT_EQ(may_write_over(kind, StoreAnswer::corrupt), whole);
        EXPECT_EQ(may_write_over(kind, StoreAnswer::key_lost), whole);
    }
}

TEST(TransactionTest, R9_NothingGoesOverSomethingNewerButAnEnd) {
    Record stored = record(2, 5);
    stored.pair->refresh_token = Secret::copy_of("rt-newer");
    for (const TxnKind kind : kAll) {
        Txn wanted = txn(kind, record(1, 9));
        wanted.proposal.intent = intent("f");
        const TxnPlan out = planned(wanted, stored);
        const bool goes = kind == TxnKind::end || kind == TxnKind::adopt;
        EXPECT_EQ(out.outcome, goes ? TxnOutcome::applied : TxnOutcome::newer);
        EXPECT_EQ(out.write, goes);
        if (!goes) continue;
        EXPECT_GT(out.record.version.epoch, 2U);
        EXPECT_GE(out.record.version.generation, 9U);
    }
}

// ADR 9: what is begun over a store that forgot goes before what another process still holds in memory.
TEST(TransactionTest, R5_NumbersGoOnAlthoughTheStoreForgotThem) {
    const Now before{{kNow.wall.ms - 300'000}, {kNow.elapsed.ms - 300'000}, kNow.boot};
    const auto never_gone = [](std::uint64_t) { return false; };
    const Txn first = txn(TxnKind::start, Record{});
    Txn mark = txn(TxnKind::mark, Record{});
    mark.proposal.intent = intent("f");
    const Record old = plan(first, StoreAnswer::absent, {}, before, never_gone).record;
    const Record old_mark = plan(mark, StoreAnswer::absent, {}, before, never_gone).record;
    for (const StoreAnswer lost : {StoreAnswer::absent, StoreAnswer::corrupt}) {
        const TxnPlan fresh = planned(first, std::nullopt, lost);
        ASSERT_EQ(fresh.outcome, TxnOutcome::applied);
        EXPECT_GT(fresh.record.version.epoch, old.version.epoch);
        EXPECT_GT(fresh.record.write_seq, old.write_seq);
    }
    const TxnPlan fresh_mark = planned(mark, std::nullopt, StoreAnswer::absent);
    ASSERT_EQ(fresh_mark.outcome, TxnOutcome::applied);
    EXPECT_GT(fresh_mark.record.lease.fence, old_mark.lease.fence);
}

TEST(TransactionTest, R28_NumbersGrowAlthoughTheClockWentBack) {
    const Now back{{-1}, kNow.elapsed, kNow.boot};
    for (const TxnKind kind : {TxnKind::start, TxnKind::adopt, TxnKind::heal, TxnKind::end}) {
        Record stored = record(20'000'000, 3);
        stored.write_seq = 30'000'000;
        const TxnPlan out = plan(txn(kind, stored), StoreAnswer::present, stored, back,
                                 [](std::uint64_t) { return false; });
        ASSERT_EQ(out.outcome, TxnOutcome::applied);
        EXPECT_EQ(out.record.version.epoch, 20'000'001U);
        EXPECT_EQ(out.record.write_seq, 30'000'001U);
    }
}

TEST(TransactionTest, R4_WhatWritesBothSlots) {
    for (const TxnKind kind : kAll) {
        Txn wanted = txn(kind, record(1, 1));
        wanted.proposal.intent = intent("f");
        const TxnPlan out = planned(wanted, record(1, 1));
        const bool both = kind == TxnKind::heal || kind == TxnKind::start ||
                          kind == TxnKind::adopt || kind == TxnKind::end;
        EXPECT_EQ(out.both_slots, both);
        EXPECT_EQ(out.erase_quarantine, kind == TxnKind::end);
        EXPECT_GT(out.record.write_seq, 10U);
    }
}

TEST(TransactionTest, R8_ALeaseIsBusyUntilItLapsesOrItsOwnerIsGone) {
    Record stored = record(1, 1);
    stored.lease = {3, 77, {7}, kNow.elapsed + seconds(4)};
    Txn wanted = txn(TxnKind::mark, record(1, 1));
    wanted.proposal.intent = intent("f");
    TxnPlan out = planned(wanted, stored);
    EXPECT_EQ(out.outcome, TxnOutcome::busy);
    EXPECT_EQ(out.busy_for, seconds(4));
    EXPECT_FALSE(out.write);
    stored.lease.owner = 666;
    out = planned(wanted, stored);
    EXPECT_EQ(out.outcome, TxnOutcome::applied);
    EXPECT_GT(out.record.lease.fence, 3U);
    EXPECT_EQ(out.record.lease.owner, 5U);
    stored.lease.owner = 77;
    stored.lease.deadline = kNow.elapsed;
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);
    stored.lease.deadline = kNow.elapsed + days(1);
    stored.lease.boot = {8};
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);
    stored.lease.boot = {7};
    stored.lease.owner = 5;
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::busy);  // another handle of this process
    wanted.fence = stored.lease.fence;
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);
}

TEST(TransactionTest, R28_WhatALateEndLeavesAlone) {
    const auto started = [](std::int64_t at, std::uint64_t epoch) {
        Record stored = record(epoch, 5);
        stored.journal.add({{at}, JournalEvent::verdict, Code::ok, 5, "", ""});
        stored.journal.add({{at}, JournalEvent::started, Code::ok, 5, "", ""});
        return stored;
    };
    Txn end = txn(TxnKind::end, record(2, 4));
    end.proposal.tombstone->at = {kNow.wall.ms - 1000};
    const auto outcome = [&](const Record& stored) { return planned(end, stored).outcome; };
    EXPECT_EQ(outcome(started(kNow.wall.ms - 500, 3)), TxnOutcome::newer);
    EXPECT_EQ(outcome(started(kNow.wall.ms - 1000, 3)),
              TxnOutcome::applied);                                           // before it was asked
    EXPECT_EQ(outcome(started(kNow.wall.ms + 1, 3)), TxnOutcome::applied);    // the clock went back
    EXPECT_EQ(outcome(started(kNow.wall.ms - 500, 2)), TxnOutcome::applied);  // the session it knew
    Record gone = started(kNow.wall.ms - 500, 3);
    gone.pair.reset();
    EXPECT_EQ(outcome(gone), TxnOutcome::applied);
}

// R29 speaks of tokens by their generation.
TEST(TransactionTest, R5_AGenerationIsNeverGivenTwice) {
    const Txn wanted = txn(TxnKind::write_back, record(3, 4));  // adopted in memory, the store hung
    EXPECT_EQ(planned(wanted, record(2, 7)).record.version, (Version{3, 8}));
    EXPECT_EQ(planned(wanted, record(2, 2)).record.version, (Version{3, 4}));
    EXPECT_EQ(planned(wanted, record(3, 3)).record.version, (Version{3, 4}));
    EXPECT_EQ(planned(txn(TxnKind::commit, record(3, 4)), record(2, 7)).record.version,
              (Version{3, 9}));
}

TEST(TransactionTest, R25_WhatAnotherProcessCountedIsNotForgotten) {
    Record stored = record(1, 1);
    stored.heal = {{1000}, 3, {1500}, {9000}, 60'000, true};
    Txn wanted = txn(TxnKind::adopt, record(1, 1));
    wanted.replace = true;
    wanted.proposal.heal = {{1000}, 1, {1200}, {}, 0, false};
    const HealCounters same_day = planned(wanted, stored).record.heal;
    EXPECT_EQ(same_day, (HealCounters{{1000}, 3, {1500}, {9000}, 60'000, false}));
    wanted.proposal.heal.day = {500};
    EXPECT_EQ(planned(wanted, stored).record.heal.today, 3U);
    wanted.proposal.heal.day = {2000};
    EXPECT_EQ(planned(wanted, stored).record.heal.today, 1U);
}

TEST(TransactionTest, R9_ALeaseIsReleasedByItsHolderOnly) {
    Record stored = record(1, 1);
    stored.lease = {3, 5, {7}, kNow.elapsed + seconds(4)};
    Txn wanted = txn(TxnKind::commit, record(1, 1));
    wanted.fence = 3;
    EXPECT_EQ(planned(wanted, stored).record.lease.owner, 0U);
    wanted.fence = 2;  // taken again by this very process
    EXPECT_EQ(planned(wanted, stored).record.lease.owner, 5U);
    stored.lease.owner = 77;
    wanted.fence = 3;
    EXPECT_EQ(planned(wanted, stored).record.lease.owner, 77U);
    EXPECT_EQ(planned(wanted, stored).outcome,
              TxnOutcome::applied);  // a received pair is committed all the same
}

TEST(TransactionTest, R12_AnIntentOfAnotherProcessForTheSameTokenGoesOn) {
    Record stored = record(1, 1);
    stored.intent = intent("f");
    stored.intent->attempts = 7;
    stored.intent->answered = 3;
    stored.intent->shape = "theirs";
    Txn wanted = txn(TxnKind::mark, record(1, 1));
    wanted.proposal.intent = intent("f");
    wanted.proposal.intent->not_before = {123};
    Intent merged = *planned(wanted, stored).record.intent;
    EXPECT_EQ(merged.attempts, 8U);
    EXPECT_EQ(merged.answered, 3U);
    EXPECT_EQ(merged.shape, "theirs");
    EXPECT_EQ(merged.not_before.ms, 123);
    EXPECT_FALSE(merged.maybe_sent);
    stored.intent->maybe_sent = true;
    EXPECT_TRUE(planned(wanted, stored).record.intent->maybe_sent);
    wanted.proposal.intent->maybe_sent = true;
    EXPECT_TRUE(planned(wanted, stored).record.intent->maybe_sent);
    wanted.proposal.intent->key_epoch = 1;  // replaced meanwhile: theirs is the old one
    merged = *planned(wanted, stored).record.intent;
    EXPECT_EQ(merged.key_epoch, 1U);
    EXPECT_EQ(merged.attempts, 8U);
    stored.intent->fingerprint = "of another token";
    EXPECT_EQ(planned(wanted, stored).record.intent->attempts, 1U);
    stored.intent = intent("f", 1);
    EXPECT_EQ(planned(wanted, stored).record.intent->attempts, 1U);
}

TEST(TransactionTest, R31_AFirstAttemptFromTheFutureCountsFromNow) {
    Record believed = record(1, 1);
    believed.intent = intent("f");
    believed.intent->first = {{6}, {5'000'000}, {kNow.wall.ms + 1}};  // another boot
    const TxnPlan out = planned(txn(TxnKind::mark, believed), record(1, 1));
    ASSERT_EQ(out.outcome, TxnOutcome::applied);
    EXPECT_EQ(out.record.intent->first.wall, kNow.wall);
    EXPECT_EQ(out.record.intent->first.elapsed, kNow.elapsed);
    believed.intent->first.wall = WallTime{kNow.wall.ms - 1};
    EXPECT_EQ(planned(txn(TxnKind::mark, believed), record(1, 1)).record.intent->first.wall.ms,
              kNow.wall.ms - 1);
}

TEST(TransactionTest, R25_AnAcceptedCallIsNotForgottenByAMark) {
    Record stored = record(1, 1);
    Txn wanted = txn(TxnKind::mark, record(1, 1));
    wanted.proposal.intent = intent("f");
    EXPECT_FALSE(planned(wanted, stored).record.heal.accepted_since);
    wanted.proposal.heal.accepted_since = true;
    EXPECT_TRUE(planned(wanted, stored).record.heal.accepted_since);
    stored.heal.accepted_since = true;
    wanted.proposal.heal.accepted_since = false;
    EXPECT_TRUE(planned(wanted, stored).record.heal.accepted_since);
}

TEST(TransactionTest, R11_AnotherPairUnderTheSameVersionWasFirst) {
    Record stored = record(1, 2);
    stored.pair->refresh_token = Secret::copy_of("rt-theirs");
    for (const TxnKind kind :
         {TxnKind::mark, TxnKind::suspect, TxnKind::heal_mark, TxnKind::write_back}) {
        Txn wanted = txn(kind, record(1, 2));
        wanted.proposal.intent = intent("f");
        const TxnPlan out = planned(wanted, stored);
        EXPECT_EQ(out.outcome, TxnOutcome::newer);
        EXPECT_TRUE(same_pair(*out.record.pair, *stored.pair));
    }
    stored.pair.reset();
    EXPECT_EQ(planned(txn(TxnKind::write_back, record(1, 2)), stored).outcome, TxnOutcome::applied);
    Txn empty = txn(TxnKind::write_back, record(1, 2));
    empty.proposal.pair.reset();
    EXPECT_EQ(planned(empty, record(1, 2)).outcome, TxnOutcome::applied);
}

TEST(TransactionTest, R24_APairThatAnotherProcessDroppedIsNeitherMarkedNorSuspected) {
    Record stored = record(1, 2);
    stored.pair.reset();
    for (const TxnKind kind : {TxnKind::mark, TxnKind::suspect}) {
        const TxnPlan out = planned(txn(kind, record(1, 2)), stored);
        EXPECT_EQ(out.outcome, TxnOutcome::newer);
        EXPECT_FALSE(out.write);
        EXPECT_FALSE(out.record.pair.has_value());
    }
}

TEST(TransactionTest, R4_LostOrRolledBackIsRestoredUnderItsOwnVersion) {
    Record stored = record(1, 2);
    stored.pair->refresh_token = Secret::copy_of("rt-old");
    stored.lease.fence = 9;
    stored.write_seq = 30;
    JournalEntry entry;
    entry.what = JournalEvent::started;
    stored.journal.add(entry);
    const TxnPlan out = planned(txn(TxnKind::write_back, record(1, 4)), stored);
    EXPECT_EQ(out.record.version, (Version{1, 4}));
    EXPECT_EQ(out.record.lease.fence, 9U);
    EXPECT_GT(out.record.write_seq, 30U);
    EXPECT_EQ(out.record.journal, stored.journal);
    Record mine = record(1, 4);
    entry.what = JournalEvent::adopted;
    mine.journal.add(entry);
    EXPECT_EQ(
        planned(txn(TxnKind::write_back, mine), std::nullopt, StoreAnswer::absent).record.journal,
        mine.journal);
    EXPECT_EQ(planned(txn(TxnKind::write_back, record(1, 4)), record(1, 4)).outcome,
              TxnOutcome::applied);
}

TEST(TransactionTest, R28_WhichAdoptIsStale) {
    Record stored = record(1, 1);
    Txn wanted = txn(TxnKind::adopt, record(1, 1));
    const auto outcome = [&](std::int64_t mine, std::int64_t theirs, std::int64_t my_end,
                             std::int64_t their_end) {
        wanted.proposal.pair->server_time_ms = mine;
        stored.pair->server_time_ms = theirs;
        wanted.proposal.pair->session_expires_at_ms = my_end;
        stored.pair->session_expires_at_ms = their_end;
        return planned(wanted, stored).outcome;
    };
    EXPECT_EQ(outcome(5, 6, 0, 0), TxnOutcome::stale);
    EXPECT_EQ(outcome(6, 6, 0, 0), TxnOutcome::applied);
    EXPECT_EQ(outcome(0, 6, 5, 6), TxnOutcome::stale);
    EXPECT_EQ(outcome(6, 0, 6, 6), TxnOutcome::applied);
    EXPECT_EQ(outcome(0, 0, 0, 6), TxnOutcome::applied);
    EXPECT_EQ(outcome(0, 0, 6, 0), TxnOutcome::applied);
    wanted.proposal.pair->server_time_ms = 5;
    stored.pair->server_time_ms = 6;
    stored.suspect.emplace();
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);  // what is stored is dead
    stored.suspect.reset();
    wanted.replace = true;
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);
    stored = Record{};
    stored.version = {1, 1};
    stored.tombstone.emplace();
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);  // the end was known
    stored.version = {2, 1};
    EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::newer);  // and this one was not
}

TEST(TransactionTest, R24_AVerdictCountsUnderTheLeaseOnly) {
    Record stored = record(1, 1);
    stored.lease = {4, 77, {7}, kNow.elapsed + seconds(9)};
    for (const TxnKind kind : {TxnKind::suspect, TxnKind::swap}) {
        Txn wanted = txn(kind, record(1, 1));
        wanted.fence = 3;
        EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::busy);
        wanted.fence = 4;
        EXPECT_EQ(planned(wanted, stored).outcome, TxnOutcome::applied);
        EXPECT_EQ(planned(wanted, std::nullopt, StoreAnswer::absent).outcome, TxnOutcome::applied);
    }
}

}  // namespace
}  // namespace credit
