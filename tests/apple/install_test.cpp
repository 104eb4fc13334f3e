// The install's key: reinstalls, restores, siblings, and a key file that a bad day got at.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "tests/apple/keychain_world.h"

namespace credit::test {
namespace {

namespace fs = std::filesystem;

class Install : public testing::Test {
  protected:
    StoreAnswer write_new(std::uint64_t seq, const std::string& body) {
        const auto record = world_.start_process()->open_record(key_);
        return write(*record, header_of(key_, seq), body, true);
    }
    Loaded read_new() { return load(*world_.start_process(), key_); }
    bool keeps(const std::vector<KeychainItem>& items) {
        const auto now = world_.device.items();
        return std::ranges::all_of(items, [&](const KeychainItem& item) {
            return item.account == "probe" || std::ranges::find(now, item) != now.end();
        });
    }
    KeychainWorld world_;
    const RecordKey key_ = key_of('a');
};

TEST_F(Install, StartsCleanAfterAReinstall) {
    ASSERT_EQ(write_new(7, "of the former install"), StoreAnswer::done);
    world_.reinstall();
    EXPECT_EQ(read_new().answer, StoreAnswer::absent);
    EXPECT_EQ(world_.start_process()->open_record(key_)->peek().answer, StoreAnswer::absent);
    EXPECT_EQ(write_new(1, "of the new one"), StoreAnswer::done);
    EXPECT_EQ(read_new().body, "of the new one");
}

// The first process after a reinstall, or after an update, may be started by the system on a locked device: it must not take
// that for a first run and clean up.
TEST_F(Install, WipesNothingInAProcessStartedAheadOfTheUser) {
    ASSERT_EQ(write_new(7, "seven"), StoreAnswer::done);
    const auto before = world_.device.items();
    for (const auto lock :
         {SecurityDouble::Lock::before_first, SecurityDouble::Lock::denying_all}) {
        world_.device.set_lock(lock);
        EXPECT_EQ(read_new().answer, StoreAnswer::locked);
        EXPECT_NE(write_new(8, "eight"), StoreAnswer::done);
    }
    world_.device.set_lock(SecurityDouble::Lock::unlocked);
    EXPECT_EQ(world_.device.items(), before);
    EXPECT_EQ(read_new().body, "seven");
}

// A sibling of the same access group with a container of its own starts for the first time.
TEST_F(Install, OfASiblingDoesNotWipeOurs) {
    ASSERT_EQ(write_new(7, "ours"), StoreAnswer::done);
    const auto before = world_.device.items();
    const auto sibling = world_.start(world_.other_container());
    const auto theirs = sibling->open_record(key_);
    EXPECT_EQ(load(*theirs).answer, StoreAnswer::absent);
    ASSERT_EQ(write(*theirs, header_of(key_, 1), "theirs", true), StoreAnswer::done);
    EXPECT_EQ(read_new().body, "ours");
    EXPECT_EQ(load(*theirs).body, "theirs");
    EXPECT_EQ(theirs->erase().answer, StoreAnswer::done);
    EXPECT_TRUE(keeps(before));
    EXPECT_EQ(read_new().body, "ours");
}

TEST_F(Install, IsSharedByAppAndExtension) {
    const auto app = world_.start_process();
    const auto extension = world_.start_process();
    const auto in_app = app->open_record(key_);
    const auto in_extension = extension->open_record(key_);
    ASSERT_EQ(write(*in_app, header_of(key_, 1), "by the app"), StoreAnswer::done);
    EXPECT_EQ(load(*in_extension).body, "by the app");
    ASSERT_EQ(write(*in_extension, header_of(key_, 2), "by the extension"), StoreAnswer::done);
    EXPECT_EQ(load(*in_app).body, "by the extension");
    EXPECT_EQ(write(*in_app, header_of(key_, 2), "too late"), StoreAnswer::transient);
}

TEST_F(Install, OfManyProcessesAtOnceIsOne) {
    std::vector<std::thread> processes;
    for (int i = 0; i < 8; ++i) {
        processes.emplace_back([this, i] {
            const RecordKey mine = key_of(static_cast<char>('a' + i % 6));
            const auto record = world_.start_process()->open_record(mine);
            StoreAnswer answer = StoreAnswer::transient;
            for (std::uint64_t seq = 1; answer != StoreAnswer::done && seq < 100; ++seq)
                answer = write(*record, header_of(mine, seq), "x");
            EXPECT_EQ(answer, StoreAnswer::done);
        });
    }
    for (std::thread& process : processes)
        process.join();
    std::vector<std::string> tags;
    for (const std::string& account : world_.accounts())
        tags.push_back(account.substr(33, 8));
    ASSERT_EQ(tags.size(), 12u);
    EXPECT_EQ(std::ranges::count(tags, tags.front()), 12);
}

TEST_F(Install, RestoredOnAnotherDeviceIsSignedOutAndWorks) {
    ASSERT_EQ(write_new(7, "seven"), StoreAnswer::done);
    world_.device
        .restore_on_another_device();  // a backup brought the key file, if it did not leave it out
    EXPECT_EQ(read_new().answer, StoreAnswer::absent);
    EXPECT_EQ(write_new(1, "one"), StoreAnswer::done);
    EXPECT_EQ(read_new().body, "one");
}

TEST_F(Install, RestoredWithoutItsKeyFileIsSignedOutAndWorks) {
    ASSERT_EQ(write_new(7, "seven"), StoreAnswer::done);
    world_.device.restore_on_another_device();
    world_.reinstall();
    EXPECT_EQ(read_new().answer, StoreAnswer::absent);
    EXPECT_EQ(write_new(1, "one"), StoreAnswer::done);
}

TEST_F(Install, KeyFileIsPrivateAndWhole) {
    ASSERT_EQ(write_new(1, "one"), StoreAnswer::done);
    EXPECT_EQ(file_text(world_.key_file()).size(), 56u);
    EXPECT_EQ(fs::status(world_.key_file()).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(world_.container()).permissions(), fs::perms::owner_all);
    EXPECT_FALSE(fs::exists(world_.container() + "/install.new"));
}

TEST_F(Install, EveryDamageOfTheKeyFileIsSeenAndKept) {
    ASSERT_EQ(write_new(1, "one"), StoreAnswer::done);
    const std::string whole = file_text(world_.key_file());
    std::vector<std::string> damages{"", "x", whole.substr(0, 55), whole + "y",
                                     std::string(56, '\0')};
    for (std::size_t at = 0; at < whole.size(); at += 5) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
        damages.push_back(flipped);
    }
    const auto before = world_.device.items();
    for (const std::string& damage : damages) {
        write_file_text(world_.key_file(), damage);
        EXPECT_EQ(read_new().answer, StoreAnswer::corrupt);
        EXPECT_EQ(read_new().answer, StoreAnswer::corrupt);  // set aside is not empty
        EXPECT_EQ(file_text(world_.container() + "/install.damaged"), damage);
        EXPECT_EQ(world_.device.items(), before);
        write_file_text(world_.key_file(), whole);
        EXPECT_EQ(read_new().body, "one");
    }
}

TEST_F(Install, WithADamagedKeyFileCanStartOver) {
    ASSERT_EQ(write_new(9, "nine"), StoreAnswer::done);
    write_file_text(world_.key_file(), "rot");
    ASSERT_EQ(read_new().answer, StoreAnswer::corrupt);
    ASSERT_EQ(write_new(1, "new"), StoreAnswer::done);
    EXPECT_EQ(read_new().body, "new");
    const auto record = world_.start_process()->open_record(key_);
    EXPECT_TRUE(fs::exists(world_.container() + "/install.damaged"));
    EXPECT_EQ(record->erase_quarantine().answer, StoreAnswer::done);
    EXPECT_FALSE(fs::exists(world_.container() + "/install.damaged"));
}

TEST_F(Install, WithADamagedKeyFileCanBeErased) {
    ASSERT_EQ(write_new(9, "nine"), StoreAnswer::done);
    write_file_text(world_.key_file(), "rot");
    const auto record = world_.start_process()->open_record(key_);
    ASSERT_EQ(load(*record).answer, StoreAnswer::corrupt);
    EXPECT_EQ(record->erase().answer, StoreAnswer::done);
    EXPECT_EQ(load(*record).answer, StoreAnswer::absent);
}

TEST_F(Install, KeyOfANewerSDKIsNeverTouched) {
    ASSERT_EQ(write_new(1, "one"), StoreAnswer::done);
    std::string newer = file_text(world_.key_file());
    newer[7] = '2';
    write_file_text(world_.key_file(), newer + "more than we know");
    EXPECT_EQ(read_new().answer, StoreAnswer::newer_format);
    EXPECT_EQ(write_new(5, "five"), StoreAnswer::newer_format);
    EXPECT_EQ(world_.start_process()->open_record(key_)->erase().answer, StoreAnswer::newer_format);
    EXPECT_EQ(file_text(world_.key_file()), newer + "more than we know");
}

TEST_F(Install, SomethingElseInTheKeysPlaceIsDenied) {
    ASSERT_EQ(write_new(1, "one"), StoreAnswer::done);
    const std::string aside = world_.other_container();
    fs::rename(world_.key_file(), aside);
    fs::create_symlink(aside, world_.key_file());
    EXPECT_EQ(read_new().answer, StoreAnswer::denied);
    EXPECT_EQ(write_new(2, "two"), StoreAnswer::denied);
    fs::remove(world_.key_file());
    fs::create_directory(world_.key_file());
    EXPECT_EQ(read_new().answer, StoreAnswer::denied);
    fs::remove(world_.key_file());
    fs::rename(aside, world_.key_file());
    EXPECT_EQ(read_new().body, "one");
}

TEST_F(Install, ARelativeContainerIsDenied) {
    const auto record = world_.start("container")->open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::denied);
    EXPECT_EQ(record->lock().answer, StoreAnswer::denied);
}

}  // namespace
}  // namespace credit::test
