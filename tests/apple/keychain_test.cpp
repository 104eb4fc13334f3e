// How items are made, found and written.
#include <gtest/gtest.h>

#include "platform/apple/keychain.h"
#include "platform/apple/keychain_status.h"
#include "tests/apple/keychain_world.h"

namespace credit::test {
namespace {

using Status = OSStatus;

class KeychainItems : public testing::Test {
  protected:
    KeychainWorld world_;
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_F(KeychainItems, AreOfThisDeviceAndReadableAfterTheFirstUnlock) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "body", true), StoreAnswer::done);
    const std::vector<KeychainItem> items = world_.device.items();
    ASSERT_EQ(items.size(), 3u);  // two slots and the probe
    for (const KeychainItem& item : items) {
        EXPECT_EQ(item.accessible, "cku") << item.account;
        EXPECT_FALSE(item.synchronizable) << item.account;
        EXPECT_EQ(item.group, kGroup) << item.account;
        EXPECT_EQ(item.service, KeychainStore::kService) << item.account;
    }
}

TEST_F(KeychainItems, HoldNothingInClear) {
    const std::string secret = "st_test_4242-very-secret";
    ASSERT_EQ(write(*record_, header_of(key_, 1), secret, true), StoreAnswer::done);
    for (const KeychainItem& item : world_.device.items()) {
        const std::string text(reinterpret_cast<const char*>(item.data.data()), item.data.size());
        EXPECT_EQ(text.find(secret), std::string::npos) << item.account;
        EXPECT_EQ(item.account.find("borrower"), std::string::npos) << item.account;
    }
}

TEST_F(KeychainItems, AreUpdatedAndNeverRemovedToBeWritten) {
    for (std::uint64_t seq = 1; seq <= 9; ++seq)
        ASSERT_EQ(write(*record_, header_of(key_, seq), "body", seq % 3 == 0), StoreAnswer::done);
    EXPECT_EQ(world_.device.calls(KeychainCall::remove), 0);
    EXPECT_EQ(world_.device.calls(KeychainCall::add), 3);  // two slots, one probe
}

TEST_F(KeychainItems, OfAnotherProtectionClassArePutRight) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    KeychainItem item = world_.item(key_, ".b");
    item.accessible = "ak";
    world_.device.put(item);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two", true), StoreAnswer::done);
    EXPECT_EQ(world_.item(key_, ".b").accessible, "cku");
}

// Nothing but the five attributes of the primary key is in a query: a synchronised item of the same name is another item.
TEST_F(KeychainItems, OfTheSameNameInTheCloudAreNotTouched) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    KeychainItem cloud = world_.item(key_, ".a");
    cloud.synchronizable = true;
    cloud.data = {std::byte{7}};
    world_.device.put(cloud);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two", true), StoreAnswer::done);
    EXPECT_EQ(load(*record_).body, "two");
    const auto items = world_.device.items();
    EXPECT_NE(std::find(items.begin(), items.end(), cloud), items.end());
}

// Between our update, which finds nothing, and our add another process adds the item; and the other way round.
TEST_F(KeychainItems, AreWrittenAlthoughAnotherProcessAddsThemAtTheSameTime) {
    const Keychain keychain(KeychainStore::kService, kGroup);
    const std::vector<std::byte> mine{std::byte{1}, std::byte{2}};
    bool once = true;
    world_.device.before = [&](KeychainCall call) {
        if (call != KeychainCall::add || !std::exchange(once, false)) return;
        world_.device.put({KeychainStore::kService, "x", kGroup, false, "cku", {std::byte{9}}});
    };
    EXPECT_EQ(keychain.write("x", mine).answer, StoreAnswer::done);
    EXPECT_EQ(world_.device.find("x")->data, mine);
}

TEST_F(KeychainItems, ThatComeAndGoAllTheTimeAreTransient) {
    const Keychain keychain(KeychainStore::kService, kGroup);
    world_.device.fail(KeychainCall::update, -25300, 3);
    world_.device.fail(KeychainCall::add, -25299, 3);
    const StoreResult written = keychain.write("x", {});
    EXPECT_EQ(written.answer, StoreAnswer::transient);
    EXPECT_EQ(world_.device.calls(KeychainCall::update), 3);
    EXPECT_EQ(world_.device.calls(KeychainCall::add), 3);
    EXPECT_EQ(keychain.write("x", {}).answer, StoreAnswer::done);
}

TEST_F(KeychainItems, AnsweredNotFoundToAnAddAreTransient) {
    const Keychain keychain(KeychainStore::kService, kGroup);
    world_.device.fail(KeychainCall::add, -25300);
    EXPECT_EQ(keychain.write("x", {}).answer, StoreAnswer::transient);
}

TEST_F(KeychainItems, ThatAreNoDataOrTooLargeAreNotTaken) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_.device.hand_out_wrong_type(true);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::transient);
    world_.device.hand_out_wrong_type(false);
    const Keychain keychain(KeychainStore::kService, kGroup);
    const std::vector<std::byte> large(Keychain::kMaxItemBytes + 1);
    EXPECT_EQ(keychain.write("x", large).answer, StoreAnswer::denied);
    KeychainItem item = world_.item(key_, ".b");
    item.data = large;
    world_.device.put(item);
    EXPECT_EQ(load(*record_).body, "one");  // the other slot
}

TEST_F(KeychainItems, ThatTheSystemCannotDecodeAreDamagedAndNotRemoved) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_.device.fail(KeychainCall::read, keychain_status::kDecode, 1);
    EXPECT_EQ(load(*record_).body, "one");
    world_.device.fail(KeychainCall::read, keychain_status::kDecode, 2);
    const Loaded none = load(*record_);
    EXPECT_EQ(none.answer, StoreAnswer::present);  // looked at again under the lock
    EXPECT_EQ(world_.quarantined(key_), 0u);
    EXPECT_EQ(world_.device.calls(KeychainCall::remove), 0);
}

struct Mapping {
    Status status;
    StoreAnswer answer;
};
class KeychainStatus : public testing::TestWithParam<Mapping> {};

// Each answer of the system to reading and to writing, and afterwards everything is as it was.
TEST_P(KeychainStatus, BecomesAnAnswerAndLosesNothing) {
    KeychainWorld world;
    const RecordKey key = key_of('a');
    const auto record = world.start_process()->open_record(key);
    ASSERT_EQ(write(*record, header_of(key, 1), "one", true), StoreAnswer::done);
    const auto before = world.device.items();
    const auto [status, answer] = GetParam();
    world.device.fail(KeychainCall::read, status, 100);
    world.device.fail(KeychainCall::update, status, 100);
    world.device.fail(KeychainCall::add, status, 100);
    world.device.fail(KeychainCall::remove, status, 100);
    const Loaded loaded = load(*record);
    EXPECT_EQ(loaded.answer, answer);
    EXPECT_NE(loaded.detail, "");
    EXPECT_NE(loaded.answer, StoreAnswer::absent);
    EXPECT_EQ(record->peek().answer, answer);
    EXPECT_NE(write(*record, header_of(key, 2), "two", true), StoreAnswer::done);
    world.device.fail(KeychainCall::read, 0, 0);
    world.device.fail(KeychainCall::update, 0, 0);
    world.device.fail(KeychainCall::add, 0, 0);
    world.device.fail(KeychainCall::remove, 0, 0);
    EXPECT_EQ(world.device.items(), before);
    EXPECT_EQ(load(*record).body, "one");
    EXPECT_EQ(write(*record, header_of(key, 2), "two", true), StoreAnswer::done);
}

INSTANTIATE_TEST_SUITE_P(
    All, KeychainStatus,
    testing::Values(Mapping{-25308, StoreAnswer::locked}, Mapping{-25291, StoreAnswer::locked},
                    Mapping{-34018, StoreAnswer::denied}, Mapping{-25243, StoreAnswer::denied},
                    Mapping{-25293, StoreAnswer::denied}, Mapping{-61, StoreAnswer::denied},
                    Mapping{-50, StoreAnswer::denied}, Mapping{-4, StoreAnswer::unsupported},
                    Mapping{-34, StoreAnswer::full}, Mapping{-36, StoreAnswer::transient},
                    Mapping{-108, StoreAnswer::transient}, Mapping{-128, StoreAnswer::transient},
                    Mapping{-25299, StoreAnswer::transient},
                    Mapping{-25300, StoreAnswer::transient},
                    Mapping{-67671, StoreAnswer::transient}),
    [](const auto& info) { return "Minus" + std::to_string(-info.param.status); });

TEST_F(KeychainItems, OfAGroupTheAppIsNotEntitledToAreDenied) {
    const auto stranger = world_.start(world_.container(), "group.com.example.other");
    EXPECT_EQ(load(*stranger, key_).answer,
              StoreAnswer::absent);  // no key of this install yet: a fact
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    const Loaded refused = load(*stranger, key_);
    EXPECT_EQ(refused.answer, StoreAnswer::denied);
    EXPECT_NE(refused.detail.find("-34018"), std::string::npos);
    const auto theirs = stranger->open_record(key_);
    EXPECT_EQ(write(*theirs, header_of(key_, 9), "nine"), StoreAnswer::denied);
}

TEST_F(KeychainItems, WithoutAGroupAreDenied) {
    const auto record = world_.start(world_.container(), "")->open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::denied);
    EXPECT_EQ(record->peek().answer, StoreAnswer::denied);
    EXPECT_EQ(write(*record, header_of(key_, 1), "one"), StoreAnswer::denied);
    EXPECT_EQ(record->erase().answer, StoreAnswer::denied);
    EXPECT_EQ(world_.device.calls(KeychainCall::read), 0);
}

}  // namespace
}  // namespace credit::test
