// Until when the keyring is waited for. On the monotonic clock: a step of the wall clock must not hang the storage thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/base/time.h"

namespace credit::keyring {

class Deadline {
  public:
    explicit Deadline(Millis patience) : end_(Steady::now() + Duration(patience.count)) {}
    bool passed() const { return Steady::now() >= end_; }
    // At least 1: GLib takes 0 and less for "no limit" or "at once".
    int left_ms() const {
        const auto left = std::chrono::duration_cast<Duration>(end_ - Steady::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(left, 1, kLongestMs));
    }

  private:
    using Steady = std::chrono::steady_clock;
    using Duration = std::chrono::milliseconds;
    static constexpr std::int64_t kLongestMs = 3'600'000;
    Steady::time_point end_;
};

}  // namespace credit::keyring
