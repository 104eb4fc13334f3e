// An operator new that fails on order, on the thread that ordered it.
#pragma once

#include <cstdint>

// ThreadSanitizer's own operator new cannot be replaced.
#if defined(__SANITIZE_THREAD__)
#define CREDIT_TEST_FAILING_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CREDIT_TEST_FAILING_MEMORY 0
#endif
#endif
#ifndef CREDIT_TEST_FAILING_MEMORY
#define CREDIT_TEST_FAILING_MEMORY 1
#endif

namespace credit::test {

// Lets `successes` allocations of this thread succeed and every later one fail, until stopped.
void fail_allocations_after(std::int64_t successes) noexcept;
// True when an allocation was refused since the order.
bool stop_failing_allocations() noexcept;

}  // namespace credit::test
