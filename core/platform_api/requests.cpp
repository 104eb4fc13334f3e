#include "core/http/header_rules.h"
#include "core/http/secret_words.h"
#include "core/http/text.h"
#include "core/platform_api/contract.h"
#include "core/platform_api/json.h"
#include "core/platform_api/token_rules.h"

namespace credit {
namespace {

constexpr std::size_t kMaxJourneyTypeBytes = 64;

// Writes `text` as a JSON string. `text` is valid UTF-8 without control characters.
void append_string(SecretBuffer& out, std::string_view text) {
    out.append('"');
    for (const char c : text) {
        if (c == '"' || c == '\\') out.append('\\');
        out.append(c);
    }
    out.append('"');
}

void append_member(SecretBuffer& out, std::string_view name, std::string_view value) {
    append_string(out, name);
    out.append(':');
    append_string(out, value);
}

// Where in the body the token goes; empty: nowhere.
std::string_view token_field(const RefreshShape& shape) noexcept {
    if (shape.body == RefreshBody::refresh_token_snake) return "refresh_token";
    const bool in_body =
        shape.body == RefreshBody::refresh_token || shape.carrier == CredentialCarrier::body_field;
    return in_body ? "refreshToken" : std::string_view{};
}

// Made in one piece of memory: the key counts as a secret (R13), and what a growing string leaves behind nobody wipes.
std::string header_text(std::string_view key, bool quoted) {
    std::string out;
    out.reserve(key.size() + 2);
    if (quoted) out += '"';
    out += key;
    if (quoted) out += '"';
    return out;
}

SecretBuffer refresh_body(const RefreshShape& shape, const SecretRef& token) {
    SecretBuffer out;
    const std::string_view field = token_field(shape);
    if (field.empty() && shape.body == RefreshBody::none) return out;
    out.reserve(64 +
                2 * view_or_empty(token).size());  // one allocation, every byte escaped at worst
    out.append('{');
    if (!field.empty() && token != nullptr) append_member(out, field, token->view());
    // The device asks only when its token is over or was refused: a backend that keeps the session must not answer with
    // the token it handed out before.
    if (shape.route == RefreshRoute::backend_managed) out.append("\"force\":true");
    out.append('}');
    return out;
}

HttpRequest post(std::string_view url, std::string_view correlation_id) {
    HttpRequest request;
    request.method = "POST";
    request.url = std::string(url);
    request.fresh_connection = true;  // R15
    request.max_reply_bytes = kMaxJsonBytes;
    request.headers.push_back({"Accept", "application/json"});
    request.headers.push_back({"Cache-Control", "no-store"});
    request.headers.push_back({"X-Correlation-ID", std::string(correlation_id)});
    return request;
}

Error invalid(std::string_view field, std::string_view why) {
    return {Code::invalid_argument, std::string(field) + ": " + std::string(why)};
}

Status check_journey_type(std::string_view type) {
    const auto allowed = [](char c) {
        return text::is_alnum(c) || c == '_' || c == '-' || c == '.';
    };
    if (type.size() <= kMaxJourneyTypeBytes && text::all(type, allowed)) return Unit{};
    return invalid("journeyType", "must be at most 64 of A-Z a-z 0-9 _ - .");
}

Status check_profile(const SecretRef& profile) {
    if (profile == nullptr) return Unit{};
    const json::Document document(profile->view(), kMaxJsonBytes);
    if (document.fault() == json::Fault::too_large) return invalid("profile", "is over 64 KiB");
    const auto object = document.object();
    // A byte order mark, which replies may begin with, has no place inside a body.
    const bool marked = profile->view().starts_with('\xef');
    if (!object || marked) return invalid("profile", "is not a JSON object");
    if (const auto fault = json::key_fault(*object)) {
        return invalid("profile", fault->too_many ? "has too many members" : "has a key twice");
    }
    if (has_api_key(profile->view())) {
        return Error(Code::api_key_refused, "profile: contains an API key");
    }
    return Unit{};
}

Status check_session_request(std::string_view borrower, std::string_view journey_type,
                             const SecretRef& profile, std::string_view idempotency_key,
                             std::string_view correlation_id) {
    if (Status s = check_borrower_id(borrower); !s.ok()) return s;
    if (Status s = check_journey_type(journey_type); !s.ok()) return s;
    if (Status s = check_profile(profile); !s.ok()) return s;
    if (Status s = check_header_value(idempotency_key, "idempotency_key"); !s.ok()) return s;
    return check_correlation_id(correlation_id);
}

}  // namespace

HttpRequest make_refresh_request(const RefreshShape& shape, const SecretRef& refresh_token,
                                 std::string_view idempotency_key,
                                 std::string_view correlation_id) {
    HttpRequest request = post(shape.url, correlation_id);
    request.headers.push_back(
        {"Idempotency-Key", header_text(idempotency_key, shape.quote_idempotency_key)});
    if (!shape.api_version.empty()) {
        request.headers.push_back({"X-AL-API-Version", shape.api_version});
    }
    if (shape.carrier == CredentialCarrier::authorization_header) request.bearer = refresh_token;
    request.body = refresh_body(shape, refresh_token);
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return request;
}

Result<HttpRequest> make_session_request(std::string_view url,
                                         std::string_view borrower_external_id,
                                         std::string_view journey_type,
                                         const SecretRef& profile_json,
                                         std::string_view idempotency_key,
                                         std::string_view correlation_id) {
    const Status fine = check_session_request(borrower_external_id, journey_type, profile_json,
                                              idempotency_key, correlation_id);
    if (!fine.ok()) return fine.error();
    HttpRequest request = post(url, correlation_id);
    request.headers.push_back({"Idempotency-Key", std::string(idempotency_key)});
    request.headers.push_back({"Content-Type", "application/json"});
    SecretBuffer& body = request.body;
    body.reserve(128 + 2 * borrower_external_id.size() + view_or_empty(profile_json).size());
    body.append('{');
    append_member(body, "borrowerExternalID", borrower_external_id);
    if (!journey_type.empty()) {
        body.append(',');
        append_member(body, "journeyType", journey_type);
    }
    if (profile_json != nullptr) {
        body.append(",\"profile\":");
        body.append(profile_json->view());  // parsed above: one whole object
    }
    body.append('}');
    return request;
}

}  // namespace credit
