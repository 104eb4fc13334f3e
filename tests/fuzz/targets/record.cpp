// The record's codec. First byte: which sound record the damage falls on, or "raw"; second: header flags; then damage
// (support/edits.h) or the body itself. What can be decoded is encoded to the same bytes, and everything else is refused
// without a trace.
#include <string>

#include "core/session/record.h"
#include "tests/fuzz/support/edits.h"
#include "tests/fuzz/support/target.h"
#include "tests/unit/record_samples.h"

namespace credit::fuzz {
namespace {

Record base_record(std::size_t which) {
    switch (which) {
        case 0:
            return test::typical_record();
        case 1:
            return test::maximal_record();
        case 2:
            return test::tombstone_record();
        default:
            return test::empty_record();
    }
}

void encode(const Record& record, RecordHeader& header, SecretBuffer& body) {
#ifdef CREDIT_FUZZ_PLANTED
    // The planted defect: an ended session's count of today's healings is forgotten.
    if (record.tombstone && record.heal.today != 0) {
        Record wrong = record;
        wrong.heal.today = 0;
        return encode_record(wrong, header, body);
    }
#endif
    encode_record(record, header, body);
}

void check_sound(const RecordHeader& header, const SecretBuffer& body, const Record& record) {
    FUZZ_CHECK(encoded_size(record) == body.size());
    RecordHeader again;
    SecretBuffer bytes;
    encode(record, again, bytes);
    FUZZ_CHECK(bytes.view() == body.view());
    FUZZ_CHECK(encode_header(again) == encode_header(header));
    Record second;
    FUZZ_CHECK(decode_record(again, bytes, second) == RecordFault::none);
    FUZZ_CHECK(same_record(record, second));
    FUZZ_CHECK(!(record.tombstone && record.pair));
    FUZZ_CHECK(!record.intent || record.pair);
}

// No secret is left in a tombstone (R4).
void check_tombstone(const Record& record) {
    if (!record.tombstone) return;
    FUZZ_CHECK(!record.intent && !record.suspect);
    FUZZ_CHECK((header_of(record).flags & RecordHeader::kTombstone) != 0);
}

}  // namespace

CREDIT_FUZZ_TARGET(record) {
    Input in(input);
    const std::size_t which = in.below(5);
    const std::uint8_t flags = in.byte();
    RecordHeader header;
    SecretBuffer sound;
    encode_record(base_record(which), header, sound);
    std::string bytes = which == 4 ? std::string(in.rest()) : std::string(sound.view());
    if (which != 4) damage(bytes, in);
    header.flags = static_cast<std::uint8_t>(header.flags ^ (flags & 1));
    header.body_size = static_cast<std::uint32_t>(bytes.size());
    SecretBuffer body;
    body.append(bytes);

    const Record before = test::tombstone_record();
    Record record = before;
    const RecordFault fault = decode_record(header, body, record);
    FUZZ_CHECK(fault != RecordFault::newer_format);
    if (fault != RecordFault::none) {
        FUZZ_CHECK(same_record(record, before));
        return;
    }
    check_sound(header, body, record);
    check_tombstone(record);
}

}  // namespace credit::fuzz
