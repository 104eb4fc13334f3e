#include "partner_backend/journey_states.h"

#include <nlohmann/json.hpp>

#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {
// Far longer than any platform repeats a delivery; a sequence guards what comes later still.
constexpr std::int64_t kRememberMs = std::int64_t{30} * 24 * 3600 * 1000;
}  // namespace

JourneyStates::JourneyStates(SharedDatabase& shared, CrashPoints& crash_points)
    : shared_(shared), crash_points_(crash_points) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS webhook_events ("
        " event_id TEXT PRIMARY KEY, received_at_ms INTEGER NOT NULL)");
    shared_.database.exec(
        "CREATE INDEX IF NOT EXISTS webhook_events_by_age ON webhook_events (received_at_ms)");
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS journeys ("
        " journey_id TEXT PRIMARY KEY, borrower_external_id TEXT NOT NULL, status TEXT NOT NULL,"
        " next_action TEXT NOT NULL, sequence INTEGER NOT NULL, generated_at_ms INTEGER NOT NULL,"
        " updated_at_ms INTEGER NOT NULL)");
}

WebhookOutcome JourneyStates::take_in(const WebhookEvent& event) {
    Write write(shared_);
    if (is_known(event.event_id)) return WebhookOutcome::duplicate;
    const std::int64_t now = kit::real_now_ms();
    shared_.database.prepare("DELETE FROM webhook_events WHERE received_at_ms < ?1")
        .bind(1, now - kRememberMs)
        .run();
    shared_.database.prepare("INSERT INTO webhook_events VALUES (?1, ?2)")
        .bind(1, event.event_id)
        .bind(2, now)
        .run();
    const WebhookOutcome outcome =
        event.is_journey_snapshot() ? apply(event) : WebhookOutcome::ignored;
    crash_points_.reached("webhook_storing");
    write.commit();
    crash_points_.reached("webhook_committed");
    return outcome;
}

WebhookOutcome JourneyStates::apply(const WebhookEvent& event) {
    bool any = event.journeys.empty();
    for (const JourneySnapshot& journey : event.journeys) {
        if (!is_newer(event, journey)) continue;
        any = true;
        write(event, journey);
    }
    return any ? WebhookOutcome::applied : WebhookOutcome::superseded;
}

bool JourneyStates::is_known(const std::string& event_id) {
    auto row = shared_.database.prepare("SELECT 1 FROM webhook_events WHERE event_id = ?1");
    return row.bind(1, event_id).step();
}

bool JourneyStates::is_newer(const WebhookEvent& event, const JourneySnapshot& journey) {
    auto row = shared_.database.prepare(
        "SELECT sequence, generated_at_ms FROM journeys WHERE journey_id = ?1");
    if (!row.bind(1, journey.journey_id).step()) return true;
    if (event.sequence != row.integer(0)) return event.sequence > row.integer(0);
    return event.generated_at_ms > row.integer(1);
}

void JourneyStates::write(const WebhookEvent& event, const JourneySnapshot& journey) {
    const std::int64_t now = kit::real_now_ms();
    shared_.database.prepare("INSERT OR REPLACE INTO journeys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(1, journey.journey_id)
        .bind(2, event.borrower_external_id)
        .bind(3, journey.status)
        .bind(4, journey.next_action)
        .bind(5, event.sequence)
        .bind(6, event.generated_at_ms)
        .bind(7, now)
        .run();
    // A borrower who was never seen has no mapping yet; a session will make it.
    shared_.database
        .prepare(
            "UPDATE borrowers SET journey_status = ?2, status_as_of_ms = ?3, updated_at_ms = ?4"
            " WHERE borrower_external_id = ?5 AND journey_id = ?1"
            " AND coalesce(status_as_of_ms, 0) <= ?3")
        .bind(1, journey.journey_id)
        .bind(2, journey.status)
        .bind(3, event.generated_at_ms)
        .bind(4, now)
        .bind(5, event.borrower_external_id)
        .run();
}

nlohmann::json JourneyStates::list() {
    const std::lock_guard lock(shared_.mutex);
    auto rows = shared_.database.prepare(
        "SELECT journey_id, borrower_external_id, status, next_action, sequence, generated_at_ms"
        " FROM journeys ORDER BY journey_id");
    nlohmann::json journeys = nlohmann::json::array();
    while (rows.step()) {
        journeys.push_back({{"journeyID", rows.text(0)},
                            {"borrowerExternalID", rows.text(1)},
                            {"status", rows.text(2)},
                            {"nextAction", rows.text(3)},
                            {"sequence", rows.integer(4)},
                            {"generatedAt", kit::iso8601_ms(rows.integer(5))}});
    }
    return journeys;
}

}  // namespace credit::partner
