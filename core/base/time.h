// Points in time and durations. Wall time, elapsed time and durations are different types and do not mix (R31).
#pragma once

#include <compare>
#include <cstdint>

namespace credit {

// A length of time in milliseconds; may be negative.
struct Millis {
    std::int64_t count = 0;
    auto operator<=>(const Millis&) const = default;
    friend constexpr Millis operator+(Millis a, Millis b) { return {a.count + b.count}; }
    friend constexpr Millis operator-(Millis a, Millis b) { return {a.count - b.count}; }
    friend constexpr Millis operator*(Millis a, std::int64_t n) { return {a.count * n}; }
    friend constexpr Millis operator/(Millis a, std::int64_t n) { return {a.count / n}; }
};
constexpr Millis seconds(std::int64_t n) {
    return {n * 1000};
}
constexpr Millis minutes(std::int64_t n) {
    return {n * 60'000};
}
constexpr Millis hours(std::int64_t n) {
    return {n * 3'600'000};
}
constexpr Millis days(std::int64_t n) {
    return {n * 86'400'000};
}
constexpr Millis min(Millis a, Millis b) {
    return a < b ? a : b;
}
constexpr Millis max(Millis a, Millis b) {
    return a < b ? b : a;
}

// Milliseconds since 1970-01-01T00:00:00Z by a clock anybody may set.
struct WallTime {
    std::int64_t ms = 0;
    auto operator<=>(const WallTime&) const = default;
    friend constexpr WallTime operator+(WallTime t, Millis d) { return {t.ms + d.count}; }
    friend constexpr Millis operator-(WallTime a, WallTime b) { return {a.ms - b.ms}; }
};

// Milliseconds since boot, counting sleep. Only comparable within one boot.
struct ElapsedTime {
    std::int64_t ms = 0;
    auto operator<=>(const ElapsedTime&) const = default;
    friend constexpr ElapsedTime operator+(ElapsedTime t, Millis d) { return {t.ms + d.count}; }
    friend constexpr Millis operator-(ElapsedTime a, ElapsedTime b) { return {a.ms - b.ms}; }
};

// Names one boot of the device; 0 is "unknown" and equals no boot, not even itself.
struct BootID {
    std::uint64_t value = 0;
    constexpr bool same_boot(BootID other) const { return value != 0 && value == other.value; }
    bool operator==(const BootID&) const = default;
};

// One reading of all clocks. Taken once per step of the machine and never stored as "now".
struct Now {
    WallTime wall;
    ElapsedTime elapsed;
    BootID boot;
};

}  // namespace credit
