// What a slot file is made of and what it may turn out to be.
// A slot is 64 KiB, allocated once: header (96 bytes, readable without the key), nonce (24), sealed
// body, tag (16), zeros.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/record_header.h"

namespace credit {

constexpr std::size_t kSlotBytes = 64 * 1024;
constexpr std::size_t kNonceBytes = 24;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kStampBytes = RecordHeader::kBytes + kNonceBytes;

using SlotBytes = std::array<std::byte, kSlotBytes>;
// Header and nonce: the nonce is fresh for every write, so two writes never have the same stamp.
using SlotStamp = std::array<std::byte, kStampBytes>;

constexpr std::size_t image_bytes(std::size_t body_size) {
    return kStampBytes + body_size + kTagBytes;
}
static_assert(image_bytes(RecordHeader::kMaxBodyBytes) <= kSlotBytes);

enum class SlotState {
    missing,     // no such file
    empty,       // allocated and all zero: never written, or erased
    valid,       // authenticates, and is of this record
    damaged,     // a torn write or rot: may be overwritten once another slot is valid
    wrong_key,   // sealed with another key
    foreign,     // authenticates, but is another record's
    newer,       // of a newer format: never touched (R6)
    refused,     // a link, a folder, open to others ...: not a file to trust
    sick,        // the medium does not give it back (EIO)
    unreadable,  // not now: out of descriptors, of memory ...
    filled,      // read, and not yet judged
};

struct Slot {
    SlotState state = SlotState::missing;
    RecordHeader header;     // as far as it could be read
    std::size_t bytes = 0;   // bytes in the buffer
    bool full_size = false;  // exactly kSlotBytes long, so that it can be written in place
    int error = 0;           // of refused, sick and unreadable
    const char* why = "";    // for people
};

}  // namespace credit
