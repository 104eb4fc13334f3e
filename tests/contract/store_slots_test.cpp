// What the stores of our own keep besides: two slots, a quarantine, locks and owners that the system knows of (R2, R4, R8).
#include <gtest/gtest.h>

#include "core/base/check.h"
#include "tests/contract/store_contract.h"

namespace credit {
namespace {

class StoreSlots : public StoreFixture {};

TEST_P(StoreSlots, RefusesAWriteSeqThatIsNotNewer) {
    ASSERT_EQ(write(*record_, header_of(key_, 5), "five"), StoreAnswer::done);
    EXPECT_EQ(write(*record_, header_of(key_, 5), "again"), StoreAnswer::transient);
    EXPECT_EQ(write(*record_, header_of(key_, 4), "before"), StoreAnswer::transient);
    EXPECT_EQ(load(*record_).body, "five");
    EXPECT_EQ(write(*record_, header_of(key_, 6), "six"), StoreAnswer::done);
}

TEST_P(StoreSlots, AWriteLeavesThePreviousRecordInTheOtherSlot) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    world_->damage(key_, 1);
    const Loaded loaded = load(*store_, key_);
    ASSERT_EQ(loaded.answer, StoreAnswer::present);
    EXPECT_EQ(loaded.body, "one");
    EXPECT_EQ(world_->quarantined(key_), 0u);
}

TEST_P(StoreSlots, BothSlotsLeaveNothingOlder) {
    for (const std::size_t damaged : {std::size_t{0}, std::size_t{1}}) {
        const RecordKey key = key_of(damaged == 0 ? 'b' : 'c');
        const auto record = store_->open_record(key);
        ASSERT_EQ(write(*record, header_of(key, 1), "one"), StoreAnswer::done);
        ASSERT_EQ(write(*record, header_of(key, 2), "two", true), StoreAnswer::done);
        world_->damage(key, damaged);
        const Loaded loaded = load(*record);
        ASSERT_EQ(loaded.answer, StoreAnswer::present);
        EXPECT_EQ(loaded.body, "two");
    }
}

TEST_P(StoreSlots, ADamagedSlotIsWrittenAgain) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    for (std::uint64_t seq = 2; seq < 6; ++seq) {
        world_->damage(key_, seq % 2);
        ASSERT_EQ(write(*record_, header_of(key_, seq), "more"), StoreAnswer::done);
        EXPECT_EQ(load(*store_, key_).header.write_seq, seq);
    }
}

TEST_P(StoreSlots, TotalDamageIsCorruptQuarantinedAndWritable) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_->damage(key_, 0);
    world_->damage(key_, 1);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);
    EXPECT_EQ(world_->quarantined(key_), 2u);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);  // set aside is not empty (R3)
    ASSERT_EQ(write(*record_, header_of(key_, 1), "new"), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, "new");
    EXPECT_EQ(world_->quarantined(key_), 2u);

    EXPECT_EQ(record_->erase_quarantine().answer, StoreAnswer::done);
    EXPECT_EQ(world_->quarantined(key_), 0u);
    EXPECT_EQ(load(*record_).body, "new");
}

TEST_P(StoreSlots, EraseRemovesRecordAndQuarantine) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_->damage(key_, 0);
    world_->damage(key_, 1);
    ASSERT_EQ(load(*record_).answer, StoreAnswer::corrupt);
    ASSERT_EQ(write(*record_, header_of(key_, 9), "nine"), StoreAnswer::done);
    ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::absent);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::absent);
    EXPECT_EQ(world_->quarantined(key_), 0u);
    EXPECT_EQ(write(*record_, header_of(key_, 1), "starts over"), StoreAnswer::done);
}

TEST_P(StoreSlots, ANewerFormatIsNeverTouched) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_->make_newer(key_);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::newer_format);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::newer_format);
    EXPECT_EQ(write(*record_, header_of(key_, 5000), "old code"), StoreAnswer::newer_format);
    EXPECT_EQ(write(*record_, header_of(key_, 5000), "old code", true), StoreAnswer::newer_format);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::newer_format);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::newer_format);
}

TEST_P(StoreSlots, ABusyLockIsTransientAndComesFree) {
    const auto other = world_->start_process();
    auto holder = other->open_record(key_);
    ASSERT_EQ(holder->lock().answer, StoreAnswer::done);
    const StoreResult busy = record_->lock();
    EXPECT_EQ(busy.answer, StoreAnswer::transient);
    EXPECT_EQ(busy.detail, "commit lock is busy");
    holder.reset();  // an accessor that goes away lets go
    EXPECT_EQ(record_->lock().answer, StoreAnswer::done);
    record_->unlock();
}

TEST_P(StoreSlots, MisuseOfTheLockIsCaught) {
    EXPECT_THROW(record_->unlock(), CheckFailed);
    EXPECT_THROW(static_cast<void>(record_->replace(header_of(key_, 1), body_of("x"), false)),
                 CheckFailed);
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    EXPECT_THROW(static_cast<void>(record_->lock()), CheckFailed);
    record_->unlock();
    EXPECT_EQ(record_->lock().answer, StoreAnswer::done);
    record_->unlock();
}

TEST_P(StoreSlots, OwnersAreToldApartAndMissedOnlyWhenGone) {
    auto other = world_->start_process();
    const auto other_record = other->open_record(key_of('e'));
    const std::uint64_t mine = record_->owner_id();
    const std::uint64_t theirs = other_record->owner_id();
    EXPECT_NE(mine, 0u);
    EXPECT_NE(theirs, 0u);
    EXPECT_NE(mine, theirs);
    EXPECT_EQ(record_->owner_id(), mine);
    EXPECT_FALSE(record_->owner_gone(0));
    EXPECT_FALSE(record_->owner_gone(mine));
    EXPECT_FALSE(record_->owner_gone(theirs));
    EXPECT_FALSE(other_record->owner_gone(mine));
}

TEST_P(StoreSlots, AnOwnerIsGoneWithItsProcess) {
    std::uint64_t theirs = 0;
    {
        const auto other = world_->start_process();
        theirs = other->open_record(key_)->owner_id();
        EXPECT_FALSE(record_->owner_gone(theirs));
    }
    EXPECT_TRUE(record_->owner_gone(theirs));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreSlots, testing::ValuesIn(slotted_stores()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace credit
