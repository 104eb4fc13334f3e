// Corners of the machine's dealings with the store and with other processes.
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(MachineCorner, ACallerWaitsForAnAdoptionAndForAStart) {
    World w;
    Process& p = w.open();
    p.storage_stalls = true;
    const OpID early = p.adopt(w.server.mint(w.now));  // before the store was read
    const OpID token = p.token();
    w.settle();
    go_on(w, p);
    EXPECT_TRUE(p.op(early).finished);
    EXPECT_EQ(p.op(token).token, "st-1");

    World other;
    Process& q = other.open();
    other.settle();
    const OpID start = q.start();
    stop_at(other, q, TxnKind::start);
    const OpID waits = q.token();
    const OpID second = q.start();
    other.settle();
    EXPECT_EQ(q.op(waits).answers + q.op(second).answers, 0);
    go_on(other, q);
    EXPECT_TRUE(q.op(start).finished);
    EXPECT_TRUE(q.op(second).finished);
    EXPECT_EQ(q.op(waits).token, "st-1");
    EXPECT_EQ(other.provider.asked, 1);
}

TEST(MachineCorner, ADeadlinePassesWhileAnotherAsks) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    const OpID op = p.token({}, seconds(2));
    w.settle();
    w.now.elapsed = w.now.elapsed + seconds(3);  // the timer is late
    p.token();
    EXPECT_TRUE(p.op(op).failed_with(Code::deadline));
}

TEST(MachineCorner, AdoptionAndTheStore) {
    World w;
    w.crash(w.started());
    w.disk.damage = StoreAnswer::corrupt;
    Process& p = w.open();
    w.settle();
    const OpID op = p.adopt(w.server.mint(w.now));
    w.settle();
    EXPECT_TRUE(p.op(op).finished);

    World locked;
    locked.crash(locked.started());
    locked.disk.sick = StoreAnswer::locked;
    Process& q = locked.open();
    locked.settle();
    q.storage_stalls = true;
    q.hint(Hint::storage_unlocked);
    const OpID waits = q.adopt(locked.server.mint(locked.now));
    locked.settle();
    EXPECT_EQ(q.op(waits).answers, 0);  // the store is being read again
    go_on(locked, q);
    EXPECT_TRUE(q.op(waits).failed_with(Code::storage_locked));
    locked.disk.sick = StoreAnswer::transient;
    const OpID start = q.start();
    locked.settle();
    EXPECT_TRUE(q.op(start).failed_with(Code::storage_transient));
    EXPECT_EQ(q.journal_count(JournalEvent::storage_failed), 2);
}

TEST(MachineCorner, InstallingFailsInItsWays) {
    World w;
    Process& p = w.started();
    for (const StoreAnswer answer : {StoreAnswer::transient, StoreAnswer::locked}) {
        w.disk.fail(FakeDisk::Op::write, answer, 1);
        const OpID op = p.adopt(w.server.mint(w.now));
        w.settle();
        EXPECT_TRUE(p.op(op).finished);  // held in memory
        w.advance(minutes(1));
        EXPECT_FALSE(p.has(StateInfo::kUnsaved));
    }
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::denied, 1);
    EXPECT_TRUE(w.start(p, true).failed_with(Code::storage_denied));
    EXPECT_TRUE(w.get(p).given);
}

TEST(MachineCorner, AStartFindsThatAnotherProcessStarted) {
    World w;
    Process& p = w.open();
    Process& q = w.open();
    w.settle();
    w.provider.held = true;
    const OpID one = p.start();
    w.settle();
    w.provider.held = false;
    q.start();
    p.storage_stalls = true;
    w.settle();
    p.storage_stalls = false;
    w.settle();
    EXPECT_TRUE(p.op(one).finished);
    EXPECT_EQ(p.record().version.epoch, w.disk.record->version.epoch);
}

TEST(MachineCorner, ClosingWhileAnAdoptionIsWritten) {
    World w;
    Process& p = w.started();
    const OpID op = p.adopt(w.server.mint(w.now));
    p.storage_stalls = true;
    p.close();
    EXPECT_TRUE(p.op(op).failed_with(Code::closed));
    go_on(w, p);
    EXPECT_TRUE(p.closed);
    EXPECT_EQ(w.record_token(), "st-2");
}

TEST(MachineCorner, EndingWhileAnAdoptionIsWritten) {
    World w;
    Process& p = w.started();
    const OpID op = p.adopt(w.server.mint(w.now));
    p.end();
    EXPECT_TRUE(p.op(op).failed_with(Code::session_ended));
    w.settle();
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
}

TEST(MachineCorner, AnAdoptionOvertakesARefresh) {
    for (const bool dead : {false, true}) {
        Expired w;
        if (dead) w.server.scripted.push_back(answer_dead());
        w.server.held = true;
        w.p->token();
        w.settle();
        w.p->adopt(w.server.mint(w.now));
        w.settle();
        w.server.held = false;
        w.settle();
        EXPECT_EQ(w.p->record().version.generation, 2U);
        EXPECT_FALSE(w.disk.record->suspect.has_value());
        EXPECT_TRUE(w.p->journal_has(JournalEvent::late_reply_dropped));
    }
}

TEST(MachineCorner, ASaveThatIsOvertakenDoesNotCount) {
    World w;
    Process& p = w.started();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1);
    p.adopt(w.server.mint(w.now));
    stop_at(w, p, TxnKind::write_back);
    p.adopt(w.server.mint(w.now));
    p.storage_stalls = false;
    ASSERT_TRUE(p.has(StateInfo::kUnsaved));
    // The save is executed, but before its answer is heard the next adoption is: kept in memory,
    // for it could not be written.
    const Record kept = p.record();
    Record newer = kept;
    newer.version.epoch += 1;
    newer.version.generation += 1;
    p.feed(event::Loaded{StoreAnswer::present, "", newer});
    p.work();
    EXPECT_EQ(p.record().version, newer.version);
    w.settle();
}

// A transaction about the old pair is under way while an adoption moves the session on.
TEST(MachineCorner, AnUnsavedAdoptionBesideAFlight) {
    for (const TxnKind kind : {TxnKind::mark, TxnKind::commit, TxnKind::suspect}) {
        Expired w;
        if (kind == TxnKind::suspect) w.server.scripted.push_back(answer_dead());
        w.p->stall_at = kind;
        w.p->token();
        for (int i = 0; i < 2000 && !w.p->storage_stalls; ++i)
            w.advance(Millis{50});
        ASSERT_TRUE(w.p->storage_stalls);
        w.p->stall_at.reset();
        Record newer = *w.disk.record;  // somebody else's session, seen by a look that was quicker
        newer.version.epoch += 1;
        newer.version.generation += 1;
        newer.intent.reset();
        newer.suspect.reset();
        newer.pair->session_token = secret("st-x");
        newer.pair->refresh_token = secret("rt-x");
        newer.pair->sent = Stamp::of(w.now);
        w.p->feed(event::Loaded{StoreAnswer::present, "", newer});
        go_on(w, *w.p);
        EXPECT_EQ(text_of(w.p->record().pair->session_token), "st-x");
        EXPECT_EQ(w.p->record().version, newer.version);
    }
}

TEST(MachineCorner, ACommitThatFailsAfterAnotherEpochBeganIsDropped) {
    Expired w;
    w.p->token();
    stop_at(w, *w.p, TxnKind::commit);
    Record newer = *w.disk.record;
    newer.version.epoch += 1;
    newer.intent.reset();
    newer.pair->refresh_token = secret("rt-x");
    w.p->feed(event::Loaded{StoreAnswer::present, "", newer});
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::transient, 1);
    go_on(w, *w.p);
    EXPECT_EQ(w.p->record().version.epoch, newer.version.epoch);
}

TEST(MachineCorner, ACommitMeetsAnEnd) {
    Expired w;
    Process& other = w.open();
    w.settle();
    w.p->token();
    stop_at(w, *w.p, TxnKind::commit);
    other.end();
    w.settle();
    go_on(w, *w.p);
    EXPECT_TRUE(w.p->is(PublicState::no_session));
}

TEST(MachineCorner, LooksAtTheStoreThatTellNothingNew) {
    Expired w;
    w.server.held = true;
    w.p->token();
    w.settle();
    const Record marked = w.p->record();
    Record same = marked;
    same.intent.reset();
    w.p->feed(
        event::Loaded{StoreAnswer::present, "", same});  // a refresh is under way: it knows better
    EXPECT_TRUE(w.p->record().intent.has_value());
    w.server.held = false;
    w.settle();
    w.p->accepted(w.p->record().version.generation);
    same = *w.disk.record;
    w.p->feed(event::Loaded{StoreAnswer::present, "", same});
    EXPECT_TRUE(w.p->record().heal.accepted_since);
    w.p->feed(event::Loaded{StoreAnswer::present, "", w.p->record()});
    EXPECT_TRUE(w.p->record().heal.accepted_since);

    Expired healing;
    healing.server.revoked = true;
    healing.provider.held = true;
    healing.p->token();
    healing.advance(seconds(6));
    ASSERT_EQ(healing.provider.asked, 2);
    healing.p->feed(event::Loaded{StoreAnswer::present, "", healing.p->record()});
    healing.provider.held = false;
    healing.settle();
    EXPECT_TRUE(healing.p->has_token());
}

TEST(MachineCorner, LooksAtTheStoreWhileSomethingIsUnsaved) {
    World w;
    Process& p = w.started();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 3);
    p.adopt(w.server.mint(w.now));
    w.settle();
    ASSERT_TRUE(p.has(StateInfo::kUnsaved));
    EXPECT_EQ(w.get(p).token, "st-2");  // the store is behind, and it is known
    p.feed(event::Loaded{StoreAnswer::present, "", *w.disk.record});
    p.feed(event::Loaded{StoreAnswer::absent, "", std::nullopt});
    EXPECT_FALSE(p.journal_has(JournalEvent::storage_lost));
    p.feed(event::Loaded{StoreAnswer::present, "", p.record()});  // a failed sync left it there
    p.feed(event::Loaded{StoreAnswer::absent, "", std::nullopt});
    p.storage_stalls = false;
    w.settle();
    EXPECT_FALSE(p.journal_has(JournalEvent::storage_rolled_back));
    EXPECT_TRUE(p.journal_has(JournalEvent::storage_lost));
    w.advance(minutes(1));
    EXPECT_EQ(w.record_token(), "st-2");
}

TEST(MachineCorner, ClosingWithSomethingUnsavedMakesALastTry) {
    World w;
    Process& p = w.started();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1);
    p.adopt(w.server.mint(w.now));
    w.settle();
    p.close();
    w.settle();
    EXPECT_TRUE(p.closed);
    EXPECT_EQ(w.record_token(), "st-2");
}

TEST(MachineCorner, ARollbackDuringACommitIsWrittenOverByIt) {
    Expired w;
    const Record before = *w.disk.record;
    w.get(*w.p);
    w.advance(minutes(31));
    w.p->token();
    stop_at(w, *w.p, TxnKind::commit);
    w.p->feed(event::Loaded{StoreAnswer::present, "", before});
    w.advance(seconds(1));
    go_on(w, *w.p);
    w.advance(seconds(1));
    EXPECT_EQ(w.disk.record->version.generation, 3U);
    EXPECT_FALSE(w.p->has(StateInfo::kUnsaved));
}

TEST(MachineCorner, CallersArriveWhileTheStoreIsReadAndItCannotBe) {
    World w;
    w.crash(w.started());
    w.disk.damage = StoreAnswer::wrong_key;
    Process& p = w.open();
    p.storage_stalls = true;
    const OpID one = p.token();
    const OpID two = p.token();
    go_on(w, p);
    EXPECT_TRUE(p.op(one).failed_with(Code::storage_wrong_key));
    EXPECT_TRUE(p.op(two).failed_with(Code::storage_wrong_key));
}

TEST(MachineCorner, TheEndComesWhileTheStoreIsRead) {
    World w;
    w.crash(w.started());
    Process& p = w.open();
    p.storage_stalls = true;
    p.token();
    p.end();
    go_on(w, p);
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    p.hint(Hint::foreground);
    w.settle();
    EXPECT_TRUE(p.is(PublicState::no_session));
}

TEST(MachineCorner, ANoteMeetsSomethingNewer) {
    Expired w;
    w.server.scripted.push_back(answer_lost());
    w.p->token();
    stop_at(w, *w.p, TxnKind::note);
    Record newer = *w.disk.record;
    newer.version.generation += 1;
    newer.intent.reset();
    newer.pair->session_token = secret("st-x");
    newer.pair->refresh_token = secret("rt-x");
    newer.pair->sent = Stamp::of(w.now);
    newer.write_seq += 1;
    w.disk.put(newer);
    go_on(w, *w.p);
    EXPECT_EQ(text_of(w.p->published->token), "st-x");
}

TEST(MachineCorner, ANoteThatIsNotTakenOrComesLate) {
    Expired w;
    w.server.scripted.push_back(answer_lost());
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::done, 1);
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::transient, 1);
    EXPECT_EQ(w.get(*w.p).token, "st-2");  // its counters were lost, nothing else

    Expired late;
    late.server.scripted.push_back(answer_lost());
    late.p->token();
    stop_at(late, *late.p, TxnKind::note);
    Record newer = *late.disk.record;
    newer.version.generation += 1;
    newer.intent.reset();
    newer.pair->sent = Stamp::of(late.now);
    late.p->feed(event::Loaded{StoreAnswer::present, "", newer});
    go_on(late, *late.p);
    EXPECT_EQ(late.p->record().version.generation, newer.version.generation);
}

TEST(MachineCorner, HealingMeetsASessionThatSomebodyElseStarted) {
    for (const TxnKind kind : {TxnKind::heal_mark, TxnKind::heal}) {
        Expired w;
        w.server.revoked = true;
        w.p->token();
        stop_at(w, *w.p, kind);
        Process& other = w.open();
        w.settle();
        other.start();
        w.settle();
        const Record theirs = *w.disk.record;
        go_on(w, *w.p);
        EXPECT_EQ(w.p->record().version, theirs.version);
        EXPECT_TRUE(w.p->has_token());
    }
}

TEST(MachineCorner, AnAlternateWithoutARefreshTokenIsNone) {
    World w;
    w.setup.backend_managed = true;
    Process& p = w.open();
    w.settle();
    Issued issued = w.server.mint(w.now);
    issued.refresh_token = nullptr;
    p.adopt(issued);
    w.settle();
    w.advance(minutes(31));
    RefreshAnswer answer;
    answer.kind = AnswerKind::issued;
    answer.issued = w.server.mint(w.now);
    answer.issued.refresh_token = nullptr;
    w.server.scripted.push_back(answer);
    w.server.held = true;
    p.token();
    w.settle();
    Record newer = p.record();
    newer.version.generation += 1;
    newer.intent.reset();
    newer.pair->session_token = secret("st-x");
    newer.pair->sent = Stamp::of(w.now);
    p.feed(event::Loaded{StoreAnswer::present, "", newer});
    w.server.held = false;
    w.settle();
    EXPECT_EQ(text_of(p.record().pair->session_token), "st-x");
}

TEST(MachineCorner, APairThatWasThrownAwayIsNotLost) {
    Expired w(without_provider());
    w.server.revoked = true;
    w.get(*w.p);
    w.advance(hours(25));
    ASSERT_FALSE(w.p->record().pair.has_value());
    w.disk.lose();
    EXPECT_TRUE(w.get(*w.p).failed_with(Code::no_session));
    EXPECT_FALSE(w.disk.record.has_value());
}

TEST(MachineCorner, AStoreThatHangs) {
    World w;
    w.crash(w.started());
    Process& p = w.open();
    p.storage_stalls = true;
    const OpID op = p.token({}, seconds(2));
    w.advance(seconds(3));
    EXPECT_TRUE(p.op(op).failed_with(Code::deadline));
    go_on(w, p);
    EXPECT_EQ(w.get(p).token, "st-1");
    p.storage_stalls = true;
    const OpID alone = p.token();
    w.advance(seconds(1));
    EXPECT_EQ(p.op(alone).token, "st-1");
    EXPECT_EQ(p.op(p.token()).token, "st-1");
    go_on(w, p);
    w.disk.sick = StoreAnswer::locked;
    EXPECT_EQ(w.get(p).token, "st-1");
}

TEST(MachineCorner, R29_ARejectedTokenStaysRejectedWhenItsPairTurnsUpInTheStore) {
    World w;
    Process& p = w.started();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 3);
    p.adopt(w.server.mint(w.now));
    w.settle();
    ASSERT_TRUE(p.has(StateInfo::kUnsaved));
    const Record mine = p.record();
    p.reject(mine.version.generation);
    p.feed(event::Loaded{StoreAnswer::present, "", mine});  // a failed sync left it there
    w.settle();
    EXPECT_NE(w.get(p).token, text_of(mine.pair->session_token));
}

TEST(MachineCorner, ARotationThatAFailedSyncLeftVisibleIsWrittenAgain) {
    Expired w;
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::done, 1);  // the mark goes through
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::full, 40);
    EXPECT_EQ(w.get(*w.p).token, "st-2");
    ASSERT_TRUE(w.p->has(StateInfo::kUnsaved));
    w.p->feed(event::Loaded{StoreAnswer::present, "", w.p->record()});
    EXPECT_TRUE(w.p->has(StateInfo::kUnsaved));
    EXPECT_EQ(w.get(*w.p).token, "st-2");
}

TEST(MachineCorner, AnotherProcessIsAheadOfWhatIsUnsaved) {
    World w;
    Process& p = w.started();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1);
    p.adopt(w.server.mint(w.now));
    w.settle();
    ASSERT_TRUE(p.has(StateInfo::kUnsaved));
    Record theirs = *w.disk.record;
    theirs.version = {theirs.version.epoch + 5, 9};
    theirs.pair->session_token = secret("st-x");
    theirs.pair->server_time_ms += 3'600'000;  // the younger of two sessions stays
    theirs.write_seq += 1;
    w.disk.put(theirs);
    EXPECT_EQ(w.get(p).token, "st-x");
    EXPECT_FALSE(p.has(StateInfo::kUnsaved));
}

}  // namespace
}  // namespace credit::test
