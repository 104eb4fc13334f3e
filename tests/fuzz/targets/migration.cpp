// Records of other formats. Format 1 is the only one there is so far: an older one does not exist and is damage, a newer one
// is never decoded, written, healed or deleted (R6). First: format u16, environment, flags, body size u16; the rest is body.
#include <array>
#include <cstring>
#include <string>

#include "core/session/record.h"
#include "platform/file/file_store.h"
#include "platform/file/slot.h"
#include "platform/memory/counting_entropy.h"
#include "tests/fuzz/support/scratch_folder.h"
#include "tests/fuzz/support/sealed_samples.h"
#include "tests/fuzz/support/target.h"
#include "tests/unit/record_samples.h"

namespace credit::fuzz {
namespace {

struct Case {
    RecordHeader header;
    std::string_view body;
};

Case read_case(std::string_view input) {
    Input in(input);
    Case out{header_for(record_key(), 3, 0), {}};
    out.header.format = static_cast<std::uint16_t>(in.number(2));
    out.header.environment = static_cast<Environment>(in.byte());
    out.header.flags = in.byte();
    out.header.body_size = static_cast<std::uint32_t>(in.number(2));
    out.body = in.rest();
    return out;
}

void check_header(const Case& c, HeaderFault fault, const RecordHeader& read) {
    if (c.header.format > RecordHeader::kFormat) {
        FUZZ_CHECK(fault == HeaderFault::newer_format);
        // What tells whose record it is stays readable in every format: the layout is frozen.
        FUZZ_CHECK(read.origin == c.header.origin && read.borrower == c.header.borrower);
        FUZZ_CHECK(read.format == c.header.format && read.write_seq == c.header.write_seq);
        return;
    }
    FUZZ_CHECK(fault == HeaderFault::none || fault == HeaderFault::bad_field);
    if (c.header.format < RecordHeader::kFormat) FUZZ_CHECK(fault == HeaderFault::bad_field);
    if (fault == HeaderFault::none) FUZZ_CHECK(encode_header(read) == encode_header(c.header));
}

void check_decode(const Case& c) {
    SecretBuffer body;
    body.append(c.body);
    RecordHeader header = c.header;
    header.body_size = static_cast<std::uint32_t>(body.size());
    const Record before = test::typical_record();
    Record record = before;
    const RecordFault fault = decode_record(header, body, record);
    if (header.format > RecordHeader::kFormat) FUZZ_CHECK(fault == RecordFault::newer_format);
    if (header.format < RecordHeader::kFormat) FUZZ_CHECK(fault == RecordFault::malformed);
    if (fault != RecordFault::none) FUZZ_CHECK(same_record(record, before));
}

// A slot that a newer SDK wrote, and one of ours beside it or none.
void check_store(const Case& c) {
    static const ScratchFolder folder;
    static const auto sealer = unlocked_sealer('k');
    static const std::string ours = sealed(*sealer, header_for(record_key(), 2, 4), "body");
    const std::string a = std::string(kRecordName) + ".a";
    const std::string b = std::string(kRecordName) + ".b";
    const auto head = encode_header(c.header);
    std::string newer(reinterpret_cast<const char*>(head.data()), head.size());
    newer.append(c.body).resize(kSlotBytes);
    std::string other = c.header.flags % 2 == 0 ? ours : std::string();
    other.resize(kSlotBytes);
    folder.clear();
    folder.write(a, newer);
    folder.write(b, other);

    FileStore store(folder.store(), sealing_key('k'), std::make_shared<CountingEntropy>(9));
    const auto record = store.open_record(record_key());
    RecordHeader header;
    SecretBuffer body;
    FUZZ_CHECK(record->load(header, body).answer == StoreAnswer::newer_format);
    FUZZ_CHECK(record->peek().answer == StoreAnswer::newer_format);
    body.append("ours, later");
    FUZZ_CHECK(record->lock().answer == StoreAnswer::done);
    const RecordHeader next = header_for(record_key(), 100, body.size());
    FUZZ_CHECK(record->replace(next, body, true).answer == StoreAnswer::newer_format);
    FUZZ_CHECK(record->erase().answer == StoreAnswer::newer_format);
    FUZZ_CHECK(record->erase_quarantine().answer == StoreAnswer::done);
    record->unlock();
    FUZZ_CHECK(folder.read(a) == newer && folder.read(b) == other);
}

}  // namespace

CREDIT_FUZZ_TARGET(migration) {
    const Case c = read_case(input);
    RecordHeader read;
    check_header(c, decode_header(encode_header(c.header), read), read);
    check_decode(c);
    // The store tells records apart by environment, so only one of this environment is this record's.
    const bool this_record = c.header.environment == record_key().environment;
    if (c.header.format > RecordHeader::kFormat && this_record) check_store(c);
}

}  // namespace credit::fuzz
