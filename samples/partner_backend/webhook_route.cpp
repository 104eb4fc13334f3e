#include "partner_backend/webhook_route.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "partner_backend/header_rules.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {

constexpr std::array kOutcomes{"applied", "duplicate", "superseded", "ignored"};

struct Refusal {
    int status;
    const char* code;
    const char* error;
};

Refusal refusal_for(WebhookVerdict verdict) {
    switch (verdict) {
        case WebhookVerdict::header_missing:
            return {400, "WEBHOOK_HEADER_MISSING",
                    "X-AL-Webhook-Timestamp and X-AL-Webhook-Signature are needed, once each."};
        case WebhookVerdict::timestamp_malformed:
            return {400, "WEBHOOK_TIMESTAMP_MALFORMED", "X-AL-Webhook-Timestamp is no time."};
        case WebhookVerdict::timestamp_stale:
            return {401, "WEBHOOK_TIMESTAMP_STALE", "X-AL-Webhook-Timestamp is too far from now."};
        case WebhookVerdict::signature_malformed:
        case WebhookVerdict::signature_wrong:
        case WebhookVerdict::genuine:
            break;
    }
    return {401, "WEBHOOK_SIGNATURE_INVALID", "X-AL-Webhook-Signature is not right."};
}

// Anything else may reach us decoded by the HTTP library: other bytes than those signed.
bool is_plain_json(const WebhookRequest& request) {
    std::string type = trimmed(request.content_type.substr(0, request.content_type.find(';')));
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return type == "application/json" && request.content_encoding.empty();
}

bool is_other(const std::string& wanted, const std::string& given) {
    return !wanted.empty() && wanted != given;
}

}  // namespace

Answer WebhookRoute::refuse(int status, const char* code, const std::string& error) {
    ++parts_.counters.webhooks_refused;
    Answer answer = refused(status, error);
    answer.body["code"] = code;
    return answer;
}

Answer WebhookRoute::answer(const WebhookRequest& request) {
    const auto secrets = parts_.secrets.current();
    if (secrets.empty()) {
        return refuse(503, "WEBHOOK_NOT_CONFIGURED", "Webhooks are not configured.");
    }
    if (!is_plain_json(request)) {
        return refuse(415, "WEBHOOK_CONTENT_TYPE", "Only application/json as it is.");
    }
    const WebhookVerdict verdict =
        verify_webhook(request.timestamp, request.signature, request.raw_body, secrets,
                       kit::real_now_ms(), parts_.rules);
    if (verdict != WebhookVerdict::genuine) {
        const Refusal refusal = refusal_for(verdict);
        return refuse(refusal.status, refusal.code, refusal.error);
    }
    const auto read = read_webhook(request.raw_body);
    if (const auto* bad = std::get_if<BadWebhook>(&read)) {
        return refuse(400, "WEBHOOK_MALFORMED", "Unusable: " + bad->field + ".");
    }
    const auto& event = std::get<WebhookEvent>(read);
    if (is_other(parts_.scope.tenant_id, event.tenant_id) ||
        is_other(parts_.scope.application_id, event.application_id)) {
        return refuse(403, "WEBHOOK_OTHER_APPLICATION", "Not an event of this application.");
    }
    const WebhookOutcome outcome = parts_.journeys.take_in(event);
    ++parts_.counters.webhooks_accepted;
    Answer answer;
    answer.body = {{"status", kOutcomes[static_cast<std::size_t>(outcome)]}};
    if (event.journeys.size() == 1) answer.journey_id = event.journeys.front().journey_id;
    return answer;
}

}  // namespace credit::partner
