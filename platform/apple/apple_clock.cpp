#include "platform/apple/apple_clock.h"

#include <mach/mach_time.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <time.h>

#include <array>
#include <string>
#include <string_view>

#include "core/base/record_header.h"

namespace credit {
namespace {

constexpr std::uint64_t kNanosecondsInMs = 1'000'000;

// Hashed, because it ends up in records and says more about the device than a record needs.
BootID named(std::string_view what) {
    const auto hash = label_hash("credit boot id", what);
    BootID boot;
    for (std::size_t i = 0; i < sizeof boot.value; ++i)
        boot.value = boot.value << 8 | hash[i];
    return boot;
}

// The random name of this boot. Where a sandbox does not tell it, the time of the boot, which moves when somebody sets the
// clock: that looks like another boot, so leases lapse and lifetimes go by the wall clock, and nothing is lost (R31).
BootID read_boot_id() {
    std::array<char, 64> text{};
    std::size_t size = text.size();
    if (::sysctlbyname("kern.bootsessionuuid", text.data(), &size, nullptr, 0) == 0 && size > 1 &&
        size <= text.size()) {
        return named(std::string_view(text.data(), size - 1));
    }
    timeval booted{};
    size = sizeof booted;
    if (::sysctlbyname("kern.boottime", &booted, &size, nullptr, 0) != 0 || size != sizeof booted ||
        booted.tv_sec <= 0) {
        return {};  // equal to no boot
    }
    return named(std::to_string(booted.tv_sec));
}

}  // namespace

AppleClock::AppleClock() : boot_(read_boot_id()) {
    mach_timebase_info_data_t base{};
    if (::mach_timebase_info(&base) == 0 && base.numer != 0 && base.denom != 0) {
        numerator_ = base.numer;
        denominator_ = base.denom;
    }
}

Now AppleClock::now() noexcept {
    timespec wall{};
    const bool known = ::clock_gettime(CLOCK_REALTIME, &wall) == 0;
    const std::int64_t wall_ms =
        known ? static_cast<std::int64_t>(wall.tv_sec) * 1000 + wall.tv_nsec / 1'000'000 : 0;
    return {WallTime{wall_ms}, elapsed(), boot_};
}

ElapsedTime AppleClock::elapsed() noexcept {
    // Whole units first: ticks times the numerator would overflow after weeks on some devices.
    const std::uint64_t ticks = ::mach_continuous_time();
    const std::uint64_t per_ms = denominator_ * kNanosecondsInMs;
    const std::uint64_t ms = ticks / per_ms * numerator_ + ticks % per_ms * numerator_ / per_ms;
    return ElapsedTime{static_cast<std::int64_t>(ms)};
}

}  // namespace credit
