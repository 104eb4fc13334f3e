#include "platform/posix/posix_secret_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <limits>

namespace credit {

SecretMemory::Region PosixSecretMemory::acquire(std::size_t size) noexcept {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (size == 0 || size > std::numeric_limits<std::size_t>::max() - 3 * page) return {};
    const std::size_t inner = (size + page - 1) / page * page;
    void* outer = ::mmap(nullptr, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (outer == MAP_FAILED) return {};
    char* data = static_cast<char*>(outer) + page;
    if (::mprotect(data, inner, PROT_READ | PROT_WRITE) != 0) {
        ::munmap(outer, inner + 2 * page);
        return {};
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
    const bool locked = ::mlock(data, inner) == 0;
    return {data, inner, locked};
}

}  // namespace credit
