// The frozen head of every stored record (R1, R6).
#include "core/base/record_header.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "core/base/check.h"

namespace credit {
namespace {

RecordHeader sample() {
    RecordHeader header;
    header.environment = Environment::live;
    header.flags = RecordHeader::kTombstone;
    header.body_size = 0x00001234;
    for (std::size_t i = 0; i < 16; ++i) {
        header.key_check[i] = static_cast<std::uint8_t>(0x10 + i);
        header.origin[i] = static_cast<std::uint8_t>(0x20 + i);
        header.borrower[i] = static_cast<std::uint8_t>(0x30 + i);
    }
    header.version = {0x0102030405060708, 0x1112131415161718};
    header.write_seq = 0x2122232425262728;
    return header;
}

HeaderFault fault_of(std::array<std::byte, RecordHeader::kBytes> bytes) {
    RecordHeader ignored;
    return decode_header(bytes, ignored);
}

std::array<std::byte, RecordHeader::kBytes> with(std::size_t at, unsigned char value) {
    auto bytes = encode_header(sample());
    bytes[at] = static_cast<std::byte>(value);
    return bytes;
}

TEST(RecordHeader, ComesBackAsItWas) {
    RecordHeader decoded;
    ASSERT_EQ(decode_header(encode_header(sample()), decoded), HeaderFault::none);
    EXPECT_EQ(decoded, sample());
    ASSERT_EQ(decode_header(encode_header(RecordHeader{}), decoded), HeaderFault::none);
    EXPECT_EQ(decoded, RecordHeader{});
}

// Records in the field have this layout; it is frozen.
TEST(RecordHeader, GoldenBytes) {
    std::string hex;
    for (const std::byte byte : encode_header(sample())) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(byte));
        hex += two;
    }
    EXPECT_EQ(hex,
              "4352445452454331"  // CRDTREC1
              "0100"
              "02"
              "01"
              "34120000"
              "101112131415161718191a1b1c1d1e1f"
              "202122232425262728292a2b2c2d2e2f"
              "303132333435363738393a3b3c3d3e3f"
              "0807060504030201"
              "1817161514131211"
              "2827262524232221"
              "0000000000000000");
}

TEST(RecordHeader, EveryShorterPieceIsTooShort) {
    const auto bytes = encode_header(sample());
    RecordHeader ignored;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(decode_header(std::span(bytes).first(size), ignored), HeaderFault::too_short);
    }
}

TEST(RecordHeader, EveryByteOfTheMagicCounts) {
    for (std::size_t at = 0; at < 8; ++at)
        EXPECT_EQ(fault_of(with(at, 'x')), HeaderFault::bad_magic);
}

TEST(RecordHeader, ANewerFormatIsToldFromDamage) {
    for (const auto& bytes : {with(8, 2), with(8, 255), with(9, 1)}) {
        RecordHeader header;
        EXPECT_EQ(decode_header(bytes, header), HeaderFault::newer_format);
        EXPECT_EQ(header.write_seq, sample().write_seq);  // still readable, to order the slots
    }
    EXPECT_EQ(fault_of(with(8, 0)), HeaderFault::bad_field);
}

TEST(RecordHeader, FieldsOutOfRangeAreFaults) {
    for (const unsigned char environment : {0, 3, 255}) {
        EXPECT_EQ(fault_of(with(10, environment)), HeaderFault::bad_field);
    }
    EXPECT_EQ(fault_of(with(10, 1)), HeaderFault::none);
    EXPECT_EQ(fault_of(with(11, 2)), HeaderFault::bad_field);
    EXPECT_EQ(fault_of(with(11, 0)), HeaderFault::none);
    EXPECT_EQ(fault_of(with(14, 1)), HeaderFault::bad_field);  // body size above the limit
    for (std::size_t at = 88; at < 96; ++at)
        EXPECT_EQ(fault_of(with(at, 1)), HeaderFault::bad_field);
    RecordHeader header = sample();
    header.body_size = RecordHeader::kMaxBodyBytes;
    EXPECT_EQ(fault_of(encode_header(header)), HeaderFault::none);
    header.body_size = RecordHeader::kMaxBodyBytes + 1;
    EXPECT_EQ(fault_of(encode_header(header)), HeaderFault::bad_field);
}

TEST(RecordHeader, VersionsAreOrderedByEpochThenGeneration) {
    EXPECT_LT((Version{1, 9}), (Version{2, 1}));
    EXPECT_LT((Version{2, 1}), (Version{2, 2}));
    EXPECT_EQ((Version{2, 2}), (Version{2, 2}));
}

TEST(RecordHeader, LabelsAndTextsGiveDifferentHashes) {
    const auto hash = label_hash("credit origin", "https://a.example");
    EXPECT_EQ(label_hash("credit origin", "https://a.example"), hash);
    EXPECT_NE(label_hash("credit origin", "https://b.example"), hash);
    EXPECT_NE(label_hash("credit origim", "https://a.example"), hash);
    EXPECT_NE(label_hash("credit origin", ""), hash);
}

// A label that were cut off would make two of them the same.
TEST(RecordHeader, ALabelThatDoesNotFitIsABug) {
    const std::string longest(32, 'x');
    EXPECT_NE(label_hash(longest, "t"), label_hash(longest.substr(1), "t"));
    EXPECT_THROW(label_hash(longest + "x", "t"), CheckFailed);
}

}  // namespace
}  // namespace credit
