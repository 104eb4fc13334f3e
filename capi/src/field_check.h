// What can be said of one setting alone. Messages begin with the setting's name in the C API and
// never hold its value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "credit/credit.h"

namespace credit::capi {

Error invalid_setting(std::string_view field, std::string_view why);
Error missing_setting(std::string_view field, std::string_view why);

// A core check's error under the setting's name: misuse codes become config_invalid, the telling
// ones stay.
Status as_setting(const Status& status, std::string_view field);

// Reads text of at most `max` bytes without control characters and API keys; empty is allowed.
Result<std::string> read_setting(const credit_str& text, std::string_view field, std::size_t max);

// An absolute URL that could be right in some environment: https, or http on loopback.
Status check_url_alone(const std::string& url, std::string_view field);

// A value that will stand in a header.
Status check_header_setting(const std::string& value, std::string_view field, std::size_t max);

constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kMaxDirBytes = 4096;
constexpr std::size_t kMaxAccessGroupBytes = 255;
constexpr std::size_t kMaxUserAgentBytes = 256;
constexpr std::size_t kMaxApiVersionBytes = 64;
constexpr std::size_t kMinPassphraseBytes = 8;
constexpr std::size_t kMaxPassphraseBytes = 1024;

}  // namespace credit::capi
