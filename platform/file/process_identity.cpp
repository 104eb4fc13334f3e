#include "platform/file/process_identity.h"

#include <cerrno>
#include <limits>
#include <span>
#include <utility>

#include "platform/file/syscalls.h"

namespace credit {
namespace {

constexpr const char* kOwnersFile = "owners.lock";
constexpr std::uint64_t kBacked = 1;

// Bytes far beyond the end of the file can be locked; half the range keeps offset + length in
// bounds.
constexpr auto kOffsetMask = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max() >> 1);

struct flock byte_of(std::uint64_t id) noexcept {
    struct flock byte{};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = static_cast<off_t>(id & kOffsetMask);
    byte.l_len = 1;
    return byte;
}

bool lock_byte(int fd, std::uint64_t id) noexcept {
#ifdef F_OFD_SETLK
    struct flock byte = byte_of(id);
    while (::fcntl(fd, F_OFD_SETLK, &byte) != 0) {
        if (errno != EINTR) return false;
    }
    return true;
#else
    static_cast<void>(fd);
    static_cast<void>(id);
    return false;
#endif
}

bool byte_is_free(int fd, std::uint64_t id) noexcept {
#ifdef F_OFD_GETLK
    struct flock byte = byte_of(id);
    return ::fcntl(fd, F_OFD_GETLK, &byte) == 0 && byte.l_type == F_UNLCK;
#else
    static_cast<void>(fd);
    static_cast<void>(id);
    return false;
#endif
}

Descriptor open_owners(int folder, int flags) noexcept {
    Opened opened = open_at(folder, kOwnersFile, O_RDWR | flags, S_IRUSR | S_IWUSR);
    struct stat found{};
    if (!opened.fd || ::fstat(opened.fd.get(), &found) != 0) return {};
    if (objection_to(found) != nullptr) return {};
    return std::move(opened.fd);
}

}  // namespace

ProcessIdentity::ProcessIdentity(std::shared_ptr<Entropy> entropy) : entropy_(std::move(entropy)) {}

std::uint64_t ProcessIdentity::draw() {
    std::uint64_t id = 0;
    while ((id >> 1) == 0) {
        entropy_->fill(std::as_writable_bytes(std::span(&id, 1)));
        id >>= 1;  // 63 bits: fits the record's and every language's signed integers
    }
    return id;
}

// The lock says nothing to others once the file it is on lost its name.
bool ProcessIdentity::still_locked(int folder) const noexcept {
    struct stat ours{};
    struct stat named{};
    return locked_ && ::fstat(locked_.get(), &ours) == 0 &&
           ::fstatat(folder, kOwnersFile, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

std::uint64_t ProcessIdentity::id(Folder& folder) {
    const std::lock_guard<std::mutex> hold(mutex_);
    FolderRef open;
    const bool reachable =
        folder.open(Folder::Missing::create, open).answer == StoreAnswer::present;
    if (reachable && still_locked(open->get())) return id_;
    if ((id_ & kBacked) == 0 && id_ != 0) return id_;
    if (id_ == 0) id_ = draw() | kBacked;
    locked_ = reachable ? open_owners(open->get(), O_CREAT) : Descriptor();
    if (!locked_ || !lock_byte(locked_.get(), id_)) {
        locked_.reset();
        id_ = draw() & ~kBacked;
    }
    return id_;
}

bool ProcessIdentity::gone(Folder& folder, std::uint64_t id) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if ((id & kBacked) == 0 || id == id_) return false;
    FolderRef open;
    if (folder.open(Folder::Missing::report, open).answer != StoreAnswer::present) return false;
    const Descriptor probe = open_owners(open->get(), 0);
    return probe && byte_is_free(probe.get(), id);
}

}  // namespace credit
