#include "core/http/header_rules.h"

#include <algorithm>
#include <array>

#include "core/http/secret_words.h"
#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::size_t kMaxNameBytes = 128;
constexpr std::size_t kMaxCorrelationBytes = 128;

// Owned by the SDK or by the HTTP library: framing, identity, routing, and what would ask for a
// compressed reply or a cookie. Idempotency and correlation have their own fields in a request, so
// that a retry repeats them (R33).
constexpr std::array<std::string_view, 21> kOwned = {"authorization",
                                                     "proxy-authorization",
                                                     "host",
                                                     "content-length",
                                                     "transfer-encoding",
                                                     "connection",
                                                     "proxy-connection",
                                                     "keep-alive",
                                                     "upgrade",
                                                     "te",
                                                     "trailer",
                                                     "expect",
                                                     "cookie",
                                                     "set-cookie",
                                                     "accept-encoding",
                                                     "idempotency-key",
                                                     "x-correlation-id",
                                                     "user-agent",
                                                     "x-al-api-version",
                                                     "http2-settings",
                                                     "alt-used"};

constexpr bool is_name_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110, token
    return text::is_alnum(c) || kMarks.find(c) != kMarks.npos;
}

Error invalid(std::string_view field, std::string_view why) {
    return {Code::invalid_header, std::string(field) + ": " + std::string(why)};
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

}  // namespace

Status check_header_value(std::string_view value, std::string_view field) {
    if (value.empty()) return invalid(field, "is empty");
    if (value.size() > kMaxHeaderValueBytes) return invalid(field, "is longer than 8192 bytes");
    if (is_blank(value.front()) || is_blank(value.back())) {
        return invalid(field, "begins or ends with white space");
    }
    if (!text::all(value, [](char c) { return text::is_visible(c) || is_blank(c); })) {
        return invalid(field, "contains a control character or a byte outside ASCII");
    }
    if (has_api_key(value)) {
        return Error(Code::api_key_refused, std::string(field) + ": contains an API key");
    }
    return Unit{};
}

Status check_caller_header(const HttpHeader& header) {
    if (header.name.empty()) return invalid("header", "its name is empty");
    if (header.name.size() > kMaxNameBytes) return invalid("header", "its name is too long");
    if (!text::all(header.name, is_name_char)) {
        return invalid("header", "its name contains a character that no name may have");
    }
    if (has_token_word(header.name)) return invalid("header", "its name looks like a token");
    const std::string field = "header " + header.name;
    if (ascii_iequals(header.name, "x-api-key")) {
        return Error(Code::api_key_refused, field + ": API keys stay on a server");
    }
    const auto is_it = [&](std::string_view owned) { return ascii_iequals(owned, header.name); };
    if (std::any_of(kOwned.begin(), kOwned.end(), is_it)) {
        return invalid(field, "belongs to the SDK");
    }
    return check_header_value(header.value, field);
}

Status check_correlation_id(std::string_view value) {
    constexpr std::string_view kMarks = "._:-";
    const auto allowed = [&](char c) { return text::is_alnum(c) || kMarks.find(c) != kMarks.npos; };
    if (value.empty() || value.size() > kMaxCorrelationBytes || !text::all(value, allowed)) {
        return invalid("correlation_id", "must be 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    if (has_token_word(value)) return invalid("correlation_id", "looks like a token");
    return Unit{};
}

bool ascii_iequals(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return text::to_lower(x) == text::to_lower(y);
           });
}

}  // namespace credit
