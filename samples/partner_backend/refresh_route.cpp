#include "partner_backend/refresh_route.h"

#include "partner_backend/header_rules.h"
#include "partner_backend/json_text.h"
#include "partner_backend/platform_failure.h"
#include "server_kit/ids.h"

namespace credit::partner {

using nlohmann::json;

namespace {
constexpr const char* kFailed = "Platform session refresh failed.";
}

Answer RefreshRoute::answer(const Caller& caller, const std::string& text) {
    const auto parsed = text.empty() ? json::object() : parse_json(text);
    if (!parsed || !parsed->is_object()) return refused(400, "Malformed body.");
    const json& body = *parsed;
    const std::string named = trimmed(string_field(body, "borrowerExternalID").value_or(""));
    if (!named.empty() && named != caller.borrower) {
        return forbidden(caller, "foreign_borrower", named);
    }
    if (!parts_.policy.allow(caller.borrower, Action::refresh_session)) {
        return forbidden(caller, "policy_denied", named);
    }
    if (!parts_.settings.platform_configured || !parts_.platform.is_configured()) {
        return refused(500, "Platform configuration missing.");
    }
    if (parts_.settings.refresh_mode == RefreshMode::backend) {
        const auto force = body.find("force");
        const bool forced = force != body.end() && force->is_boolean() && force->get<bool>();
        return parts_.keeper.session_token(caller, forced);
    }
    return forward(caller, body);
}

Answer RefreshRoute::forbidden(const Caller& caller, const char* event, const std::string& named) {
    ++parts_.counters.denied;
    parts_.audit.add(event, caller.borrower, named, caller.correlation_id);
    return refused(403, "Forbidden.");
}

Answer RefreshRoute::forward(const Caller& caller, const json& body) {
    // A key of our own would make every repeat a second use of the token.
    if (caller.idempotency_key.empty()) return refused(400, "Missing Idempotency-Key.");
    const std::string token = string_field(body, "refreshToken").value_or("");
    if (!is_valid_bearer(token)) return refused(400, "Missing refreshToken.");
    const auto owner = parts_.owners.owner_of(token);
    if (owner && *owner != caller.borrower) {
        return forbidden(caller, "foreign_refresh_token", *owner);
    }
    const std::string key =
        parts_.rewrite_idempotency_key ? kit::new_uuid() : caller.idempotency_key;
    const PlatformReply reply = parts_.platform.refresh(token, key, caller.correlation_id);
    if (!carries_pair(reply)) {
        Answer failure = platform_failure(parts_.platform, reply, kFailed);
        // Whatever answered was no platform: its status would mean nothing to the app.
        if (!reply.payload) failure.status = 502;
        return failure;
    }
    parts_.owners.record(string_field(reply.data(), "refreshToken").value_or(""), caller.borrower,
                         string_field(reply.data(), "refreshExpiresAt"));
    Answer answer;
    answer.body = flat_refresh(reply, caller.borrower, parts_.settings.shape);
    answer.request_id = reply.request_id();
    answer.journey_id = parts_.borrowers.journey_id_of(caller.borrower);
    return answer;
}

}  // namespace credit::partner
