#include "platform/file/slot_judge.h"

namespace credit {
namespace {

void set(Slot& slot, SlotState state, const char* why) noexcept {
    slot.state = state;
    slot.why = why;
}

// A flipped bit in the format or in the key check value looks like a newer SDK or another key, and
// both would freeze the session. If the rest authenticates once that field is put right, the field
// is what rotted.
bool only_format_rotted(RecordHeader header, std::span<const std::byte> bytes,
                        const Sealer& sealer) noexcept {
    header.format = RecordHeader::kFormat;
    return sealer.authentic(header, bytes);
}

bool only_key_check_rotted(RecordHeader header, std::span<const std::byte> bytes,
                           const Sealer& sealer) noexcept {
    header.key_check = sealer.key_check();
    return sealer.authentic(header, bytes);
}

}  // namespace

bool is_of_record(const RecordHeader& header, const RecordKey& key) noexcept {
    return header.environment == key.environment && header.origin == key.origin &&
           header.borrower == key.borrower;
}

void judge_slot(Slot& slot, std::span<const std::byte> bytes, const RecordKey& key,
                const Sealer& sealer) noexcept {
    const std::span<const std::byte> image = bytes.first(slot.bytes);
    const bool too_large = !slot.full_size && slot.bytes == kSlotBytes;
    switch (decode_header(image, slot.header)) {
        case HeaderFault::newer_format:
            if (!is_of_record(slot.header, key)) {
                return set(slot, SlotState::damaged, "has a damaged header");
            }
            if (only_format_rotted(slot.header, image, sealer)) {
                return set(slot, SlotState::damaged, "is damaged in its format");
            }
            return set(slot, SlotState::newer, "was written by a newer SDK");
        case HeaderFault::too_short:
            return set(slot, SlotState::damaged, "is cut short");
        case HeaderFault::bad_magic:
        case HeaderFault::bad_field:
            return set(slot, SlotState::damaged, "has a damaged header");
        case HeaderFault::none:
            break;
    }
    if (too_large) return set(slot, SlotState::damaged, "is too large");
    if (image.size() < image_bytes(slot.header.body_size)) {
        return set(slot, SlotState::damaged, "is cut short");
    }
    if (slot.header.key_check != sealer.key_check()) {
        if (only_key_check_rotted(slot.header, image, sealer)) {
            return set(slot, SlotState::damaged, "is damaged in its key check value");
        }
        return set(slot, SlotState::wrong_key, "is sealed with another key");
    }
    if (!sealer.authentic(slot.header, image)) {
        return set(slot, SlotState::damaged, "does not authenticate");
    }
    if (!is_of_record(slot.header, key)) {
        return set(slot, SlotState::foreign, "holds another record");
    }
    set(slot, SlotState::valid, "");
}

}  // namespace credit
