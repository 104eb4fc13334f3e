#include "capi/src/response.h"

#include "capi/src/strings.h"

using credit::capi::literal;
using credit::capi::to_c;

credit_response* credit_response_retain(credit_response* response) noexcept {
    return credit::capi::retain(response);
}

void credit_response_release(credit_response* response) noexcept {
    credit::capi::release(response);
}

int32_t credit_response_status(const credit_response* response) noexcept {
    return response == nullptr ? 0 : response->call->http.status;
}

size_t credit_response_header_count(const credit_response* response) noexcept {
    return response == nullptr ? 0 : response->call->http.headers.size();
}

credit_header credit_response_header_at(const credit_response* response, size_t index) noexcept {
    if (index >= credit_response_header_count(response)) return {literal(""), literal("")};
    const credit::HttpHeader& header = response->call->http.headers[index];
    return {to_c(header.name), to_c(header.value)};
}

credit_str credit_response_header(const credit_response* response, credit_str name) noexcept {
    std::string_view wanted;
    if (response == nullptr || !credit::capi::read_text(name, wanted)) return literal("");
    const std::string* value = response->call->http.header(wanted);
    return value == nullptr ? literal("") : to_c(*value);
}

credit_str credit_response_body(const credit_response* response) noexcept {
    return response == nullptr ? literal("") : to_c(response->call->http.body);
}

credit_str credit_response_request_id(const credit_response* response) noexcept {
    return response == nullptr ? literal("") : to_c(response->call->envelope.request_id);
}

credit_str credit_response_correlation_id(const credit_response* response) noexcept {
    return response == nullptr ? literal("") : to_c(response->call->correlation_id);
}

credit_str credit_response_platform_code(const credit_response* response) noexcept {
    return response == nullptr ? literal("") : to_c(response->call->envelope.error_code);
}

int32_t credit_response_attempts(const credit_response* response) noexcept {
    return response == nullptr ? 0 : response->call->attempts;
}
