// URLs, origins and paths. What is accepted must mean the same to libcurl, which is who connects: no parser differential.
#include <arpa/inet.h>
#include <curl/curl.h>

#include <cstring>
#include <memory>
#include <string>

#include "core/http/header_rules.h"
#include "core/http/url.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

struct CurlFree {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(char* text) const { curl_free(text); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlFree>;

std::string part(const CurlUrl& url, CURLUPart what, unsigned flags = 0) {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(url.get(), what, &text, flags);
    const std::unique_ptr<char, CurlFree> owned(text);
    return code == CURLUE_OK && text != nullptr ? std::string(text) : std::string();
}

bool v6_text(const std::string& host) {
    return host.find(':') != std::string::npos;
}

// libcurl keeps brackets around an IPv6 address and spells some differently: the same bytes will do.
bool same_host(std::string theirs, const std::string& ours) {
    if (!v6_text(ours)) return ascii_iequals(theirs, ours);
    in6_addr a{};
    in6_addr b{};
    FUZZ_CHECK(theirs.size() > 2 && theirs.front() == '[' && theirs.back() == ']');
    theirs = theirs.substr(1, theirs.size() - 2);
    return ::inet_pton(AF_INET6, theirs.c_str(), &a) == 1 &&
           ::inet_pton(AF_INET6, ours.c_str(), &b) == 1 && std::memcmp(&a, &b, sizeof a) == 0;
}

// Scheme, host, port, path and query as libcurl reads them; no user, no fragment.
void check_with_curl(const Url& url, const std::string& text) {
    const CurlUrl curl(curl_url());
    FUZZ_CHECK(curl_url_set(curl.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) ==
               CURLUE_OK);
    FUZZ_CHECK(part(curl, CURLUPART_SCHEME) == url.scheme);
    FUZZ_CHECK(same_host(part(curl, CURLUPART_HOST), url.host));
    FUZZ_CHECK(part(curl, CURLUPART_PORT, CURLU_DEFAULT_PORT) == std::to_string(url.port));
    FUZZ_CHECK(part(curl, CURLUPART_USER).empty() && part(curl, CURLUPART_PASSWORD).empty());
    FUZZ_CHECK(part(curl, CURLUPART_FRAGMENT).empty());
    const std::string path = part(curl, CURLUPART_PATH);
    FUZZ_CHECK(path == url.path || (url.path.empty() && path == "/"));
    FUZZ_CHECK(part(curl, CURLUPART_QUERY) == url.query);
}

void check_spelling(const Url& url) {
    FUZZ_CHECK(url.scheme == "https" || url.scheme == "http");
    FUZZ_CHECK(!url.host.empty() && url.port != 0);
    for (const char c : url.text())
        FUZZ_CHECK(c > 0x20 && c < 0x7f && c != '\\' && c != '#');
    FUZZ_CHECK(url.host.find_first_of("@/?") == std::string::npos);
    FUZZ_CHECK(url.path.find("/../") == std::string::npos && !url.path.ends_with("/.."));
    // One spelling each: read again, nothing changes.
    const Result<Url> again = parse_url(url.text(), "again");
    FUZZ_CHECK(again.ok());
    FUZZ_CHECK(again.value().origin() == url.origin());
    FUZZ_CHECK(again.value().host == url.host && again.value().port == url.port);
    FUZZ_CHECK(again.value().query == url.query);
    const Result<Url> origin = parse_url(url.origin(), "origin");
    FUZZ_CHECK(origin.ok() && origin.value().origin() == url.origin());
}

bool is_loopback_address(const std::string& host) {
    in_addr v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    if (::inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&v6);
}

// What the C library's resolver would take for an address although it is not spelled like one.
bool is_odd_v4(const std::string& host) {
    in_addr loose{};
    in_addr strict{};
    return ::inet_aton(host.c_str(), &loose) == 1 &&
           ::inet_pton(AF_INET, host.c_str(), &strict) != 1;
}

void check_base(std::string_view input, Environment environment) {
    const Result<Url> base = check_base_url(input, environment, "platform_url");
    if (!base.ok()) return check_error(base.error());
    const Url& url = base.value();
    check_spelling(url);
    FUZZ_CHECK(url.query.empty() && !url.path.ends_with('/'));
    FUZZ_CHECK(!is_odd_v4(url.host));
    FUZZ_CHECK(url.loopback() == (is_loopback_address(url.host) || url.host == "localhost" ||
                                  url.host.ends_with(".localhost")));
    if (environment == Environment::live) {
        FUZZ_CHECK(url.scheme == "https" && !url.loopback() && !url.private_address());
    }
    FUZZ_CHECK(url.scheme == "https" || url.loopback());
    check_with_curl(url, url.text());
}

// An accepted path stays below the origin it is hung on.
void check_below(std::string_view input) {
    const Status fine = check_path(input, "path");
    if (!fine.ok()) return check_error(fine.error());
    FUZZ_CHECK(!shows_token(input));
    const std::string text = "https://api.example.com/base" + std::string(input);
    const Result<Url> url = parse_url(text, "url");
    if (text.size() > kMaxUrlBytes) return;
    FUZZ_CHECK(url.ok());
    FUZZ_CHECK(url.value().origin() == "https://api.example.com");
    FUZZ_CHECK(url.value().path.starts_with("/base/"));
    check_with_curl(url.value(), text);
}

}  // namespace

CREDIT_FUZZ_TARGET(url) {
    const Result<Url> url = parse_url(input, "url");
    if (url.ok()) {
        check_spelling(url.value());
        check_with_curl(url.value(), std::string(input));
    } else {
        check_error(url.error());
    }
    check_base(input, Environment::test);
    check_base(input, Environment::live);
    check_below(input);
}

}  // namespace credit::fuzz
