// Writes slot files. Every function is for the holder of the commit lock, and none allocates on its
// way to success.
#pragma once

#include <span>

#include "core/ports/secure_store.h"
#include "platform/file/slot.h"

namespace credit {

// Overwrites a slot where it lies and syncs it. If that fails the slot's header is wiped, so that
// no process takes what the page cache shows for something durable.
StoreResult write_in_place(int folder, const char* name, std::span<const std::byte> image);

// Puts a new, fully allocated file in the slot's place; until it is durable, the old one (or none)
// stays. An empty image makes an empty slot.
StoreResult write_fresh(int folder, const char* name, const char* fresh_name,
                        std::span<const std::byte> image);

// Overwrites a file of ours with zeros and removes it; anything else under that name is only
// removed.
StoreResult shred(int folder, const char* name);

}  // namespace credit
