#include "platform/apple/activity_background.h"

#include <utility>

namespace credit {

ActivityBackground::~ActivityBackground() {
    std::uint64_t over = 0;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        over = std::exchange(now_.assertion, 0);
    }
    drop(over);
}

void ActivityBackground::drop(std::uint64_t assertion) noexcept {
    if (assertion != 0) activity_.end(activity_.context, assertion);
}

// The system is done waiting. Giving back from inside the callback never waits, so it may happen under the mutex; and must,
// or this object could be gone.
void ActivityBackground::on_expiry(void* self) {
    auto& background = *static_cast<ActivityBackground*>(self);
    const std::lock_guard<std::mutex> hold(background.mutex_);
    const std::uint64_t over = std::exchange(background.now_, Round{}).assertion;
    ++background.round_;
    background.drop(over);
}

std::uint64_t ActivityBackground::begin() noexcept {
    const std::lock_guard<std::mutex> alone(asking_);
    std::uint64_t round = 0;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (now_.assertion != 0) {
            ++now_.users;
            return round_;
        }
        round = round_;
    }
    const std::uint64_t assertion =
        activity_.begin(activity_.context, &ActivityBackground::on_expiry, this);
    if (assertion == 0) return 0;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (round_ == round) {
            now_ = {assertion, 1};
            return round;
        }
    }
    drop(assertion);  // granted and over at once
    return 0;
}

void ActivityBackground::end(std::uint64_t handle) noexcept {
    std::uint64_t over = 0;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (handle != round_ || now_.users == 0) return;
        if (--now_.users != 0) return;
        over = std::exchange(now_.assertion, 0);
        ++round_;
    }
    drop(over);
}

}  // namespace credit
