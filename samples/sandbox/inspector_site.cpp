#include "sandbox/inspector_site.h"

#include <charconv>
#include <stdexcept>

#include "sandbox/hosted_assets.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_search = 128;

Reply file(const char* content, const char* type) {
    Reply reply;
    reply.body = content;
    reply.content_type = type;
    reply.headers = {{"Cache-Control", "no-store"},
                     {"X-Content-Type-Options", "nosniff"},
                     // The token is in the path: it must not leave with a link.
                     {"Referrer-Policy", "no-referrer"},
                     {"Cross-Origin-Resource-Policy", "same-origin"},
                     {"Cross-Origin-Opener-Policy", "same-origin"},
                     {"Content-Security-Policy",
                      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
                      "connect-src 'self'; "
                      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                      "require-trusted-types-for 'script'; trusted-types 'none'"}};
    return reply;
}

std::int64_t cursor(const std::string& text) {
    if (text.empty()) return 0;
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < 0) {
        throw std::invalid_argument("before must be a whole number, 0 or more");
    }
    return value;
}

}  // namespace

std::optional<Reply> InspectorSite::answer(const InspectorRequest& request) {
    if (request.method != "GET") return std::nullopt;
    if (request.path == "/inspector") return file(asset_inspector_html, "text/html; charset=utf-8");
    if (request.path == "/inspector/inspector.css") {
        return file(asset_inspector_css, "text/css; charset=utf-8");
    }
    if (request.path == "/inspector/inspector.js") {
        return file(asset_inspector_js, "text/javascript; charset=utf-8");
    }
    if (request.path == "/inspector/data") return data(request);
    return std::nullopt;
}

Reply InspectorSite::data(const InspectorRequest& request) {
    if (request.search.size() > max_search || request.correlation.size() > max_search) {
        throw std::invalid_argument("a search has at most 128 characters");
    }
    const InspectorPage page{cursor(request.before), request.search, request.correlation};
    const std::string tag = "\"" + data_.version(request.view, page) + "\"";
    Reply reply;
    reply.headers = {{"ETag", tag}, {"Cache-Control", "no-store"}};
    if (request.if_none_match == tag) {
        reply.status = 304;
        return reply;
    }
    reply.body = data_.answer(request.view, page)
                     .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return reply;
}

bool is_for_this_server(const std::string& host, const std::string& origin, int port) {
    const std::string end = ":" + std::to_string(port);
    if (host != "127.0.0.1" + end && host != "localhost" + end) return false;
    return origin.empty() || origin == "http://" + host;
}

}  // namespace credit::sandbox
