#include "platform/posix/fork_guard.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

namespace credit {

std::atomic<volatile unsigned char*> fork_guard::marker{nullptr};

namespace {

using fork_guard::kOurs;
using fork_guard::marker;

// For systems without MADV_WIPEONFORK; cleared by the atfork handler, which may do no more than
// that.
unsigned char fallback_marker = kOurs;

void clear_marker_in_child() noexcept {
    volatile unsigned char* byte = &fallback_marker;
    *byte = 0;
}

// A page the kernel zeroes in the child. It also covers children made by a bare clone(), which run
// no atfork handlers.
volatile unsigned char* wiped_page() noexcept {
#ifdef MADV_WIPEONFORK
    const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    if (::madvise(page, size, MADV_WIPEONFORK) == 0) return static_cast<unsigned char*>(page);
    ::munmap(page, size);
#endif
    return nullptr;
}

}  // namespace

void arm_fork_guard() noexcept {
    static std::once_flag once;
    std::call_once(once, [] {
        volatile unsigned char* byte = wiped_page();
        if (byte == nullptr) {
            byte = &fallback_marker;
            ::pthread_atfork(nullptr, nullptr, clear_marker_in_child);
        }
        *byte = kOurs;
        marker.store(byte, std::memory_order_release);
    });
}

}  // namespace credit
