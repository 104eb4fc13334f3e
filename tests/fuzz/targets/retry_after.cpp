// Retry-After and HTTP dates. First line: the value; second: the reply's own Date.
#include <time.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>

#include "core/http/http_date.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::int64_t kLastMs = 253'402'300'799'000;  // the end of the year 9999
constexpr std::array<const char*, 3> kForms = {"%a, %d %b %Y %H:%M:%S GMT",
                                               "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};

std::string written(std::int64_t ms, const char* form) {
    const std::time_t seconds = ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), form, &parts)};
}

// The three forms of one instant read as that instant; two-digit years only within their century.
void check_forms(std::int64_t ms) {
    const bool in_rfc850 = ms < 3'155'760'000'000;  // 2070
    for (std::size_t i = 0; i < kForms.size(); ++i) {
        if (i == 1 && !in_rfc850) continue;
        const auto again = parse_http_date(written(ms, kForms[i]));
        FUZZ_CHECK(again && *again == ms);
    }
}

void check_date(std::string_view text) {
    const auto ms = parse_http_date(text);
    if (!ms) return;
    FUZZ_CHECK(*ms >= 0 && *ms <= kLastMs && *ms % 1000 == 0);
    check_forms(*ms);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// The seconds form, computed with room to spare.
std::optional<double> seconds_of(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return std::nullopt;
    double value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<std::int64_t> read(std::string_view value, std::string_view date) {
    auto ms = parse_retry_after(value, date);
#ifdef CREDIT_FUZZ_PLANTED
    // The planted defect: a relative date that went by a little is taken for a wait.
    const auto until = parse_http_date(value);
    const auto from = parse_http_date(date);
    if (!ms && until && from && *until < *from && *from - *until < 3'600'000) ms = *until - *from;
#endif
    return ms;
}

}  // namespace

CREDIT_FUZZ_TARGET(retry_after) {
    Input in(input);
    const std::string_view value = in.line();
    const std::string_view date = in.line();
    check_date(value);
    check_date(date);
    const auto ms = read(value, date);
    if (ms) FUZZ_CHECK(*ms >= 0);
    const auto seconds = seconds_of(value);
    if (seconds && *seconds < 1e14) {
        FUZZ_CHECK(ms && *ms == static_cast<std::int64_t>(*seconds) * 1000);
    } else if (seconds) {
        FUZZ_CHECK(!ms || *seconds < 1e16);  // overflow is garbage, not a small number
    } else {
        const auto until = parse_http_date(value);
        const auto from = parse_http_date(date);
        const bool wait = until && from && *until >= *from;
        FUZZ_CHECK(ms.has_value() == wait);
        if (wait) FUZZ_CHECK(*ms == *until - *from);
    }
}

}  // namespace credit::fuzz
