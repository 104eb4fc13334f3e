// The kernel without the C library in between: the shim must not call what it wraps.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

// A definition that takes the place of the C library's function `symbol`. The asm name keeps it
// clear of that function's own declaration.
#define CREDIT_SHIM_TAKES(symbol) __asm__(symbol) __attribute__((visibility("default")))

namespace credit::test::shim {

inline int raw_open(int folder, const char* path, int flags, unsigned mode) {
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

inline int raw_close(int fd) {
    return static_cast<int>(::syscall(SYS_close, fd));
}

inline void raw_write_all(int fd, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const long put = ::syscall(SYS_write, fd, at, size);
        if (put <= 0) return;
        at += put;
        size -= static_cast<std::size_t>(put);
    }
}

inline int raw_stat(int folder, const char* path, void* out, int flags) {
    return static_cast<int>(::syscall(SYS_newfstatat, folder, path, out, flags));
}

// 0 if there is no such descriptor.
inline std::uint64_t inode_of(int fd) {
    struct stat found{};
    return raw_stat(fd, "", &found, AT_EMPTY_PATH) == 0 ? found.st_ino : 0;
}

}  // namespace credit::test::shim
