#include "platform/posix/condvar_poller.h"

#include <algorithm>
#include <chrono>

namespace credit {
namespace {

// Bounds one wait, so that a nonsensical timeout cannot overflow the clock's arithmetic.
constexpr Millis kLongestWait = hours(1);

}  // namespace

void CondvarPoller::wait(Millis timeout) {
    const Millis bounded = max(Millis{0}, min(timeout, kLongestWait));
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait_for(hold, std::chrono::milliseconds(bounded.count), [this] { return woken_; });
    woken_ = false;
}

void CondvarPoller::wake() {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        woken_ = true;
    }
    changed_.notify_one();
}

}  // namespace credit
