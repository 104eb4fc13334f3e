#include "platform/apple/container.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace credit {
namespace {

constexpr mode_t kPrivateFile = S_IRUSR | S_IWUSR;
constexpr mode_t kPrivateFolder = S_IRWXU;

// From the folder itself upwards, as far as needed: in a sandbox even looking at what lies further up may be refused.
int make_folders(const std::string& path) {
    if (::mkdir(path.c_str(), kPrivateFolder) == 0 || errno == EEXIST) return 0;
    if (errno != ENOENT) return errno;
    const std::string above = std::filesystem::path(path).parent_path().string();
    if (above.empty() || above == path) return ENOENT;
    if (const int error = make_folders(above)) return error;
    return ::mkdir(path.c_str(), kPrivateFolder) == 0 || errno == EEXIST ? 0 : errno;
}

// Readable after the first unlock, like the items that it all belongs to. The app may have set a stricter default for its files,
// under which the background could not even take a lock.
void protect(int fd) noexcept {
#ifdef F_SETPROTECTIONCLASS
    constexpr int kUntilFirstUserAuthentication = 3;
    ::fcntl(fd, F_SETPROTECTIONCLASS, kUntilFirstUserAuthentication);
#else
    static_cast<void>(fd);
#endif
}

}  // namespace

Opened open_file(int folder, const char* name, int flags) noexcept {
    for (;;) {
        const int fd =
            ::openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, kPrivateFile);
        if (fd >= 0) {
            if ((flags & O_CREAT) != 0) protect(fd);
            return {File(fd), 0};
        }
        if (errno != EINTR) return {File(), errno};
    }
}

StoreAnswer answer_for_errno(int error) noexcept {
    switch (error) {
        case EPERM:
            return StoreAnswer::locked;
        case ENOSPC:
        case EDQUOT:
            return StoreAnswer::full;
        case EACCES:
        case EROFS:
        case ELOOP:
        case ENOTDIR:
        case EISDIR:
        case ENAMETOOLONG:
            return StoreAnswer::denied;
        default:
            return StoreAnswer::transient;
    }
}

StoreResult container_failure(const char* what, int error) {
    return {answer_for_errno(error),
            std::string(what) + ": " + std::generic_category().message(error)};
}

int read_whole(int fd, std::span<std::byte> out, std::size_t& bytes) noexcept {
    bytes = 0;
    while (bytes < out.size()) {
        const ssize_t got = ::read(fd, out.data() + bytes, out.size() - bytes);
        if (got == 0) return 0;
        if (got > 0) {
            bytes += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int write_whole(int fd, std::span<const std::byte> data) noexcept {
    while (!data.empty()) {
        const ssize_t put = ::write(fd, data.data(), data.size());
        if (put > 0) {
            data = data.subspan(static_cast<std::size_t>(put));
        } else if (put == 0) {
            return EIO;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int sync_file(int fd) noexcept {
#ifdef F_FULLFSYNC
    if (::fcntl(fd, F_FULLFSYNC) == 0) return 0;  // where the file system cannot, fsync has to do
#endif
    for (;;) {
        if (::fsync(fd) == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

StoreResult Container::open(Missing missing, File& folder) const {
    if (path_.empty() || path_.front() != '/') {
        return {StoreAnswer::denied, "the container's folder is not an absolute path"};
    }
    Opened opened = open_file(AT_FDCWD, path_.c_str(), O_RDONLY | O_DIRECTORY);
    if (opened.error == ENOENT && missing == Missing::create) {
        if (const int error = make_folders(path_)) {
            return container_failure("the container's folder could not be made", error);
        }
        opened = open_file(AT_FDCWD, path_.c_str(), O_RDONLY | O_DIRECTORY);
    }
    if (opened.error == ENOENT) return {StoreAnswer::absent, {}};
    if (!opened.file) {
        return container_failure("the container's folder could not be opened", opened.error);
    }
    folder = std::move(opened.file);
    return {StoreAnswer::present, {}};
}

}  // namespace credit
