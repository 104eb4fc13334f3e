// What every SecureStore keeps, whatever it is made of (R2, R3, R6, R8).
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/base/check.h"
#include "tests/contract/store_contract.h"

namespace credit {
namespace {

class StoreContract : public StoreFixture {};
class StoreOfManyProcesses : public StoreFixture {};

TEST_P(StoreContract, IsAbsentAtFirst) {
    EXPECT_EQ(load(*record_).answer, StoreAnswer::absent);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::absent);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::done);
    EXPECT_EQ(record_->erase_quarantine().answer, StoreAnswer::done);
}

TEST_P(StoreContract, HandsOutWhatWasWritten) {
    RecordHeader header = header_of(key_, 7);
    header.version = {3, 12};
    header.flags = RecordHeader::kTombstone;
    ASSERT_EQ(write(*record_, header, "the body"), StoreAnswer::done);

    const auto other = world_->start_process();
    const Loaded loaded = load(*other, key_);
    ASSERT_EQ(loaded.answer, StoreAnswer::present);
    EXPECT_EQ(loaded.body, "the body");
    header.body_size = 8;
    header.key_check = loaded.header.key_check;  // the store's own business
    EXPECT_EQ(loaded.header, header);
}

TEST_P(StoreContract, TakesBodiesFromNothingToTheLimit) {
    std::uint64_t seq = 0;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096},
                                   std::size_t{RecordHeader::kMaxBodyBytes}}) {
        const std::string body(size, 'x');
        ASSERT_EQ(write(*record_, header_of(key_, ++seq), body), StoreAnswer::done) << size;
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present) << size;
        EXPECT_EQ(loaded.body, body);
    }
    const std::string too_much(RecordHeader::kMaxBodyBytes + 1, 'x');
    // Our own code never hands over so much: a store may call it a bug or refuse it, but not take it.
    try {
        EXPECT_EQ(write(*record_, header_of(key_, ++seq), too_much), StoreAnswer::denied);
    } catch (const CheckFailed&) {
        record_.reset();
    }
    EXPECT_EQ(load(*store_, key_).header.write_seq, seq - 1);
}

TEST_P(StoreContract, NewestWins) {
    for (std::uint64_t seq = 1; seq <= 20; ++seq) {
        const std::string body = "body " + std::to_string(seq);
        ASSERT_EQ(write(*record_, header_of(key_, seq), body, seq % 5 == 0), StoreAnswer::done);
        const Loaded loaded = load(*store_, key_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present);
        EXPECT_EQ(loaded.header.write_seq, seq);
        EXPECT_EQ(loaded.body, body);
    }
}

TEST_P(StoreContract, PeekAgreesWithLoad) {
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
        ASSERT_EQ(write(*record_, header_of(key_, seq), "body"), StoreAnswer::done);
        const auto other = world_->start_process()->open_record(key_);
        const StorePeek peeked = other->peek();
        ASSERT_EQ(peeked.answer, StoreAnswer::present);
        EXPECT_EQ(peeked.header, load(*other).header);
    }
}

TEST_P(StoreContract, PeekSeesAnotherProcessWrite) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    const auto process = world_->start_process();
    const auto other = process->open_record(key_);
    EXPECT_EQ(other->peek().header.write_seq, 1u);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::done);
    EXPECT_EQ(other->peek().header.write_seq, 2u);
}

TEST_P(StoreContract, ADamagedRecordIsNeverAbsent) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_->damage(key_, 0);
    world_->damage(key_, 1);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::corrupt);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::corrupt);
    ASSERT_EQ(write(*record_, header_of(key_, 2), "new"), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, "new");
}

TEST_P(StoreContract, ErasedIsAbsentAndStartsOver) {
    ASSERT_EQ(write(*record_, header_of(key_, 5), "five", true), StoreAnswer::done);
    ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::absent);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::absent);
    EXPECT_EQ(write(*record_, header_of(key_, 1), "starts over"), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, "starts over");
}

TEST_P(StoreContract, R6_ANewerFormatIsSeenAndNotErased) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one", true), StoreAnswer::done);
    world_->make_newer(key_);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::newer_format);
    EXPECT_EQ(record_->peek().answer, StoreAnswer::newer_format);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::newer_format);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::newer_format);
}

TEST_P(StoreContract, RecordsDoNotSeeEachOther) {
    const RecordKey other_key = key_of('d');
    const auto other = store_->open_record(other_key);
    ASSERT_EQ(write(*record_, header_of(key_, 1), "mine"), StoreAnswer::done);
    EXPECT_EQ(load(*other).answer, StoreAnswer::absent);
    ASSERT_EQ(write(*other, header_of(other_key, 1), "yours"), StoreAnswer::done);
    ASSERT_EQ(record_->erase().answer, StoreAnswer::done);
    EXPECT_EQ(load(*other).body, "yours");
}

TEST_P(StoreContract, LocksOfDifferentRecordsAreIndependent) {
    const auto other = store_->open_record(key_of('d'));
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    EXPECT_EQ(other->lock().answer, StoreAnswer::done);
    other->unlock();
    record_->unlock();
}

// A lost update is what the commit lock is there to prevent, so count updates.
TEST_P(StoreOfManyProcesses, TheLockMakesReadCompareWriteOneStep) {
    constexpr int kThreads = 4;
    constexpr std::uint64_t kRounds = 25;
    ASSERT_EQ(write(*record_, header_of(key_, 1), ""), StoreAnswer::done);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            const auto process = world_->start_process();
            const auto record = process->open_record(key_);
            for (std::uint64_t done = 0; done < kRounds;) {
                if (record->lock().answer != StoreAnswer::done) continue;
                const Loaded now = load(*record);
                const RecordHeader next = header_of(key_, now.header.write_seq + 1);
                const StoreResult written = record->replace(next, body_of(now.body + "."), false);
                record->unlock();
                ASSERT_EQ(written.answer, StoreAnswer::done) << written.detail;
                ++done;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(load(*record_).body.size(), kThreads * kRounds);
}

// Loading takes no lock (R8) and must still never catch a write half way.
TEST_P(StoreContract, AReaderNeverSeesAWriteHalfWay) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "1", true), StoreAnswer::done);
    std::thread writer([&] {
        const auto process = world_->start_process();
        const auto record = process->open_record(key_);
        for (std::uint64_t seq = 2; seq <= 120; ++seq) {
            const std::string body = std::to_string(seq) + std::string(seq * 300, ' ');
            ASSERT_EQ(write(*record, header_of(key_, seq), body, true), StoreAnswer::done);
        }
    });
    std::uint64_t seen = 1;
    while (seen < 120 && !HasFailure()) {
        const Loaded loaded = load(*record_);
        EXPECT_EQ(loaded.answer, StoreAnswer::present) << loaded.detail;
        EXPECT_GE(loaded.header.write_seq, seen);
        EXPECT_EQ(std::stoull("0" + loaded.body), loaded.header.write_seq);
        seen = loaded.header.write_seq;
    }
    writer.join();
    EXPECT_EQ(seen, 120u);
}

std::vector<StoreKind> locking_stores() {
    std::vector<StoreKind> kinds = all_stores();
    std::erase_if(kinds, [](const StoreKind& kind) { return !kind.locks; });
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::ValuesIn(all_stores()),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Stores, StoreOfManyProcesses, testing::ValuesIn(locking_stores()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace credit
