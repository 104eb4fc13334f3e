// Content: reading, writing, space, making durable.
#include <sys/uio.h>

#include <cerrno>

#include "tests/kills/shim/gate.h"
#include "tests/kills/shim/handles.h"
#include "tests/kills/shim/journal.h"
#include "tests/kills/shim/plan.h"
#include "tests/kills/shim/raw.h"

namespace credit::test::shim {
namespace {

int fail(int error) {
    errno = error;
    return -1;
}

// `offset` below 0: where the descriptor stands.
ssize_t read_any(int fd, void* data, std::size_t size, off_t offset) {
    const auto transfer = [&](std::size_t part) {
        return offset < 0 ? ::syscall(SYS_read, fd, data, part)
                          : ::syscall(SYS_pread64, fd, data, part, offset);
    };
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return transfer(size);
    const Gate gate("read", Kind::read, path, size);
    return gate.error() != 0 ? fail(gate.error()) : transfer(gate.size());
}

ssize_t write_any(int fd, const void* data, std::size_t size, off_t offset) {
    const auto transfer = [&](std::size_t part) {
        return offset < 0 ? ::syscall(SYS_write, fd, data, part)
                          : ::syscall(SYS_pwrite64, fd, data, part, offset);
    };
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return transfer(size);
    const Gate gate("write", Kind::write, path, size);
    if (gate.error() != 0) return fail(gate.error());
    const off_t at = offset < 0 ? ::syscall(SYS_lseek, fd, 0, SEEK_CUR) : offset;
    const ssize_t put = transfer(gate.size());
    if (put > 0) {
        note_write(inode_of(fd), static_cast<std::uint64_t>(at), data,
                   static_cast<std::size_t>(put));
    }
    return put;
}

// One part after the other: as short as any write may be.
ssize_t write_parts(int fd, const struct iovec* parts, int count, off_t offset) {
    ssize_t all = 0;
    for (int i = 0; i < count; ++i) {
        const off_t at = offset < 0 ? offset : offset + all;
        const ssize_t put = write_any(fd, parts[i].iov_base, parts[i].iov_len, at);
        if (put < 0) return all > 0 ? all : put;
        all += put;
        if (static_cast<std::size_t>(put) < parts[i].iov_len) return all;
    }
    return all;
}

int sync_any(int fd, long number, const char* call) {
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return static_cast<int>(::syscall(number, fd));
    struct stat found{};
    raw_stat(fd, "", &found, AT_EMPTY_PATH);
    const Gate gate(call, Kind::sync, path);
    const bool folder = S_ISDIR(found.st_mode);
    if (gate.error() != 0) {
        if (!folder) note_file(Change::failed_sync, found.st_ino, 0);
        return fail(gate.error());
    }
    if (plan().breakage == Breakage::no_sync) return 0;
    if (folder && plan().breakage == Breakage::no_folder_sync) return 0;
    const int result = static_cast<int>(::syscall(number, fd));
    if (result != 0) return result;
    if (folder) {
        note_names(Change::sync_folder, path, nullptr, 0);
    } else {
        note_file(Change::sync_file, found.st_ino, 0);
    }
    return 0;
}

// 0 or the errno.
int resize_any(int fd, const char* path, const char* call, long number, int mode, off_t offset,
               off_t length) {
    const Gate gate(call, Kind::space, path);
    if (gate.error() != 0) return gate.error();
    const long result = number == SYS_ftruncate ? ::syscall(number, fd, length)
                                                : ::syscall(number, fd, mode, offset, length);
    if (result != 0) return errno;
    struct stat found{};
    raw_stat(fd, "", &found, AT_EMPTY_PATH);
    note_file(Change::resize, found.st_ino, static_cast<std::uint64_t>(found.st_size));
    return 0;
}

int allocate_any(int fd, int mode, off_t offset, off_t length) {
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) {
        return ::syscall(SYS_fallocate, fd, mode, offset, length) == 0 ? 0 : errno;
    }
    return resize_any(fd, path, "fallocate", SYS_fallocate, mode, offset, length);
}

int truncate_any(int fd, off_t length) {
    char path[kMaxPath];
    const int error = path_of(fd, path) == nullptr
                          ? (::syscall(SYS_ftruncate, fd, length) == 0 ? 0 : errno)
                          : resize_any(fd, path, "ftruncate", SYS_ftruncate, 0, 0, length);
    return error == 0 ? 0 : fail(error);
}

}  // namespace
}  // namespace credit::test::shim

using namespace credit::test::shim;
using std::size_t;

extern "C" {

ssize_t shim_read(int fd, void* data, size_t size) CREDIT_SHIM_TAKES("read");
ssize_t shim_read_chk(int fd, void* data, size_t size, size_t) CREDIT_SHIM_TAKES("__read_chk");
ssize_t shim_pread(int fd, void* data, size_t size, off_t at) CREDIT_SHIM_TAKES("pread");
ssize_t shim_pread64(int fd, void* data, size_t size, off_t at) CREDIT_SHIM_TAKES("pread64");
ssize_t shim_pread_chk(int fd, void* data, size_t size, off_t at, size_t)
    CREDIT_SHIM_TAKES("__pread_chk");
ssize_t shim_pread64_chk(int fd, void* data, size_t size, off_t at, size_t)
    CREDIT_SHIM_TAKES("__pread64_chk");
ssize_t shim_write(int fd, const void* data, size_t size) CREDIT_SHIM_TAKES("write");
ssize_t shim_pwrite(int fd, const void* data, size_t size, off_t at) CREDIT_SHIM_TAKES("pwrite");
ssize_t shim_pwrite64(int fd, const void* data, size_t size, off_t at)
    CREDIT_SHIM_TAKES("pwrite64");
ssize_t shim_writev(int fd, const struct iovec* parts, int count) CREDIT_SHIM_TAKES("writev");
ssize_t shim_pwritev(int fd, const struct iovec* parts, int count, off_t at)
    CREDIT_SHIM_TAKES("pwritev");
ssize_t shim_pwritev64(int fd, const struct iovec* parts, int count, off_t at)
    CREDIT_SHIM_TAKES("pwritev64");
int shim_fsync(int fd) CREDIT_SHIM_TAKES("fsync");
int shim_fdatasync(int fd) CREDIT_SHIM_TAKES("fdatasync");
int shim_fallocate(int fd, int mode, off_t at, off_t size) CREDIT_SHIM_TAKES("fallocate");
int shim_fallocate64(int fd, int mode, off_t at, off_t size) CREDIT_SHIM_TAKES("fallocate64");
int shim_posix_fallocate(int fd, off_t at, off_t size) CREDIT_SHIM_TAKES("posix_fallocate");
int shim_posix_fallocate64(int fd, off_t at, off_t size) CREDIT_SHIM_TAKES("posix_fallocate64");
int shim_ftruncate(int fd, off_t size) CREDIT_SHIM_TAKES("ftruncate");
int shim_ftruncate64(int fd, off_t size) CREDIT_SHIM_TAKES("ftruncate64");

ssize_t shim_read(int fd, void* data, size_t size) {
    return read_any(fd, data, size, -1);
}
ssize_t shim_read_chk(int fd, void* data, size_t size, size_t) {
    return read_any(fd, data, size, -1);
}
ssize_t shim_pread(int fd, void* data, size_t size, off_t at) {
    return read_any(fd, data, size, at);
}
ssize_t shim_pread64(int fd, void* data, size_t size, off_t at) {
    return read_any(fd, data, size, at);
}
ssize_t shim_pread_chk(int fd, void* data, size_t size, off_t at, size_t) {
    return read_any(fd, data, size, at);
}
ssize_t shim_pread64_chk(int fd, void* data, size_t size, off_t at, size_t) {
    return read_any(fd, data, size, at);
}
ssize_t shim_write(int fd, const void* data, size_t size) {
    return write_any(fd, data, size, -1);
}
ssize_t shim_pwrite(int fd, const void* data, size_t size, off_t at) {
    return write_any(fd, data, size, at);
}
ssize_t shim_pwrite64(int fd, const void* data, size_t size, off_t at) {
    return write_any(fd, data, size, at);
}
ssize_t shim_writev(int fd, const struct iovec* parts, int count) {
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return ::syscall(SYS_writev, fd, parts, count);
    return write_parts(fd, parts, count, -1);
}
ssize_t shim_pwritev(int fd, const struct iovec* parts, int count, off_t at) {
    return write_parts(fd, parts, count, at);
}
ssize_t shim_pwritev64(int fd, const struct iovec* parts, int count, off_t at) {
    return write_parts(fd, parts, count, at);
}
int shim_fsync(int fd) {
    return sync_any(fd, SYS_fsync, "fsync");
}
int shim_fdatasync(int fd) {
    return sync_any(fd, SYS_fdatasync, "fdatasync");
}
int shim_fallocate(int fd, int mode, off_t at, off_t size) {
    const int error = allocate_any(fd, mode, at, size);
    return error == 0 ? 0 : fail(error);
}
int shim_fallocate64(int fd, int mode, off_t at, off_t size) {
    return shim_fallocate(fd, mode, at, size);
}
int shim_posix_fallocate(int fd, off_t at, off_t size) {
    return allocate_any(fd, 0, at, size);
}
int shim_posix_fallocate64(int fd, off_t at, off_t size) {
    return allocate_any(fd, 0, at, size);
}
int shim_ftruncate(int fd, off_t size) {
    return truncate_any(fd, size);
}
int shim_ftruncate64(int fd, off_t size) {
    return truncate_any(fd, size);
}

}  // extern "C"
