// ISO-8601 times, against the C library's calendar.
#include <time.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "core/platform_api/timestamp.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kEndMs = 253'402'300'800'000;  // of the year 9999

std::string written(std::int64_t ms, int offset_minutes) {
    const std::time_t seconds = ms / 1000 + offset_minutes * 60;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 32> tail{};
    const int minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
    std::snprintf(tail.data(), tail.size(), ".%03d%c%02d:%02d", static_cast<int>(ms % 1000),
                  offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return std::string(text.data(), size) + tail.data();
}

// The C library agrees on date and time of what was accepted.
void check_calendar(std::string_view text, std::int64_t ms) {
    std::tm parts{};
    const std::string fixed(text.substr(0, 19));
    FUZZ_CHECK(std::sscanf(fixed.c_str(), "%4d-%2d-%2d%*c%2d:%2d:%2d", &parts.tm_year,
                           &parts.tm_mon, &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
                           &parts.tm_sec) == 6);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const std::int64_t local = static_cast<std::int64_t>(::timegm(&parts)) * 1000;
    const std::int64_t away = ms - local;
    FUZZ_CHECK(away > -kDayMs && away < kDayMs);
    if (text.ends_with('Z') || text.ends_with('z')) FUZZ_CHECK(away >= 0 && away < 1000);
}

}  // namespace

CREDIT_FUZZ_TARGET(timestamp) {
    const auto ms = parse_timestamp(input);
    if (!ms) return;
    FUZZ_CHECK(*ms >= 0 && *ms < kEndMs);
    check_calendar(input, *ms);
    // The same instant told by other zones.
    for (const int offset : {0, 330, -720, 839}) {
        const std::int64_t local = *ms + offset * 60'000;
        if (local < 0 || local >= kEndMs) continue;
        const auto again = parse_timestamp(written(*ms, offset));
        FUZZ_CHECK(again && *again == *ms);
    }
}

}  // namespace credit::fuzz
