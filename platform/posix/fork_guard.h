// Tells a forked child from the process that started the SDK, without a system call on the hot path
// (R36). In the child the SDK's threads do not exist and its locks may be held by nobody, so every
// entry refuses with `forked`.
#pragma once

#include <atomic>

namespace credit {

// Remembers this process as the one that uses the SDK. Called when the first object of the SDK is
// made; later calls do nothing. A child forked before this call may use the SDK as a process of its
// own.
void arm_fork_guard() noexcept;

namespace fork_guard {
constexpr unsigned char kOurs = 1;
// One byte that reads kOurs in the armed process and zero in its forked children; null: not armed. volatile: the kernel
// changes it.
extern std::atomic<volatile unsigned char*> marker;
}  // namespace fork_guard

// True in every descendant that was forked from the armed process and did not exec. Two loads; safe
// in signal handlers.
inline bool in_forked_child() noexcept {
    const volatile unsigned char* byte = fork_guard::marker.load(std::memory_order_acquire);
    return byte != nullptr && *byte != fork_guard::kOurs;
}

}  // namespace credit
