#include "tests/oom/memory_gate.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

// The C library's own, under names that nothing replaces.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* data, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* data);
}

namespace credit::test {
namespace {

std::atomic<bool> counting{false};
std::atomic<MemoryGate::Refuse> mode{MemoryGate::Refuse::none};
std::atomic<std::uint64_t> target{0};
std::atomic<std::uint64_t> seen{0};
std::atomic<bool> was_refused{false};
std::atomic<std::uint64_t> blocks{0};
thread_local int own_depth = 0;

bool refuse() noexcept {
    if (!counting.load(std::memory_order_relaxed) || own_depth != 0) return false;
    const std::uint64_t index = seen.fetch_add(1, std::memory_order_relaxed);
    const MemoryGate::Refuse how = mode.load(std::memory_order_relaxed);
    if (how == MemoryGate::Refuse::none) return false;
    const std::uint64_t nth = target.load(std::memory_order_relaxed);
    const bool no = how == MemoryGate::Refuse::once ? index == nth : index >= nth;
    if (no) was_refused.store(true, std::memory_order_relaxed);
    return no;
}

void* counted(void* data) noexcept {
    if (data != nullptr) blocks.fetch_add(1, std::memory_order_relaxed);
    return data;
}

}  // namespace

void MemoryGate::open(Refuse how, std::uint64_t nth) noexcept {
    mode.store(how);
    target.store(nth);
    seen.store(0);
    was_refused.store(false);
    counting.store(true);
}

std::uint64_t MemoryGate::close() noexcept {
    counting.store(false);
    return seen.load();
}

bool MemoryGate::refused() noexcept {
    return was_refused.load();
}

std::uint64_t MemoryGate::live() noexcept {
    return blocks.load();
}

MemoryGate::Own::Own() noexcept {
    ++own_depth;
}
MemoryGate::Own::~Own() {
    --own_depth;
}

MemoryGate::Counted::Counted() noexcept : depth_(own_depth) {
    own_depth = 0;
}
MemoryGate::Counted::~Counted() {
    own_depth = depth_;
}

namespace {

void* take(std::size_t size) noexcept {
    if (!refuse()) return counted(__libc_malloc(size));
    errno = ENOMEM;
    return nullptr;
}

void* take_aligned(std::size_t alignment, std::size_t size) noexcept {
    if (!refuse()) return counted(__libc_memalign(alignment, size));
    errno = ENOMEM;
    return nullptr;
}

void give_back(void* data) noexcept {
    if (data == nullptr) return;
    blocks.fetch_sub(1, std::memory_order_relaxed);
    __libc_free(data);
}

}  // namespace
}  // namespace credit::test

extern "C" {

void* malloc(std::size_t size) {
    return credit::test::take(size);
}

void free(void* data) {
    credit::test::give_back(data);
}

void* calloc(std::size_t count, std::size_t size) {
    if (!credit::test::refuse()) return credit::test::counted(__libc_calloc(count, size));
    errno = ENOMEM;
    return nullptr;
}

void* realloc(void* data, std::size_t size) {
    if (data == nullptr) return credit::test::take(size);
    if (size == 0) {
        credit::test::give_back(data);
        return nullptr;
    }
    if (!credit::test::refuse()) return __libc_realloc(data, size);
    errno = ENOMEM;
    return nullptr;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return credit::test::take_aligned(alignment, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
    return credit::test::take_aligned(alignment, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
    void* data = credit::test::take_aligned(alignment, size);
    if (data == nullptr) return ENOMEM;
    *out = data;
    return 0;
}

}  // extern "C"
