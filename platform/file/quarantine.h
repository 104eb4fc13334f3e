// Damaged slots are kept as evidence, at most two, and never deleted by a load (R3).
#pragma once

#include "core/ports/secure_store.h"
#include "platform/file/record_names.h"

namespace credit {

// Moves a slot file aside. The first evidence of a record is never overwritten; the second place
// holds the latest.
StoreResult quarantine_slot(int folder, const RecordNames& names, const char* slot);
bool has_quarantined(int folder, const RecordNames& names) noexcept;
StoreResult erase_quarantined(int folder, const RecordNames& names);

}  // namespace credit
