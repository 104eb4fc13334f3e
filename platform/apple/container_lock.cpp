#include "platform/apple/container_lock.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "core/base/check.h"

namespace credit {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::microseconds kFirstPause{100};
constexpr std::chrono::microseconds kLongestPause{5'000};

bool is_current(int folder, const std::string& name, int fd) noexcept {
    struct stat ours{};
    struct stat named{};
    return ::fstat(fd, &ours) == 0 &&
           ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

}  // namespace

void ContainerLock::on_expiry(void* self) {
    auto& lock = *static_cast<ContainerLock*>(self);
    const std::lock_guard<std::mutex> hold(lock.mutex_);
    lock.expired_ = true;
    lock.drop();
}

void ContainerLock::drop() noexcept {
    // Closing is not enough: a child that the host forked shares the descriptor.
    if (file_) ::flock(file_.get(), LOCK_UN);
    file_.reset();
}

StoreResult ContainerLock::acquire(int folder, const std::string& name, Millis patience) {
    CREDIT_CHECK(!wanted_);
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        expired_ = false;
    }
    assertion_ = activity_.begin(activity_.context, &ContainerLock::on_expiry, this);
    if (assertion_ == 0) {
        return {StoreAnswer::transient, "the system is about to suspend the app"};
    }
    StoreResult taken = take(folder, name, patience);
    wanted_ = true;
    if (taken.answer != StoreAnswer::done) release();
    return taken;
}

StoreResult ContainerLock::take(int folder, const std::string& name, Millis patience) {
    const auto until = Steady::now() + std::chrono::milliseconds(patience.count);
    for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
        Opened opened = open_file(folder, name.c_str(), O_RDWR | O_CREAT);
        if (!opened.file)
            return container_failure("the commit lock could not be opened", opened.error);
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            if (expired_) return {StoreAnswer::transient, "the system is about to suspend the app"};
            if (::flock(opened.file.get(), LOCK_EX | LOCK_NB) == 0) {
                // Somebody may have emptied the folder while we waited.
                if (is_current(folder, name, opened.file.get())) {
                    file_ = std::move(opened.file);
                    return {StoreAnswer::done, {}};
                }
            } else if (errno != EWOULDBLOCK && errno != EINTR) {
                return container_failure("the commit lock could not be taken", errno);
            }
        }
        if (Steady::now() >= until) return {StoreAnswer::transient, "commit lock is busy"};
        std::this_thread::sleep_for(pause);
    }
}

void ContainerLock::release() noexcept {
    if (!wanted_) return;
    wanted_ = false;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        drop();
    }
    // Not under the mutex: it waits for an expiry that is under way, which takes it.
    activity_.end(activity_.context, std::exchange(assertion_, 0));
}

}  // namespace credit
