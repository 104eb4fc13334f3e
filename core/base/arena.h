// The one arena that secrets live in (R39): fixed cells in a few locked pages; what does not fit goes to the heap.
#pragma once

#include <cstddef>
#include <cstdint>

namespace credit::arena {

constexpr std::size_t kRegionBytes = 32 * 1024;

// Gives the arena its memory; once per process, before the first secret, by the composition root.
// `region` must stay valid for ever. A second call is ignored.
void install(void* region, std::size_t size, bool locked) noexcept;

// Zeroed memory for a secret; throws std::bad_alloc. Thread-safe.
void* allocate(std::size_t size);
// The same from outside the region: for reserves that are seldom used, which would crowd out secrets that live long.
void* allocate_outside(std::size_t size);
// Wipes and frees. `size` is what was asked for. Thread-safe; null is allowed.
void release(void* data, std::size_t size) noexcept;

struct Report {
    std::size_t capacity = 0;   // bytes of the installed region
    std::size_t in_use = 0;     // bytes of cells handed out
    std::uint64_t spilled = 0;  // allocations that did not fit and went to the heap
    bool locked = false;        // the region is locked in memory
};
Report report() noexcept;

}  // namespace credit::arena
