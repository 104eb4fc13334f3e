// Reads slot files as they are, without the key.
#pragma once

#include "platform/file/slot.h"
#include "platform/file/syscalls.h"

namespace credit {

// Opens a slot for reading or writing if it is a file to trust; otherwise says why not in `slot`.
Descriptor open_slot(int folder, const char* name, int access, Slot& slot) noexcept;

// The whole slot: missing, empty, refused, sick, unreadable, or filled.
Slot read_slot(int folder, const char* name, SlotBytes& bytes) noexcept;

// The first bytes only, for a look that costs little: an all-zero head counts as empty.
Slot read_stamp(int folder, const char* name, SlotStamp& stamp) noexcept;

}  // namespace credit
