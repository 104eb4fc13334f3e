#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace credit {

// IMF-fixdate, RFC 850 and asctime forms to epoch ms; nothing for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept;

// Retry-After in ms: non-negative seconds, or a date relative to the reply's own Date
// (`date_header`, may be empty: then a date form is ignored). Garbage, negative and overflowing
// values give nothing (R38). Not clamped.
std::optional<std::int64_t> parse_retry_after(std::string_view value,
                                              std::string_view date_header) noexcept;

}  // namespace credit
