#include "tests/bench/counters.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

// The C library's own, for programs that put something in front of them.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* data, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace credit::bench {
namespace {

enum Kind { kAllocation, kLock, kSync, kRead, kKinds };

thread_local std::uint64_t of_thread[kKinds];
std::atomic<std::uint64_t> of_all[kKinds];

void count(Kind kind) noexcept {
    ++of_thread[kind];
    of_all[kind].fetch_add(1, std::memory_order_relaxed);
}

template <class Function>
Function next(const char* name) noexcept {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

Counts counts_of_this_thread() noexcept {
    return {of_thread[kAllocation], of_thread[kLock], of_thread[kSync], of_thread[kRead]};
}

Counts counts_of_all_threads() noexcept {
    return {of_all[kAllocation], of_all[kLock], of_all[kSync], of_all[kRead]};
}

Counts operator-(const Counts& end, const Counts& begin) noexcept {
    return {end.allocations - begin.allocations, end.locks - begin.locks, end.syncs - begin.syncs,
            end.reads - begin.reads};
}

}  // namespace credit::bench

using namespace credit::bench;  // NOLINT: what follows is the C library's

extern "C" {

void* malloc(std::size_t size) {
    count(kAllocation);
    return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
    count(kAllocation);
    return __libc_calloc(number, size);
}
void* realloc(void* data, std::size_t size) {
    count(kAllocation);
    return __libc_realloc(data, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    count(kAllocation);
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
    count(kAllocation);
    void* data = __libc_memalign(alignment, size);
    if (data == nullptr) return ENOMEM;
    *out = data;
    return 0;
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
    static const auto real = next<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
    count(kLock);
    return real(mutex);
}
int fsync(int fd) {
    static const auto real = next<int (*)(int)>("fsync");
    count(kSync);
    return real(fd);
}
int fdatasync(int fd) {
    static const auto real = next<int (*)(int)>("fdatasync");
    count(kSync);
    return real(fd);
}
ssize_t pread(int fd, void* data, std::size_t size, off_t at) {
    static const auto real = next<ssize_t (*)(int, void*, std::size_t, off_t)>("pread");
    count(kRead);
    return real(fd, data, size, at);
}

}  // extern "C"
