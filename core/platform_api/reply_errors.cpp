#include "core/platform_api/reply_errors.h"

#include "core/http/header_rules.h"
#include "core/http/http_date.h"
#include "core/http/redact.h"
#include "core/platform_api/verdict.h"

namespace credit {
namespace {

constexpr std::size_t kMaxDetailBytes = 200;

struct FailureText {
    Code code;
    std::string_view text;
};

FailureText failure_text(HttpFailure failure) noexcept {
    switch (failure) {
        case HttpFailure::resolve:
            return {Code::network_unreachable, "the host name was not found"};
        case HttpFailure::connect:
            return {Code::network_unreachable, "no connection"};
        case HttpFailure::tls:
            return {Code::tls_failed, "the TLS connection failed"};
        case HttpFailure::tls_time:
            return {Code::clock_wrong,
                    "the server's certificate is not valid at the device's time"};
        case HttpFailure::pin:
            return {Code::pin_mismatch, "the server has none of the pinned keys"};
        case HttpFailure::lease_lapsed:
            return {Code::network_timeout, "too late to send within the lease"};
        case HttpFailure::timeout:
            return {Code::network_timeout, "no complete reply in time"};
        case HttpFailure::interrupted:
            return {Code::network_interrupted, "the connection was lost"};
        case HttpFailure::reply_too_large:
            return {Code::reply_too_large, "the reply is larger than accepted"};
        case HttpFailure::cancelled:
            return {Code::cancelled, "cancelled"};
        case HttpFailure::refused:
            return {Code::invalid_argument, "the transport does not accept the request"};
        case HttpFailure::out_of_memory:
            return {Code::out_of_memory, "out of memory"};
    }
    return {Code::internal, "unknown failure of the transport"};
}

Code response_code(int status) noexcept {
    if (status == 429) return Code::rate_limited;
    if (status >= 500) return Code::server_error;
    return is_redirect(status) ? Code::redirect_refused : Code::platform_refused;
}

}  // namespace

bool is_compressed(const HttpResponse& response) noexcept {
    for (const HttpHeader& h : response.headers) {
        if (!ascii_iequals(h.name, "Content-Encoding")) continue;
        if (!h.value.empty() && !ascii_iequals(h.value, "identity")) return true;
    }
    return false;
}

std::int64_t retry_after_ms(const HttpResponse& response) noexcept {
    const std::string* value = response.header("Retry-After");
    if (value == nullptr) return -1;
    const std::string* date = response.header("Date");
    const std::string_view date_text =
        date == nullptr ? std::string_view{} : std::string_view(*date);
    return parse_retry_after(*value, date_text).value_or(-1);
}

Error bare_error(Code code, const HttpResponse& response, std::string_view text) {
    Error error(code, "HTTP " + std::to_string(response.status) + ": " + std::string(text));
    error.http_status = response.status;
    error.retry_after_ms = retry_after_ms(response);
    return error;
}

Error reply_error(Code code, const HttpResponse& response, const Envelope& envelope) {
    Error error = bare_error(code, response, "");
    error.message = "HTTP " + std::to_string(response.status);
    if (!envelope.error_code.empty()) error.message += " " + envelope.error_code.str();
    if (!envelope.error_field.empty()) error.message += " (" + envelope.error_field.str() + ")";
    if (!envelope.error_message.empty()) error.message += ": " + envelope.error_message;
    error.platform_code = envelope.error_code;
    error.request_id = envelope.request_id;
    error.correlation_id = envelope.correlation_id;
    return error;
}

Error transport_error(const HttpOutcome& outcome) {
    const FailureText what = failure_text(outcome.failure);
    Error error(what.code, std::string(what.text));
    if (!outcome.detail.empty()) {
        error.message += " (" + redact(outcome.detail, kMaxDetailBytes) + ")";
    }
    return error;
}

bool rejects_session_token(const HttpResponse& response, const Envelope& envelope) noexcept {
    return response.status == 401 && envelope.present && envelope.has_error;
}

Error response_error(const HttpResponse& response, const Envelope& envelope) {
    return reply_error(response_code(response.status), response, envelope);
}

}  // namespace credit
