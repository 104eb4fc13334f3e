// Origins: who a URL belongs to, for URLs that others wrote and that a browser will read (R42).
#pragma once

#include <string>
#include <string_view>

#include "core/base/record_header.h"
#include "core/base/result.h"

namespace credit {

// The longest URL of somebody else that is looked at.
constexpr std::size_t kMaxForeignUrlBytes = 8 * 1024;

// "https://host[:port]" of an absolute http or https URL, port only when not the default. Path,
// query and fragment may be anything that is visible ASCII; what browsers read differently from one
// another (backslashes, white space, user info, percent signs in the host, other alphabets, odd
// forms of addresses) is refused. Codes: insecure_url (another scheme), config_invalid.
Result<std::string> origin_of(std::string_view url, std::string_view field);

// An origin somebody configured: a base URL (check_base_url) without a path, in its one spelling.
Result<std::string> check_origin(std::string_view text, Environment environment,
                                 std::string_view field);

}  // namespace credit
