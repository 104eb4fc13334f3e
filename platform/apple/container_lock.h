// The commit lock of one record (R8): flock on a file in the app's (or the app group's) container, held for a moment and only
// inside an assertion. The system kills an app that it suspends with such a lock in a shared container.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "core/base/time.h"
#include "core/ports/secure_store.h"
#include "platform/apple/activity.h"
#include "platform/apple/container.h"

namespace credit {

class ContainerLock {
  public:
    explicit ContainerLock(const Activity& activity) : activity_(activity) {}
    ~ContainerLock() { release(); }
    ContainerLock(const ContainerLock&) = delete;
    ContainerLock& operator=(const ContainerLock&) = delete;

    // Waits at most `patience`. `transient` when the system grants no time: it is about to suspend us.
    StoreResult acquire(int folder, const std::string& name, Millis patience);
    void release() noexcept;
    // Whether acquire() succeeded and release() did not come yet; the system may have taken the lock back meanwhile.
    bool wanted() const noexcept { return wanted_; }

    // Runs `step` while it is certain that the lock is held, or answers `transient`. The system's call to let go waits for
    // `step`, so nothing is written after somebody else may have taken the lock.
    template <typename Step>
    StoreResult while_held(Step step) {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (!file_)
            return {StoreAnswer::transient,
                    "the lock was given back: the app was about to be suspended"};
        return step();
    }

  private:
    static void on_expiry(void* self);
    StoreResult take(int folder, const std::string& name, Millis patience);
    void drop() noexcept;

    const Activity activity_;
    bool wanted_ = false;
    std::uint64_t assertion_ = 0;
    std::mutex mutex_;
    bool expired_ = false;
    File file_;
};

}  // namespace credit
