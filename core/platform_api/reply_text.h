// Strings of a server on their way into errors, logs and records: only what they should be, or
// nothing (R40). Views are of what was given.
#pragma once

#include <string>
#include <string_view>

namespace credit {

constexpr std::size_t kMaxMessageBytes = 512;

// An error code: [A-Za-z0-9_.-]{1,64} that is no token; otherwise empty.
std::string_view clean_code(std::string_view text);
// A request or correlation id: visible ASCII to 128 bytes without a token in it; otherwise empty.
std::string_view clean_id(std::string_view text);
// The path of a field: [A-Za-z0-9_.[]-]{1,128} that is no token; otherwise empty.
std::string_view clean_field(std::string_view text);
// A message for people.
std::string clean_message(std::string_view text);

}  // namespace credit
