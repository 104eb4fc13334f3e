#include "tests/contract/transport_failing_memory.h"

#if CREDIT_TEST_FAILING_MEMORY

#include <cstdlib>
#include <new>

namespace credit::test {
namespace {

thread_local bool armed = false;
thread_local bool refused = false;
thread_local std::int64_t left = 0;

bool refuse() noexcept {
    if (!armed) return false;
    if (left > 0) {
        --left;
        return false;
    }
    refused = true;
    return true;
}

}  // namespace

void fail_allocations_after(std::int64_t successes) noexcept {
    left = successes;
    refused = false;
    armed = true;
}

bool stop_failing_allocations() noexcept {
    armed = false;
    return refused;
}

static void* allocate(std::size_t size) {
    void* data = refuse() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (data == nullptr) throw std::bad_alloc();
    return data;
}

}  // namespace credit::test

void* operator new(std::size_t size) {
    return credit::test::allocate(size);
}
void* operator new[](std::size_t size) {
    return credit::test::allocate(size);
}
void operator delete(void* data) noexcept {
    std::free(data);
}
void operator delete[](void* data) noexcept {
    std::free(data);
}
void operator delete(void* data, std::size_t) noexcept {
    std::free(data);
}
void operator delete[](void* data, std::size_t) noexcept {
    std::free(data);
}

#endif
