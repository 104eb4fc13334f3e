#include "tests/kills/shim/device_clock.h"

#include <sys/mman.h>
#include <time.h>

#include "tests/kills/shim/plan.h"
#include "tests/kills/shim/raw.h"

namespace credit::test::shim {
namespace {

const volatile DeviceClock* map_clock() {
    static constexpr DeviceClock kTrue;
    if (plan().clock == nullptr) return &kTrue;
    const int fd = raw_open(AT_FDCWD, plan().clock, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) return &kTrue;
    void* place = ::mmap(nullptr, sizeof(DeviceClock), PROT_READ, MAP_SHARED, fd, 0);
    raw_close(fd);
    return place == MAP_FAILED ? &kTrue : static_cast<const volatile DeviceClock*>(place);
}

void add(struct timespec& time, std::int64_t ms) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    std::int64_t nanoseconds = time.tv_nsec + ms % 1000 * 1'000'000;
    time.tv_sec += static_cast<time_t>(ms / 1000);
    if (nanoseconds < 0 || nanoseconds >= kSecond) {
        const std::int64_t carry = nanoseconds < 0 ? -1 : 1;
        nanoseconds -= carry * kSecond;
        time.tv_sec += static_cast<time_t>(carry);
    }
    time.tv_nsec = static_cast<long>(nanoseconds);
}

}  // namespace

const volatile DeviceClock& device_clock() {
    static const volatile DeviceClock* const kClock = map_clock();
    return *kClock;
}

}  // namespace credit::test::shim

extern "C" {

int shim_clock_gettime(clockid_t clock, struct timespec* out) CREDIT_SHIM_TAKES("clock_gettime");

int shim_clock_gettime(clockid_t clock, struct timespec* out) {
    using namespace credit::test::shim;
    const int result = static_cast<int>(::syscall(SYS_clock_gettime, clock, out));
    if (result != 0) return result;
    if (clock == CLOCK_REALTIME) add(*out, device_clock().wall_offset_ms);
    // CLOCK_MONOTONIC stands still while a device sleeps, and so it does here.
    if (clock == CLOCK_BOOTTIME) add(*out, device_clock().elapsed_offset_ms);
    return 0;
}

}  // extern "C"
