// Characters of protocols: ASCII by arithmetic, never by locale.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace credit::text {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_alpha(char c) noexcept {
    return is_upper(c) || is_lower(c);
}
constexpr bool is_alnum(char c) noexcept {
    return is_alpha(c) || is_digit(c);
}
constexpr bool is_visible(char c) noexcept {
    return c > 0x20 && c < 0x7f;
}
constexpr char to_lower(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c + 32) : c;
}

// 0..15, or -1.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char l = to_lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Every byte of `text` satisfies `test`; true for empty text.
template <class Test>
constexpr bool all(std::string_view text, Test test) {
    for (const char c : text) {
        if (!test(c)) return false;
    }
    return true;
}

bool istarts_with(std::string_view text, std::string_view lower_case_prefix) noexcept;

// Reads one code point at `at` and moves behind it. Nothing, and `at` one byte further, where the
// bytes are no shortest form UTF-8 of a Unicode scalar value.
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) noexcept;

// C0, DEL and C1.
constexpr bool is_control(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}
// What ECMAScript's trim() removes: the platform's samples trim with it.
bool is_white_space(char32_t c) noexcept;

}  // namespace credit::text
