// Header names and values of callers: what passes can neither end a line nor speak for the SDK. "name: value"
#include <string>

#include "core/http/header_rules.h"
#include "platform/curl/curl_request_check.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool is_the_sdks(const std::string& name) {
    for (const char* owned : {"authorization", "host", "content-length", "transfer-encoding",
                              "connection", "cookie", "x-api-key", "idempotency-key", "upgrade",
                              "te", "trailer", "expect", "proxy-authorization"}) {
        if (name == owned) return true;
    }
    return false;
}

bool one_line(std::string_view value) {
    for (const char c : value) {
        if ((c < 0x20 && c != '\t') || c == 0x7f || (static_cast<unsigned char>(c) & 0x80) != 0)
            return false;
    }
    return true;
}

bool shows_api_key(std::string_view text) {
    return shows_token(text) &&
           (text.find("sk_live_") != text.npos || text.find("sk_test_") != text.npos) &&
           text.find("st_") == text.npos && text.find("rt_") == text.npos &&
           text.find("bt_") == text.npos;
}

void check_value(std::string_view value) {
    const Status fine = check_header_value(value, "value");
    if (!fine.ok()) return check_error(fine.error());
    FUZZ_CHECK(!value.empty() && value.size() <= kMaxHeaderValueBytes);
    FUZZ_CHECK(one_line(value));
    FUZZ_CHECK(value.front() != ' ' && value.back() != ' ' && value.front() != '\t' &&
               value.back() != '\t');
    FUZZ_CHECK(!shows_api_key(value));
}

void check_pair(const HttpHeader& header) {
    const Status fine = check_caller_header(header);
    if (!fine.ok()) return check_error(fine.error());
    FUZZ_CHECK(!is_the_sdks(lower(header.name)));
    FUZZ_CHECK(header.name.find_first_of(" \t\r\n:\"(),/;<=>?@[\\]{}") == std::string::npos);
    FUZZ_CHECK(one_line(header.name) && one_line(header.value));
    // What the rules let pass, the transport takes.
    HttpRequest request;
    request.method = "GET";
    request.url = "https://api.example.com/";
    request.headers.push_back(header);
    const char* refusal = curl::refusal(request);
    FUZZ_CHECK(refusal == nullptr || header.value.find('\t') != std::string::npos);
}

void check_correlation(std::string_view value) {
    const Status fine = check_correlation_id(value);
    if (!fine.ok()) return check_error(fine.error());
    FUZZ_CHECK(!value.empty() && value.size() <= 128 && !shows_token(value));
    for (const char c : value)
        FUZZ_CHECK(plain_alnum(c) || std::string_view("._:-").find(c) != std::string_view::npos);
    FUZZ_CHECK(check_header_value(value, "correlation_id").ok());
}

}  // namespace

CREDIT_FUZZ_TARGET(header) {
    Input in(input);
    const std::string name(in.until(':'));
    std::string_view value = in.rest();
    if (value.starts_with(' ')) value.remove_prefix(1);
    check_value(input);
    check_value(value);
    check_pair({name, std::string(value)});
    check_correlation(input);
    FUZZ_CHECK(ascii_iequals(name, lower(name)));
}

}  // namespace credit::fuzz
