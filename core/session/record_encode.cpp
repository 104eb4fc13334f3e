#include "core/base/check.h"
#include "core/session/byte_codec.h"
#include "core/session/record.h"
#include "core/session/record_layout.h"

namespace credit {
namespace {

void write(ByteWriter& out, const Stamp& stamp) {
    out.number(stamp.boot.value);
    out.number(stamp.elapsed.ms);
    out.number(stamp.wall.ms);
}

void write(ByteWriter& out, const Pair& pair) {
    out.secret(pair.session_token, Pair::kMaxTokenBytes);
    out.secret(pair.refresh_token, Pair::kMaxTokenBytes);
    write(out, pair.sent);
    out.number(pair.session_expires_at_ms);
    out.number(pair.refresh_expires_at_ms);
    out.number(pair.server_time_ms);
    out.number(pair.life_ms);
    out.number(pair.kept);
    out.boolean(pair.from_start);
}

void write(ByteWriter& out, const Intent& intent) {
    out.secret(intent.idempotency_key, Intent::kMaxKeyBytes);
    out.number(intent.n);
    out.number(intent.key_epoch);
    out.text(intent.fingerprint);
    out.text(intent.shape);
    out.number(intent.attempts);
    out.number(intent.answered);
    out.boolean(intent.maybe_sent);
    write(out, intent.first);
    out.number(intent.not_before.ms);
    out.number(intent.last_digest);
    out.number(intent.same_digest);
}

void write(ByteWriter& out, const Suspect& suspect) {
    write(out, suspect.since);
    out.number(static_cast<std::int32_t>(suspect.reason));
    out.boolean(suspect.retried);
    out.text(suspect.request_id);
    out.text(suspect.correlation_id);
}

void write(ByteWriter& out, const Tombstone& tombstone) {
    out.number(static_cast<std::int32_t>(tombstone.reason));
    out.number(tombstone.at.ms);
}

void write(ByteWriter& out, const Lease& lease) {
    out.number(lease.fence);
    out.number(lease.owner);
    out.number(lease.boot.value);
    out.number(lease.deadline.ms);
}

void write(ByteWriter& out, const HealCounters& heal) {
    out.number(heal.day.ms);
    out.number(heal.today);
    out.number(heal.last.ms);
    out.number(heal.not_before.ms);
    out.number(heal.wait_ms);
    out.boolean(heal.accepted_since);
}

void write(ByteWriter& out, const Journey& journey) {
    out.text(journey.journey_id);
    out.text(journey.status);
    out.text(journey.next_action);
}

void write(ByteWriter& out, const JournalEntry& entry) {
    out.number(entry.at.ms);
    out.number(static_cast<std::uint8_t>(entry.what));
    out.number(static_cast<std::int32_t>(entry.why));
    out.number(entry.generation);
    out.text(entry.request_id);
    out.text(entry.correlation_id);
}

void write(ByteWriter& out, const Journal& journal) {
    for (const JournalEntry& entry : journal.entries())
        write(out, entry);
}

template <class T>
void write_section(ByteWriter& out, RecordSection tag, const T& content) {
    out.section(static_cast<std::uint8_t>(tag), [&](ByteWriter& to) { write(to, content); });
}

template <class T>
void write_section(ByteWriter& out, RecordSection tag, const std::optional<T>& content) {
    if (content) write_section(out, tag, *content);
}

void write_platform(ByteWriter& out, const Record& record) {
    out.section(static_cast<std::uint8_t>(RecordSection::platform), [&](ByteWriter& to) {
        to.text(record.borrower_id);
        to.boolean(record.offset_known);
        to.number(record.offset_ms);
    });
}

void write_body(ByteWriter& out, const Record& record) {
    write_section(out, RecordSection::pair, record.pair);
    write_section(out, RecordSection::intent, record.intent);
    write_section(out, RecordSection::suspect, record.suspect);
    write_section(out, RecordSection::tombstone, record.tombstone);
    write_section(out, RecordSection::lease, record.lease);
    write_section(out, RecordSection::heal, record.heal);
    write_platform(out, record);
    write_section(out, RecordSection::journey, record.journey);
    write_section(out, RecordSection::journal, record.journal);
}

}  // namespace

std::size_t encoded_size(const Record& record) {
    CREDIT_CHECK(!record_contradicts_itself(record));
    ByteWriter measure;
    write_body(measure, record);
    CREDIT_CHECK(measure.size() <= RecordHeader::kMaxBodyBytes);
    return measure.size();
}

void encode_record(const Record& record, RecordHeader& header, SecretBuffer& body) {
    // Every check fails here, before anything is changed.
    const std::size_t size = encoded_size(record);
    body.resize(size);
    ByteWriter out(body.data(), size);
    write_body(out, record);
    CREDIT_CHECK(out.size() == size);
    header = header_of(record);
    header.body_size = static_cast<std::uint32_t>(size);
}

}  // namespace credit
