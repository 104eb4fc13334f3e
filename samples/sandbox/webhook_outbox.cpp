#include "sandbox/webhook_outbox.h"

#include <algorithm>

#include "sandbox/webhook_secrets.h"
#include "sandbox/webhook_subscriptions.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

// Rises with every event, even when the clock goes back: receivers order by it.
std::int64_t next_sequence(kit::Database& database, std::int64_t now_ms) {
    auto query = database.prepare("SELECT ifnull(max(sequence), 0) FROM webhook_deliveries");
    query.step();
    return std::max(now_ms, query.integer(0) + 1);
}

struct Stamp {
    std::string event_id;
    std::int64_t sequence;
    std::int64_t now_ms;
};

std::string payload(const JourneyEvent& event, const Stamp& stamp) {
    Json json;
    json["schema_version"] = "1.0.0";
    json["event_type"] = "journey.snapshot";
    json["event_id"] = stamp.event_id;
    json["event_at"] = kit::iso8601_ms(event.at_ms);
    json["snapshot_generated_at"] = kit::iso8601_ms(stamp.now_ms);
    json["sequence"] = stamp.sequence;
    json["issuer"] = {{"source", "credit-api"}, {"trigger", event.trigger}};
    json["tenant_id"] = event.tenant_id;
    json["application_id"] = event.application_id;
    json["borrower"] = event.snapshot;
    return json.dump();
}

}  // namespace

void WebhookOutbox::note(kit::Database& database, const JourneyEvent& event) const {
    if (!webhook_url_of(database, event.application_id)) return;
    const auto now_ms = clock_.now_ms();
    const auto secret =
        current_webhook_secret(database, event.application_id, first_secret_, now_ms);
    const Stamp stamp{"evt_" + kit::random_token(24), next_sequence(database, now_ms), now_ms};
    auto row = database.prepare(
        "INSERT INTO webhook_deliveries (event_id, application_id, tenant_id, borrower, "
        "journey_id, journey_status, sequence, reason, body, secret_id, state, made_at_ms, "
        "due_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?11)");
    row.bind(1, stamp.event_id).bind(2, event.application_id).bind(3, event.tenant_id);
    row.bind(4, event.borrower_external_id).bind(5, event.journey_id).bind(6, event.status);
    row.bind(7, stamp.sequence).bind(8, event.trigger).bind(9, payload(event, stamp));
    row.bind(10, secret.id).bind(11, now_ms).run();
}

}  // namespace credit::sandbox
