// A device before its first unlock, and processes that the system starts ahead of the user: what is locked is never empty, and
// nothing is written, removed or made anew on a doubtful answer (R3).
#include <gtest/gtest.h>

#include "tests/apple/darwin_double/darwin_double.h"
#include "tests/apple/keychain_world.h"

namespace credit::test {
namespace {

using Lock = SecurityDouble::Lock;

class LockedDevice : public testing::TestWithParam<Lock> {
  protected:
    LockedDevice() {
        const auto record = world_.start_process()->open_record(key_);
        EXPECT_EQ(write(*record, header_of(key_, 1), "one"), StoreAnswer::done);
        EXPECT_EQ(write(*record, header_of(key_, 2), "two"), StoreAnswer::done);
    }
    KeychainWorld world_;
    const RecordKey key_ = key_of('a');
};

TEST_P(LockedDevice, IsLockedForEverything) {
    const auto before = world_.device.items();
    const std::string key = file_text(world_.key_file());
    world_.device.set_lock(GetParam());
    const auto record = world_.start_process()->open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::locked);
    EXPECT_EQ(record->peek().answer, StoreAnswer::locked);
    EXPECT_EQ(write(*record, header_of(key_, 3), "three"), StoreAnswer::locked);
    EXPECT_EQ(write(*record, header_of(key_, 3), "three", true), StoreAnswer::locked);
    EXPECT_EQ(record->erase().answer, StoreAnswer::locked);
    EXPECT_EQ(world_.device.items(), before);
    EXPECT_EQ(file_text(world_.key_file()), key);
}

// The answer is not remembered: the same accessor works once the user came.
TEST_P(LockedDevice, WorksOnceItIsUnlocked) {
    world_.device.set_lock(GetParam());
    const auto record = world_.start_process()->open_record(key_);
    ASSERT_EQ(load(*record).answer, StoreAnswer::locked);
    world_.device.set_lock(Lock::unlocked);
    EXPECT_EQ(load(*record).body, "two");
    EXPECT_EQ(write(*record, header_of(key_, 3), "three"), StoreAnswer::done);
    EXPECT_EQ(load(*record).body, "three");
}

// A borrower of whom nothing is stored: even that is not to be known now.
TEST_P(LockedDevice, DoesNotSayThatAnotherBorrowerIsAbsent) {
    const RecordKey other = key_of('d');
    world_.device.set_lock(GetParam());
    const auto record = world_.start_process()->open_record(other);
    EXPECT_EQ(load(*record).answer, StoreAnswer::locked);
    EXPECT_EQ(record->peek().answer, StoreAnswer::locked);
    world_.device.set_lock(Lock::unlocked);
    EXPECT_EQ(load(*record).answer, StoreAnswer::absent);
}

TEST_P(LockedDevice, KeepsWhatIsDamagedWhereItIs) {
    world_.damage(key_, 0);
    world_.damage(key_, 1);
    const auto before = world_.device.items();
    world_.device.set_lock(GetParam());
    const auto record = world_.start_process()->open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::locked);
    EXPECT_EQ(record->erase_quarantine().answer, StoreAnswer::done);  // there is none
    EXPECT_EQ(world_.device.items(), before);
}

INSTANTIATE_TEST_SUITE_P(Answers, LockedDevice,
                         testing::Values(Lock::before_first, Lock::denying_all),
                         [](const auto& info) {
                             return info.param == Lock::denying_all ? "NotFound" : "NotAllowed";
                         });

class Prewarmed : public LockedDevice {};

// The files are protected like the items.
TEST_F(LockedDevice, TheKeyFileThatMayNotBeReadIsLocked) {
    const auto before = world_.device.items();
    const std::string key = file_text(world_.key_file());
    data_protection::lock_files(true);
    const auto record = world_.start_process()->open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::locked);
    EXPECT_EQ(record->peek().answer, StoreAnswer::locked);
    EXPECT_EQ(write(*record, header_of(key_, 3), "three"), StoreAnswer::locked);
    EXPECT_EQ(record->erase().answer, StoreAnswer::locked);
    EXPECT_EQ(record->erase_quarantine().answer, StoreAnswer::locked);
    data_protection::lock_files(false);
    EXPECT_EQ(file_text(world_.key_file()), key);
    EXPECT_EQ(world_.device.items(), before);
    EXPECT_EQ(load(*record).body, "two");
}

// "Not found" for one slot of two: without a second question the older record would win, and with it a refresh token that
// was used already.
TEST_F(LockedDevice, ASpuriousNotFoundOfTheNewestIsAskedAgain) {
    const auto record = world_.start_process()->open_record(key_);
    for (const int skip : {0, 1}) {
        world_.device.fail(KeychainCall::read, -25300, 1, skip);
        const Loaded loaded = load(*record);
        EXPECT_EQ(loaded.answer, StoreAnswer::present) << skip;
        EXPECT_EQ(loaded.body, "two") << skip;
    }
}

TEST_F(LockedDevice, NotFoundIsBelievedOnlyWhereWritingWorks) {
    const RecordKey other = key_of('d');
    const auto record = world_.start_process()->open_record(other);
    world_.device.fail(KeychainCall::update, -25308, 1);
    EXPECT_EQ(load(*record).answer, StoreAnswer::locked);
    world_.device.fail(KeychainCall::update, -36, 1);
    EXPECT_EQ(record->peek().answer, StoreAnswer::transient);
    // Written, but not to be read back.
    world_.device.fail(KeychainCall::read, -25300, 1, 2);
    EXPECT_EQ(load(*record).answer, StoreAnswer::transient);
    KeychainItem probe = *world_.device.find("probe");
    world_.device.before = [&](KeychainCall call) {
        probe.data = {std::byte{5}};
        if (call == KeychainCall::read) world_.device.put(probe);
    };
    EXPECT_EQ(load(*record).answer, StoreAnswer::transient);
    world_.device.before = nullptr;
    EXPECT_EQ(load(*record).answer, StoreAnswer::absent);
}

// Locked again after the first unlock, in the background: readable and writable, that is what the class is for.
TEST_F(LockedDevice, TheBackgroundCanSaveARotation) {
    world_.device.set_lock(Lock::unlocked);
    const auto record = world_.start_process()->open_record(key_);
    EXPECT_EQ(write(*record, header_of(key_, 3), "three"), StoreAnswer::done);
}

}  // namespace
}  // namespace credit::test
