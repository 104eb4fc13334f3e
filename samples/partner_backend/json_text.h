#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace credit::partner {

// Parses text that somebody else wrote. Refuses nesting beyond 32 levels: writing a deep value out
// again recurses, and a thread's stack is not a caller's to spend.
std::optional<nlohmann::json> parse_json(std::string_view text);

// The string at `key` of an object; nothing when it is missing or of another type.
std::optional<std::string> string_field(const nlohmann::json& object, const char* key);

// Writes JSON out; bytes that are no UTF-8 are replaced, never thrown about.
std::string to_text(const nlohmann::json& value);

}  // namespace credit::partner
