// Replaces openat() at link time.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <string_view>

#include "tests/apple/darwin_double/darwin_double.h"

namespace {

std::atomic<bool> files_locked{false};

}  // namespace

void credit::test::data_protection::lock_files(bool locked) {
    files_locked = locked;
}

extern "C" __attribute__((visibility("default"))) int openat(int folder, const char* path,
                                                             int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    if (files_locked && (flags & O_DIRECTORY) == 0 && std::string_view(path).ends_with(".key")) {
        errno = EPERM;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}
