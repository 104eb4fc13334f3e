// Whose record is it: other keys, other records, newer formats (R1, R3, R6).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "platform/posix/posix_entropy.h"
#include "tests/contract/file_world.h"

namespace credit {
namespace {

// Answers what it is told to, and counts.
class ScriptedKey : public SealingKey {
  public:
    StoreResult fetch(SecretRef& key) override {
        ++fetches;
        if (answer == StoreAnswer::present) key = Secret::copy_of(std::string(size, 'k'));
        return {answer, "scripted"};
    }
    StoreAnswer answer = StoreAnswer::present;
    std::size_t size = 32;
    int fetches = 0;
};

class FileStoreIdentity : public testing::Test {
  protected:
    FileStoreIdentity() {
        EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
        EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    }
    std::pair<Bytes, Bytes> slots() const {
        return {read_file(world_.path(key_, ".a")), read_file(world_.path(key_, ".b"))};
    }
    FileWorld world_;
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_F(FileStoreIdentity, AnotherKeyIsWrongKeyAndTouchesNothing) {
    const auto before = slots();
    const auto other = world_.start_process_with_key('x');
    const auto record = other->open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::wrong_key);
    EXPECT_EQ(write(*record, header_of(key_, 9), "nine"), StoreAnswer::wrong_key);
    EXPECT_EQ(write(*record, header_of(key_, 9), "nine", true), StoreAnswer::wrong_key);
    EXPECT_EQ(slots(), before);
    EXPECT_EQ(world_.quarantined(key_), 0u);
    EXPECT_EQ(load(*record_).body, "two");
}

TEST_F(FileStoreIdentity, AWrongKeySlotBesideAValidOneIsSetAsideBeforeItIsOverwritten) {
    const RecordKey key = key_of('b');
    const auto other = world_.start_process_with_key('x');
    ASSERT_EQ(write(*other->open_record(key), header_of(key, 7), "x's"), StoreAnswer::done);
    const Bytes foreign = read_file(world_.path(key, ".a"));
    write_file(world_.path(key_, ".a"), foreign);
    EXPECT_EQ(load(*record_).body, "two");
    ASSERT_EQ(write(*record_, header_of(key_, 3), "three"), StoreAnswer::done);
    EXPECT_EQ(read_file(world_.path(key_, ".q1")), foreign);
    EXPECT_EQ(load(*store_, key_).body, "three");
}

TEST_F(FileStoreIdentity, AnotherRecordInPlaceIsCorruptAndKept) {
    RecordKey other_borrower = key_of('b');
    RecordKey other_environment = key_;
    other_environment.environment = Environment::live;
    other_environment.name = std::string(32, 'c');
    RecordKey other_origin = key_;
    other_origin.origin = label_hash("test origin", "https://other.example");
    other_origin.name = std::string(32, 'd');
    for (const RecordKey& other : {other_borrower, other_environment, other_origin}) {
        const auto theirs = store_->open_record(other);
        ASSERT_EQ(write(*theirs, header_of(other, 50), "theirs", true), StoreAnswer::done);
        const Bytes foreign_a = read_file(world_.path(other, ".a"));
        const Bytes foreign_b = read_file(world_.path(other, ".b"));

        // One slot swapped: the record's own slot still counts, and the stranger is kept before it
        // is overwritten.
        ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
        ASSERT_EQ(write(*record_, header_of(key_, 1), "mine", true), StoreAnswer::done);
        write_file(world_.path(key_, ".a"), foreign_a);
        EXPECT_EQ(load(*record_).body, "mine");
        ASSERT_EQ(write(*record_, header_of(key_, 2), "mine"), StoreAnswer::done);
        EXPECT_EQ(read_file(world_.path(key_, ".q1")), foreign_a);

        ASSERT_EQ(record_->erase_quarantine().answer, StoreAnswer::done);
        write_file(world_.path(key_, ".a"), foreign_a);
        write_file(world_.path(key_, ".b"), foreign_b);
        EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);
        EXPECT_EQ(read_file(world_.path(key_, ".q1")), foreign_a);
        EXPECT_EQ(read_file(world_.path(key_, ".q2")), foreign_b);
        EXPECT_EQ(load(*theirs).body, "theirs");
    }
}

TEST_F(FileStoreIdentity, ARelabelledRecordDoesNotAuthenticate) {
    const RecordKey other = key_of('b');
    const auto theirs = store_->open_record(other);
    ASSERT_EQ(write(*theirs, header_of(other, 50), "theirs", true), StoreAnswer::done);
    for (const char* suffix : {".a", ".b"}) {
        Bytes forged = read_file(world_.path(other, suffix));
        std::copy(key_.borrower.begin(), key_.borrower.end(),
                  reinterpret_cast<std::uint8_t*>(forged.data()) + 48);
        write_file(world_.path(key_, suffix), forged);
    }
    EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);
}

TEST_F(FileStoreIdentity, ANewerFormatStaysByteForByte) {
    world_.make_newer(key_);
    const auto before = slots();
    EXPECT_EQ(load(*record_).answer, StoreAnswer::newer_format);
    EXPECT_EQ(write(*record_, header_of(key_, 5000), "old", true), StoreAnswer::newer_format);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::newer_format);
    EXPECT_EQ(slots(), before);
}

TEST_F(FileStoreIdentity, OneNewerSlotRulesUnlessOursIsLater) {
    const auto [a, b] = slots();
    Bytes newer = a;
    newer.at(8) = std::byte{2};
    newer.at(100) ^= std::byte{0xff};
    newer.at(80) = std::byte{9};  // write_seq
    write_file(world_.path(key_, ".a"), newer);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::newer_format);
    EXPECT_EQ(write(*record_, header_of(key_, 20), "old"), StoreAnswer::newer_format);

    newer.at(80) = std::byte{1};
    write_file(world_.path(key_, ".a"), newer);
    EXPECT_EQ(load(*record_).body, "two");
    EXPECT_EQ(write(*record_, header_of(key_, 20), "old"), StoreAnswer::newer_format);
    EXPECT_EQ(read_file(world_.path(key_, ".a")), newer);
}

TEST_F(FileStoreIdentity, ANewerFormatIsSeenWithoutTheKey) {
    world_.make_newer(key_);
    const auto source = std::make_shared<ScriptedKey>();
    source->answer = StoreAnswer::key_lost;
    FileStore store(world_.dir(), source, std::make_shared<PosixEntropy>());
    const auto record = store.open_record(key_);
    EXPECT_EQ(load(*record).answer, StoreAnswer::newer_format);
    EXPECT_EQ(record->erase().answer, StoreAnswer::newer_format);
}

TEST_F(FileStoreIdentity, TheKeySourceIsAskedLateAndItsAnswersPassThrough) {
    const auto source = std::make_shared<ScriptedKey>();
    FileStore store(world_.dir(), source, std::make_shared<PosixEntropy>());
    const auto record = store.open_record(key_);
    const auto before = slots();
    EXPECT_EQ(load(store, key_of('b')).answer, StoreAnswer::absent);
    EXPECT_EQ(source->fetches, 0);
    const std::pair<StoreAnswer, StoreAnswer> answers[] = {
        {StoreAnswer::locked, StoreAnswer::locked},
        {StoreAnswer::transient, StoreAnswer::transient},
        {StoreAnswer::denied, StoreAnswer::denied},
        {StoreAnswer::key_lost, StoreAnswer::key_lost},
        {StoreAnswer::absent, StoreAnswer::denied},
        {StoreAnswer::corrupt, StoreAnswer::transient}};
    for (const auto& [given, expected] : answers) {
        source->answer = given;
        EXPECT_EQ(load(*record).answer, expected);
        EXPECT_EQ(write(*record, header_of(key_, 3), "three"), expected);
    }
    source->answer = StoreAnswer::present;
    source->size = 31;
    EXPECT_EQ(load(*record).answer, StoreAnswer::denied);
    EXPECT_EQ(slots(), before);

    source->size = 32;
    source->fetches = 0;
    EXPECT_EQ(load(*record).body, "two");
    source->answer = StoreAnswer::locked;
    EXPECT_EQ(write(*record, header_of(key_, 3), "three"), StoreAnswer::done);
    EXPECT_EQ(load(store, key_).body, "three");
    EXPECT_EQ(source->fetches, 1);
}

TEST_F(FileStoreIdentity, EraseNeedsNoKey) {
    const auto source = std::make_shared<ScriptedKey>();
    source->answer = StoreAnswer::key_lost;
    FileStore store(world_.dir(), source, std::make_shared<PosixEntropy>());
    EXPECT_EQ(store.open_record(key_)->erase().answer, StoreAnswer::done);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::absent);
}

// R40: what a thief of the folder can read.
TEST_F(FileStoreIdentity, NothingIsInClearInAnyFileOrName) {
    const std::string token = "st_test_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4";
    const std::string borrower = "borrower-4711";
    RecordKey key = key_of('b');
    key.borrower = label_hash("test borrower", borrower);
    const auto record = store_->open_record(key);
    for (std::uint64_t seq = 1; seq < 5; ++seq) {
        ASSERT_EQ(write(*record, header_of(key, seq), token + borrower, true), StoreAnswer::done);
    }
    world_.damage(key, 0);
    world_.damage(key, 1);
    ASSERT_EQ(load(*record).answer, StoreAnswer::corrupt);
    ASSERT_EQ(write(*record, header_of(key, 5), token + borrower), StoreAnswer::done);
    ASSERT_GE(files_in(world_.dir()).size(), 5u);
    for (const std::string& path : files_in(world_.dir())) {
        const Bytes content = read_file(path);
        const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
        for (const std::string& secret : {token, borrower, token.substr(8), std::string(32, 'k')}) {
            EXPECT_EQ(text.find(secret), std::string_view::npos) << path;
            EXPECT_EQ(path.find(secret), std::string::npos) << path;
        }
    }
}

TEST_F(FileStoreIdentity, EveryWriteHasItsOwnNonce) {
    const RecordHeader header = header_of(key_, 3);
    ASSERT_EQ(write(*record_, header, "same", true), StoreAnswer::done);
    const auto [a, b] = slots();
    EXPECT_TRUE(std::equal(a.begin(), a.begin() + 96, b.begin()));
    EXPECT_FALSE(std::equal(a.begin() + 96, a.begin() + 120, b.begin() + 96));
}

}  // namespace
}  // namespace credit
