#include "server_kit/iso_time.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace credit::kit {

namespace {

struct SplitTime {
    std::tm calendar{};
    int milliseconds = 0;
};

SplitTime split(std::int64_t epoch_ms) {
    SplitTime result;
    std::int64_t seconds = epoch_ms / 1000;
    result.milliseconds = static_cast<int>(epoch_ms % 1000);
    if (result.milliseconds < 0) {
        result.milliseconds += 1000;
        --seconds;
    }
    const std::time_t time = seconds;
    gmtime_r(&time, &result.calendar);
    return result;
}

// Reads exactly `count` digits at `text`'s head and removes them.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take_char(std::string_view& text, std::string_view allowed) {
    if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

int take_fraction_ms(std::string_view& text) {
    int value = 0;
    int scale = 100;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        value += (text.front() - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
    }
    return value;
}

std::optional<int> take_zone_minutes(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.empty()) return std::nullopt;
    const int sign = text.front() == '-' ? -1 : 1;
    if (!take_char(text, "+-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    take_char(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes || !text.empty()) return std::nullopt;
    return sign * (*hours * 60 + *minutes);
}

}  // namespace

std::int64_t real_now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string iso8601_ms(std::int64_t epoch_ms) {
    const SplitTime time = split(epoch_ms);
    char date[32];
    const auto size = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &time.calendar);
    char fraction[24];
    std::snprintf(fraction, sizeof fraction, ".%03dZ", time.milliseconds);
    return std::string(date, size) + fraction;
}

std::string http_date(std::int64_t epoch_ms) {
    const SplitTime time = split(epoch_ms);
    char date[64];
    const auto size = std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &time.calendar);
    return {date, size};
}

std::optional<std::int64_t> parse_iso8601(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take_char(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take_char(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !take_char(text, "Tt ")) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take_char(text, ":")) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take_char(text, ":")) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second) return std::nullopt;
    const int fraction = take_char(text, ".") ? take_fraction_ms(text) : 0;
    const auto zone = take_zone_minutes(text);
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{*year},
                              std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}};
    if (!zone || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const std::int64_t days = sys_days{date}.time_since_epoch().count();
    const std::int64_t minutes = days * 1440 + *hour * 60 + *minute - *zone;
    return (minutes * 60 + *second) * 1000 + fraction;
}

}  // namespace credit::kit
