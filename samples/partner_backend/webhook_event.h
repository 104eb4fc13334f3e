#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace credit::partner {

struct JourneySnapshot {
    std::string journey_id;
    std::string status;
    std::string next_action;  // empty when there is none
};

// The body of a webhook, read after its signature was found right.
struct WebhookEvent {
    std::string event_id;
    std::string event_type;
    std::string tenant_id;
    std::string application_id;
    std::int64_t sequence = 0;
    std::int64_t generated_at_ms = 0;
    std::string borrower_external_id;
    std::vector<JourneySnapshot> journeys;

    // The only type there is; of others, only the first four fields are read.
    bool is_journey_snapshot() const { return event_type == "journey.snapshot"; }
};

// Which field cannot be used.
struct BadWebhook {
    std::string field;
};

std::variant<WebhookEvent, BadWebhook> read_webhook(std::string_view raw_body);

}  // namespace credit::partner
