#include "tests/contract/allocation_counter.h"

#include <cstdlib>
#include <new>

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

namespace credit {
std::uint64_t allocations_of_this_thread() noexcept {
    return allocations;
}
}  // namespace credit

void* operator new(std::size_t size) {
    ++allocations;
    void* data = std::malloc(size == 0 ? 1 : size);
    if (data == nullptr) throw std::bad_alloc();
    return data;
}
void operator delete(void* data) noexcept {
    std::free(data);
}
void operator delete(void* data, std::size_t) noexcept {
    std::free(data);
}
