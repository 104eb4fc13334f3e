#include "tests/unit/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};

void* counted(std::size_t size) {
    count.fetch_add(1, std::memory_order_relaxed);
    if (void* data = std::malloc(size == 0 ? 1 : size)) return data;
    throw std::bad_alloc();
}

}  // namespace

// The array and nothrow forms of the standard library end in these.
void* operator new(std::size_t size) {
    return counted(size);
}
void operator delete(void* data) noexcept {
    std::free(data);
}
void operator delete(void* data, std::size_t) noexcept {
    std::free(data);
}

namespace credit::test {

std::uint64_t allocations() noexcept {
    return count.load(std::memory_order_relaxed);
}

}  // namespace credit::test
