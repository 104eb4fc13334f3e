// What may pass for a token or a borrower id (R16, R40, R41).
#pragma once

#include <string_view>

#include "core/base/record_header.h"
#include "core/base/result.h"

namespace credit {

constexpr std::size_t kMaxTokenBytes = 8 * 1024;
constexpr std::size_t kMaxBorrowerBytes = 128;

// True for sk_live_..., sk_test_... and other sk_* values with a token-like rest (at least 8 of
// [A-Za-z0-9_-]).
bool looks_like_api_key(std::string_view value) noexcept;
// True when such a value stands anywhere in `text` at a word boundary.
bool contains_api_key(std::string_view text) noexcept;

// Visible ASCII, 1..kMaxTokenBytes, no API key, no known prefix of the other environment (st_live_,
// rt_live_, bt_live_ in TEST and the reverse); unknown prefixes pass. Codes:
// contract_invalid_token, api_key_refused, environment_mismatch.
Status check_token(std::string_view token, Environment environment, std::string_view field);

// 1..kMaxBorrowerBytes of valid UTF-8 without control characters or outer white space, not an API
// key: invalid_borrower.
Status check_borrower_id(std::string_view id);

}  // namespace credit
