#include "partner_backend/webhook_event.h"

#include <algorithm>
#include <limits>

#include "partner_backend/json_text.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr std::size_t kLongestText = 128;
constexpr std::size_t kMostJourneys = 64;

std::string text(const json& object, const char* key, const std::string& path) {
    const auto value = string_field(object, key);
    const auto printable = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; };
    if (!value || value->empty() || value->size() > kLongestText ||
        !std::all_of(value->begin(), value->end(), printable)) {
        throw BadWebhook{path + key};
    }
    return *value;
}

// 64 bits: the sequence looks like milliseconds since 1970, but nobody promises that.
std::int64_t sequence_of(const json& body) {
    const auto found = body.find("sequence");
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (found == body.end() || !found->is_number_unsigned() ||
        found->get<std::uint64_t>() > kMost) {
        throw BadWebhook{"sequence"};
    }
    return found->get<std::int64_t>();
}

std::int64_t time_of(const json& body, const char* key) {
    const auto time = kit::parse_iso8601(text(body, key, ""));
    if (!time) throw BadWebhook{key};
    return *time;
}

JourneySnapshot journey_of(const json& value) {
    JourneySnapshot journey;
    journey.journey_id = text(value, "journeyID", "borrower.journeys.");
    journey.status = text(value, "status", "borrower.journeys.");
    const auto next = value.find("nextAction");
    if (next != value.end() && !next->is_null()) {
        journey.next_action = text(value, "nextAction", "borrower.journeys.");
    }
    return journey;
}

void read_snapshot(const json& body, WebhookEvent& event) {
    event.sequence = sequence_of(body);
    event.generated_at_ms = time_of(body, "snapshot_generated_at");
    const json borrower = body.value("borrower", json());
    event.borrower_external_id = text(borrower, "borrowerExternalID", "borrower.");
    const auto journeys = borrower.find("journeys");
    if (journeys == borrower.end() || !journeys->is_array() || journeys->size() > kMostJourneys) {
        throw BadWebhook{"borrower.journeys"};
    }
    for (const json& journey : *journeys)
        event.journeys.push_back(journey_of(journey));
}

}  // namespace

std::variant<WebhookEvent, BadWebhook> read_webhook(std::string_view raw_body) {
    const auto body = parse_json(raw_body);
    if (!body || !body->is_object()) return BadWebhook{"body"};
    try {
        WebhookEvent event;
        event.event_id = text(*body, "event_id", "");
        event.event_type = text(*body, "event_type", "");
        event.tenant_id = text(*body, "tenant_id", "");
        event.application_id = text(*body, "application_id", "");
        if (event.is_journey_snapshot()) read_snapshot(*body, event);
        return event;
    } catch (const BadWebhook& bad) {
        return bad;
    }
}

}  // namespace credit::partner
