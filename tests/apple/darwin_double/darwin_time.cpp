#include <mach/mach_time.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "tests/apple/darwin_double/darwin_double.h"

namespace credit::test::darwin_time {
namespace {

std::atomic<std::uint64_t> ticks_now{0};
std::uint32_t numerator_now = 1;
std::uint32_t denominator_now = 1;
std::optional<std::string> session_now;
std::optional<std::int64_t> booted_now;

int hand_out(const void* data, std::size_t size, void* old, std::size_t* old_size) {
    if (*old_size < size) {
        errno = ENOMEM;
        return -1;
    }
    std::memcpy(old, data, size);
    *old_size = size;
    return 0;
}

int tell(std::string_view name, void* old, std::size_t* old_size) {
    if (name == "kern.bootsessionuuid" && session_now) {
        return hand_out(session_now->c_str(), session_now->size() + 1, old, old_size);
    }
    if (name == "kern.boottime" && booted_now) {
        timeval booted{};
        booted.tv_sec = *booted_now;
        return hand_out(&booted, sizeof booted, old, old_size);
    }
    errno = EPERM;
    return -1;
}

}  // namespace

void set_ticks(std::uint64_t ticks) {
    ticks_now = ticks;
}
void set_timebase(std::uint32_t numerator, std::uint32_t denominator) {
    numerator_now = numerator;
    denominator_now = denominator;
}
void set_boot_session(std::optional<std::string> uuid) {
    session_now = std::move(uuid);
}
void set_boot_time(std::optional<std::int64_t> seconds) {
    booted_now = seconds;
}

}  // namespace credit::test::darwin_time

using namespace credit::test::darwin_time;

extern "C" {

int mach_timebase_info(mach_timebase_info_data_t* info) {
    info->numer = numerator_now;
    info->denom = denominator_now;
    return 0;
}

uint64_t mach_continuous_time(void) {
    return ticks_now;
}

int sysctlbyname(const char* name, void* old, size_t* old_size, void*, size_t) {
    return tell(name, old, old_size);
}

}  // extern "C"
