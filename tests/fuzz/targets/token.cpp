// What passes for a token, an API key, a borrower id. Also for the key that is derived of a token (R13).
#include <set>
#include <string>

#include "core/platform_api/idempotency.h"
#include "core/platform_api/token_rules.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

bool token_char(char c) {
    return plain_alnum(c) || c == '_' || c == '-';
}

// sk_live_x, sk_test_x, sk_ with eight more: the whole of it.
bool is_key(std::string_view value) {
    if (!value.starts_with("sk_")) return false;
    for (const char c : value) {
        if (!token_char(c)) return false;
    }
    const std::string_view rest = value.substr(3);
    const bool named = rest.size() > 5 && (rest.starts_with("live_") || rest.starts_with("test_"));
    return named || rest.size() >= 8;
}

bool foreign(std::string_view token, std::string_view mode) {
    for (const char* kind : {"st_", "rt_", "bt_"}) {
        if (token.starts_with(std::string(kind) + std::string(mode))) return true;
    }
    return false;
}

void check_as_token(std::string_view token, Environment environment) {
    const Status status = check_token(token, environment, "sessionToken");
    bool visible = true;
    for (const char c : token)
        visible = visible && c > 0x20 && c < 0x7f;
    const bool sound = !token.empty() && token.size() <= kMaxTokenBytes && visible;
    const bool other = foreign(token, environment == Environment::live ? "test_" : "live_");
    const bool key = contains_api_key(token);
    FUZZ_CHECK(status.ok() == (sound && !other && !key));
    if (status.ok()) return;
    check_error(status.error());
    if (!sound) FUZZ_CHECK(status.error().code == Code::contract_invalid_token);
    if (sound && key) FUZZ_CHECK(status.error().code == Code::api_key_refused);
    if (sound && !key) FUZZ_CHECK(status.error().code == Code::environment_mismatch);
}

void check_as_borrower(std::string_view id) {
    const Status status = check_borrower_id(id);
    if (!status.ok()) {
        FUZZ_CHECK(status.error().code == Code::invalid_borrower);
        return check_error(status.error());
    }
    FUZZ_CHECK(!id.empty() && id.size() <= kMaxBorrowerBytes);
    FUZZ_CHECK(is_printable_utf8(id));
    FUZZ_CHECK(id.front() != ' ' && id.back() != ' ' && !is_key(id));
}

void check_derived_keys(std::string_view token) {
    std::set<std::string> keys;
    for (const std::uint64_t n : {0U, 1U, 2U}) {
        for (const std::uint64_t epoch : {0U, 1U}) {
            const std::string key = derive_refresh_key(token, n, epoch);
            FUZZ_CHECK(key.size() == 36 && key[14] == '4' &&
                       key == derive_refresh_key(token, n, epoch));
            keys.insert(key);
        }
    }
    FUZZ_CHECK(keys.size() == 6);
    const std::string print = token_fingerprint(token);
    FUZZ_CHECK(print.size() == 32 && !shows(print, token));
}

}  // namespace

CREDIT_FUZZ_TARGET(token) {
    check_as_token(input, Environment::test);
    check_as_token(input, Environment::live);
    check_as_borrower(input);
    FUZZ_CHECK(looks_like_api_key(input) == is_key(input));
    // Alone, and as a word among words.
    if (is_key(input)) {
        const std::string word(input);
        for (const std::string& text :
             {word, "a " + word + " b", "\"" + word + "\"", "key=" + word}) {
            FUZZ_CHECK(contains_api_key(text));
            FUZZ_CHECK(!check_borrower_id(text).ok());
        }
    }
    if (!input.empty()) check_derived_keys(input);
}

}  // namespace credit::fuzz
