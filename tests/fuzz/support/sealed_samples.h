// Sealed slots as the file store writes them: of this record, of another one, under another key.
#pragma once

#include <memory>
#include <string>

#include "platform/file/sealer.h"

namespace credit::fuzz {

constexpr std::string_view kRecordName = "00112233445566778899aabbccddeeff";

inline RecordKey record_key(char borrower = 'b') {
    RecordKey key;
    key.origin.fill(0x11);
    key.borrower.fill(static_cast<std::uint8_t>(borrower));
    key.name = std::string(kRecordName);
    return key;
}

inline RecordHeader header_for(const RecordKey& key, std::uint64_t write_seq, std::size_t body) {
    RecordHeader header;
    header.origin = key.origin;
    header.borrower = key.borrower;
    header.version = {1, write_seq};
    header.write_seq = write_seq;
    header.body_size = static_cast<std::uint32_t>(body);
    return header;
}

std::shared_ptr<SealingKey> sealing_key(char byte = 'k');
std::unique_ptr<Sealer> unlocked_sealer(char key_byte = 'k');
// The image alone: header, nonce, sealed body, tag.
std::string sealed(const Sealer& sealer, RecordHeader header, std::string_view body);

}  // namespace credit::fuzz
