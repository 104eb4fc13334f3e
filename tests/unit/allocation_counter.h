// Counts calls of the global operator new in this program, for tests that say "allocates nothing"
// (R22).
#pragma once

#include <cstdint>

namespace credit::test {

std::uint64_t allocations() noexcept;

}  // namespace credit::test
