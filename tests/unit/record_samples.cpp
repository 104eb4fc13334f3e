#include "tests/unit/record_samples.h"

#include <limits>
#include <string>
#include <utility>

namespace credit::test {
namespace {

constexpr std::int64_t kMax64 = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin64 = std::numeric_limits<std::int64_t>::min();

RecordHeader::Hash hash_from(std::uint8_t first) {
    RecordHeader::Hash hash{};
    for (std::size_t i = 0; i < hash.size(); ++i)
        hash[i] = static_cast<std::uint8_t>(first + i);
    return hash;
}

JournalEntry entry(std::int64_t at, JournalEvent what, Code why, std::uint64_t generation,
                   std::string request_id, std::string correlation_id) {
    return {{at}, what, why, generation, std::move(request_id), std::move(correlation_id)};
}

Stamp extreme_stamp() {
    return {{~std::uint64_t{0}}, {kMin64}, {kMax64}};
}

Pair maximal_pair() {
    Pair pair;
    pair.session_token = secret_of(std::string(Pair::kMaxTokenBytes, 's'));
    pair.refresh_token = secret_of(std::string(Pair::kMaxTokenBytes, 'r'));
    pair.sent = extreme_stamp();
    pair.session_expires_at_ms = kMax64;
    pair.refresh_expires_at_ms = kMin64;
    pair.server_time_ms = -1;
    pair.life_ms = kMax64;
    pair.kept = ~std::uint64_t{0};
    pair.from_start = true;
    return pair;
}

Intent maximal_intent() {
    Intent intent;
    intent.idempotency_key = secret_of(std::string(Intent::kMaxKeyBytes, 'k'));
    intent.n = intent.key_epoch = ~std::uint64_t{0};
    intent.fingerprint = std::string(128, 'f');
    intent.shape = std::string(Intent::kMaxShapeBytes, '\0');
    intent.attempts = intent.answered = intent.same_digest = ~std::uint32_t{0};
    intent.maybe_sent = true;
    intent.first = extreme_stamp();
    intent.not_before = {kMin64};
    intent.last_digest = kMin64;
    return intent;
}

}  // namespace

SecretRef secret_of(std::string_view text) {
    return Secret::copy_of(text);
}

Record empty_record() {
    Record record;
    record.origin = hash_from(0x10);
    record.borrower = hash_from(0x40);
    return record;
}

Record typical_record() {
    Record record = empty_record();
    record.environment = Environment::live;
    record.version = {3, 17};
    record.write_seq = 42;
    Pair& pair = record.pair.emplace();
    pair.session_token = secret_of("st_live_4f1c2a");
    pair.refresh_token = secret_of("rt_live_9b7d3e5f");
    pair.sent = {{0x1122334455667788}, {1'001}, {1'700'000'000'002}};
    pair.session_expires_at_ms = 1'700'000'900'003;
    pair.refresh_expires_at_ms = 1'700'600'000'004;
    pair.server_time_ms = 1'700'000'000'005;
    pair.life_ms = 900'006;
    pair.kept = 7;
    Intent& intent = record.intent.emplace();
    intent.idempotency_key = secret_of("7d9f2c44-1b5e-4a63-8c11-0e6f5a3b2d19");
    intent.n = 8;
    intent.key_epoch = 1;
    intent.fingerprint = "a1b2c3d4e5f60718";
    intent.shape = std::string_view("\x01https://api.example.test/refresh\0\xff", 35);
    intent.attempts = 9;
    intent.answered = 5;
    intent.maybe_sent = true;
    intent.first = {{0x1122334455667788}, {1'010}, {1'700'000'800'011}};
    intent.not_before = {1'700'000'800'012};
    intent.last_digest = -13;
    intent.same_digest = 2;
    record.lease = {14, 0xabcdef, {0x1122334455667788}, {1'015}};
    record.heal = {{1'699'999'000'016}, 3, {1'699'999'100'017}, {1'699'999'200'018}, 60'019, true};
    record.borrower_id = "bor_018f";
    record.journey = Journey{"jrn_77", "in_progress", "upload_pan"};
    record.offset_known = true;
    record.offset_ms = -20'020;
    record.journal.add(entry(1'699'999'000'021, JournalEvent::started, Code::ok, 16, "req_1", ""));
    record.journal.add(entry(1'700'000'800'022, JournalEvent::refresh_failed, Code::network_timeout,
                             17, "", "cor-2"));
    return record;
}

Record maximal_record() {
    Record record = empty_record();
    record.version = {~std::uint64_t{0}, ~std::uint64_t{0}};
    record.write_seq = ~std::uint64_t{0};
    record.pair = maximal_pair();
    record.intent = maximal_intent();
    const std::string id(Journal::kMaxIDBytes, 'i');
    record.suspect =
        Suspect{extreme_stamp(), static_cast<Code>(std::numeric_limits<int>::min()), true, id, id};
    record.lease = {~std::uint64_t{0}, ~std::uint64_t{0}, {~std::uint64_t{0}}, {kMin64}};
    record.heal = {{kMin64}, ~std::uint32_t{0}, {kMax64}, {kMin64}, kMax64, true};
    record.borrower_id = std::string(PlatformText::kMaxBytes, 'b');
    record.journey = Journey{record.borrower_id, record.borrower_id, record.borrower_id};
    record.offset_known = true;
    record.offset_ms = kMin64;
    for (std::size_t i = 0; i < Journal::kMaxEntries; ++i) {
        // Values outside today's lists are kept.
        record.journal.add(entry(kMax64, static_cast<JournalEvent>(255), static_cast<Code>(-1),
                                 ~std::uint64_t{0} - i, id, id));
    }
    return record;
}

Record tombstone_record() {
    Record record = empty_record();
    record.version = {4, 17};
    record.write_seq = 43;
    record.tombstone = Tombstone{Code::session_ended, {1'700'000'950'000}};
    record.journal.add(
        entry(1'700'000'950'000, JournalEvent::ended, Code::session_ended, 17, "", ""));
    return record;
}

Encoded encode(const Record& record) {
    Encoded encoded;
    encode_record(record, encoded.header, encoded.body);
    return encoded;
}

SecretBuffer buffer_of(std::string_view bytes) {
    SecretBuffer buffer;
    buffer.append(bytes);
    return buffer;
}

}  // namespace credit::test
