#include <utility>

#include "core/session/byte_codec.h"
#include "core/session/record.h"
#include "core/session/record_layout.h"

namespace credit {
namespace {

Stamp read_stamp(ByteReader& in) noexcept {
    Stamp stamp;
    stamp.boot.value = in.number<std::uint64_t>();
    stamp.elapsed.ms = in.number<std::int64_t>();
    stamp.wall.ms = in.number<std::int64_t>();
    return stamp;
}

Code read_code(ByteReader& in) noexcept {
    return static_cast<Code>(in.number<std::int32_t>());
}

void read(ByteReader& in, Pair& pair) {
    pair.session_token = in.secret(Pair::kMaxTokenBytes);
    pair.refresh_token = in.secret(Pair::kMaxTokenBytes);
    pair.sent = read_stamp(in);
    pair.session_expires_at_ms = in.number<std::int64_t>();
    pair.refresh_expires_at_ms = in.number<std::int64_t>();
    pair.server_time_ms = in.number<std::int64_t>();
    pair.life_ms = in.number<std::int64_t>();
    pair.kept = in.number<std::uint64_t>();
    pair.from_start = in.boolean();
}

void read(ByteReader& in, Intent& intent) {
    intent.idempotency_key = in.secret(Intent::kMaxKeyBytes);
    intent.n = in.number<std::uint64_t>();
    intent.key_epoch = in.number<std::uint64_t>();
    in.text(intent.fingerprint);
    in.text(intent.shape);
    intent.attempts = in.number<std::uint32_t>();
    intent.answered = in.number<std::uint32_t>();
    intent.maybe_sent = in.boolean();
    intent.first = read_stamp(in);
    intent.not_before.ms = in.number<std::int64_t>();
    intent.last_digest = in.number<std::int64_t>();
    intent.same_digest = in.number<std::uint32_t>();
}

void read(ByteReader& in, Suspect& suspect) {
    suspect.since = read_stamp(in);
    suspect.reason = read_code(in);
    suspect.retried = in.boolean();
    in.text(suspect.request_id);
    in.text(suspect.correlation_id);
}

void read(ByteReader& in, Tombstone& tombstone) {
    tombstone.reason = read_code(in);
    tombstone.at.ms = in.number<std::int64_t>();
}

void read(ByteReader& in, Lease& lease) {
    lease.fence = in.number<std::uint64_t>();
    lease.owner = in.number<std::uint64_t>();
    lease.boot.value = in.number<std::uint64_t>();
    lease.deadline.ms = in.number<std::int64_t>();
}

void read(ByteReader& in, HealCounters& heal) {
    heal.day.ms = in.number<std::int64_t>();
    heal.today = in.number<std::uint32_t>();
    heal.last.ms = in.number<std::int64_t>();
    heal.not_before.ms = in.number<std::int64_t>();
    heal.wait_ms = in.number<std::int64_t>();
    heal.accepted_since = in.boolean();
}

void read_platform(ByteReader& in, Record& record) {
    in.text(record.borrower_id);
    record.offset_known = in.boolean();
    record.offset_ms = in.number<std::int64_t>();
}

void read(ByteReader& in, Journey& journey) {
    in.text(journey.journey_id);
    in.text(journey.status);
    in.text(journey.next_action);
}

JournalEntry read_entry(ByteReader& in) {
    JournalEntry entry;
    entry.at.ms = in.number<std::int64_t>();
    entry.what = static_cast<JournalEvent>(in.number<std::uint8_t>());
    entry.why = read_code(in);
    entry.generation = in.number<std::uint64_t>();
    in.text(entry.request_id);
    in.text(entry.correlation_id);
    return entry;
}

void read(ByteReader& in, Journal& journal) {
    std::size_t count = 0;
    while (!in.empty()) {
        journal.add(read_entry(in));
        // One entry too many, or one that a journal folds into its neighbour, was never written by
        // a journal.
        if (journal.entries().size() != ++count) in.fail();
    }
}

void read_section(RecordSection tag, ByteReader& in, Record& record) {
    switch (tag) {
        case RecordSection::pair:
            return read(in, record.pair.emplace());
        case RecordSection::intent:
            return read(in, record.intent.emplace());
        case RecordSection::suspect:
            return read(in, record.suspect.emplace());
        case RecordSection::tombstone:
            return read(in, record.tombstone.emplace());
        case RecordSection::lease:
            return read(in, record.lease);
        case RecordSection::heal:
            return read(in, record.heal);
        case RecordSection::platform:
            return read_platform(in, record);
        case RecordSection::journey:
            return read(in, record.journey.emplace());
        case RecordSection::journal:
            return read(in, record.journal);
    }
    in.fail();
}

constexpr std::uint32_t bit(RecordSection tag) {
    return 1U << static_cast<unsigned>(tag);
}

constexpr std::uint32_t kAlwaysThere = bit(RecordSection::lease) | bit(RecordSection::heal) |
                                       bit(RecordSection::platform) | bit(RecordSection::journal);

bool read_body(std::string_view bytes, Record& record, SecretReserve* secrets) {
    ByteReader body(bytes, secrets);
    std::uint32_t seen = 0;
    std::uint8_t last = 0;
    while (!body.empty()) {
        const auto tag = body.number<std::uint8_t>();
        if (tag <= last) return false;
        last = tag;
        ByteReader content = body.section();
        read_section(static_cast<RecordSection>(tag), content, record);
        if (!content.finished()) return false;
        // A tag that read_section knows is below 32.
        seen |= bit(static_cast<RecordSection>(tag));
    }
    return body.finished() && (seen & kAlwaysThere) == kAlwaysThere;
}

void take_header(const RecordHeader& header, Record& record) noexcept {
    record.environment = header.environment;
    record.origin = header.origin;
    record.borrower = header.borrower;
    record.version = header.version;
    record.write_seq = header.write_seq;
}

bool header_fits(const RecordHeader& header, const SecretBuffer& body) noexcept {
    return header.format == RecordHeader::kFormat && header.body_size == body.size() &&
           body.size() <= RecordHeader::kMaxBodyBytes;
}

}  // namespace

RecordFault decode_record(const RecordHeader& header, const SecretBuffer& body, Record& record,
                          SecretReserve* secrets) {
    if (header.format > RecordHeader::kFormat) return RecordFault::newer_format;
    if (!header_fits(header, body)) return RecordFault::malformed;
    Record decoded;
    take_header(header, decoded);
    if (!read_body(body.view(), decoded, secrets)) return RecordFault::malformed;
    if (record_contradicts_itself(decoded)) return RecordFault::malformed;
    // The flag is what a store sees without the key; a body that says otherwise was never ours.
    if (header.flags != header_of(decoded).flags) return RecordFault::malformed;
    record = std::move(decoded);
    return RecordFault::none;
}

}  // namespace credit
