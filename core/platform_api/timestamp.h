#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace credit {

// ISO-8601 / RFC 3339 with 'Z' or an offset, fraction of any length up to 9; years 1970 to 9999; to
// epoch ms.
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept;

}  // namespace credit
