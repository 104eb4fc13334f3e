// Decides what a filled slot is.
#pragma once

#include <span>

#include "core/ports/secure_store.h"
#include "platform/file/sealer.h"
#include "platform/file/slot.h"

namespace credit {

// Names of environment, origin and borrower are frozen with the header, so even a newer SDK's slot
// carries them: what only looks newer, because a write was torn behind the magic, does not.
bool is_of_record(const RecordHeader& header, const RecordKey& key) noexcept;

// The state of a filled slot, under an unlocked sealer.
void judge_slot(Slot& slot, std::span<const std::byte> bytes, const RecordKey& key,
                const Sealer& sealer) noexcept;

}  // namespace credit
