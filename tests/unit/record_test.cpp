#include "core/session/record.h"

#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/arena.h"
#include "core/base/check.h"
#include "tests/unit/allocation_counter.h"
#include "tests/unit/record_samples.h"

namespace credit::test {
namespace {

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte b : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned>(b) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned>(b) & 15];
    }
    return text;
}

void expect_round_trip(const Record& record) {
    const Encoded encoded = encode(record);
    EXPECT_EQ(encoded.header.body_size, encoded.body.size());
    EXPECT_EQ(encoded_size(record), encoded.body.size());
    Record again;
    ASSERT_EQ(decode_record(encoded.header, encoded.body, again), RecordFault::none);
    EXPECT_TRUE(same_record(record, again));
    const Encoded twice = encode(again);
    EXPECT_EQ(twice.body.view(), encoded.body.view());
    EXPECT_EQ(twice.header, encoded.header);
}

TEST(RecordTest, R1_RoundTrips) {
    expect_round_trip(Record{});
    expect_round_trip(empty_record());
    expect_round_trip(typical_record());
    expect_round_trip(maximal_record());
    expect_round_trip(tombstone_record());
}

TEST(RecordTest, R1_BackendManagedPairHasNoRefreshToken) {
    Record record = typical_record();
    record.pair->refresh_token = nullptr;
    expect_round_trip(record);
}

TEST(RecordTest, R1_SuspectPairIsKept) {
    Record record = typical_record();
    record.intent.reset();
    record.suspect = Suspect{record.pair->sent, Code::session_dead, false, "req_3", "cor-3"};
    expect_round_trip(record);
}

TEST(RecordTest, R1_MaximalRecordFits) {
    EXPECT_LE(encoded_size(maximal_record()), RecordHeader::kMaxBodyBytes);
}

// Format 1 is frozen: these bytes lie on devices. A change here needs a new format and a way to
// read the old one.
// clang-format off
constexpr std::string_view kTypicalHeader =
    "4352445452454331"  // magic
    "01000200cf010000"  // format, environment, flags, body size
    "00000000000000000000000000000000"  // key check value
    "101112131415161718191a1b1c1d1e1f"  // origin
    "404142434445464748494a4b4c4d4e4f"  // borrower
    "0300000000000000"  // epoch
    "1100000000000000"  // generation
    "2a00000000000000"  // write_seq
    "0000000000000000";  // reserved
constexpr std::string_view kTypicalBody =
    // pair
    "0163000e0073745f6c6976655f346631633261100072745f6c6976655f39623764336535668877665544"
    "332211e9030000000000000268e5cf8b010000a323f3cf8b01000004aea8f38b0100000568e5cf8b0100"
    "00a6bb0d0000000000070000000000000000"
    // intent
    "02a200240037643966326334342d316235652d346136332d386331312d30653666356133623264313908"
    "00000000000000010000000000000010006131623263336434653566363037313823000168747470733a"
    "2f2f6170692e6578616d706c652e746573742f7265667265736800ff0900000005000000018877665544"
    "332211f2030000000000000b9df1cf8b0100000c9df1cf8b010000f3ffffffffffffff02000000"
    // lease
    "0520000e00000000000000efcdab00000000008877665544332211f703000000000000"
    // heal
    "062500d025d6cf8b0100000300000071acd7cf8b0100001233d9cf8b01000073ea00000000000001"
    // platform
    "0713000800626f725f3031386601ccb1ffffffffffff"
    // journey
    "08210006006a726e5f37370b00696e5f70726f67726573730a0075706c6f61645f70616e"
    // journal
    "093c00d525d6cf8b0100000100000000100000000000000005007265715f310000169df1cf8b01000006"
    "ba0b0000110000000000000000000500636f722d32";
constexpr std::string_view kTombstoneHeader =
    "4352445452454331"  // magic
    "0100010184000000"  // format, environment, flags, body size
    "00000000000000000000000000000000"  // key check value
    "101112131415161718191a1b1c1d1e1f"  // origin
    "404142434445464748494a4b4c4d4e4f"  // borrower
    "0400000000000000"  // epoch
    "1100000000000000"  // generation
    "2b00000000000000"  // write_seq
    "0000000000000000";  // reserved
constexpr std::string_view kTombstoneBody =
    // tombstone
    "040c00d2070000f0e6f3cf8b010000"
    // lease
    "0520000000000000000000000000000000000000000000000000000000000000000000"
    // heal
    "06250000000000000000000000000000000000000000000000000000000000000000000000000000"
    // platform
    "070b000000000000000000000000"
    // journal
    "091900f0e6f3cf8b0100000fd2070000110000000000000000000000";
// clang-format on

TEST(RecordTest, R1_GoldenBytes) {
    const Encoded typical = encode(typical_record());
    EXPECT_EQ(hex(encode_header(typical.header)), kTypicalHeader);
    EXPECT_EQ(hex(typical.body.bytes()), kTypicalBody);
    const Encoded ended = encode(tombstone_record());
    EXPECT_EQ(hex(encode_header(ended.header)), kTombstoneHeader);
    EXPECT_EQ(hex(ended.body.bytes()), kTombstoneBody);
}

TEST(RecordTest, R4_TombstoneShowsInTheHeaderAndHoldsNoSecret) {
    const Encoded encoded = encode(tombstone_record());
    EXPECT_EQ(encoded.header.flags, RecordHeader::kTombstone);
    EXPECT_EQ(encode(typical_record()).header.flags, 0);
    Record again;
    ASSERT_EQ(decode_record(encoded.header, encoded.body, again), RecordFault::none);
    EXPECT_FALSE(again.pair);
    EXPECT_FALSE(again.intent);
}

TEST(RecordTest, R22_EncodingIntoAReservedBufferAllocatesNothing) {
    for (const Record& record : {typical_record(), maximal_record(), tombstone_record()}) {
        RecordHeader header;
        SecretBuffer body;
        body.reserve(encoded_size(record));
        const char* data = body.data();
        const std::size_t capacity = body.capacity();
        const arena::Report before = arena::report();
        const std::uint64_t count = allocations();
        encode_record(record, header, body);
        EXPECT_EQ(allocations(), count);
        const arena::Report after = arena::report();
        EXPECT_EQ(after.in_use, before.in_use);
        EXPECT_EQ(after.spilled, before.spilled);
        EXPECT_EQ(body.data(), data);
        EXPECT_EQ(body.capacity(), capacity);
        EXPECT_EQ(body.size(), capacity);
    }
    const std::uint64_t count = allocations();
    EXPECT_NE(secret_of("x"), nullptr);
    EXPECT_GT(allocations(), count);  // the counter counts
}

TEST(RecordTest, R22_DecodingAllocatesNothingOutOfAReserve) {
    const Record record = maximal_record();
    RecordHeader header;
    SecretBuffer body;
    encode_record(record, header, body);
    SecretReserve secrets(3);
    Record again;
    const std::uint64_t before = allocations();
    const RecordFault fault = decode_record(header, body, again, &secrets);
    EXPECT_EQ(allocations(), before);
    EXPECT_EQ(fault, RecordFault::none);
    EXPECT_TRUE(same_record(again, record));
}

TEST(RecordTest, CopyingIntoItselfChangesNothing) {
    Record record = maximal_record();
    const Record& same = record;
    record = same;
    record.journal = same.journal;
    record.borrower_id = same.borrower_id;
    EXPECT_TRUE(same_record(record, maximal_record()));
}

// A buffer that grew with a token inside would have been given memory more than once.
TEST(RecordTest, R39_EncodingTakesItsMemoryOnce) {
    const Record record = maximal_record();
    RecordHeader header;
    SecretBuffer body = buffer_of("what was there before");
    const std::uint64_t spilled = arena::report().spilled;
    encode_record(record, header, body);
    EXPECT_EQ(arena::report().spilled, spilled + 1);
    EXPECT_EQ(body.capacity(), body.size());
}

TEST(RecordTest, WhatAServerMadeTooLongIsCut) {
    Record record = maximal_record();
    record.borrower_id = record.borrower_id.str() + "x";
    record.journey->next_action = std::string(255, 'n') + "\xe2\x82\xac";
    record.suspect->request_id = record.suspect->request_id.str() + "x";
    EXPECT_EQ(record.borrower_id, std::string(PlatformText::kMaxBytes, 'b'));
    EXPECT_EQ(record.journey->next_action, std::string(255, 'n'));
    EXPECT_EQ(record.suspect->request_id, std::string(Journal::kMaxIDBytes, 'i'));
    expect_round_trip(record);
}

using Change = std::function<void(Record&)>;

TEST(RecordTest, EncodingRefusesWhatIsOverItsLimit) {
    const std::vector<Change> changes = {
        [](Record& r) { r.pair->session_token = secret_of(std::string(8193, 's')); },
        [](Record& r) { r.pair->refresh_token = secret_of(std::string(8193, 's')); },
        [](Record& r) { r.pair->refresh_token = secret_of(""); },
        [](Record& r) { r.intent->idempotency_key = secret_of(std::string(129, 'k')); },
        [](Record& r) { r.intent.reset(), r.pair.reset(); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        SCOPED_TRACE(i);
        Record record = maximal_record();
        changes[i](record);
        RecordHeader header = header_of(typical_record());
        SecretBuffer body = buffer_of("untouched");
        EXPECT_THROW(encode_record(record, header, body), CheckFailed);
        EXPECT_THROW(encoded_size(record), CheckFailed);
        EXPECT_EQ(body.view(), "untouched");
        EXPECT_EQ(header, header_of(typical_record()));
    }
}

TEST(RecordTest, SamePairComparesBothTokens) {
    const Pair a = *typical_record().pair;
    Pair b = *typical_record().pair;
    b.kept = 99;  // not a token
    EXPECT_TRUE(same_pair(a, b));
    b.session_token = secret_of("other");
    EXPECT_FALSE(same_pair(a, b));
    b = a;
    b.refresh_token = nullptr;
    EXPECT_FALSE(same_pair(a, b));
    EXPECT_TRUE(same_pair(b, b));
    EXPECT_TRUE(same_pair(Pair{}, Pair{}));
}

TEST(RecordTest, SameRecordSeesEveryField) {
    const std::vector<Change> changes = {
        [](Record& r) { r.environment = Environment::live; },
        [](Record& r) { r.origin[15] ^= 1; },
        [](Record& r) { r.borrower[0] ^= 1; },
        [](Record& r) { --r.version.epoch; },
        [](Record& r) { --r.version.generation; },
        [](Record& r) { --r.write_seq; },
        [](Record& r) { r.pair.reset(); },
        [](Record& r) { r.pair->session_token = secret_of("s"); },
        [](Record& r) { r.pair->refresh_token = secret_of("s"); },
        [](Record& r) { --r.pair->sent.boot.value; },
        [](Record& r) { ++r.pair->sent.elapsed.ms; },
        [](Record& r) { --r.pair->sent.wall.ms; },
        [](Record& r) { --r.pair->session_expires_at_ms; },
        [](Record& r) { ++r.pair->refresh_expires_at_ms; },
        [](Record& r) { --r.pair->server_time_ms; },
        [](Record& r) { --r.pair->life_ms; },
        [](Record& r) { --r.pair->kept; },
        [](Record& r) { r.pair->from_start = false; },
        [](Record& r) { r.intent.reset(); },
        [](Record& r) { r.intent->idempotency_key = secret_of("k"); },
        [](Record& r) { --r.intent->n; },
        [](Record& r) { --r.intent->key_epoch; },
        [](Record& r) { r.intent->fingerprint.clear(); },
        [](Record& r) { r.intent->shape.clear(); },
        [](Record& r) { --r.intent->attempts; },
        [](Record& r) { --r.intent->answered; },
        [](Record& r) { r.intent->maybe_sent = false; },
        [](Record& r) { ++r.intent->first.elapsed.ms; },
        [](Record& r) { ++r.intent->not_before.ms; },
        [](Record& r) { ++r.intent->last_digest; },
        [](Record& r) { --r.intent->same_digest; },
        [](Record& r) { r.suspect.reset(); },
        [](Record& r) { --r.suspect->since.boot.value; },
        [](Record& r) { r.suspect->reason = Code::session_superseded; },
        [](Record& r) { r.suspect->retried = false; },
        [](Record& r) { r.suspect->request_id.clear(); },
        [](Record& r) { r.suspect->correlation_id.clear(); },
        [](Record& r) { --r.lease.fence; },
        [](Record& r) { --r.lease.owner; },
        [](Record& r) { --r.lease.boot.value; },
        [](Record& r) { ++r.lease.deadline.ms; },
        [](Record& r) { ++r.heal.day.ms; },
        [](Record& r) { --r.heal.today; },
        [](Record& r) { --r.heal.last.ms; },
        [](Record& r) { ++r.heal.not_before.ms; },
        [](Record& r) { --r.heal.wait_ms; },
        [](Record& r) { r.heal.accepted_since = false; },
        [](Record& r) { r.borrower_id.clear(); },
        [](Record& r) { r.journey.reset(); },
        [](Record& r) { r.journey->journey_id.clear(); },
        [](Record& r) { r.journey->status.clear(); },
        [](Record& r) { r.journey->next_action.clear(); },
        [](Record& r) { r.offset_known = false; },
        [](Record& r) { ++r.offset_ms; },
        [](Record& r) { r.journal.clear(); },
        [](Record& r) { r.journal.add({}); },
    };
    const Record whole = maximal_record();
    EXPECT_TRUE(same_record(whole, maximal_record()));
    for (std::size_t i = 0; i < changes.size(); ++i) {
        SCOPED_TRACE(i);
        Record changed = maximal_record();
        changes[i](changed);
        EXPECT_FALSE(same_record(whole, changed));
        EXPECT_FALSE(same_record(changed, whole));
        // What differs as a record differs on disk. Two of the changes leave something that must
        // not be stored.
        if (!changed.pair) continue;
        const Encoded a = encode(whole);
        const Encoded b = encode(changed);
        EXPECT_FALSE(a.header == b.header && a.body.view() == b.body.view());
    }
    Record ended = tombstone_record();
    ended.tombstone->reason = Code::session_superseded;
    EXPECT_FALSE(same_record(ended, tombstone_record()));
    ended = tombstone_record();
    ++ended.tombstone->at.ms;
    EXPECT_FALSE(same_record(ended, tombstone_record()));
}

}  // namespace
}  // namespace credit::test
