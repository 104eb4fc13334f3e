#include "sandbox/envelope.h"

#include <algorithm>
#include <string_view>

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_correlation_id = 128;
constexpr std::size_t max_idempotency_key = 255;

bool is_visible_ascii(std::string_view text, std::size_t max) {
    return !text.empty() && text.size() <= max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Free text, as documented; the spaces around a header's value are not part of it.
bool is_correlation_id(std::string_view text) {
    return !text.empty() && text.size() <= max_correlation_id &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_date(std::string_view text) {
    if (text.size() != 10) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 4 || i == 7;
        if (dash ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
    }
    return kit::parse_iso8601(std::string(text) + "T00:00:00Z").has_value();
}

Reply enveloped(const Call& call, int status, nlohmann::ordered_json data,
                nlohmann::ordered_json error) {
    nlohmann::ordered_json envelope;
    envelope["requestID"] = call.request_id;
    envelope["correlationID"] = call.correlation_id;
    envelope["timestamp"] = kit::iso8601_ms(call.now_ms);
    envelope["data"] = std::move(data);
    envelope["error"] = std::move(error);
    Reply reply;
    reply.status = status;
    reply.body = envelope.dump();
    return reply;
}

}  // namespace

Refusal invalid_field(const std::string& field, const std::string& message) {
    return {400, "VALIDATION_FAILED", message, false, {{"field", field}}};
}

Refusal invalid_api_key() {
    return {401, "AUTH_INVALID_API_KEY", "The API key is missing, revoked or not of this place."};
}

Refusal invalid_session() {
    return {401, "AUTH_INVALID_SESSION", "The session is not valid or not valid any more."};
}

Refusal wrong_state(const std::string& message) {
    return {409, "STATE_PRECONDITION_FAILED", message};
}

Refusal not_found(const std::string& message) {
    return {404, "RESOURCE_NOT_FOUND", message};
}

void identify(Call& call) {
    call.request_id = "req_" + kit::random_token(20);
    const auto& sent = call.sent_correlation_id;
    const bool usable = sent && is_correlation_id(*sent);
    call.correlation_id = usable ? *sent : kit::new_uuid();
}

void check_tracing_headers(const Call& call) {
    if (call.sent_correlation_id && !is_correlation_id(*call.sent_correlation_id)) {
        throw invalid_field("X-Correlation-ID",
                            "X-Correlation-ID must have 1 to 128 printable ASCII characters.");
    }
    if (call.api_version && !is_date(*call.api_version)) {
        throw invalid_field("X-AL-API-Version", "X-AL-API-Version must be a date, YYYY-MM-DD.");
    }
}

void check_headers(const Call& call) {
    check_tracing_headers(call);
    if (!call.mutates()) return;
    if (!call.idempotency_key || !is_visible_ascii(*call.idempotency_key, max_idempotency_key)) {
        throw invalid_field("Idempotency-Key",
                            "Idempotency-Key is required and must be visible ASCII.");
    }
}

Reply success(const Call& call, const nlohmann::ordered_json& data, int status) {
    return enveloped(call, status, data, nullptr);
}

Reply failure(Call& call, const Refusal& refusal) {
    call.code = refusal.code;
    nlohmann::ordered_json error;
    error["code"] = refusal.code;
    error["message"] = refusal.message;
    error["retryable"] = refusal.retryable;
    error["details"] = refusal.details;
    Reply reply = enveloped(call, refusal.status, nullptr, std::move(error));
    if (refusal.retry_after_s > 0) {
        reply.headers.emplace_back("Retry-After", std::to_string(refusal.retry_after_s));
    }
    return reply;
}

std::string usual_code(int status) {
    switch (status) {
        case 400:
        case 422:
            return "VALIDATION_FAILED";
        case 401:
            return "AUTH_INVALID_SESSION";
        case 403:
            return "ACCESS_SCOPE_MISMATCH";
        case 404:
            return "RESOURCE_NOT_FOUND";
        case 409:
            return "ASYNC_OPERATION_PENDING";
        case 412:
            return "STATE_PRECONDITION_FAILED";
        case 429:
            return "RATE_LIMITED";
        default:
            return "UPSTREAM_TEMPORARY_FAILURE";
    }
}

}  // namespace credit::sandbox
