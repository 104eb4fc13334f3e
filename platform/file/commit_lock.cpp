#include "platform/file/commit_lock.h"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "core/base/check.h"
#include "platform/file/syscalls.h"

namespace credit {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::microseconds kFirstPause{100};
constexpr std::chrono::microseconds kLongestPause{5'000};

// EWOULDBLOCK when `until` came first. A blocking flock() cannot be bounded without signals, which
// are the host's.
int flock_until(int fd, Steady::time_point until) {
    for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK || Steady::now() >= until) return errno;
        std::this_thread::sleep_for(pause);
    }
}

// Whether the locked file still goes by its name: somebody may have emptied the folder while we
// waited.
bool is_current(int folder, const std::string& name, int fd) {
    CREDIT_CHECK(fd >= 0);
    struct stat ours{};
    struct stat named{};
    return ::fstat(fd, &ours) == 0 &&
           ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

StoreResult open_lock_file(int folder, const std::string& name, Descriptor& fd) {
    Opened opened = open_at(folder, name.c_str(), O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
    if (!opened.fd) return failure("the commit lock could not be opened", opened.error);
    struct stat found{};
    if (::fstat(opened.fd.get(), &found) != 0) {
        return failure("the commit lock could not be opened", errno);
    }
    if (const char* objection = objection_to(found)) {
        return {StoreAnswer::denied, std::string("the commit lock ") + objection};
    }
    fd = std::move(opened.fd);
    return {StoreAnswer::done, {}};
}

}  // namespace

StoreResult CommitLock::acquire(int folder, const std::string& name, Millis patience) {
    CREDIT_CHECK(!held());
    const auto until = Steady::now() + std::chrono::milliseconds(patience.count);
    for (;;) {
        Descriptor fd;
        StoreResult opened = open_lock_file(folder, name, fd);
        if (opened.answer != StoreAnswer::done) return opened;
        const int error = flock_until(fd.get(), until);
        if (error == EWOULDBLOCK) return {StoreAnswer::transient, "commit lock is busy"};
        if (error != 0) return failure("the commit lock could not be taken", error);
        if (is_current(folder, name, fd.get())) {
            fd_ = std::move(fd);
            return {StoreAnswer::done, {}};
        }
        if (Steady::now() >= until) return {StoreAnswer::transient, "commit lock is busy"};
    }
}

void CommitLock::release() noexcept {
    // Closing is not enough: a child the host forked meanwhile shares the descriptor, and with it
    // the lock.
    if (fd_) ::flock(fd_.get(), LOCK_UN);
    fd_.reset();
}

}  // namespace credit
