// The one arena that secrets live in (R39): fixed cells in a few locked pages; what does not fit goes to pages that are
// not locked, but in no core dump either.
#pragma once

#include <cstddef>
#include <cstdint>

namespace credit::arena {

constexpr std::size_t kRegionBytes = 32 * 1024;

// Gives the arena its memory; once per process, before the first secret, by the composition root.
// `region` must stay valid for ever. A second call is ignored.
void install(void* region, std::size_t size, bool locked) noexcept;

// Where memory for what does not fit comes from: zeroed, kept out of core dumps, null when there is none. `size` is what
// was asked for, both times. Called with a lock of the arena held.
struct Pages {
    void* (*acquire)(std::size_t size) noexcept = nullptr;
    void (*release)(void* data, std::size_t size) noexcept = nullptr;
};
// Once per process, like install(); until then what does not fit comes from the heap. A second call is ignored.
void install_pages(Pages pages) noexcept;

// Zeroed memory for a secret; throws std::bad_alloc. Thread-safe.
void* allocate(std::size_t size);
// The same from outside the region: for reserves that are seldom used, which would crowd out secrets that live long.
void* allocate_outside(std::size_t size);
// Wipes and frees. `size` is what was asked for. Thread-safe; null is allowed.
void release(void* data, std::size_t size) noexcept;
// The same where only the first `written` bytes can differ from zero: a large reserve is mostly never touched.
void release(void* data, std::size_t size, std::size_t written) noexcept;

struct Report {
    std::size_t capacity = 0;       // bytes of the installed region
    std::size_t in_use = 0;         // bytes of its cells handed out
    std::uint64_t spilled = 0;      // allocations that did not fit
    std::size_t outside_bytes = 0;  // in use outside of the region now
    bool locked = false;            // the region is locked in memory
    bool out_of_dumps = false;      // what is outside comes from pages that are in no core dump
};
Report report() noexcept;

}  // namespace credit::arena
