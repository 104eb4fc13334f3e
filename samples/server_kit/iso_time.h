#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credit::kit {

// The real clock, in milliseconds since 1970.
std::int64_t real_now_ms();

// 2026-03-05T16:10:10.123Z
std::string iso8601_ms(std::int64_t epoch_ms);

// Thu, 05 Mar 2026 16:10:10 GMT, the form of the HTTP Date header.
std::string http_date(std::int64_t epoch_ms);

// Takes UTC ("Z") or a numeric offset, with or without a fraction.
std::optional<std::int64_t> parse_iso8601(std::string_view text);

}  // namespace credit::kit
