// Virtual time of the fleet: milliseconds since midnight of the first day, by every clock in it.
#pragma once

#include <cstdint>

namespace credit::fleet {

using Time = std::int64_t;

inline constexpr Time kSecond = 1000;
inline constexpr Time kMinute = 60 * kSecond;
inline constexpr Time kHour = 60 * kMinute;
inline constexpr Time kDay = 24 * kHour;
inline constexpr Time kNever = INT64_MAX;
// Midnight of the first day as the wall clocks have it.
inline constexpr std::int64_t kEpochMs = 1'770'000'000'000;

}  // namespace credit::fleet
