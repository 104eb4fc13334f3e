// Real processes: what the kernel releases when one of them dies (R8).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/contract/file_world.h"

namespace credit {
namespace {

// A forked child with a pipe to its parent; it dies by SIGKILL at the latest with this object.
class Child {
  public:
    explicit Child(const std::function<void(int to_parent)>& work) {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[0]);
            work(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        from_child_ = ends[0];
    }
    ~Child() {
        kill();
        ::close(from_child_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    std::uint64_t hear() {
        std::uint64_t value = 0;
        EXPECT_EQ(::read(from_child_, &value, sizeof value), static_cast<ssize_t>(sizeof value));
        return value;
    }
    int join() {
        int status = -1;
        if (pid_ > 0) ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }
    void kill() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        join();
    }

  private:
    pid_t pid_ = -1;
    int from_child_ = -1;
};

void say(int to_parent, std::uint64_t value) {
    if (::write(to_parent, &value, sizeof value) != static_cast<ssize_t>(sizeof value)) ::_exit(9);
}

class FileStoreProcess : public testing::Test {
  protected:
    FileWorld world_;
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

std::uint64_t count_up(RecordStore& record, const RecordKey& key, int rounds) {
    std::uint64_t failures = 0;
    for (int i = 0; i < rounds; ++i) {
        if (record.lock().answer != StoreAnswer::done) return 1000;
        const Loaded now = load(record);
        const RecordHeader next = header_of(key, now.header.write_seq + 1);
        const StoreResult written = record.replace(next, body_of(now.body + "."), i % 3 == 0);
        record.unlock();
        if (written.answer != StoreAnswer::done) ++failures;
    }
    return failures;
}

TEST_F(FileStoreProcess, TwoProcessesLoseNoUpdate) {
    constexpr int kRounds = 60;
    ASSERT_EQ(write(*record_, header_of(key_, 1), ""), StoreAnswer::done);
    Child child([&](int to_parent) {
        const auto store = world_.start_process();
        say(to_parent, count_up(*store->open_record(key_), key_, kRounds));
    });
    EXPECT_EQ(count_up(*record_, key_, kRounds), 0u);
    EXPECT_EQ(child.hear(), 0u);
    EXPECT_EQ(child.join(), 0);
    EXPECT_EQ(load(*record_).body.size(), 2u * kRounds);
}

TEST_F(FileStoreProcess, AKilledHolderReleasesTheCommitLock) {
    Child child([&](int to_parent) {
        const auto store = world_.start_process();
        const auto record = store->open_record(key_);
        say(to_parent, record->lock().answer == StoreAnswer::done ? 1 : 0);
        for (;;)
            ::pause();
    });
    ASSERT_EQ(child.hear(), 1u);
    EXPECT_EQ(record_->lock().answer, StoreAnswer::transient);
    child.kill();
    EXPECT_EQ(record_->lock().answer, StoreAnswer::done);
    record_->unlock();
}

TEST_F(FileStoreProcess, AnOwnerIsGoneOnlyWhenItIsDead) {
    Child child([&](int to_parent) {
        const auto store = world_.start_process();
        say(to_parent, store->open_record(key_)->owner_id());
        for (;;)
            ::pause();
    });
    const std::uint64_t theirs = child.hear();
    EXPECT_FALSE(record_->owner_gone(theirs));
    EXPECT_NE(record_->owner_id(), theirs);
    child.kill();
    EXPECT_TRUE(record_->owner_gone(theirs));
    EXPECT_FALSE(record_->owner_gone(record_->owner_id()));
    EXPECT_EQ(stat_of(world_.dir() + "/owners.lock").st_size, 0);
}

// The host forks while we hold the lock: unlocking must count although the child keeps the
// descriptor open.
TEST_F(FileStoreProcess, AForkedBystanderDoesNotKeepTheLock) {
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    Child bystander([](int to_parent) {
        say(to_parent, 1);
        for (;;)
            ::pause();
    });
    ASSERT_EQ(bystander.hear(), 1u);
    record_->unlock();
    const auto other = world_.start_process();
    const auto theirs = other->open_record(key_);
    EXPECT_EQ(theirs->lock().answer, StoreAnswer::done);
    theirs->unlock();
}

// Killed at any moment, the record is the old one or the new one.
TEST_F(FileStoreProcess, KilledWriterLeavesARecord) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "1", true), StoreAnswer::done);
    std::uint64_t last = 1;
    for (int round = 0; round < 20; ++round) {
        Child writer([&](int to_parent) {
            const auto store = world_.start_process();
            const auto record = store->open_record(key_);
            for (std::uint64_t seq = last + 1;; ++seq) {
                const std::string body(seq * 37 % 30'000, 'x');
                if (write(*record, header_of(key_, seq), body, seq % 2 == 0) != StoreAnswer::done) {
                    ::_exit(1);
                }
                say(to_parent, seq);
            }
        });
        std::uint64_t told = 0;
        for (int i = 0; i <= round % 4; ++i)
            told = writer.hear();
        writer.kill();
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present) << loaded.detail;
        ASSERT_GE(loaded.header.write_seq, told);
        ASSERT_EQ(loaded.body.size(), loaded.header.write_seq * 37 % 30'000);
        last = loaded.header.write_seq;
    }
}

TEST_F(FileStoreProcess, AnIdSurvivesTheLossOfItsFile) {
    const std::uint64_t mine = record_->owner_id();
    const auto other = world_.start_process();
    const auto theirs = other->open_record(key_);
    ASSERT_FALSE(theirs->owner_gone(mine));
    ASSERT_EQ(::unlink((world_.dir() + "/owners.lock").c_str()), 0);
    EXPECT_FALSE(theirs->owner_gone(mine));  // nothing to ask is not a proof
    EXPECT_EQ(record_->owner_id(), mine);    // and asking for it locks it again
    theirs->owner_id();
    EXPECT_FALSE(theirs->owner_gone(mine));
}

TEST_F(FileStoreProcess, AnIdWithoutALockIsNeverCalledGone) {
    const std::string owners = world_.dir() + "/owners.lock";
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(::mkdir(owners.c_str(), 0700), 0);  // the lock cannot be had
    std::uint64_t unbacked = 0;
    {
        const auto other = world_.start_process();
        unbacked = other->open_record(key_)->owner_id();
    }
    EXPECT_NE(unbacked, 0u);
    ASSERT_EQ(::rmdir(owners.c_str()), 0);
    record_->owner_id();
    EXPECT_FALSE(record_->owner_gone(unbacked));
}

}  // namespace
}  // namespace credit
