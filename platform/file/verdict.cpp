#include "platform/file/verdict.h"

#include <string>

#include "platform/file/slot_judge.h"
#include "platform/file/syscalls.h"

namespace credit {
namespace {

bool is_usable(SlotState state) noexcept {
    return state == SlotState::missing || state == SlotState::empty || state == SlotState::valid;
}

// "slot a is cut short, slot b has a damaged header"
std::string complaints(const SlotPair& slots) {
    std::string text;
    for (std::size_t i = 0; i < 2; ++i) {
        if (is_usable(slots[i].state) || *slots[i].why == '\0') continue;
        if (!text.empty()) text += ", ";
        text += i == 0 ? "slot a " : "slot b ";
        text += slots[i].why;
    }
    return text;
}

StoreResult answer(StoreAnswer what, const SlotPair& slots) {
    return {what, complaints(slots)};
}

// A slot of a newer SDK rules unless ours was written after it.
bool newer_format_rules(const SlotPair& slots, int newest) noexcept {
    for (const Slot& slot : slots) {
        if (slot.state != SlotState::newer) continue;
        if (newest < 0) return true;
        const Slot& ours = slots[static_cast<std::size_t>(newest)];
        if (slot.header.write_seq >= ours.header.write_seq) return true;
    }
    return false;
}

}  // namespace

const Slot* find_state(const SlotPair& slots, SlotState state) noexcept {
    for (const Slot& slot : slots) {
        if (slot.state == state) return &slot;
    }
    return nullptr;
}

bool is_settled(const SlotPair& slots) noexcept {
    return is_usable(slots[0].state) && is_usable(slots[1].state);
}

void note_newer_format(Slot& slot, const SlotBytes& bytes, const RecordKey& key) noexcept {
    const auto image = std::span(bytes).first(slot.bytes);
    if (decode_header(image, slot.header) != HeaderFault::newer_format) return;
    if (!is_of_record(slot.header, key)) return;
    slot.state = SlotState::newer;
    slot.why = "was written by a newer SDK";
}

StoreResult judge_record(const SlotPair& slots, int newest, const StoreResult& key) {
    if (newer_format_rules(slots, newest)) return answer(StoreAnswer::newer_format, slots);
    if (const Slot* slot = find_state(slots, SlotState::unreadable)) {
        return failure("a slot could not be read", slot->error);
    }
    if (key.answer != StoreAnswer::present) return key;
    if (newest >= 0) return answer(StoreAnswer::present, slots);
    if (find_state(slots, SlotState::sick)) return answer(StoreAnswer::transient, slots);
    if (find_state(slots, SlotState::refused)) return answer(StoreAnswer::denied, slots);
    if (find_state(slots, SlotState::wrong_key)) return answer(StoreAnswer::wrong_key, slots);
    if (is_settled(slots)) return {StoreAnswer::absent, {}};
    return answer(StoreAnswer::corrupt, slots);
}

StoreResult judge_target(const SlotPair& slots, int newest) {
    if (find_state(slots, SlotState::newer)) return answer(StoreAnswer::newer_format, slots);
    if (const Slot* slot = find_state(slots, SlotState::unreadable)) {
        return failure("a slot could not be read", slot->error);
    }
    if (find_state(slots, SlotState::refused)) return answer(StoreAnswer::denied, slots);
    if (newest < 0 && find_state(slots, SlotState::sick)) {
        return answer(StoreAnswer::transient, slots);
    }
    if (newest < 0 && find_state(slots, SlotState::wrong_key)) {
        return answer(StoreAnswer::wrong_key, slots);
    }
    return {StoreAnswer::done, {}};
}

StoreAnswer judge_stamp(Slot& slot, const SlotStamp& stamp, const RecordKey& key) noexcept {
    if (slot.state == SlotState::refused) return StoreAnswer::denied;
    if (slot.state == SlotState::sick) return StoreAnswer::transient;
    switch (decode_header(std::span(stamp).first(slot.bytes), slot.header)) {
        case HeaderFault::newer_format:
            return is_of_record(slot.header, key) ? StoreAnswer::newer_format
                                                  : StoreAnswer::corrupt;
        case HeaderFault::none:
            return is_of_record(slot.header, key) ? StoreAnswer::present : StoreAnswer::corrupt;
        default:
            return StoreAnswer::corrupt;
    }
}

}  // namespace credit
