// The faults a MemoryDisk plays, so that tests built on it can trust them.
#include <gtest/gtest.h>

#include "platform/memory/memory_store.h"
#include "tests/contract/store_world.h"

namespace credit {
namespace {

class MemoryDiskFaults : public testing::Test {
  protected:
    MemoryDiskFaults() { EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done); }
    const std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
    MemoryStore store_{disk_};
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<RecordStore> record_ = store_.open_record(key_);
};

TEST_F(MemoryDiskFaults, AnswersWhatItIsToldAsOftenAsItIsTold) {
    disk_->answer_next(MemoryDisk::Operation::load, StoreAnswer::denied, 2);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::denied);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::denied);
    EXPECT_EQ(load(*record_).body, "one");
    disk_->answer_next(MemoryDisk::Operation::lock, StoreAnswer::transient);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::transient);
    disk_->answer_next(MemoryDisk::Operation::replace, StoreAnswer::full);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::full);
    EXPECT_EQ(load(*record_).body, "one");
    disk_->answer_next(MemoryDisk::Operation::erase, StoreAnswer::transient);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::transient);
    disk_->answer_next(MemoryDisk::Operation::peek, StoreAnswer::locked);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::locked);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::present);
}

TEST_F(MemoryDiskFaults, ALockedDeviceKeepsEverything) {
    disk_->set_locked(true);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::locked);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::locked);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::locked);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::locked);
    disk_->set_locked(false);
    EXPECT_EQ(load(*record_).body, "one");
}

TEST_F(MemoryDiskFaults, ATornWriteLeavesTheOlderRecord) {
    disk_->tear_slot_write(StoreAnswer::transient);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::transient);
    EXPECT_EQ(load(*record_).body, "one");
    disk_->tear_slot_write(StoreAnswer::full, 1);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two", true), StoreAnswer::full);
    EXPECT_EQ(load(*record_).body, "two");
    EXPECT_EQ(write(*record_, header_of(key_, 3), "three", true), StoreAnswer::done);
}

TEST_F(MemoryDiskFaults, ABackupComesBack) {
    const MemoryDisk::Image backup = disk_->image();
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    EXPECT_EQ(disk_->slot_writes(), 2u);
    disk_->restore(backup);
    EXPECT_EQ(load(*record_).body, "one");
    disk_->lose(key_.name);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::absent);
}

TEST_F(MemoryDiskFaults, TheEndOfAProcessFreesItsLocks) {
    disk_->set_lock_wait(Millis{0});
    auto other = std::make_unique<MemoryStore>(disk_);
    const auto theirs = other->open_record(key_);
    ASSERT_EQ(theirs->lock().answer, StoreAnswer::done);
    EXPECT_EQ(record_->lock().answer, StoreAnswer::transient);
    other.reset();
    EXPECT_EQ(record_->lock().answer, StoreAnswer::done);
}

}  // namespace
}  // namespace credit
