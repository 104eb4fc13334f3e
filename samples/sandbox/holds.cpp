#include "sandbox/holds.h"

namespace credit::sandbox {

void Holds::wait() {
    std::unique_lock lock(mutex_);
    const auto mine = round_;
    ++held_;
    changed_.wait(lock, [&] { return stopped_ || round_ != mine; });
    // release() has taken this one off the count already; only stop() leaves it to us.
    if (round_ == mine) --held_;
}

void Holds::sleep(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [&] { return stopped_; });
}

int Holds::held() const {
    const std::lock_guard lock(mutex_);
    return held_;
}

int Holds::release() {
    const std::lock_guard lock(mutex_);
    const int count = held_;
    held_ = 0;
    ++round_;
    changed_.notify_all();
    return count;
}

void Holds::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

}  // namespace credit::sandbox
