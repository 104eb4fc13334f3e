// What may stand in a header (R33, R40). Bad values are refused, never repaired.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/http/message.h"

namespace credit {

constexpr std::size_t kMaxHeaderValueBytes = 8 * 1024;
constexpr std::size_t kMaxCallerHeaders = 64;

// A name that RFC 9110 calls a token; a value of visible ASCII, space and tab without outer white
// space; not a header that belongs to the SDK (Authorization, Host, Content-Length,
// Transfer-Encoding, Connection, ...); no API key in it.
Status check_caller_header(const HttpHeader& header);
// A value alone, for headers of our own.
Status check_header_value(std::string_view value, std::string_view field);
// [A-Za-z0-9._:-]{1,128}
Status check_correlation_id(std::string_view value);
bool ascii_iequals(std::string_view a, std::string_view b) noexcept;

}  // namespace credit
