// A sync that fails: the write does not count, in this process or in any other, and is done whole
// the next time (R2).
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "tests/contract/failing_sync.h"
#include "tests/contract/file_world.h"

namespace credit {
namespace {

class FileStoreSync : public testing::Test {
  protected:
    // What another process, and this one after a restart, would find.
    Loaded from_outside() { return load(*world_.start_process(), key_); }

    FileWorld world_;
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_F(FileStoreSync, AFailedSyncDoesNotCount) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    const Bytes newest = read_file(world_.path(key_, ".b"));
    fail_sync(EIO, 0);
    EXPECT_EQ(write(*record_, header_of(key_, 3), "three"), StoreAnswer::transient);
    ASSERT_TRUE(sync_failed());
    EXPECT_EQ(load(*record_).body, "two");
    EXPECT_EQ(from_outside().body, "two");
    EXPECT_EQ(record_->peek().header.write_seq, 2u);
    EXPECT_EQ(read_file(world_.path(key_, ".b")), newest);
}

TEST_F(FileStoreSync, TheNextWriteGoesToANewFile) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    const ino_t before = stat_of(world_.path(key_, ".a")).st_ino;
    fail_sync(EIO, 0);
    ASSERT_EQ(write(*record_, header_of(key_, 3), "three"), StoreAnswer::transient);
    ASSERT_EQ(write(*record_, header_of(key_, 3), "three"), StoreAnswer::done);
    EXPECT_NE(stat_of(world_.path(key_, ".a")).st_ino, before);
    EXPECT_EQ(from_outside().body, "three");
    const ino_t after = stat_of(world_.path(key_, ".a")).st_ino;
    ASSERT_EQ(write(*record_, header_of(key_, 4), "four"), StoreAnswer::done);
    ASSERT_EQ(write(*record_, header_of(key_, 5), "five"), StoreAnswer::done);
    EXPECT_EQ(stat_of(world_.path(key_, ".a")).st_ino, after);
}

TEST_F(FileStoreSync, FullWhileSyncingIsFull) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    fail_sync(ENOSPC, 0);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::full);
    EXPECT_EQ(from_outside().body, "one");
}

// Every sync of the first write, one after the other.
TEST_F(FileStoreSync, EverySyncOfTheFirstWrite) {
    unsigned failures = 0;
    for (unsigned skip = 0;; ++skip) {
        ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
        fail_sync(EIO, skip);
        const StoreAnswer written = write(*record_, header_of(key_, 1), "one", true);
        if (!sync_failed()) {
            EXPECT_EQ(written, StoreAnswer::done);
            break;
        }
        ++failures;
        EXPECT_EQ(written, StoreAnswer::transient) << skip;
        const Loaded after = from_outside();
        // Never acknowledged: it may be there or not, but never something else, and an own failed
        // write is no corruption.
        if (after.answer == StoreAnswer::present) {
            EXPECT_EQ(after.body, "one");
        } else {
            EXPECT_EQ(after.answer, StoreAnswer::absent) << skip << ": " << after.detail;
        }
        EXPECT_EQ(write(*record_, header_of(key_, 2), "again"), StoreAnswer::done) << skip;
        EXPECT_EQ(from_outside().body, "again") << skip;
    }
    EXPECT_GE(failures, 4u);
}

// Every sync of a write to both slots: the older or the newer record, never none.
TEST_F(FileStoreSync, EverySyncOfAWriteToBothSlots) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "body 1", true), StoreAnswer::done);
    std::uint64_t seq = 1;
    unsigned failures = 0;
    for (unsigned skip = 0;; ++skip) {
        ++seq;
        fail_sync(EIO, skip);
        const std::string body = "body " + std::to_string(seq);
        const StoreAnswer written = write(*record_, header_of(key_, seq), body, true);
        const bool failed = sync_failed();
        const Loaded after = from_outside();
        ASSERT_EQ(after.answer, StoreAnswer::present) << after.detail;
        if (!failed) {
            EXPECT_EQ(written, StoreAnswer::done);
            EXPECT_EQ(after.header.write_seq, seq);
            break;
        }
        ++failures;
        EXPECT_EQ(written, StoreAnswer::transient) << skip;
        EXPECT_GE(after.header.write_seq, seq - 1) << skip;
        EXPECT_EQ(after.body, "body " + std::to_string(after.header.write_seq));
        EXPECT_EQ(load(*record_).body, after.body);
        ++seq;
        ASSERT_EQ(write(*record_, header_of(key_, seq), "body " + std::to_string(seq), true),
                  StoreAnswer::done);
    }
    EXPECT_GE(failures, 2u);
}

TEST_F(FileStoreSync, EverySyncOfAnErasure) {
    unsigned failures = 0;
    for (unsigned skip = 0;; ++skip) {
        ASSERT_EQ(write(*record_, header_of(key_, 1), "older"), StoreAnswer::done);
        ASSERT_EQ(write(*record_, header_of(key_, 2), "newer"), StoreAnswer::done);
        fail_sync(EIO, skip);
        const StoreAnswer erased = record_->erase().answer;
        if (!sync_failed()) {
            EXPECT_EQ(erased, StoreAnswer::done);
            break;
        }
        ++failures;
        EXPECT_NE(from_outside().body, "older");
        ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
        EXPECT_EQ(from_outside().answer, StoreAnswer::absent);
    }
    EXPECT_GE(failures, 3u);
}

// Runs `work` on a store of its own in a child that is killed at its sync number `skip`; false if
// it got to its end.
bool dies_at_sync(FileWorld& world, const RecordKey& key, unsigned skip,
                  const std::function<void(RecordStore&)>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        const auto store = world.start_process();
        const auto record = store->open_record(key);
        die_at_sync(skip);
        work(*record);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == kDiedAtSync;
}

TEST_F(FileStoreSync, DeathAtEverySyncOfTheFirstWriteIsAllOrNothing) {
    const auto first = [&](RecordStore& record) { write(record, header_of(key_, 1), "one", true); };
    for (unsigned skip = 0;; ++skip) {
        ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
        if (!dies_at_sync(world_, key_, skip, first)) {
            EXPECT_GE(skip, 4u);
            break;
        }
        const Loaded after = from_outside();
        EXPECT_TRUE(after.answer == StoreAnswer::absent || after.body == "one") << after.detail;
        const std::uint64_t next = after.header.write_seq + 1;
        EXPECT_EQ(write(*record_, header_of(key_, next), "again", true), StoreAnswer::done);
    }
}

TEST_F(FileStoreSync, DeathAtEverySyncOfALaterWriteKeepsARecord) {
    const auto later = [&](RecordStore& record) { write(record, header_of(key_, 2), "two", true); };
    for (unsigned skip = 0;; ++skip) {
        ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
        ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
        const bool died = dies_at_sync(world_, key_, skip, later);
        const Loaded after = from_outside();
        EXPECT_EQ(after.answer, StoreAnswer::present) << after.detail;
        EXPECT_EQ(after.body, after.header.write_seq == 1 ? "one" : "two");
        if (!died) {
            EXPECT_GE(skip, 2u);
            break;
        }
    }
}

// An erasure cut short leaves the newest record or none, never an older one.
TEST_F(FileStoreSync, DeathAtEverySyncOfAnErasureBringsNothingOlderBack) {
    for (const std::uint64_t last : {std::uint64_t{2}, std::uint64_t{3}}) {
        for (unsigned skip = 0;; ++skip) {
            ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
            for (std::uint64_t seq = 1; seq <= last; ++seq) {
                ASSERT_EQ(write(*record_, header_of(key_, seq), "some"), StoreAnswer::done);
            }
            const bool died =
                dies_at_sync(world_, key_, skip, [](RecordStore& record) { record.erase(); });
            const Loaded after = from_outside();
            EXPECT_TRUE(after.answer == StoreAnswer::absent || after.header.write_seq == last)
                << skip << ": " << after.detail;
            if (!died) {
                EXPECT_EQ(after.answer, StoreAnswer::absent);
                EXPECT_GE(skip, 3u);
                break;
            }
        }
    }
}

}  // namespace
}  // namespace credit
