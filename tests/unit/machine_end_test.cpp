// PROTOCOL, the end of a session (R28) and what the machine shows of it (R35, R37).
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R28_EndSpendsTheHandle) {
    World w;
    Process& p = w.started();
    const OpID waiting = p.token(hours(1));
    const OpID end = p.end();
    EXPECT_TRUE(p.op(waiting).failed_with(Code::session_ended));
    EXPECT_TRUE(p.spent);
    w.settle();
    EXPECT_TRUE(p.op(end).finished);
    EXPECT_TRUE(p.is(PublicState::no_session));
    EXPECT_EQ(p.info.reason, Code::session_ended);
    EXPECT_TRUE(w.start(p).failed_with(Code::session_spent));
    const OpID adopt = p.adopt(w.server.mint(w.now));
    EXPECT_TRUE(p.op(adopt).failed_with(Code::session_spent));
    EXPECT_TRUE(w.get(p).failed_with(Code::session_ended));
    const OpID again = p.end();
    EXPECT_TRUE(p.op(again).finished);
    p.hint(Hint::foreground);
    p.reject(1);
    w.settle();
    EXPECT_EQ(w.get(p).error.code, Code::session_ended);
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
}

TEST(Protocol, R28_NotResurrectedByALateReply) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    p.end();
    w.settle();
    w.server.held = false;
    w.advance(minutes(5));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_FALSE(p.has_token());
}

TEST(Protocol, R28_NotResurrectedByACommitThatWasOnItsWay) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    p.token();
    while (p.txns.back() != TxnKind::commit)
        ASSERT_TRUE(p.work());
    p.end();  // the commit is written first, the end after it
    w.settle();
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_TRUE(w.disk.other->tombstone.has_value());
    EXPECT_TRUE(w.get(p).failed_with(Code::session_ended));
}

TEST(Protocol, R28_NotResurrectedByAProvidersAnswer) {
    for (const bool healing : {false, true}) {
        World w;
        Process& p = w.started();
        w.provider.held = true;
        if (healing) {
            w.advance(minutes(31));
            w.server.revoked = true;
            p.token();
            w.advance(seconds(6));
        } else {
            p.start(true);
            w.settle();
        }
        ASSERT_EQ(w.provider.asked, 2);
        p.end();
        w.settle();
        w.provider.held = false;
        w.advance(minutes(5));
        EXPECT_TRUE(w.disk.record->tombstone.has_value());
        EXPECT_FALSE(p.has_token());
    }
}

// Whatever transaction is under way when the session is ended, the tombstone has the last word.
TEST(Protocol, R28_NotResurrectedByAnyTransactionUnderWay) {
    enum { mark, judge, heal_mark, heal, start, adopt, save, note };
    for (int what = mark; what <= note; ++what) {
        World w;
        Process& p = w.started();
        if (what != start && what != adopt && what != save) w.advance(minutes(31));
        if (what == judge || what == heal_mark || what == heal) w.server.revoked = true;
        if (what == note) w.server.scripted.push_back(answer_lost());
        const TxnKind kinds[] = {TxnKind::mark,       TxnKind::suspect, TxnKind::heal_mark,
                                 TxnKind::heal,       TxnKind::start,   TxnKind::adopt,
                                 TxnKind::write_back, TxnKind::note};
        p.stall_at = kinds[what];
        if (what == start) p.start(true);
        if (what == adopt) p.adopt(w.server.mint(w.now));
        if (what == save) {
            w.disk.lose();
            p.hint(Hint::foreground);
        } else {
            p.token({}, minutes(2));
        }
        for (int i = 0; i < 1000 && !p.storage_stalls; ++i)
            w.advance(Millis{50});
        ASSERT_TRUE(p.storage_stalls) << what;
        const OpID end = p.end();
        p.stall_at.reset();
        p.storage_stalls = false;
        w.advance(minutes(10));
        EXPECT_TRUE(p.op(end).finished) << what;
        EXPECT_TRUE(w.disk.record->tombstone.has_value()) << what;
        EXPECT_FALSE(p.has_token()) << what;
        EXPECT_TRUE(p.is(PublicState::no_session)) << what;
        p.close();
        w.settle();
        EXPECT_TRUE(p.closed) << what;
    }
}

TEST(Protocol, R28_NotResurrectedByAnotherProcess) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    w.advance(minutes(31));
    w.server.held = true;
    const OpID op = second.token();
    w.settle();
    first.end();
    w.settle();
    w.server.held = false;
    w.settle();
    EXPECT_TRUE(second.op(op).failed_with(Code::session_ended));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_TRUE(second.is(PublicState::no_session));
    EXPECT_EQ(second.info.reason, Code::session_ended);
    EXPECT_EQ(w.provider.asked, 1);
}

TEST(Protocol, R28_NotResurrectedByAnotherProcessThatHoldsAnUnsavedPair) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    w.advance(minutes(31));
    w.server.held = true;
    second.token();
    w.settle();
    w.server.held = false;
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::full, 1);
    w.settle();
    EXPECT_TRUE(second.has(StateInfo::kUnsaved));
    first.end();
    w.advance(minutes(1));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_TRUE(w.get(second).failed_with(Code::session_ended));
}

// Both counted on from the same epoch: the end was asked for after the adopt, which the store never took.
TEST(Protocol, R28_AnEndIsNotUndoneByWhatAnotherProcessAdoptedInMemory) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::locked, 1);
    second.adopt(w.server.mint(w.now), true);
    w.settle();
    ASSERT_TRUE(second.has(StateInfo::kUnsaved));
    first.end();
    w.settle();
    ASSERT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_EQ(w.disk.record->version.epoch, second.record().version.epoch);
    w.advance(minutes(1));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_TRUE(w.get(second).failed_with(Code::session_ended));
}

// Written back under a number of its own, a token that was refused stays refused.
TEST(Protocol, R29_ARejectedTokenStaysRejectedUnderItsNewNumber) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    w.disk.fail(FakeDisk::Op::lock, StoreAnswer::locked, 1);
    second.adopt(w.server.mint(w.now), true);
    w.settle();
    ASSERT_TRUE(second.has(StateInfo::kUnsaved));
    const std::uint64_t number = second.record().version.generation;
    second.accepted(number);
    w.server.held = true;
    second.reject(number);
    w.disk.put([&] {  // meanwhile the other process refreshed twice
        Record stored = *w.disk.record;
        stored.version.generation += 2;
        stored.write_seq += 2;
        return stored;
    }());
    w.disk.forget_high_water();
    w.advance(seconds(5));
    ASSERT_FALSE(second.has(StateInfo::kUnsaved));
    EXPECT_GT(second.record().version.generation, number);
    EXPECT_FALSE(second.has_token());
    static_cast<void>(first);
}

TEST(Protocol, R28_AStartThatRacesWithAnEndElsewhereLoses) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    w.provider.held = true;
    const OpID start = second.start(true);
    w.settle();
    first.end();
    w.settle();
    const OpID adopt = second.adopt(w.server.mint(w.now));
    w.provider.held = false;
    w.settle();
    EXPECT_TRUE(second.op(start).failed_with(Code::session_ended));
    EXPECT_TRUE(second.op(adopt).failed_with(Code::session_ended));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    const std::uint64_t ended = w.disk.record->version.epoch;
    EXPECT_TRUE(w.start(second).finished);  // asked for after the end was seen: a new session
    EXPECT_GT(w.disk.record->version.epoch, ended);
}

TEST(Protocol, R28_NotResurrectedByHealingThatWasUnderWayElsewhere) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    w.advance(minutes(31));
    w.server.revoked = true;
    w.provider.held = true;
    const OpID op = second.token();
    w.advance(seconds(6));
    ASSERT_TRUE(second.asks.size() == 1 && second.asks[0].healing);
    first.end();
    w.settle();
    second.hint(Hint::foreground);  // it sees the end while its question is out
    w.settle();
    w.provider.held = false;
    w.advance(minutes(5));
    EXPECT_TRUE(second.op(op).failed_with(Code::session_ended));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    EXPECT_FALSE(second.has_token());
}

TEST(Protocol, R28_NotResurrectedByARestartOrAnOldSlot) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.get(p);
    p.end();
    w.settle();
    w.crash(p);
    w.disk.roll_back();
    Process& again = w.open();
    w.settle();
    EXPECT_TRUE(again.is(PublicState::no_session));
    EXPECT_TRUE(w.get(again).failed_with(Code::session_ended));
    EXPECT_EQ(w.provider.asked, 1);
    EXPECT_TRUE(w.start(again).finished);
    EXPECT_EQ(w.disk.record->version.generation, 3U);  // it never restarts
}

// The store did not take the end; the app went on with a new session on another handle.
TEST(Protocol, R28_ALateEndDoesNotEndTheSessionThatCameAfterIt) {
    for (const bool adopt : {false, true}) {
        World w;
        Process& old = w.started();
        w.disk.sick = StoreAnswer::locked;
        const OpID end = old.end();
        w.settle();
        EXPECT_TRUE(old.op(end).failed_with(Code::storage_locked));
        w.advance(seconds(1));
        Process& next = w.open();
        w.disk.sick.reset();
        w.settle();
        if (adopt) {
            next.adopt(w.server.mint(w.now), true);
        } else {
            next.start(true);
        }
        w.settle();
        const Version lives = next.record().version;
        w.advance(minutes(5));
        EXPECT_FALSE(w.disk.record->tombstone.has_value());
        EXPECT_EQ(w.disk.record->version.epoch, lives.epoch);
        EXPECT_TRUE(w.get(next).given);
        EXPECT_TRUE(old.spent);
        EXPECT_FALSE(old.has_token());
        old.close();
        w.settle();
        EXPECT_TRUE(old.closed);
    }
}

TEST(Protocol, R28_EndingWithAFailingStoreFailsAndGoesOn) {
    World w;
    Process& p = w.started();
    w.disk.sick = StoreAnswer::locked;
    const OpID op = p.end();
    w.settle();
    EXPECT_TRUE(p.op(op).failed_with(Code::storage_locked));
    EXPECT_FALSE(p.has_token());
    w.advance(minutes(5));
    const OpID again = p.end();
    w.settle();
    EXPECT_TRUE(p.op(again).failed_with(Code::storage_locked));  // told at once
    w.disk.sick.reset();
    w.advance(seconds(31));
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    const OpID last = p.end();
    EXPECT_TRUE(p.op(last).finished);
}

TEST(Protocol, R28_EndThenCloseAtOnceStillEnds) {
    World w;
    Process& p = w.started();
    const OpID op = p.end();
    p.close();
    w.settle();
    EXPECT_TRUE(p.op(op).finished);
    EXPECT_TRUE(p.closed);
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
}

TEST(Protocol, R28_ClosingMakesALastTryToEnd) {
    World w;
    Process& p = w.started();
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::transient, 1);
    p.end();
    w.settle();
    EXPECT_FALSE(w.disk.record->tombstone.has_value());
    p.close();
    w.settle();
    EXPECT_TRUE(p.closed);
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    World sick;
    Process& q = sick.started();
    sick.disk.sick = StoreAnswer::locked;
    const OpID op = q.end();
    q.close();
    sick.settle();
    EXPECT_TRUE(q.op(op).failed());
    EXPECT_TRUE(q.closed);
}

TEST(Protocol, R28_EndingWhatWasNeverStarted) {
    World w;
    Process& p = w.open();
    const OpID op = p.end();
    w.settle();
    EXPECT_TRUE(p.op(op).finished);
    EXPECT_TRUE(w.disk.record->tombstone.has_value());
    p.close();
    const OpID late = p.end();
    w.settle();
    EXPECT_EQ(p.op(late).answers, p.closed ? p.op(late).answers : 1);
}

TEST(Protocol, R28_AStaleAdoptIsRefusedUnlessAskedToReplace) {
    World w;
    const Issued old = w.server.mint(w.now);
    w.advance(minutes(1));
    Process& p = w.started();
    const OpID op = p.adopt(old);
    w.settle();
    EXPECT_TRUE(p.op(op).failed_with(Code::stale_adopt));
    EXPECT_TRUE(p.journal_has(JournalEvent::stale_adopt_refused));
    EXPECT_EQ(w.get(p).token, "st-2");
    const std::uint64_t before = w.disk.record->version.epoch;
    const OpID forced = p.adopt(old, true);
    w.settle();
    EXPECT_TRUE(p.op(forced).finished);
    EXPECT_EQ(w.get(p).token, "st-1");
    EXPECT_GT(w.disk.record->version.epoch, before);
}

TEST(Protocol, R28_AnAdoptWithoutAnyTimeIsNotStale) {
    World w;
    Process& p = w.started();
    w.server.tells_time = false;
    w.server.tells_expiry = false;
    const OpID op = p.adopt(w.server.mint(w.now));
    w.settle();
    EXPECT_TRUE(p.op(op).finished);
    EXPECT_EQ(w.get(p).token, "st-2");
}

TEST(Protocol, R35_WhenEndReturnsTheTokenIsGoneHereAndElsewhereAtTheNextLook) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    Process& third = w.open();
    w.settle();
    first.end();
    EXPECT_FALSE(first.has_token());
    w.settle();
    EXPECT_TRUE(second.has_token());
    EXPECT_TRUE(w.get(second).failed_with(Code::session_ended));
    EXPECT_FALSE(second.has_token());
    EXPECT_TRUE(third.has_token());
    third.hint(Hint::foreground);
    w.settle();
    EXPECT_FALSE(third.has_token());
}

TEST(Protocol, R35_ASessionStartedElsewhereIsSeen) {
    World w;
    Process& first = w.open();
    w.settle();
    EXPECT_TRUE(w.get(first).failed_with(Code::no_session));
    w.started();
    EXPECT_EQ(w.get(first).token, "st-1");
}

TEST(Protocol, R35_AStoreThatHangsDoesNotHoldUpALiveToken) {
    World w;
    Process& p = w.started();
    p.storage_stalls = true;
    const OpID one = p.token();
    w.advance(Millis{100});
    const OpID two = p.token();
    w.advance(Millis{300});
    EXPECT_EQ(p.op(one).answers + p.op(two).answers, 0);
    w.advance(Millis{200});
    EXPECT_EQ(p.op(one).token, "st-1");
    EXPECT_EQ(p.op(two).token, "st-1");
    const OpID three = p.token();
    EXPECT_EQ(p.op(three).token, "st-1");  // nobody waits for it twice
    p.storage_stalls = false;
    w.settle();
    EXPECT_EQ(w.get(p).token, "st-1");
}

TEST(Protocol, R37_TheJournalExplainsASignOut) {
    World w(without_provider());
    w.setup.has_provider = true;
    Process& p = w.started();
    w.advance(minutes(31));
    w.get(p);
    w.crash(p);
    w.setup = without_provider();
    Process& q = w.open();
    w.advance(minutes(31));
    w.server.revoked = true;
    w.get(q);
    w.crash(q);
    std::vector<JournalEvent> told;
    std::string ids;
    for (const JournalEntry& entry : w.disk.record->journal.entries()) {
        told.push_back(entry.what);
        ids += entry.request_id;
    }
    const std::vector<JournalEvent> expected = {
        JournalEvent::started, JournalEvent::refresh_marked, JournalEvent::refresh_committed,
        JournalEvent::refresh_marked, JournalEvent::verdict};
    EXPECT_EQ(told, expected);
    EXPECT_NE(ids.find("req-dead"), std::string::npos);
}

TEST(Protocol, R37_WaitingForALeaseDoesNotFillTheJournal) {
    World w;
    Process& p = w.started();
    Process& other = w.open();
    w.settle();
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    other.token();
    w.advance(seconds(15));  // some hundred looks
    EXPECT_EQ(other.journal_count(JournalEvent::lease_waited), 1);
    EXPECT_LE(other.machine.unwritten_journal().size(), 4U);
}

TEST(Protocol, R37_TheJournalIsBounded) {
    World w;
    Process& p = w.started();
    w.disk.sick = StoreAnswer::locked;
    for (int i = 0; i < 500; ++i) {
        const OpID op = p.adopt(w.server.mint(w.now));
        p.cancel(op);
        p.reject(1);
        w.advance(minutes(31));
        w.get(p, {}, seconds(1));
    }
    EXPECT_LE(p.machine.unwritten_journal().size(), Journal::kMaxEntries);
    EXPECT_LE(w.disk.record->journal.entries().size(), Journal::kMaxEntries);
}

}  // namespace
}  // namespace credit::test
