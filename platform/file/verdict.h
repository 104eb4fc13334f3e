// What the two slots of a record say together.
#pragma once

#include <array>

#include "core/ports/secure_store.h"
#include "platform/file/slot.h"

namespace credit {

using SlotPair = std::array<Slot, 2>;

const Slot* find_state(const SlotPair& slots, SlotState state) noexcept;
// Nothing about either slot needs a second look under the commit lock.
bool is_settled(const SlotPair& slots) noexcept;

// Without the key: notices a newer format, so that not even a lost key leads to its being
// overwritten.
void note_newer_format(Slot& slot, const SlotBytes& bytes, const RecordKey& key) noexcept;

// The answer of load(). `newest` is the index of the newest valid slot or -1; `key` is `present` or
// why there is none.
StoreResult judge_record(const SlotPair& slots, int newest, const StoreResult& key);
// `done` if a write may go ahead, else why not.
StoreResult judge_target(const SlotPair& slots, int newest);

// The answer of peek() about one slot; fills in its header.
StoreAnswer judge_stamp(Slot& slot, const SlotStamp& stamp, const RecordKey& key) noexcept;
inline bool is_header_read(StoreAnswer answer) noexcept {
    return answer == StoreAnswer::present || answer == StoreAnswer::newer_format;
}

}  // namespace credit
