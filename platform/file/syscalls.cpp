#include "platform/file/syscalls.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace credit {
namespace {

int write_zeros(int fd, std::size_t size) noexcept {
    constexpr std::array<std::byte, 4096> kZeros{};
    for (std::size_t at = 0; at < size; at += kZeros.size()) {
        const std::size_t part = size - at < kZeros.size() ? size - at : kZeros.size();
        if (const int error = write_at(fd, std::span(kZeros).first(part), at)) return error;
    }
    return 0;
}

}  // namespace

StoreResult failure(const char* what, int error) {
    return {answer_for(error), std::string(what) + ": " + std::generic_category().message(error)};
}

StoreAnswer answer_for(int error) noexcept {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:  // RLIMIT_FSIZE: as good as no space
            return StoreAnswer::full;
        case EACCES:
        case EPERM:
        case EROFS:
        case ELOOP:
        case ENOTDIR:
        case EISDIR:
        case ENAMETOOLONG:
        case ENXIO:  // a socket or a device without a driver in a file's place
        case ENODEV:
            return StoreAnswer::denied;
#ifdef ENOKEY
        case ENOKEY:  // an encrypted folder whose key is not loaded: the device is locked
            return StoreAnswer::locked;
#endif
        default:
            return StoreAnswer::transient;
    }
}

Opened open_at(int folder, const char* name, int flags, mode_t mode) noexcept {
    for (;;) {
        const int fd =
            ::openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode);
        if (fd >= 0) return {Descriptor(fd), 0};
        if (errno != EINTR) return {Descriptor(), errno};
    }
}

Read read_at(int fd, std::span<std::byte> out, std::size_t offset) noexcept {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got =
            ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (got == 0) break;
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            return {done, errno};
        }
    }
    return {done, 0};
}

int write_at(int fd, std::span<const std::byte> data, std::size_t offset) noexcept {
    std::size_t done = 0;
    while (done < data.size()) {
        const ssize_t put =
            ::pwrite(fd, data.data() + done, data.size() - done, static_cast<off_t>(offset + done));
        if (put > 0) {
            done += static_cast<std::size_t>(put);
        } else if (put == 0) {
            return EIO;  // no progress and no reason given: do not spin
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int sync_data(int fd) noexcept {
#ifdef __APPLE__
    return sync_all(fd);
#else
    for (;;) {
        if (::fdatasync(fd) == 0) return 0;
        if (errno != EINTR) return errno;
    }
#endif
}

int sync_all(int fd) noexcept {
    for (;;) {
        if (::fsync(fd) == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

int preallocate(int fd, std::size_t size) noexcept {
#ifndef __APPLE__
    for (;;) {
        const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(size));
        if (error == 0) return 0;
        if (error == EINTR) continue;
        if (error != EOPNOTSUPP && error != EINVAL && error != ENOSYS) return error;
        break;  // the file system cannot; real zeros take the blocks just as well
    }
#endif
    return write_zeros(fd, size);
}

const char* objection_to(const struct stat& file) noexcept {
    if (S_ISLNK(file.st_mode)) return "is a symbolic link";
    if (S_ISDIR(file.st_mode)) return "is a folder";
    if (!S_ISREG(file.st_mode)) return "is not a regular file";
    if (file.st_uid != ::geteuid()) return "belongs to another user";
    if ((file.st_mode & 077) != 0) return "is open to other users";
    if (file.st_nlink > 1) return "has a second hard link";
    return nullptr;
}

}  // namespace credit
