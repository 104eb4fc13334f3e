// What the decoder does with bytes that no encoder wrote.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/jitter.h"
#include "core/session/record.h"
#include "tests/unit/record_samples.h"

namespace credit::test {
namespace {

constexpr std::size_t kHead = 3;  // tag and length of a section

struct Section {
    std::uint8_t tag;
    std::string content;
};
using Sections = std::vector<Section>;

std::string number(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char>((value >> (8 * i)) & 0xff);
    return bytes;
}

Sections split(std::string_view body) {
    Sections sections;
    while (!body.empty()) {
        const auto size = static_cast<std::size_t>(static_cast<unsigned char>(body[1])) |
                          static_cast<std::size_t>(static_cast<unsigned char>(body[2])) << 8;
        sections.push_back(
            {static_cast<std::uint8_t>(body[0]), std::string(body.substr(kHead, size))});
        body.remove_prefix(kHead + size);
    }
    return sections;
}

std::string join(const Sections& sections) {
    std::string body;
    for (const Section& s : sections) {
        body += number(s.tag, 1) + number(s.content.size(), 2) + s.content;
    }
    return body;
}

Section& find(Sections& sections, std::uint8_t tag) {
    for (Section& s : sections) {
        if (s.tag == tag) return s;
    }
    throw std::logic_error("no such section");
}

// Decodes `bytes` under a header whose size agrees; checks that a fault leaves the record alone and
// that success is canonical.
RecordFault decode(RecordHeader header, std::string_view bytes) {
    header.body_size = static_cast<std::uint32_t>(bytes.size());
    Record record;
    record.borrower_id = "untouched";
    const RecordFault fault = decode_record(header, buffer_of(bytes), record);
    if (fault != RecordFault::none) {
        EXPECT_EQ(record.borrower_id, "untouched");
        EXPECT_FALSE(record.pair);
        return fault;
    }
    const Encoded again = encode(record);
    EXPECT_EQ(again.body.view(), bytes);
    EXPECT_EQ(again.header, header);
    return fault;
}

TEST(RecordDamageTest, R1_EveryTruncationIsMalformed) {
    for (const Record& record : {typical_record(), tombstone_record(), empty_record()}) {
        const Encoded whole = encode(record);
        for (std::size_t size = 0; size < whole.body.size(); ++size) {
            ASSERT_EQ(decode(whole.header, whole.body.view().substr(0, size)),
                      RecordFault::malformed)
                << size;
        }
        ASSERT_EQ(decode(whole.header, whole.body.view()), RecordFault::none);
    }
}

TEST(RecordDamageTest, R1_EveryFlippedBitIsMalformedOrCanonical) {
    const Encoded whole = encode(typical_record());
    int readable = 0;
    int malformed = 0;
    for (std::size_t bit = 0; bit < whole.body.size() * 8; ++bit) {
        std::string bytes(whole.body.view());
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        ++(decode(whole.header, bytes) == RecordFault::none ? readable : malformed);
    }
    EXPECT_GT(readable, 1000);  // bits of plain numbers and texts
    EXPECT_GT(malformed, 200);  // bits of tags, lengths, booleans
}

TEST(RecordDamageTest, R1_RandomBytesNeverCrash) {
    const Encoded typical = encode(typical_record());
    int readable = 0;
    for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
        Jitter random(seed);
        std::string bytes(random.next() % 200, '\0');
        for (char& c : bytes)
            c = static_cast<char>(random.next());
        if (decode(typical.header, bytes) == RecordFault::none) ++readable;
    }
    EXPECT_EQ(readable, 0);
}

// Garbage that gets past the first tag: sections of a sound body swapped, dropped, overwritten and
// spliced.
TEST(RecordDamageTest, R1_MangledBodiesAreMalformedOrCanonical) {
    const Encoded typical = encode(typical_record());
    const Encoded ended = encode(tombstone_record());
    const Sections mother = split(typical.body.view());
    const Sections father = split(ended.body.view());
    int readable = 0;
    int malformed = 0;
    for (std::uint64_t seed = 0; seed < 50'000; ++seed) {
        Jitter random(seed);
        Sections sections;
        for (const Section& s : mother) {
            const std::uint64_t dice = random.next() % 40;
            if (dice == 0) continue;
            sections.push_back(dice == 1 ? father[random.next() % father.size()] : s);
            if (dice == 2 && sections.size() > 1) std::swap(sections.back(), sections.front());
        }
        std::string bytes = join(sections);
        for (std::uint64_t i = random.next() % 3; i > 0 && !bytes.empty(); --i) {
            bytes[random.next() % bytes.size()] = static_cast<char>(random.next());
        }
        ++(decode(typical.header, bytes) == RecordFault::none ? readable : malformed);
    }
    EXPECT_GT(readable, 1000);
    EXPECT_GT(malformed, 1000);
}

TEST(RecordDamageTest, R6_NewerFormatIsToldApartWhateverTheBody) {
    Encoded typical = encode(typical_record());
    typical.header.format = RecordHeader::kFormat + 1;
    Record record;
    EXPECT_EQ(decode_record(typical.header, typical.body, record), RecordFault::newer_format);
    EXPECT_EQ(decode_record(typical.header, SecretBuffer(), record), RecordFault::newer_format);
    EXPECT_EQ(decode_record(typical.header, buffer_of("garbage"), record),
              RecordFault::newer_format);
    typical.header.format = 0xffff;
    EXPECT_EQ(decode_record(typical.header, typical.body, record), RecordFault::newer_format);
    EXPECT_TRUE(same_record(record, Record{}));
}

TEST(RecordDamageTest, R1_HeaderAndBodyMustAgree) {
    const Encoded typical = encode(typical_record());
    Record record;
    const auto fault = [&](auto change) {
        RecordHeader header = typical.header;
        change(header);
        return decode_record(header, typical.body, record);
    };
    EXPECT_EQ(fault([](RecordHeader& h) { h.format = 0; }), RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { --h.body_size; }), RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { ++h.body_size; }), RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.flags = RecordHeader::kTombstone; }),
              RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.flags = 2; }), RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.environment = Environment{0}; }),
              RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.environment = Environment{3}; }),
              RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.version.generation = 0; }), RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.version.epoch = 0; }), RecordFault::malformed);
    EXPECT_EQ(fault([](RecordHeader& h) { h.key_check[0] = 1; }),
              RecordFault::none);  // the store's

    Encoded ended = encode(tombstone_record());
    ended.header.flags = 0;
    EXPECT_EQ(decode_record(ended.header, ended.body, record), RecordFault::malformed);
    ended = encode(tombstone_record());
    ended.header.version.epoch = 0;
    EXPECT_EQ(decode_record(ended.header, ended.body, record), RecordFault::malformed);
}

struct Contradiction {
    const char* name;
    void (*make)(Sections&);
};

void drop(Sections& sections, std::uint8_t tag) {
    std::erase_if(sections, [tag](const Section& s) { return s.tag == tag; });
}
void append(Sections& s, std::uint8_t tag, std::string_view more) {
    find(s, tag).content += more;
}
void set(Sections& s, std::uint8_t tag, std::size_t at, std::string_view bytes) {
    find(s, tag).content.replace(at, bytes.size(), bytes);
}
// The last byte, where a section ends in a boolean.
void set_last(Sections& s, std::uint8_t tag, char byte) {
    find(s, tag).content.back() = byte;
}
std::string text(std::size_t size) {
    return number(size, 2) + std::string(size, 'x');
}
std::string entry(std::uint64_t generation, const std::string& request_id) {
    return number(1, 8) + number(1, 1) + number(0, 4) + number(generation, 8) + request_id +
           text(0);
}
void replace_texts(Sections& s, std::uint8_t tag, std::size_t at, std::size_t old,
                   std::string with) {
    find(s, tag).content.replace(at, old, with);
}

constexpr std::size_t kSessionToken = 2 + 14;  // of the typical record, with its length
constexpr std::size_t kRefreshToken = 2 + 16;
constexpr std::size_t kKey = 2 + 36;
constexpr std::size_t kFingerprintAt = kKey + 8 + 8;
constexpr std::size_t kFingerprint = 2 + 16;
constexpr std::size_t kShapeAt = kFingerprintAt + kFingerprint;
constexpr std::size_t kShape = 2 + 35;
constexpr std::size_t kLifeAt = kSessionToken + kRefreshToken + 24 + 24;

const Contradiction kContradictions[] = {
    {"pair missing under an intent", [](Sections& s) { drop(s, 1); }},
    {"lease missing", [](Sections& s) { drop(s, 5); }},
    {"heal missing", [](Sections& s) { drop(s, 6); }},
    {"platform missing", [](Sections& s) { drop(s, 7); }},
    {"journal missing", [](Sections& s) { drop(s, 9); }},
    {"section twice", [](Sections& s) { s.insert(s.begin() + 1, s[0]); }},
    {"sections swapped", [](Sections& s) { std::swap(s[0], s[1]); }},
    {"tag 0", [](Sections& s) { s.insert(s.begin(), {0, ""}); }},
    {"tag 10", [](Sections& s) { s.push_back({10, ""}); }},
    {"tag 33", [](Sections& s) { s.push_back({33, ""}); }},
    {"tag 255", [](Sections& s) { s.push_back({255, "x"}); }},
    {"tombstone beside a pair",
     [](Sections& s) { s.insert(s.begin() + 2, {4, std::string(12, '\0')}); }},
    {"suspect without a pair",
     [](Sections& s) {
         drop(s, 1);
         s[0] = {3, std::string(24, '\0') + number(2003, 4) + number(0, 1) + text(0) + text(0)};
     }},
    {"no session token", [](Sections& s) { replace_texts(s, 1, 0, kSessionToken, text(0)); }},
    {"session token too long",
     [](Sections& s) { replace_texts(s, 1, 0, kSessionToken, text(8193)); }},
    {"refresh token too long",
     [](Sections& s) { replace_texts(s, 1, kSessionToken, kRefreshToken, text(8193)); }},
    {"token longer than its section", [](Sections& s) { set(s, 1, 0, number(8192, 2)); }},
    {"life below unknown", [](Sections& s) { set(s, 1, kLifeAt, number(~std::uint64_t{1}, 8)); }},
    {"pair's boolean is 2", [](Sections& s) { set_last(s, 1, 2); }},
    {"pair with a byte more", [](Sections& s) { append(s, 1, "x"); }},
    {"intent without a key", [](Sections& s) { replace_texts(s, 2, 0, kKey, text(0)); }},
    {"key too long", [](Sections& s) { replace_texts(s, 2, 0, kKey, text(129)); }},
    {"fingerprint too long",
     [](Sections& s) { replace_texts(s, 2, kFingerprintAt, kFingerprint, text(129)); }},
    {"shape too long", [](Sections& s) { replace_texts(s, 2, kShapeAt, kShape, text(4097)); }},
    {"intent's boolean is 255", [](Sections& s) { set(s, 2, kShapeAt + kShape + 8, "\xff"); }},
    {"intent with a byte more", [](Sections& s) { append(s, 2, "x"); }},
    {"lease with a byte more", [](Sections& s) { append(s, 5, "x"); }},
    {"lease with a byte less", [](Sections& s) { find(s, 5).content.pop_back(); }},
    {"heal's boolean is 2", [](Sections& s) { set_last(s, 6, 2); }},
    {"borrower id too long",
     [](Sections& s) { find(s, 7).content = text(257) + number(0, 1) + number(0, 8); }},
    {"offset's boolean is 2",
     [](Sections& s) { find(s, 7).content = text(0) + number(2, 1) + number(0, 8); }},
    {"journey id too long",
     [](Sections& s) { find(s, 8).content = text(257) + text(0) + text(0); }},
    {"journey status too long",
     [](Sections& s) { find(s, 8).content = text(0) + text(257) + text(0); }},
    {"journey action too long",
     [](Sections& s) { find(s, 8).content = text(0) + text(0) + text(257); }},
    {"journey empty", [](Sections& s) { find(s, 8).content.clear(); }},
    {"journal entry cut short", [](Sections& s) { find(s, 9).content.pop_back(); }},
    {"journal id too long", [](Sections& s) { find(s, 9).content = entry(1, text(65)); }},
    {"journal entry repeated",
     [](Sections& s) { find(s, 9).content = entry(1, text(3)) + entry(1, text(3)); }},
    {"65 journal entries",
     [](Sections& s) {
         find(s, 9).content.clear();
         for (std::uint64_t i = 0; i < 65; ++i)
             append(s, 9, entry(i, text(0)));
     }},
};

TEST(RecordDamageTest, R1_ContradictionsAreMalformed) {
    const Encoded whole = encode(typical_record());
    for (const Contradiction& contradiction : kContradictions) {
        Sections sections = split(whole.body.view());
        contradiction.make(sections);
        const std::string bytes = join(sections);
        EXPECT_NE(bytes, whole.body.view()) << contradiction.name;
        EXPECT_EQ(decode(whole.header, bytes), RecordFault::malformed) << contradiction.name;
    }
}

TEST(RecordDamageTest, R1_TombstoneBesideAPairIsMalformedUnderItsOwnFlagToo) {
    Encoded whole = encode(typical_record());
    whole.header.flags = RecordHeader::kTombstone;
    Sections sections = split(whole.body.view());
    sections.insert(sections.begin() + 2, {4, std::string(12, '\0')});
    EXPECT_EQ(decode(whole.header, join(sections)), RecordFault::malformed);
    sections.erase(sections.begin() + 1);  // without the intent
    EXPECT_EQ(decode(whole.header, join(sections)), RecordFault::malformed);
    sections.erase(sections.begin());  // without the pair it is sound
    EXPECT_EQ(decode(whole.header, join(sections)), RecordFault::none);
}

TEST(RecordDamageTest, R1_TheSameEditsWithinTheLimitsAreSound) {
    const Encoded whole = encode(typical_record());
    const Contradiction sound[] = {
        {"longest tokens",
         [](Sections& s) {
             replace_texts(s, 1, kSessionToken, kRefreshToken, text(8192));
             replace_texts(s, 1, 0, kSessionToken, text(8192));
         }},
        {"no refresh token",
         [](Sections& s) { replace_texts(s, 1, kSessionToken, kRefreshToken, text(0)); }},
        {"unknown life", [](Sections& s) { set(s, 1, kLifeAt, number(~std::uint64_t{0}, 8)); }},
        {"longest shape", [](Sections& s) { replace_texts(s, 2, kShapeAt, kShape, text(4096)); }},
        {"boolean 0", [](Sections& s) { set(s, 2, kShapeAt + kShape + 8, number(0, 1)); }},
        {"no journal", [](Sections& s) { find(s, 9).content.clear(); }},
        {"64 journal entries",
         [](Sections& s) {
             find(s, 9).content.clear();
             for (std::uint64_t i = 0; i < 64; ++i)
                 append(s, 9, entry(i, text(64)));
         }},
        {"no intent", [](Sections& s) { drop(s, 2); }},
        {"no journey", [](Sections& s) { drop(s, 8); }},
    };
    for (const Contradiction& edit : sound) {
        Sections sections = split(whole.body.view());
        edit.make(sections);
        EXPECT_EQ(decode(whole.header, join(sections)), RecordFault::none) << edit.name;
    }
}

TEST(RecordDamageTest, R1_BodyOverTheLimitIsMalformedUnread) {
    const Encoded whole = encode(typical_record());
    std::string bytes(whole.body.view());
    bytes.resize(RecordHeader::kMaxBodyBytes + 1, 'x');
    EXPECT_EQ(decode(whole.header, bytes), RecordFault::malformed);
}

}  // namespace
}  // namespace credit::test
