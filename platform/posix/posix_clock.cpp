#include "platform/posix/posix_clock.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "core/base/record_header.h"

namespace credit {
namespace {

#ifdef CLOCK_BOOTTIME
constexpr clockid_t kSinceBoot = CLOCK_BOOTTIME;
#else
constexpr clockid_t kSinceBoot = CLOCK_MONOTONIC;  // Darwin's counts sleep
#endif

std::int64_t read_ms(clockid_t clock) noexcept {
    timespec at{};
    if (::clock_gettime(clock, &at) != 0) return 0;
    return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

// The kernel's random name of this boot, or 0 (equal to no boot) where it cannot be read. Hashed,
// because it ends up in records and says more about the device than a record needs.
BootID read_boot_id() {
    const int fd = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    std::array<char, 64> text{};
    const ssize_t got = ::read(fd, text.data(), text.size());
    ::close(fd);
    if (got < 36) return {};
    const auto hash = label_hash("credit boot id", std::string_view(text.data(), 36));
    BootID boot;
    for (std::size_t i = 0; i < sizeof boot.value; ++i)
        boot.value = boot.value << 8 | hash[i];
    return boot;
}

}  // namespace

PosixClock::PosixClock() : boot_(read_boot_id()) {}

Now PosixClock::now() noexcept {
    return {WallTime{read_ms(CLOCK_REALTIME)}, ElapsedTime{read_ms(kSinceBoot)}, boot_};
}

ElapsedTime PosixClock::elapsed() noexcept {
    return ElapsedTime{read_ms(kSinceBoot)};
}

}  // namespace credit
