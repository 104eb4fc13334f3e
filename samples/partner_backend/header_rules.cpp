#include "partner_backend/header_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace credit::partner {

namespace {

constexpr std::size_t kMaxCorrelationId = 128;
constexpr std::size_t kMaxIdempotencyKey = 255;
constexpr std::size_t kMaxBearer = 8192;
constexpr std::array<std::string_view, 4> kTokenPrefixes{"sk_", "st_", "rt_", "bt_"};

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

bool is_valid_correlation_id(std::string_view value) {
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
    return !value.empty() && value.size() <= kMaxCorrelationId && printable &&
           value.front() != ' ' && value.back() != ' ' && !holds_token(value);
}

bool is_valid_idempotency_key(std::string_view value) {
    return !value.empty() && value.size() <= kMaxIdempotencyKey && is_visible(value);
}

bool is_valid_bearer(std::string_view value) {
    return !value.empty() && value.size() <= kMaxBearer && is_visible(value);
}

std::optional<std::string> bearer_of(std::string_view authorization) {
    constexpr std::string_view kScheme = "bearer ";
    if (authorization.size() <= kScheme.size()) return std::nullopt;
    const auto same = [](char wanted, char given) {
        return std::tolower(static_cast<unsigned char>(given)) == wanted;
    };
    if (!std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), same)) {
        return std::nullopt;
    }
    const std::string credential = trimmed(authorization.substr(kScheme.size()));
    if (!is_valid_bearer(credential)) return std::nullopt;
    return credential;
}

bool holds_token(std::string_view text) {
    for (const std::string_view prefix : kTokenPrefixes) {
        for (auto at = text.find(prefix); at != std::string_view::npos;
             at = text.find(prefix, at + 1)) {
            // "first_test" holds "st_" in the middle of a word: no token.
            if (at == 0 || !is_word(text[at - 1])) return true;
        }
    }
    return false;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\r\f\v";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    const auto last = text.find_last_not_of(kSpace);
    return std::string(text.substr(first, last - first + 1));
}

}  // namespace credit::partner
