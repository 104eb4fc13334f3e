// How the platform's credentials look in running text: API keys (sk_), session (st_), refresh (rt_)
// and bootstrap (bt_) tokens. A net under the code that keeps secrets apart, not the means of
// keeping them apart.
#pragma once

#include <string_view>

namespace credit {

// The whole of `value` is sk_live_*, sk_test_* or sk_ with at least 8 of [A-Za-z0-9_-] behind it.
bool is_api_key(std::string_view value) noexcept;
// Such a value stands in `text` as a word of its own.
bool has_api_key(std::string_view text) noexcept;
// The same for any of the four kinds.
bool has_token_word(std::string_view text) noexcept;

}  // namespace credit
