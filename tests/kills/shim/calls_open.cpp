// Opening and closing.
#include <linux/memfd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "tests/kills/shim/device_clock.h"
#include "tests/kills/shim/gate.h"
#include "tests/kills/shim/handles.h"
#include "tests/kills/shim/journal.h"
#include "tests/kills/shim/plan.h"
#include "tests/kills/shim/raw.h"

namespace credit::test::shim {
namespace {

constexpr const char* kBootID = "/proc/sys/kernel/random/boot_id";

bool takes_mode(int flags) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

// After a simulated reboot the boot has another name.
int open_boot_id() {
    char text[64];
    const int size = std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012llx\n",
                                   static_cast<unsigned long long>(device_clock().boot));
    const int fd = static_cast<int>(::syscall(SYS_memfd_create, "boot_id", MFD_CLOEXEC));
    raw_write_all(fd, text, static_cast<std::size_t>(size));
    ::syscall(SYS_lseek, fd, 0, SEEK_SET);
    return fd;
}

// A store that has only one slot: both names are the same file.
void break_name(char* name, const char* path, std::size_t size) {
    std::snprintf(name, size, "%s", path);
    const std::size_t length = std::strlen(name);
    if (plan().breakage != Breakage::one_slot || length < 2) return;
    if (std::strcmp(name + length - 2, ".b") == 0) name[length - 1] = 'a';
}

int open_ours(int folder, const char* path, const char* below, int flags, unsigned mode) {
    const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0;
    const Gate gate("open", writes ? Kind::open_write : Kind::open_read, below);
    if (gate.error() != 0) {
        errno = gate.error();
        return -1;
    }
    char name[4096];
    break_name(name, path, sizeof name);
    struct stat found{};
    const bool existed = raw_stat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
    const int fd = raw_open(folder, name, flags, mode);
    if (fd < 0) return fd;
    remember(fd, below);
    if (!existed && (flags & O_CREAT) != 0) {
        note_names(Change::create, below, nullptr, inode_of(fd));
    } else if ((flags & O_TRUNC) != 0) {
        note_file(Change::resize, inode_of(fd), 0);
    }
    return fd;
}

int open_any(int folder, const char* path, int flags, unsigned mode) {
    if (std::strcmp(path, kBootID) == 0 && device_clock().boot != 0) return open_boot_id();
    char below[kMaxPath];
    if (path_below(folder, path, below) == nullptr) return raw_open(folder, path, flags, mode);
    return open_ours(folder, path, below, flags, mode);
}

}  // namespace
}  // namespace credit::test::shim

using namespace credit::test::shim;

extern "C" {

int shim_open(const char* path, int flags, ...) CREDIT_SHIM_TAKES("open");
int shim_open64(const char* path, int flags, ...) CREDIT_SHIM_TAKES("open64");
int shim_openat(int folder, const char* path, int flags, ...) CREDIT_SHIM_TAKES("openat");
int shim_openat64(int folder, const char* path, int flags, ...) CREDIT_SHIM_TAKES("openat64");
int shim_open_2(const char* path, int flags) CREDIT_SHIM_TAKES("__open_2");
int shim_open64_2(const char* path, int flags) CREDIT_SHIM_TAKES("__open64_2");
int shim_openat_2(int folder, const char* path, int flags) CREDIT_SHIM_TAKES("__openat_2");
int shim_openat64_2(int folder, const char* path, int flags) CREDIT_SHIM_TAKES("__openat64_2");
int shim_close(int fd) CREDIT_SHIM_TAKES("close");

#define CREDIT_SHIM_OPEN(folder)       \
    unsigned mode = 0;                 \
    if (takes_mode(flags)) {           \
        va_list rest;                  \
        va_start(rest, flags);         \
        mode = va_arg(rest, unsigned); \
        va_end(rest);                  \
    }                                  \
    return open_any(folder, path, flags, mode)

int shim_open(const char* path, int flags, ...) {
    CREDIT_SHIM_OPEN(AT_FDCWD);
}
int shim_open64(const char* path, int flags, ...) {
    CREDIT_SHIM_OPEN(AT_FDCWD);
}
int shim_openat(int folder, const char* path, int flags, ...) {
    CREDIT_SHIM_OPEN(folder);
}
int shim_openat64(int folder, const char* path, int flags, ...) {
    CREDIT_SHIM_OPEN(folder);
}
int shim_open_2(const char* path, int flags) {
    return open_any(AT_FDCWD, path, flags, 0);
}
int shim_open64_2(const char* path, int flags) {
    return open_any(AT_FDCWD, path, flags, 0);
}
int shim_openat_2(int folder, const char* path, int flags) {
    return open_any(folder, path, flags, 0);
}
int shim_openat64_2(int folder, const char* path, int flags) {
    return open_any(folder, path, flags, 0);
}

int shim_close(int fd) {
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return raw_close(fd);
    const Gate gate("close", Kind::close, path);
    // As the kernel does: a close that reports an error has closed all the same.
    forget(fd);
    const int result = raw_close(fd);
    if (gate.error() == 0) return result;
    errno = gate.error();
    return -1;
}

}  // extern "C"
