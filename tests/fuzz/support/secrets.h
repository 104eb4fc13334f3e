// What must never be seen in a message (R40), told without the product's own rules.
#pragma once

#include <array>
#include <string_view>

#include "core/base/error.h"
#include "tests/fuzz/support/check.h"

namespace credit::fuzz {

inline bool plain_alnum(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "st_live_x", "sk_test_x" and their like, where a word begins.
inline bool shows_token(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 8> kHeads = {"sk_live_", "sk_test_", "st_live_",
                                                        "st_test_", "rt_live_", "rt_test_",
                                                        "bt_live_", "bt_test_"};
    for (const std::string_view head : kHeads) {
        for (std::size_t at = text.find(head); at != text.npos; at = text.find(head, at + 1)) {
            const std::size_t behind = at + head.size();
            const bool begins = at == 0 || !plain_alnum(text[at - 1]);
            const bool goes_on = behind < text.size() && plain_alnum(text[behind]);
            if (begins && goes_on) return true;
        }
    }
    return false;
}

inline bool shows(std::string_view text, std::string_view secret) noexcept {
    return secret.size() >= 8 && text.find(secret) != text.npos;
}

// An error as apps and logs get it: bounded, in valid UTF-8 without control characters, and silent.
bool is_printable_utf8(std::string_view text) noexcept;
void check_error(const Error& error);

}  // namespace credit::fuzz
