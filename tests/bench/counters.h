// Counts what this process asks of the C library, the SDK's shared object included: this program's own definitions of these
// functions stand before the C library's. Exact, whatever else the machine does.
#pragma once

#include <cstdint>

namespace credit::bench {

struct Counts {
    std::uint64_t allocations = 0;  // malloc, calloc, realloc, aligned_alloc, posix_memalign
    std::uint64_t locks = 0;        // pthread_mutex_lock
    std::uint64_t syncs = 0;        // fsync, fdatasync
    std::uint64_t reads = 0;        // pread
};

Counts counts_of_this_thread() noexcept;
Counts counts_of_all_threads() noexcept;
Counts operator-(const Counts& end, const Counts& begin) noexcept;

}  // namespace credit::bench
