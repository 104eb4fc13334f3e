// Counts what this thread takes from operator new; the arena counts its own (R22).
#pragma once

#include <cstdint>

namespace credit {
std::uint64_t allocations_of_this_thread() noexcept;
// False where operator new belongs to the thread sanitizer.
bool counts_allocations() noexcept;
}  // namespace credit
