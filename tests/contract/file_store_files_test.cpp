// Files that are not what they should be, and folders open to others (R3): denied, never absent,
// never followed.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "core/base/check.h"
#include "platform/file/slot.h"
#include "platform/posix/posix_entropy.h"
#include "tests/contract/file_world.h"

namespace credit {
namespace {

namespace fs = std::filesystem;

struct Intruder {
    std::string name;
    StoreAnswer answer;  // when nothing else is there
    std::function<void(const std::string& path, const std::string& victim)> place;
};

class FileStoreIntruder : public testing::TestWithParam<Intruder> {
  protected:
    FileStoreIntruder() {
        EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
        EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
        std::ofstream(victim_) << "precious";
        ::chmod(victim_.c_str(), 0600);
    }
    void place(const char* suffix) {
        const std::string path = world_.path(key_, suffix);
        fs::remove(path);
        GetParam().place(path, victim_);
    }
    void expect_victim_unharmed() {
        std::ifstream in(victim_);
        std::string text;
        std::getline(in, text);
        EXPECT_EQ(text, "precious");
    }
    FileWorld world_;
    const std::string victim_ = world_.above() + "/victim";
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_P(FileStoreIntruder, DoesNotHideTheValidSlot) {
    place(".a");
    const Loaded loaded = load(*record_);
    EXPECT_EQ(loaded.answer, StoreAnswer::present);
    EXPECT_EQ(loaded.body, "two");
    EXPECT_NE(loaded.detail.find("slot a "), std::string::npos) << loaded.detail;
    EXPECT_EQ(record_->peek().header.write_seq, 2u);
}

TEST_P(FileStoreIntruder, IsNeverAbsentAndNeverWrittenThrough) {
    place(".a");
    place(".b");
    const StoreAnswer written = write(*record_, header_of(key_, 3), "three");
    EXPECT_EQ(written == StoreAnswer::denied, GetParam().answer == StoreAnswer::denied);
    expect_victim_unharmed();
}

TEST_P(FileStoreIntruder, AnswersByItsKind) {
    place(".a");
    place(".b");
    const Loaded loaded = load(*record_);
    EXPECT_EQ(loaded.answer, GetParam().answer) << loaded.detail;
    EXPECT_NE(loaded.detail, "");
    expect_victim_unharmed();
}

TEST_P(FileStoreIntruder, EraseTakesTheNameAndNotWhatItPointsTo) {
    place(".a");
    const StoreAnswer erased = record_->erase().answer;
    EXPECT_EQ(erased, GetParam().name == "folder" ? StoreAnswer::denied : StoreAnswer::done);
    EXPECT_FALSE(exists(world_.path(key_, ".b")));
    expect_victim_unharmed();
}

TEST_P(FileStoreIntruder, CannotBeTheLockFile) {
    if (GetParam().answer == StoreAnswer::corrupt) return;  // the lock file's content means nothing
    place(".lock");
    EXPECT_EQ(record_->lock().answer, StoreAnswer::denied);
    expect_victim_unharmed();
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FileStoreIntruder,
    testing::Values(
        Intruder{"symlink", StoreAnswer::denied,
                 [](const auto& path, const auto& victim) { fs::create_symlink(victim, path); }},
        Intruder{
            "dangling_symlink", StoreAnswer::denied,
            [](const auto& path, const auto&) { fs::create_symlink("/nowhere/at/all", path); }},
        Intruder{"hard_link", StoreAnswer::denied,
                 [](const auto& path, const auto& victim) { fs::create_hard_link(victim, path); }},
        Intruder{"fifo", StoreAnswer::denied,
                 [](const auto& path, const auto&) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }},
        Intruder{"folder", StoreAnswer::denied,
                 [](const auto& path, const auto&) { fs::create_directory(path); }},
        Intruder{"open_to_group", StoreAnswer::denied,
                 [](const auto& path, const auto&) {
                     write_file(path, Bytes(kSlotBytes));
                     ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
                 }},
        Intruder{"nothing", StoreAnswer::corrupt,
                 [](const auto& path, const auto&) {
                     write_file(path, {});
                     ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
                 }},
        Intruder{"ten_megabytes", StoreAnswer::corrupt,
                 [](const auto& path, const auto&) {
                     write_file(path, Bytes(10 * 1024 * 1024));
                     ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
                 }}),
    [](const auto& kind) { return kind.param.name; });

class FileStoreFolder : public testing::Test {
  protected:
    StoreResult load_result() {
        RecordHeader header;
        SecretBuffer body;
        return record_->load(header, body);
    }
    FileWorld world_;
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_F(FileStoreFolder, IsMadePrivateWithAllItsParents) {
    FileStore nested(world_.above() + "/x/y/z/", sealing_key_of('k'),
                     std::make_shared<PosixEntropy>());
    ASSERT_EQ(write(*nested.open_record(key_), header_of(key_, 1), "one"), StoreAnswer::done);
    for (const char* part : {"/x", "/x/y", "/x/y/z"}) {
        EXPECT_EQ(stat_of(world_.above() + part).st_mode & 07777, 0700u) << part;
    }
}

TEST_F(FileStoreFolder, ReadingMakesNothing) {
    EXPECT_EQ(load_result().answer, StoreAnswer::absent);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::absent);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::done);
    EXPECT_FALSE(exists(world_.dir()));
}

// Android before the first unlock: what lies under the app's folder cannot be seen, and a locked key is the only sign of it.
TEST_F(FileStoreFolder, R3_AFolderThatCannotBeSeenIsLockedWhileTheKeyIs) {
    struct Locked final : SealingKey {
        StoreResult fetch(SecretRef&) override {
            return {StoreAnswer::locked, "before the unlock"};
        }
    };
    FileStore unseen(world_.above() + "/unseen", std::make_shared<Locked>(),
                     std::make_shared<PosixEntropy>());
    RecordHeader header;
    SecretBuffer body;
    const auto record = unseen.open_record(key_);
    EXPECT_EQ(record->load(header, body).answer, StoreAnswer::locked);
    EXPECT_EQ(record->peek().answer, StoreAnswer::locked);
    EXPECT_FALSE(exists(world_.above() + "/unseen"));
}

TEST_F(FileStoreFolder, OpenToOthersIsDenied) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    for (const mode_t mode : {0777u, 0770u, 0701u}) {
        ASSERT_EQ(::chmod(world_.dir().c_str(), mode), 0);
        const StoreResult result = load_result();
        EXPECT_EQ(result.answer, StoreAnswer::denied);
        EXPECT_EQ(result.detail, "the storage folder is open to other users");
        EXPECT_EQ(record_->lock().answer, StoreAnswer::denied);
        EXPECT_EQ(record_->peek().answer, StoreAnswer::denied);
        EXPECT_EQ(record_->erase().answer, StoreAnswer::denied);
        EXPECT_EQ(load(*world_.start_process(), key_).answer, StoreAnswer::denied);
    }
    ASSERT_EQ(::chmod(world_.dir().c_str(), 0700), 0);
    EXPECT_EQ(load(*record_).body, "one");
}

TEST_F(FileStoreFolder, OfAnotherUserIsDenied) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(::chown(world_.dir().c_str(), 12345, 12345), 0);
    EXPECT_EQ(load_result().detail, "the storage folder belongs to another user");
    ASSERT_EQ(::chown(world_.dir().c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(world_.path(key_, ".a").c_str(), 12345, 12345), 0);
    const StoreResult result = load_result();
    EXPECT_EQ(result.answer, StoreAnswer::denied);
    EXPECT_EQ(result.detail, "slot a belongs to another user");
}

TEST_F(FileStoreFolder, ALinkOrAFileInItsPlaceIsDenied) {
    fs::create_directory(world_.above() + "/elsewhere");
    fs::create_directory_symlink(world_.above() + "/elsewhere", world_.dir());
    EXPECT_EQ(load_result().detail, "the storage folder is a symbolic link");
    EXPECT_EQ(record_->lock().answer, StoreAnswer::denied);
    fs::remove(world_.dir());
    std::ofstream(world_.dir()) << "a file";
    EXPECT_EQ(load_result().detail, "the storage folder is not a folder");
}

TEST_F(FileStoreFolder, NoFolderConfiguredIsDenied) {
    FileStore store("", sealing_key_of('k'), std::make_shared<PosixEntropy>());
    EXPECT_EQ(load(store, key_).answer, StoreAnswer::denied);
}

TEST_F(FileStoreFolder, SlotsAreAllocatedBeforeTheyAreNeeded) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    for (const char* suffix : {".a", ".b"}) {
        const struct stat slot = stat_of(world_.path(key_, suffix));
        EXPECT_EQ(slot.st_mode & 07777, 0600u);
        EXPECT_EQ(slot.st_size, static_cast<off_t>(kSlotBytes));
        EXPECT_GE(slot.st_blocks * 512, static_cast<off_t>(kSlotBytes));
    }
    const ino_t a = stat_of(world_.path(key_, ".a")).st_ino;
    const ino_t b = stat_of(world_.path(key_, ".b")).st_ino;
    for (std::uint64_t seq = 2; seq < 6; ++seq) {
        ASSERT_EQ(write(*record_, header_of(key_, seq), "more"), StoreAnswer::done);
    }
    EXPECT_EQ(stat_of(world_.path(key_, ".a")).st_ino, a);
    EXPECT_EQ(stat_of(world_.path(key_, ".b")).st_ino, b);
}

TEST_F(FileStoreFolder, EraseLeavesTheLockFileOnly) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
    EXPECT_EQ(files_in(world_.dir()), std::vector<std::string>{world_.path(key_, ".lock")});
}

TEST_F(FileStoreFolder, NamesThatAreNotRecordNamesAreABug) {
    for (const char* name : {"", "../../etc/passwd", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        RecordKey key = key_;
        key.name = name;
        EXPECT_THROW(store_->open_record(key), CheckFailed) << name;
    }
}

TEST_F(FileStoreFolder, ARelativeFolderStaysWhereItWas) {
    const fs::path before = fs::current_path();
    fs::current_path(world_.above());
    FileStore store("relative", sealing_key_of('k'), std::make_shared<PosixEntropy>());
    fs::current_path(before);
    ASSERT_EQ(write(*store.open_record(key_), header_of(key_, 1), "one"), StoreAnswer::done);
    EXPECT_TRUE(exists(world_.above() + "/relative"));
}

}  // namespace
}  // namespace credit
