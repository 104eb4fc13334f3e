#include "core/http/secret_words.h"

#include <span>

#include "core/http/text.h"

namespace credit {
namespace {

using Prefixes = std::span<const std::string_view>;

constexpr std::string_view kApiKey[] = {"sk_"};
constexpr std::string_view kAnyToken[] = {"sk_", "st_", "rt_", "bt_"};
constexpr std::size_t kMinRestBytes = 8;  // "sk_1" is a product code, not a key
constexpr std::size_t kModeBytes = 5;     // "live_", "test_"

constexpr bool is_token_char(char c) {
    return text::is_alnum(c) || c == '_' || c == '-';
}

// "live_..." or "test_..." behind the prefix: nothing but a credential looks like that.
bool is_named(std::string_view rest) noexcept {
    return rest.size() > kModeBytes && (rest.starts_with("live_") || rest.starts_with("test_"));
}

// The token characters behind one of the prefixes at the start of `word`; empty: no prefix. Upper
// case does not count: the platform's prefixes are lower case, its error codes are upper case.
std::string_view token_rest(std::string_view word, Prefixes prefixes) noexcept {
    for (const std::string_view prefix : prefixes) {
        if (!word.starts_with(prefix)) continue;
        std::size_t end = prefix.size();
        while (end < word.size() && is_token_char(word[end]))
            ++end;
        return word.substr(prefix.size(), end - prefix.size());
    }
    return {};
}

// A credential without "live" or "test" must begin a word for certain: "_sk_" inside a random
// base64url text (a JWT, a session token) is a matter of thousands of tokens, not of an accident.
bool has_word(std::string_view text, Prefixes prefixes) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char before = i == 0 ? ' ' : text[i - 1];
        if (text::is_alnum(before)) continue;
        const std::string_view rest = token_rest(text.substr(i), prefixes);
        if (is_named(rest)) return true;
        if (rest.size() >= kMinRestBytes && !is_token_char(before) && before != '.') return true;
    }
    return false;
}

}  // namespace

bool is_api_key(std::string_view value) noexcept {
    const std::string_view rest = token_rest(value, kApiKey);
    const bool whole = rest.size() + kApiKey[0].size() == value.size();
    return whole && (is_named(rest) || rest.size() >= kMinRestBytes);
}

bool has_api_key(std::string_view text) noexcept {
    return has_word(text, kApiKey);
}

bool has_token_word(std::string_view text) noexcept {
    return has_word(text, kAnyToken);
}

}  // namespace credit
