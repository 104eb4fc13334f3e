// No space (R3, R7): `full`, the old record intact, and a mark that still fits because its slot was
// allocated before.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/arena.h"
#include "platform/posix/posix_entropy.h"
#include "tests/contract/allocation_counter.h"
#include "tests/contract/file_world.h"

namespace credit {
namespace {

// No file of this process may grow beyond `bytes`.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

class FileStoreSpace : public testing::Test {
  protected:
    FileWorld world_;
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_F(FileStoreSpace, NoRoomToBeginIsFullAndAbsent) {
    StoreAnswer written = StoreAnswer::done;
    {
        const FileSizeLimit limit(4096);
        written = write(*record_, header_of(key_, 1), "one");
    }
    EXPECT_EQ(written, StoreAnswer::full);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::absent);
    EXPECT_FALSE(exists(world_.path(key_, ".new")));
    EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
}

TEST_F(FileStoreSpace, AWriteCutShortIsFullAndKeepsTheNewest) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    // Less than the header, less than the image, the whole image but not its padding.
    for (const rlim_t room : {rlim_t{50}, rlim_t{130}, rlim_t{1000}}) {
        StoreAnswer written = StoreAnswer::done;
        {
            const FileSizeLimit limit(room);
            written = write(*record_, header_of(key_, 3), "three");
        }
        EXPECT_EQ(written, StoreAnswer::full) << room;
        EXPECT_EQ(load(*record_).body, "two") << room;
        EXPECT_EQ(load(*world_.start_process(), key_).body, "two") << room;
    }
    EXPECT_EQ(write(*record_, header_of(key_, 3), "three"), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, "three");
}

// Slots that exist and hold nothing are no excuse to tear a first write.
TEST_F(FileStoreSpace, NoRoomAfterAQuarantineIsFullAndStaysCorrupt) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_.damage(key_, 0);
    world_.damage(key_, 1);
    ASSERT_EQ(load(*record_).answer, StoreAnswer::corrupt);
    ASSERT_TRUE(exists(world_.path(key_, ".a")));
    {
        const FileSizeLimit limit(130);
        EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::full);
    }
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::corrupt);
}

TEST_F(FileStoreSpace, BothSlotsCutShortKeepTheNewest) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    {
        const FileSizeLimit limit(130);
        EXPECT_EQ(write(*record_, header_of(key_, 2), "two", true), StoreAnswer::full);
    }
    EXPECT_EQ(load(*store_, key_).body, "one");
}

// A small file system of its own; only with the right to mount one.
class TinyDisk {
  public:
    explicit TinyDisk(const std::string& path) : path_(path) {
        std::filesystem::create_directory(path);
        ::chmod(path.c_str(), 0700);
        mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=512k,mode=0700") == 0;
    }
    ~TinyDisk() {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    TinyDisk(const TinyDisk&) = delete;
    TinyDisk& operator=(const TinyDisk&) = delete;
    bool mounted() const { return mounted_; }
    void fill() {
        const int fd = ::open((path_ + "/ballast").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        const std::string block(4096, 'x');
        while (::write(fd, block.data(), block.size()) > 0) {
        }
        ::close(fd);
    }

  private:
    const std::string path_;
    bool mounted_ = false;
};

TEST_F(FileStoreSpace, AFullDiskStillTakesMarksOfSessionsThatExist) {
    TinyDisk disk(world_.above() + "/tiny");
    if (!disk.mounted()) GTEST_SKIP() << "not allowed to mount a tmpfs";
    FileStore store(world_.above() + "/tiny/store", sealing_key_of('k'),
                    std::make_shared<PosixEntropy>());
    const auto record = store.open_record(key_);
    ASSERT_EQ(write(*record, header_of(key_, 1), "one"), StoreAnswer::done);
    disk.fill();
    const std::string large(30'000, 'm');
    for (std::uint64_t seq = 2; seq < 8; ++seq) {
        ASSERT_EQ(write(*record, header_of(key_, seq), large, seq % 2 == 0), StoreAnswer::done);
        EXPECT_EQ(load(store, key_).header.write_seq, seq);
    }
    const RecordKey other = key_of('b');
    EXPECT_EQ(write(*store.open_record(other), header_of(other, 1), "new"), StoreAnswer::full);
    EXPECT_EQ(load(store, other).answer, StoreAnswer::absent);
    EXPECT_EQ(load(store, key_).header.write_seq, 7u);
}

// R22: no memory can run out between a reply and its commit, because none is asked for.
TEST_F(FileStoreSpace, LockReplaceUnlockAllocatesNothing) {
    if (!counts_allocations()) GTEST_SKIP() << "operator new is the sanitizer's";
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    ASSERT_EQ(load(*record_).answer, StoreAnswer::present);
    const SecretBuffer body = body_of(std::string(2000, 'b'));
    const RecordHeader header = header_of(key_, 2);
    const std::uint64_t before = allocations_of_this_thread();
    const std::uint64_t spilled = arena::report().spilled;
    const StoreAnswer locked = record_->lock().answer;
    const StoreAnswer written = record_->replace(header, body, true).answer;
    record_->unlock();
    EXPECT_EQ(allocations_of_this_thread(), before);
    EXPECT_EQ(arena::report().spilled, spilled);
    EXPECT_EQ(locked, StoreAnswer::done);
    EXPECT_EQ(written, StoreAnswer::done);
}

}  // namespace
}  // namespace credit
