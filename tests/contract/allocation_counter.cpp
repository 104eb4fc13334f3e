#include "tests/contract/allocation_counter.h"

#include <cstdlib>
#include <new>

#if defined(__SANITIZE_THREAD__)
#define CREDIT_OWN_NEW 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CREDIT_OWN_NEW 0
#endif
#endif
#ifndef CREDIT_OWN_NEW
#define CREDIT_OWN_NEW 1
#endif

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

namespace credit {
std::uint64_t allocations_of_this_thread() noexcept {
    return allocations;
}
bool counts_allocations() noexcept {
    return CREDIT_OWN_NEW != 0;
}
}  // namespace credit

#if CREDIT_OWN_NEW
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
#endif
