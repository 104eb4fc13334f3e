// credit_session_send: reads and checks what the app wants sent.
#include <algorithm>
#include <array>

#include "capi/src/callbacks.h"
#include "capi/src/session.h"
#include "capi/src/sized.h"
#include "core/http/header_rules.h"
#include "core/http/url.h"
#include "core/platform_api/token_rules.h"

namespace credit::capi {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "HEAD"};
constexpr std::size_t kMaxBodyBytes = 8 * 1024 * 1024;
constexpr std::uint64_t kMaxReplyBytes = 64ULL * 1024 * 1024;
constexpr std::uint64_t kDefaultReplyBytes = 2ULL * 1024 * 1024;
constexpr std::size_t kMaxIdempotencyBytes = 255;

credit_code read_line(const credit_request& given, CallRequest& request) {
    std::string_view method;
    std::string_view path;
    if (!read_text(given.method, method) || !read_text(given.path, path))
        return CREDIT_INVALID_ARGUMENT;
    if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
        return CREDIT_INVALID_ARGUMENT;
    const Status fine = check_path(path, "path");
    if (!fine.ok()) return code_of(fine);
    request.method = std::string(method);
    request.path = std::string(path);
    return CREDIT_OK;
}

// A Content-Type among the headers is the request's content type; two would contradict each other.
credit_code take_header(HttpHeader header, CallRequest& request) {
    if (!ascii_iequals(header.name, "content-type")) {
        request.headers.push_back(std::move(header));
        return CREDIT_OK;
    }
    if (!request.content_type.empty()) return CREDIT_INVALID_HEADER;
    request.content_type = std::move(header.value);
    return CREDIT_OK;
}

credit_code read_headers(const credit_request& given, CallRequest& request) {
    if (given.header_count == 0) return CREDIT_OK;
    if (given.headers == nullptr) return CREDIT_INVALID_ARGUMENT;
    if (given.header_count > kMaxCallerHeaders) return CREDIT_INVALID_HEADER;
    for (std::uint32_t i = 0; i < given.header_count; ++i) {
        std::string_view name;
        std::string_view value;
        if (!read_text(given.headers[i].name, name) || !read_text(given.headers[i].value, value)) {
            return CREDIT_INVALID_ARGUMENT;
        }
        if (name.size() > kMaxHeaderValueBytes || value.size() > kMaxHeaderValueBytes)
            return CREDIT_INVALID_HEADER;
        HttpHeader header{std::string(name), std::string(value)};
        const Status fine = check_caller_header(header);
        if (!fine.ok()) return code_of(fine);
        const credit_code taken = take_header(std::move(header), request);
        if (taken != CREDIT_OK) return taken;
    }
    return CREDIT_OK;
}

// A value of ours that becomes a header.
template <class Check>
credit_code read_field(const credit_str& in, std::string& out, Check check) {
    std::string_view text;
    if (!read_text(in, text)) return CREDIT_INVALID_ARGUMENT;
    if (text.empty()) return CREDIT_OK;
    if (contains_api_key(text.substr(0, kMaxHeaderValueBytes))) return CREDIT_API_KEY_REFUSED;
    const Status fine = check(text);
    if (!fine.ok()) return code_of(fine);
    out = std::string(text);
    return CREDIT_OK;
}

credit_code read_fields(const credit_request& given, CallRequest& request) {
    credit_code code =
        read_field(given.content_type, request.content_type,
                   [](std::string_view text) { return check_header_value(text, "content_type"); });
    if (code != CREDIT_OK) return code;
    code = read_field(given.idempotency_key, request.idempotency_key,
                      [](std::string_view text) -> Status {
                          if (text.size() > kMaxIdempotencyBytes)
                              return Error(Code::invalid_header, "idempotency_key: is too long");
                          return check_header_value(text, "idempotency_key");
                      });
    if (code != CREDIT_OK) return code;
    return read_field(given.correlation_id, request.correlation_id,
                      [](std::string_view text) { return check_correlation_id(text); });
}

credit_code read_body(const credit_request& given, CallRequest& request) {
    std::string_view body;
    if (!read_text(given.body, body) || body.size() > kMaxBodyBytes) return CREDIT_INVALID_ARGUMENT;
    if (body.empty()) return CREDIT_OK;
    if (request.method == "GET" || request.method == "HEAD") return CREDIT_INVALID_ARGUMENT;
    if (contains_api_key(body)) return CREDIT_API_KEY_REFUSED;
    request.body.append(body);
    request.has_body = true;
    return CREDIT_OK;
}

credit_code read_limits(const credit_request& given, CallRequest& request) {
    if (!sane_duration(given.deadline_ms) || given.max_reply_bytes > kMaxReplyBytes)
        return CREDIT_INVALID_ARGUMENT;
    request.deadline_ms = given.deadline_ms;
    request.max_reply_bytes = static_cast<std::size_t>(
        given.max_reply_bytes == 0 ? kDefaultReplyBytes : given.max_reply_bytes);
    request.one_shot = given.one_shot != 0;
    return CREDIT_OK;
}

credit_code read_request(const credit_request* in, CallRequest& request) {
    credit_request given;
    credit_code code = read_sized(in, given);
    for (const auto read : {read_line, read_fields, read_headers, read_body, read_limits}) {
        if (code != CREDIT_OK) return code;
        code = read(given, request);
    }
    return code;
}

}  // namespace
}  // namespace credit::capi

credit_code credit_session_send(credit_session* session, const credit_request* request,
                                void* context, credit_response_callback callback,
                                credit_op* op) noexcept {
    using namespace credit::capi;
    return guard([&] {
        if (session == nullptr || callback == nullptr) return CREDIT_INVALID_ARGUMENT;
        credit::CallRequest wanted;
        const credit_code read = read_request(request, wanted);
        if (read != CREDIT_OK) return read;
        return report_op(session->session->send(std::move(wanted), wrap_call(context, callback)),
                         op);
    });
}
