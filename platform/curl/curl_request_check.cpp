#include "platform/curl/curl_request_check.h"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "platform/curl/curl_handles.h"
#include "platform/curl/curl_headers.h"

namespace credit::curl {
namespace {

constexpr std::size_t kMaxUrlBytes = 8 * 1024;
constexpr std::size_t kMaxHeaderLineBytes = 16 * 1024;
constexpr std::size_t kMaxHeaders = 100;
constexpr std::size_t kMaxMethodBytes = 16;

// Framing and connection are the transport's own business: a caller who sets them can smuggle a
// second request.
constexpr std::array<std::string_view, 11> kReservedHeaders = {"Host",
                                                               "Content-Length",
                                                               "Transfer-Encoding",
                                                               "Connection",
                                                               "Keep-Alive",
                                                               "Expect",
                                                               "Upgrade",
                                                               "TE",
                                                               "Trailer",
                                                               "Proxy-Authorization",
                                                               "Proxy-Connection"};

bool is_token_char(char c) noexcept {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool has_control_character(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

bool is_visible_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

const char* header_refusal(const HttpRequest& request, const HttpHeader& header) noexcept {
    if (!is_token(header.name)) return "header name is not valid";
    if (has_control_character(header.value)) return "control character in a header value";
    if (header.name.size() + header.value.size() > kMaxHeaderLineBytes) return "header too long";
    for (const std::string_view reserved : kReservedHeaders) {
        if (same_header_name(header.name, reserved)) return "header belongs to the transport";
    }
    if (request.bearer != nullptr && same_header_name(header.name, "Authorization")) {
        return "Authorization header beside a bearer token";
    }
    return nullptr;
}

const char* headers_refusal(const HttpRequest& request) noexcept {
    if (request.headers.size() > kMaxHeaders) return "too many headers";
    for (const HttpHeader& header : request.headers) {
        if (const char* why = header_refusal(request, header)) return why;
    }
    if (request.bearer == nullptr) return nullptr;
    if (request.bearer->size() == 0) return "bearer token is empty";
    if (request.bearer->size() > kMaxHeaderLineBytes) return "bearer token too long";
    if (!is_visible_ascii(request.bearer->view())) return "bearer token has a bad character";
    return nullptr;
}

CurlString part(CURLU* url, CURLUPart what) {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(url, what, &text, 0);
    if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
    return CurlString(code == CURLUE_OK ? text : nullptr);
}

// The host as libcurl's own parser reads it, so "0x7f.1" and the like are already dotted decimal.
bool is_loopback(std::string_view host) noexcept {
    if (host == "localhost" || host == "[::1]") return true;
    return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
           std::all_of(host.begin(), host.end(),
                       [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

// libcurl's parser forgives: it takes one to three slashes, and backslashes. A URL that two parsers
// read differently is not sent.
bool is_strict_url(std::string_view url) noexcept {
    const auto slashes = url.find("://");
    if (slashes == std::string_view::npos || url.find('\\') != std::string_view::npos) return false;
    return url.substr(slashes + 3).find('/') != 0;
}

const char* url_refusal(const HttpRequest& request) {
    if (request.url.size() > kMaxUrlBytes) return "URL too long";
    if (!is_visible_ascii(request.url)) return "URL has a bad character";
    if (!is_strict_url(request.url)) return "URL is not valid";
    const UrlHandle url(curl_url());
    if (url == nullptr) throw std::bad_alloc();
    const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(),
                                        CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
    if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLUE_OK) return "URL is not valid";
    if (part(url.get(), CURLUPART_FRAGMENT) != nullptr) return "URL has a fragment";
    const CurlString scheme = part(url.get(), CURLUPART_SCHEME);
    const CurlString host = part(url.get(), CURLUPART_HOST);
    if (scheme == nullptr || host == nullptr) return "URL is not valid";
    const std::string_view name(scheme.get());
    if (name == "https") return nullptr;
    if (name != "http") return "URL is not https";
    return request.allow_http && is_loopback(host.get()) ? nullptr : "plain http is not allowed";
}

}  // namespace

const char* refusal(const HttpRequest& request) {
    if (request.method.size() > kMaxMethodBytes || !is_token(request.method)) {
        return "method is not valid";
    }
    if (request.method == "CONNECT") return "method is not valid";
    if (!request.body.empty() && (request.method == "GET" || request.method == "HEAD")) {
        return "body on a request that takes none";
    }
    if (const char* why = headers_refusal(request)) return why;
    return url_refusal(request);
}

bool needs_fresh_connection(const HttpRequest& request) noexcept {
    if (request.fresh_connection || request.send_before.ms != INT64_MAX) return true;
    const std::string_view method = request.method;
    if (method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE")
        return false;
    return !has_header(request, "Idempotency-Key");
}

}  // namespace credit::curl
