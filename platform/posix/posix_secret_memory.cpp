#include "platform/posix/posix_secret_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <limits>

namespace credit {
namespace {

std::size_t page_bytes() noexcept {
    static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return bytes;
}

std::size_t whole_pages(std::size_t size) noexcept {
    return (size + page_bytes() - 1) / page_bytes() * page_bytes();
}

// `inner` bytes, whole pages, with a page that cannot be touched on either side; null when there are none.
char* guarded_pages(std::size_t inner) noexcept {
    const std::size_t outer_size = inner + 2 * page_bytes();
    void* outer = ::mmap(nullptr, outer_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (outer == MAP_FAILED) return nullptr;
    char* data = static_cast<char*>(outer) + page_bytes();
    if (::mprotect(data, inner, PROT_READ | PROT_WRITE) != 0) {
        ::munmap(outer, outer_size);
        return nullptr;
    }
    // Advice only: without it the arena still works, and the process's own dump settings are not
    // ours to change.
#ifdef MADV_DONTDUMP
    ::madvise(data, inner, MADV_DONTDUMP);
#endif
    // A child inherits the pages but not the lock on them, and the SDK refuses to work there
    // (fork_guard.h); so the child gets zeros instead of an unlocked copy of every token.
#ifdef MADV_WIPEONFORK
    ::madvise(data, inner, MADV_WIPEONFORK);
#endif
    return data;
}

bool is_possible(std::size_t size) noexcept {
    return size != 0 && size <= std::numeric_limits<std::size_t>::max() - 3 * page_bytes();
}

}  // namespace

SecretMemory::Region PosixSecretMemory::acquire(std::size_t size) noexcept {
    if (!is_possible(size)) return {};
    const std::size_t inner = whole_pages(size);
    char* data = guarded_pages(inner);
    if (data == nullptr) return {};
    const bool locked = ::mlock(data, inner) == 0;
    return {data, inner, locked};
}

void* PosixSecretMemory::acquire_more(std::size_t size) noexcept {
    return is_possible(size) ? guarded_pages(whole_pages(size)) : nullptr;
}

void PosixSecretMemory::release_more(void* data, std::size_t size) noexcept {
    if (data == nullptr) return;
    ::munmap(static_cast<char*>(data) - page_bytes(), whole_pages(size) + 2 * page_bytes());
}

}  // namespace credit
