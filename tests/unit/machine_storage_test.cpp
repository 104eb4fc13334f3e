// PROTOCOL, record and storage (R1 to R7), as far as the session's machine has a part in it.
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R1_TheRecordHoldsThePairAndWhenItWasIssued) {
    World w;
    Process& p = w.started();
    const Record& stored = *w.disk.record;
    EXPECT_EQ(text_of(stored.pair->session_token), "st-1");
    EXPECT_EQ(text_of(stored.pair->refresh_token), "rt-1");
    EXPECT_EQ(stored.pair->sent, Stamp::of(w.now));
    EXPECT_EQ(stored.pair->server_time_ms, w.now.wall.ms);
    EXPECT_EQ(stored.journey->journey_id, "journey-1");
    const auto clock = static_cast<std::uint64_t>(w.now.wall.ms);  // ADR 9
    EXPECT_EQ(stored.version, (Version{clock, 1}));
    EXPECT_EQ(stored.write_seq, clock);
    EXPECT_TRUE(stored.journal.entries().size() > 0);
    EXPECT_EQ(p.info.generation, 1U);
}

TEST(Protocol, R1_EverythingIsThereAfterARestart) {
    World w;
    w.crash(w.started());
    Process& again = w.open();
    w.settle();
    EXPECT_TRUE(again.is(PublicState::active));
    EXPECT_TRUE(same_record(again.record(), *w.disk.record));
}

TEST(Protocol, R2_EveryWriteIsNewerThanTheLast) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.get(p);
    // start, mark, commit; that no write repeats a write_seq is checked at every write.
    EXPECT_EQ(w.disk.record->write_seq, w.disk.other->write_seq + 1);
}

TEST(Protocol, R2_ALostNewestSlotIsARefreshNotALoss) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.get(p);
    w.crash(p);
    w.disk.roll_back();  // the slot with the mark is what is left
    Process& again = w.open();
    const FakeOp op = w.get(again);
    EXPECT_EQ(op.token, "st-2");
    EXPECT_EQ(w.server.rotations, 1);
    EXPECT_EQ(w.server.replays, 1);
}

TEST(Protocol, R3_LockedIsNotEmpty) {
    World w;
    w.crash(w.started());
    w.disk.sick = StoreAnswer::locked;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(p.is(PublicState::storage_locked));
    EXPECT_EQ(p.info.reason, Code::storage_locked);
    EXPECT_TRUE(w.get(p).failed_with(Code::storage_locked));
    const FakeOp start = w.start(p);
    EXPECT_TRUE(start.failed_with(Code::storage_locked));
    EXPECT_EQ(w.provider.asked, 1);  // the first start of all, not this one
    w.disk.sick.reset();
    p.hint(Hint::storage_unlocked);
    w.settle();
    EXPECT_TRUE(p.is(PublicState::active));
    EXPECT_EQ(w.get(p).token, "st-1");
    EXPECT_EQ(w.disk.writes, 1);
}

TEST(Protocol, R3_ALockedStoreComesBackByItself) {
    World w;
    w.crash(w.started());
    w.disk.sick = StoreAnswer::locked;
    Process& p = w.open();
    w.advance(minutes(3));
    EXPECT_TRUE(p.is(PublicState::storage_locked));
    w.disk.sick.reset();
    w.advance(seconds(31));
    EXPECT_TRUE(p.is(PublicState::active));
}

TEST(Protocol, R3_NothingIsWrittenOverWhatCannotBeRead) {
    for (const StoreAnswer answer :
         {StoreAnswer::locked, StoreAnswer::transient, StoreAnswer::denied, StoreAnswer::wrong_key,
          StoreAnswer::newer_format, StoreAnswer::full}) {
        World w;
        w.crash(w.started());
        w.disk.damage = answer;
        Process& p = w.open();
        w.settle();
        w.start(p);
        w.get(p);
        const OpID adopted = p.adopt(w.server.mint(w.now));
        w.settle();
        w.advance(minutes(5));
        EXPECT_TRUE(p.op(adopted).failed_with(code_of(answer))) << code_name(code_of(answer));
        EXPECT_EQ(w.disk.writes, 1);
        EXPECT_EQ(w.provider.asked, 1);
        EXPECT_EQ(w.server.requests, 0);
    }
}

TEST(Protocol, R3_CorruptIsNoSessionAndAStartMayReplaceIt) {
    for (const StoreAnswer answer : {StoreAnswer::corrupt, StoreAnswer::key_lost}) {
        World w;
        w.crash(w.started());
        w.disk.damage = answer;
        Process& p = w.open();
        w.settle();
        EXPECT_TRUE(p.is(PublicState::no_session));
        EXPECT_EQ(p.info.reason, code_of(answer));
        EXPECT_TRUE(w.get(p).failed_with(code_of(answer)));
        EXPECT_TRUE(w.start(p).finished);
        EXPECT_EQ(w.get(p).token, "st-2");
    }
}

TEST(Protocol, R3_AStoreThatWasEmptyAndIsLockedNowSaysLocked) {
    World w;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(w.get(p).failed_with(Code::no_session));
    w.disk.sick = StoreAnswer::locked;
    EXPECT_TRUE(w.get(p).failed_with(Code::storage_locked));
    w.disk.sick.reset();
    EXPECT_TRUE(w.get(p).failed_with(Code::no_session));  // and well again it says what it holds
    EXPECT_TRUE(p.journal_has(JournalEvent::storage_recovered));
}

// Another process may have started a session while nobody could look.
TEST(Protocol, R3_AHangingStoreIsNotEmpty) {
    World w;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(w.get(p).failed_with(Code::no_session));
    p.storage_stalls = true;
    const OpID op = p.token({}, minutes(1));
    w.advance(seconds(5));
    EXPECT_TRUE(p.op(op).failed_with(Code::storage_transient));
    p.storage_stalls = false;
    w.settle();
    EXPECT_TRUE(w.get(p).failed_with(Code::no_session));
}

TEST(Protocol, R3_WhatIsKnownIsSaidThoughTheStoreHangs) {
    World ended;
    Process& first = ended.started();
    Process& other = ended.open();
    ended.settle();
    first.end();
    ended.settle();
    EXPECT_TRUE(ended.get(other).failed_with(Code::session_ended));
    other.storage_stalls = true;
    EXPECT_TRUE(ended.get(other).failed_with(Code::session_ended));

    Expired dead(without_provider());
    dead.server.revoked = true;
    EXPECT_TRUE(dead.get(*dead.p).failed_with(Code::session_dead));
    dead.p->storage_stalls = true;
    EXPECT_TRUE(dead.get(*dead.p).failed_with(Code::session_dead));
}

TEST(Protocol, R3_AnEndedSessionSaysSoAgainWhenTheStoreIsWell) {
    World w;
    Process& first = w.started();
    Process& p = w.open();
    w.settle();
    first.end();
    w.settle();
    EXPECT_TRUE(w.get(p).failed_with(Code::session_ended));
    w.disk.sick = StoreAnswer::locked;
    EXPECT_TRUE(w.get(p).failed());
    w.disk.sick.reset();
    EXPECT_TRUE(w.get(p).failed_with(Code::session_ended));
}

TEST(Protocol, R4_TheEndIsATombstoneInBothSlots) {
    World w;
    Process& p = w.started();
    w.disk.quarantined = 2;
    const Version before = p.record().version;
    const OpID op = p.end();
    EXPECT_FALSE(p.has_token());
    w.settle();
    EXPECT_TRUE(p.op(op).finished);
    for (const auto& slot : {*w.disk.record, *w.disk.other}) {
        ASSERT_TRUE(slot.tombstone.has_value());
        EXPECT_GT(slot.version.epoch, before.epoch);
        EXPECT_EQ(slot.version.generation, 1U);
        EXPECT_FALSE(slot.pair.has_value());
        EXPECT_FALSE(slot.intent.has_value());
    }
    EXPECT_EQ(w.disk.quarantined, 0);
    EXPECT_TRUE(p.spent);
}

TEST(Protocol, R4_StartAndAdoptLeaveNoOlderSlot) {
    World w;
    Process& p = w.started();
    EXPECT_TRUE(same_record(*w.disk.record, *w.disk.other));
    const OpID op = p.adopt(w.server.mint(w.now));
    w.settle();
    EXPECT_TRUE(p.op(op).finished);
    EXPECT_TRUE(same_record(*w.disk.record, *w.disk.other));
}

TEST(Protocol, R4_AbsentWhileLiveIsWrittenAgain) {
    World w;
    Process& p = w.started();
    const Version before = w.disk.record->version;
    w.disk.lose();
    EXPECT_EQ(w.get(p).token, "st-1");
    w.settle();
    ASSERT_TRUE(w.disk.record.has_value());
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-1");
    EXPECT_EQ(w.disk.record->version, before);
    EXPECT_TRUE(p.journal_has(JournalEvent::storage_lost));
}

TEST(Protocol, R4_DamageWhileLiveIsWrittenAgain) {
    for (const StoreAnswer answer : {StoreAnswer::corrupt, StoreAnswer::key_lost}) {
        World w;
        Process& p = w.started();
        w.disk.damage = answer;
        w.advance(minutes(31));  // the refresh needs a mark, and the mark a record
        const FakeOp op = w.get(p);
        EXPECT_EQ(op.token, "st-2") << op.error.message;
        EXPECT_FALSE(w.disk.damage.has_value());
        EXPECT_TRUE(p.journal_has(JournalEvent::storage_lost));
    }
}

TEST(Protocol, R4_AbsentAfterAnEndStaysAbsent) {
    World w;
    Process& first = w.started();
    Process& second = w.open();
    w.settle();
    first.end();
    w.settle();
    EXPECT_TRUE(w.get(second).failed_with(Code::session_ended));
    w.disk.lose();
    EXPECT_TRUE(w.get(second).failed_with(Code::session_ended));
    EXPECT_FALSE(w.disk.record.has_value());
}

TEST(Protocol, R5_ARolledBackRecordIsWrittenBackAndReported) {
    World w;
    Process& p = w.started();
    const Record backup = *w.disk.record;
    w.advance(minutes(31));
    EXPECT_EQ(w.get(p).token, "st-2");
    w.disk.put(backup);
    w.disk.forget_high_water();
    EXPECT_EQ(w.get(p).token, "st-2");
    w.settle();
    EXPECT_EQ(w.disk.record->version, (Version{backup.version.epoch, 2}));
    EXPECT_EQ(text_of(w.disk.record->pair->refresh_token), "rt-2");
    EXPECT_TRUE(p.journal_has(JournalEvent::storage_rolled_back));
}

TEST(Protocol, R5_ARollbackBetweenProcessesHeals) {
    World w;
    w.server.model = FakeServer::Model::strict;
    Process& p = w.started();
    const Record backup = *w.disk.record;
    w.advance(minutes(31));
    w.get(p);
    w.crash(p);
    w.disk.put(backup);
    Process& again = w.open();
    const FakeOp op = w.get(again);
    EXPECT_TRUE(op.given) << op.error.message;
    EXPECT_EQ(w.server.verdicts, 1);
    EXPECT_EQ(w.provider.asked, 2);
}

TEST(Protocol, R6_ANewerFormatIsNeitherWrittenNorHealedNorEnded) {
    World w;
    w.crash(w.started());
    w.disk.damage = StoreAnswer::newer_format;
    Process& p = w.open();
    w.settle();
    EXPECT_EQ(p.info.reason, Code::storage_newer_format);
    const OpID op = p.end();
    w.settle();
    EXPECT_TRUE(p.op(op).failed_with(Code::storage_newer_format));
    w.advance(minutes(10));
    EXPECT_EQ(w.disk.writes, 1);
}

TEST(Protocol, R6_AWrongKeyIsNotCorruption) {
    World w;
    w.crash(w.started());
    w.disk.damage = StoreAnswer::wrong_key;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(p.is(PublicState::loading));
    EXPECT_EQ(p.info.reason, Code::storage_wrong_key);
    EXPECT_TRUE(w.get(p).failed_with(Code::storage_wrong_key));
    w.disk.damage.reset();  // the right key is there again
    EXPECT_EQ(w.get(p).token, "st-1");
}

TEST(Protocol, R7_WithoutAMarkNothingIsSentAndTheLiveTokenIsServed) {
    World w;
    Process& p = w.started();
    w.advance(minutes(29) + seconds(30));  // near its end
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 50);
    const FakeOp op = w.get(p);
    EXPECT_EQ(op.token, "st-1");
    w.settle();
    EXPECT_EQ(w.server.requests, 0);
    EXPECT_TRUE(p.journal_has(JournalEvent::storage_failed));
    EXPECT_EQ(w.get(p, minutes(10)).token, "st-1");  // asks for more than there is
    EXPECT_EQ(w.server.requests, 0);
}

TEST(Protocol, R7_WithoutAMarkAndWithoutALiveTokenTheStoreIsToBlame) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1);
    EXPECT_TRUE(w.get(p).failed_with(Code::storage_full));
    EXPECT_EQ(w.server.requests, 0);
    EXPECT_EQ(w.get(p).token, "st-2");  // there is room again
}

TEST(Protocol, R7_TransientTroubleWhileLoadingIsWaitedOut) {
    World w;
    w.crash(w.started());
    w.disk.fail(FakeDisk::Op::load, StoreAnswer::transient, 2);
    Process& p = w.open();
    EXPECT_EQ(w.get(p).token, "st-1");
    World sick;
    sick.disk.sick = StoreAnswer::transient;
    EXPECT_TRUE(sick.get(sick.open()).failed_with(Code::storage_transient));
}

}  // namespace
}  // namespace credit::test
