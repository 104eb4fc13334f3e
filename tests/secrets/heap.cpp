#include "tests/secrets/heap.h"

#include <execinfo.h>
#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

// The C library's own, under names that nothing replaces.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* data);
}

namespace credit::secrets {
namespace {

std::atomic<Shared*> watching{nullptr};
thread_local bool busy = false;  // what looking at the stack allocates is not looked at

class Busy {
  public:
    Busy() noexcept { busy = true; }
    ~Busy() { busy = false; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
};

Frames stack() noexcept {
    std::array<void*, kFrames> found{};
    const int count = ::backtrace(found.data(), static_cast<int>(found.size()));
    Frames out{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i)
        out[i] = reinterpret_cast<std::uintptr_t>(found[i]);
    return out;
}

// The place of an address in the table; places are never given up, so two threads meet only when they fill one.
Block* place_of(Shared& shared, const void* data) noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(data);
    const std::size_t first = (at >> 4) * 0x9E37'79B1U % Shared::kBlocks;
    for (std::size_t step = 0; step < 256; ++step) {
        Block& block = shared.blocks[(first + step) % Shared::kBlocks];
        std::uintptr_t found = block.at.load(std::memory_order_relaxed);
        if (found == 0 && block.at.compare_exchange_strong(found, at)) return &block;
        if (found == at) return &block;
    }
    shared.untracked.fetch_add(1);
    return nullptr;
}

void* taken(void* data, std::size_t size) noexcept {
    Shared* shared = watching.load(std::memory_order_acquire);
    if (data == nullptr || shared == nullptr) return data;
    if (shared->clears_blocks) std::memset(data, 0, ::malloc_usable_size(data));
    if (busy) return data;
    const Busy now;
    if (Block* block = place_of(*shared, data)) {
        block->size = size;
        block->live = true;
        block->frames = stack();
    }
    return data;
}

void note(Shared& shared, const NeedleTable::Hit& hit, std::size_t size,
          const Block* block) noexcept {
    const std::uint32_t number = shared.finding_count.fetch_add(1);
    if (number >= Shared::kFindings) return;
    Finding& finding = shared.findings[number];
    finding.block_size = size;
    finding.at = reinterpret_cast<std::uintptr_t>(hit.at);
    finding.size = hit.size;
    finding.secret = hit.secret;
    finding.spelling = hit.spelling;
    if (block != nullptr) finding.asked = block->frames;
    finding.freed = stack();
}

void look_at(Shared& shared, void* data) noexcept {
    const Busy now;
    Block* block = place_of(shared, data);
    const bool known = block != nullptr && block->live;
    // Of a block from before it was watched, everything the C library set aside.
    const std::size_t size = known ? block->size : ::malloc_usable_size(data);
    shared.needles.search(data, size,
                          [&](const NeedleTable::Hit& hit) { note(shared, hit, size, block); });
    shared.frees.fetch_add(1, std::memory_order_relaxed);
    shared.bytes.fetch_add(size, std::memory_order_relaxed);
    if (block != nullptr) block->live = false;
}

void given_back(void* data) noexcept {
    Shared* shared = watching.load(std::memory_order_acquire);
    if (data != nullptr && shared != nullptr && !busy) look_at(*shared, data);
    __libc_free(data);
}

void* taken_aligned(std::size_t alignment, std::size_t size) noexcept {
    return taken(__libc_memalign(alignment, size), size);
}

}  // namespace

void watch_heap(Shared& shared) noexcept {
    std::array<void*, 4> first{};
    ::backtrace(first.data(), static_cast<int>(first.size()));  // loads what it needs
    watching.store(&shared, std::memory_order_release);
}

}  // namespace credit::secrets

extern "C" {

void* malloc(std::size_t size) {
    return credit::secrets::taken(__libc_malloc(size), size);
}

void free(void* data) {
    credit::secrets::given_back(data);
}

void* calloc(std::size_t count, std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return nullptr;
    }
    void* data = __libc_malloc(bytes);
    if (data != nullptr) std::memset(data, 0, bytes);
    return credit::secrets::taken(data, bytes);
}

// Always another block, so that what is left behind is looked at.
void* realloc(void* data, std::size_t size) {
    if (data == nullptr) return credit::secrets::taken(__libc_malloc(size), size);
    if (size == 0) {
        credit::secrets::given_back(data);
        return nullptr;
    }
    void* moved = credit::secrets::taken(__libc_malloc(size), size);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, data, std::min(size, ::malloc_usable_size(data)));
    credit::secrets::given_back(data);
    return moved;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return credit::secrets::taken_aligned(alignment, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
    return credit::secrets::taken_aligned(alignment, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
    void* data = credit::secrets::taken_aligned(alignment, size);
    if (data == nullptr) return ENOMEM;
    *out = data;
    return 0;
}

}  // extern "C"
