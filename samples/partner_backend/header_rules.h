#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace credit::partner {

// 1-128 printable ASCII characters without outer spaces, and nothing in it that looks like a token:
// the id is written into logs on both sides.
bool is_valid_correlation_id(std::string_view value);

// 1-255 visible ASCII characters.
bool is_valid_idempotency_key(std::string_view value);

// 1-8192 visible ASCII characters: what may follow "Bearer " without breaking a header.
bool is_valid_bearer(std::string_view value);

// The credential of "Bearer <credential>"; the scheme in any case.
std::optional<std::string> bearer_of(std::string_view authorization);

// True when one of the platform's token prefixes (sk_, st_, rt_, bt_) stands in the text.
bool holds_token(std::string_view text);

// Without outer white space, as the public page trims.
std::string trimmed(std::string_view text);

}  // namespace credit::partner
