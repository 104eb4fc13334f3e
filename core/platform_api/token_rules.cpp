#include "core/platform_api/token_rules.h"

#include <array>
#include <optional>

#include "core/http/secret_words.h"
#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::array<std::string_view, 3> kLivePrefixes = {"st_live_", "rt_live_", "bt_live_"};
constexpr std::array<std::string_view, 3> kTestPrefixes = {"st_test_", "rt_test_", "bt_test_"};

bool is_foreign(std::string_view token, Environment environment) noexcept {
    const auto& foreign = environment == Environment::live ? kTestPrefixes : kLivePrefixes;
    for (const std::string_view prefix : foreign) {
        if (token.starts_with(prefix)) return true;
    }
    return false;
}

Error fault(Code code, std::string_view field, std::string_view why) {
    return {code, std::string(field) + ": " + std::string(why)};
}

Error bad_borrower(std::string_view why) {
    return fault(Code::invalid_borrower, "borrowerExternalID", why);
}

}  // namespace

bool looks_like_api_key(std::string_view value) noexcept {
    return is_api_key(value);
}

bool contains_api_key(std::string_view text) noexcept {
    return has_api_key(text);
}

Status check_token(std::string_view token, Environment environment, std::string_view field) {
    if (token.empty()) return fault(Code::contract_invalid_token, field, "is empty");
    if (token.size() > kMaxTokenBytes) {
        return fault(Code::contract_invalid_token, field, "is longer than 8192 bytes");
    }
    if (!text::all(token, text::is_visible)) {
        return fault(Code::contract_invalid_token, field,
                     "contains white space, a control character or non-ASCII");
    }
    if (has_api_key(token)) return fault(Code::api_key_refused, field, "is an API key");
    if (is_foreign(token, environment)) {
        return fault(Code::environment_mismatch, field,
                     environment == Environment::live ? "is a TEST token, the environment is LIVE"
                                                      : "is a LIVE token, the environment is TEST");
    }
    return Unit{};
}

Status check_borrower_id(std::string_view id) {
    if (id.empty()) return bad_borrower("is empty");
    if (id.size() > kMaxBorrowerBytes) return bad_borrower("is longer than 128 bytes");
    bool outer_space = false;
    for (std::size_t at = 0; at < id.size();) {
        const bool first = at == 0;
        const std::optional<char32_t> c = text::next_code_point(id, at);
        if (!c) return bad_borrower("is not valid UTF-8");
        if (text::is_control(*c)) return bad_borrower("contains a control character");
        if ((first || at == id.size()) && text::is_white_space(*c)) outer_space = true;
    }
    // The platform's samples trim: such an id would come back as another one.
    if (outer_space) return bad_borrower("begins or ends with white space");
    if (has_api_key(id)) return bad_borrower("looks like an API key");
    return Unit{};
}

}  // namespace credit
