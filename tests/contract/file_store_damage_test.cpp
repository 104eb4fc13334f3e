// Torn writes and rot: as long as one slot is whole, the record is there (R2).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "platform/file/slot.h"
#include "platform/memory/counting_entropy.h"
#include "tests/contract/file_world.h"

namespace credit {
namespace {

constexpr std::size_t kBodyBytes = 61;
constexpr std::size_t kImage = image_bytes(kBodyBytes);

class FileStoreDamage : public testing::Test {
  protected:
    FileStoreDamage() {
        EXPECT_EQ(write(*record_, header_of(key_, 1), body('1')), StoreAnswer::done);
        EXPECT_EQ(write(*record_, header_of(key_, 2), body('2')), StoreAnswer::done);
        older_ = read_file(a());
        newer_ = read_file(b());
    }
    std::string a() const { return world_.path(key_, ".a"); }
    std::string b() const { return world_.path(key_, ".b"); }
    static std::string body(char letter) { return std::string(kBodyBytes, letter); }
    static Bytes empty_slot() { return Bytes(kSlotBytes); }

    FileWorld world_{FileWorld::Where::memory};
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ = world_.start_process();
    const std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
    Bytes older_;
    Bytes newer_;
};

TEST_F(FileStoreDamage, EveryTruncationOfTheNewerSlot) {
    for (std::size_t size = 0; size < kSlotBytes; size += size < 4 * kImage ? 1 : 61) {
        std::filesystem::resize_file(b(), 0);
        write_file(b(), Bytes(newer_.begin(), newer_.begin() + static_cast<std::ptrdiff_t>(size)));
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present) << size << ": " << loaded.detail;
        // What authenticates is whole, wherever the file ends.
        ASSERT_EQ(loaded.header.write_seq, size < kImage ? 1u : 2u) << size;
    }
}

TEST_F(FileStoreDamage, EveryTruncationOfTheOlderSlot) {
    for (std::size_t size = 0; size < kSlotBytes; size += size < 4 * kImage ? 1 : 61) {
        write_file(a(), Bytes(older_.begin(), older_.begin() + static_cast<std::ptrdiff_t>(size)));
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present) << size << ": " << loaded.detail;
        ASSERT_EQ(loaded.header.write_seq, 2u) << size;
    }
}

TEST_F(FileStoreDamage, EveryTruncationOfTheOnlyRecordIsCorruptNeverAbsent) {
    for (std::size_t size = 0; size <= kImage; ++size) {
        write_file(a(), empty_slot());
        write_file(b(), Bytes(newer_.begin(), newer_.begin() + static_cast<std::ptrdiff_t>(size)));
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, size < kImage ? StoreAnswer::corrupt : StoreAnswer::present)
            << size << ": " << loaded.detail;
        if (size < kImage) {
            ASSERT_EQ(read_file(world_.path(key_, size == 0 ? ".q1" : ".q2")).size(), size);
        }
    }
}

TEST_F(FileStoreDamage, AWriteAfterATruncationGivesTheSlotItsSizeBack) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{50}, kImage}) {
        write_file(a(), Bytes(older_.begin(), older_.begin() + static_cast<std::ptrdiff_t>(size)));
        const std::uint64_t seq = load(*record_).header.write_seq + 1;
        ASSERT_EQ(write(*record_, header_of(key_, seq), body('3'), true), StoreAnswer::done);
        EXPECT_EQ(read_file(a()).size(), kSlotBytes);
        EXPECT_EQ(load(*record_).header.write_seq, seq);
    }
}

TEST_F(FileStoreDamage, EveryBitOfTheNewerSlot) {
    for (std::size_t bit = 0; bit < kImage * 8; ++bit) {
        Bytes flipped = newer_;
        flipped[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
        write_file(b(), flipped);
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present) << bit << ": " << loaded.detail;
        ASSERT_EQ(loaded.body, body('1')) << bit;
        ASSERT_EQ(loaded.detail.rfind("slot b ", 0), 0u) << bit << ": " << loaded.detail;
    }
}

TEST_F(FileStoreDamage, EveryBitOfTheOlderSlot) {
    for (std::size_t bit = 0; bit < kImage * 8; ++bit) {
        Bytes flipped = older_;
        flipped[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
        write_file(a(), flipped);
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::present) << bit << ": " << loaded.detail;
        ASSERT_EQ(loaded.body, body('2')) << bit;
    }
}

// Not absent, not another key's, not a newer SDK's: rot is told from all of them.
TEST_F(FileStoreDamage, EveryBitOfTheOnlyRecordIsCorrupt) {
    for (std::size_t bit = 0; bit < kImage * 8; ++bit) {
        Bytes flipped = newer_;
        flipped[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
        write_file(a(), empty_slot());
        write_file(b(), flipped);
        const Loaded loaded = load(*record_);
        ASSERT_EQ(loaded.answer, StoreAnswer::corrupt) << bit << ": " << loaded.detail;
    }
}

TEST_F(FileStoreDamage, PeekDoesNotOfferADamagedSlotTwice) {
    Bytes flipped = newer_;
    flipped[kImage - 1] ^= std::byte{1};
    write_file(b(), flipped);
    EXPECT_EQ(record_->peek().header.write_seq, 2u);  // a peek may be ahead of load's judgement
    EXPECT_EQ(load(*record_).header.write_seq, 1u);
    EXPECT_EQ(record_->peek().header.write_seq, 1u);
    write_file(b(), newer_);
    EXPECT_EQ(load(*record_).header.write_seq, 2u);
    EXPECT_EQ(record_->peek().header.write_seq, 2u);
}

// A crash in the middle of replace(): any prefix of the new image over old content, zeros or
// anything.
TEST_F(FileStoreDamage, EveryTornPrefixOfAReplace) {
    ASSERT_EQ(write(*record_, header_of(key_, 3), body('3')), StoreAnswer::done);
    const Bytes whole = read_file(a());
    ASSERT_EQ(read_file(b()), newer_);
    CountingEntropy dice(7);
    Bytes noise(kSlotBytes);
    dice.fill(noise);
    for (const Bytes& tail : {older_, empty_slot(), noise}) {
        for (std::size_t cut = 0; cut < kImage + 8; ++cut) {
            Bytes torn = tail;
            std::copy_n(whole.begin(), cut, torn.begin());
            write_file(a(), torn);
            const bool complete = std::equal(whole.begin(), whole.begin() + kImage, torn.begin());
            const Loaded loaded = load(*store_, key_);
            ASSERT_EQ(loaded.answer, StoreAnswer::present) << cut << ": " << loaded.detail;
            ASSERT_EQ(loaded.header.write_seq, complete ? 3u : 2u) << cut;
        }
    }
}

TEST_F(FileStoreDamage, EveryTornPrefixOfTheSecondSlot) {
    ASSERT_EQ(write(*record_, header_of(key_, 3), body('3'), true), StoreAnswer::done);
    const Bytes whole = read_file(b());
    for (const Bytes& tail : {newer_, empty_slot()}) {
        for (std::size_t cut = 0; cut < kImage + 8; ++cut) {
            Bytes torn = tail;
            std::copy_n(whole.begin(), cut, torn.begin());
            write_file(b(), torn);
            const Loaded loaded = load(*store_, key_);
            ASSERT_EQ(loaded.answer, StoreAnswer::present) << cut << ": " << loaded.detail;
            ASSERT_EQ(loaded.body, body('3')) << cut;
        }
    }
}

TEST_F(FileStoreDamage, AWriteAfterATornWriteMayUseTheSameWriteSeq) {
    Bytes torn = older_;
    const auto head = encode_header(header_of(key_, 3));
    std::copy(head.begin(), head.end(), torn.begin());
    write_file(a(), torn);
    ASSERT_EQ(load(*record_).header.write_seq, 2u);
    ASSERT_EQ(write(*record_, header_of(key_, 3), body('3')), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, body('3'));
    EXPECT_EQ(read_file(b()), newer_);
}

// The very first write has no other slot to fall back on, so it appears at once or not at all.
TEST_F(FileStoreDamage, ACrashInTheFirstWriteLeavesNoRecord) {
    const RecordKey key = key_of('b');
    const auto record = store_->open_record(key);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{96}, kImage - 1, kSlotBytes}) {
        write_file(world_.path(key, ".new"),
                   Bytes(newer_.begin(), newer_.begin() + static_cast<std::ptrdiff_t>(cut)));
        EXPECT_EQ(load(*record).answer, StoreAnswer::absent);
    }
    EXPECT_EQ(write(*record, header_of(key, 1), "first"), StoreAnswer::done);
    EXPECT_EQ(load(*record).body, "first");
    EXPECT_FALSE(exists(world_.path(key, ".new")));
}

TEST_F(FileStoreDamage, TheFirstEvidenceIsKeptBesideTheLatest) {
    Bytes damaged = newer_;
    for (std::size_t round = 0; round < 3; ++round) {
        damaged[130] = newer_[130] ^ static_cast<std::byte>(1 + round);  // never the whole one
        write_file(a(), empty_slot());
        write_file(b(), damaged);
        ASSERT_EQ(load(*record_).answer, StoreAnswer::corrupt);
        const Bytes first = read_file(world_.path(key_, ".q1"));
        EXPECT_EQ(first[130], newer_[130] ^ std::byte{1});
        if (round > 0) {
            EXPECT_EQ(read_file(world_.path(key_, ".q2")), damaged);
        }
    }
    EXPECT_EQ(stat_of(b()).st_size, static_cast<off_t>(kSlotBytes));
}

// Never "empty" by silence (R3): also not at the second look, not after a restart.
TEST_F(FileStoreDamage, SetAsideIsNotEmpty) {
    Bytes damaged = newer_;
    damaged[130] = static_cast<std::byte>(~static_cast<unsigned>(newer_[130]));
    write_file(a(), empty_slot());
    write_file(b(), damaged);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);
    EXPECT_EQ(load(*store_, key_).answer, StoreAnswer::corrupt);
    ASSERT_EQ(write(*record_, header_of(key_, 9), body('9')), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, body('9'));
    EXPECT_EQ(read_file(world_.path(key_, ".q1")), damaged);
}

TEST_F(FileStoreDamage, AMissingSlotBesideAValidOneIsMadeAgain) {
    std::filesystem::remove(a());
    EXPECT_EQ(load(*record_).body, body('2'));
    ASSERT_EQ(write(*record_, header_of(key_, 3), body('3')), StoreAnswer::done);
    EXPECT_EQ(read_file(a()).size(), kSlotBytes);
    EXPECT_EQ(read_file(b()), newer_);
    EXPECT_EQ(load(*store_, key_).body, body('3'));
}

TEST_F(FileStoreDamage, BothSlotsGoneIsAbsent) {
    std::filesystem::remove(a());
    std::filesystem::remove(b());
    EXPECT_EQ(load(*record_).answer, StoreAnswer::absent);
    std::filesystem::remove_all(world_.dir());
    EXPECT_EQ(load(*record_).answer, StoreAnswer::absent);
    EXPECT_EQ(write(*record_, header_of(key_, 1), "again"), StoreAnswer::done);
    EXPECT_EQ(load(*store_, key_).body, "again");
}

TEST_F(FileStoreDamage, NoTailOfALongerRecordIsLeftBehind) {
    const std::string long_body(20'000, 'L');
    ASSERT_EQ(write(*record_, header_of(key_, 3), long_body, true), StoreAnswer::done);
    ASSERT_EQ(write(*record_, header_of(key_, 4), body('s'), true), StoreAnswer::done);
    for (const std::string& path : {a(), b()}) {
        const Bytes content = read_file(path);
        EXPECT_TRUE(std::all_of(content.begin() + kImage, content.end(),
                                [](std::byte byte) { return byte == std::byte{0}; }));
    }
}

}  // namespace
}  // namespace credit
