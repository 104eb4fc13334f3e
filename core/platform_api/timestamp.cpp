#include "core/platform_api/timestamp.h"

#include "core/http/civil_time.h"
#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::size_t kMaxFraction = 9;

// `count` digits at `at` as a number, or -1.
int number(std::string_view text, std::size_t at, std::size_t count) noexcept {
    if (at + count > text.size()) return -1;
    int value = 0;
    for (const char c : text.substr(at, count)) {
        if (!text::is_digit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

// Takes ".123" off the front: its milliseconds, cut not rounded, or -1.
int take_fraction(std::string_view& rest) noexcept {
    if (!rest.starts_with('.') && !rest.starts_with(',')) return 0;
    std::size_t digits = 0;
    int ms = 0;
    while (1 + digits < rest.size() && text::is_digit(rest[1 + digits])) {
        if (digits < 3) ms = ms * 10 + (rest[1 + digits] - '0');
        ++digits;
    }
    if (digits == 0 || digits > kMaxFraction) return -1;
    for (std::size_t i = digits; i < 3; ++i)
        ms *= 10;
    rest.remove_prefix(1 + digits);
    return ms;
}

// "Z", "+05:30" or "+0530" to minutes.
std::optional<int> zone_minutes(std::string_view zone) noexcept {
    if (zone == "Z" || zone == "z") return 0;
    if (zone.size() != 5 && zone.size() != 6) return std::nullopt;
    if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
    if (zone.size() == 6 && zone[3] != ':') return std::nullopt;
    const int hours = number(zone, 1, 2);
    const int minutes = number(zone, zone.size() - 2, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const int total = hours * 60 + minutes;
    return zone[0] == '-' ? -total : total;
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
    constexpr std::size_t kFixed = 19;  // "2026-03-05T10:00:00"
    if (text.size() <= kFixed || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
        text[16] != ':') {
        return std::nullopt;
    }
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
    civil::DateTime t{number(text, 0, 4),
                      number(text, 5, 2),
                      number(text, 8, 2),
                      number(text, 11, 2),
                      number(text, 14, 2),
                      number(text, 17, 2),
                      0};
    std::string_view rest = text.substr(kFixed);
    const int ms = take_fraction(rest);
    const auto zone = zone_minutes(rest);
    if (ms < 0 || !zone) return std::nullopt;
    t.offset_minutes = *zone;
    const std::int64_t total = civil::to_seconds(t);
    if (total < 0) return std::nullopt;
    return total * 1000 + ms;
}

}  // namespace credit
