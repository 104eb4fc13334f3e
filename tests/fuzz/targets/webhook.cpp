// Webhooks as the partner backend verifies and reads them. First line: its first byte chooses the unit of the timestamp, its
// length the secret; second: the timestamp; third: a signature; the rest is the body.
#include <array>
#include <string>
#include <variant>
#include <vector>

#include "partner_backend/webhook_event.h"
#include "partner_backend/webhook_signature.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

using partner::TimestampUnit;
using partner::WebhookRules;
using partner::WebhookVerdict;

constexpr std::int64_t kNow = 1'741'179'022'100;
const std::vector<std::string> kSecrets{"whsec_old_0123456789", "whsec_new_0123456789"};

// A signature is right only as the 64 lower-case hex digits that one of the secrets makes.
bool is_right(std::string_view signature, std::string_view timestamp, std::string_view body) {
    for (const std::string& secret : kSecrets) {
        if (signature == partner::webhook_signature(secret, timestamp, body)) return true;
    }
    return false;
}

WebhookVerdict verdict_of(std::string_view timestamp, std::string_view signature,
                          std::string_view body, const WebhookRules& rules) {
    WebhookVerdict verdict =
        partner::verify_webhook(timestamp, signature, body, kSecrets, kNow, rules);
#ifdef CREDIT_FUZZ_PLANTED
    // The planted defect: a signature cut short is compared as far as it goes.
    if (!signature.empty() && signature.size() < 8 &&
        partner::webhook_signature(kSecrets[1], timestamp, body).starts_with(signature)) {
        verdict = WebhookVerdict::genuine;
    }
#endif
    return verdict;
}

void check_verdict(std::string_view timestamp, std::string_view signature, std::string_view body,
                   const WebhookRules& rules) {
    const WebhookVerdict verdict = verdict_of(timestamp, signature, body, rules);
    const auto time = partner::webhook_time_ms(timestamp, rules.unit);
    const bool right = is_right(signature, timestamp, body);
    const bool near =
        time && *time >= kNow - rules.tolerance_ms && *time <= kNow + rules.tolerance_ms;
    FUZZ_CHECK((verdict == WebhookVerdict::genuine) == (right && near));
    FUZZ_CHECK((verdict == WebhookVerdict::timestamp_stale) == (right && time && !near));
    if (!time && !timestamp.empty() && !signature.empty()) {
        FUZZ_CHECK(verdict == WebhookVerdict::timestamp_malformed);
    }
}

// Any change to what was signed makes the signature wrong.
void check_changes(std::string_view timestamp, const std::string& signature, std::string_view body,
                   const WebhookRules& rules) {
    if (verdict_of(timestamp, signature, body, rules) != WebhookVerdict::genuine) return;
    std::string more(body);
    more.push_back(' ');
    FUZZ_CHECK(verdict_of(timestamp, signature, more, rules) == WebhookVerdict::signature_wrong);
    // The dot belongs to the message: what is moved over it is another message.
    std::string shifted(timestamp.substr(timestamp.size() - 1));
    shifted.append(".").append(body);
    FUZZ_CHECK(verdict_of(timestamp.substr(0, timestamp.size() - 1), signature, shifted, rules) !=
               WebhookVerdict::genuine);
    FUZZ_CHECK(verdict_of(timestamp, signature.substr(0, 63), body, rules) ==
               WebhookVerdict::signature_malformed);
    FUZZ_CHECK(verdict_of(timestamp, signature + "0", body, rules) ==
               WebhookVerdict::signature_malformed);
    FUZZ_CHECK(partner::verify_webhook(timestamp, signature, body, {}, kNow, rules) ==
               WebhookVerdict::signature_wrong);
}

void check_event(std::string_view body) {
    const auto read = partner::read_webhook(body);
    const auto* event = std::get_if<partner::WebhookEvent>(&read);
    if (event == nullptr) {
        FUZZ_CHECK(!std::get<partner::BadWebhook>(read).field.empty());
        return;
    }
    FUZZ_CHECK(!event->event_id.empty() && event->event_id.size() <= 128);
    FUZZ_CHECK(event->sequence >= 0);
    FUZZ_CHECK(event->journeys.size() <= 64);
    FUZZ_CHECK(event->is_journey_snapshot() || event->journeys.empty());
    for (const auto& journey : event->journeys) {
        FUZZ_CHECK(!journey.journey_id.empty() && journey.journey_id.size() <= 128);
        for (const char c : journey.status)
            FUZZ_CHECK(static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
    }
}

}  // namespace

CREDIT_FUZZ_TARGET(webhook) {
    Input in(input);
    const std::string_view first = in.line();
    const std::string_view timestamp = in.line();
    const std::string_view given = in.line();
    const std::string_view body = in.rest();
    constexpr std::array kUnits{TimestampUnit::any, TimestampUnit::seconds,
                                TimestampUnit::milliseconds, TimestampUnit::iso8601};
    const WebhookRules rules{kUnits[Input(first).below(kUnits.size())], 300'000};
    const std::string right =
        partner::webhook_signature(kSecrets[first.size() % 2], timestamp, body);
    check_verdict(timestamp, given, body, rules);
    check_verdict(timestamp, right, body, rules);
    if (!timestamp.empty()) check_changes(timestamp, right, body, rules);
    check_event(body);
}

}  // namespace credit::fuzz
