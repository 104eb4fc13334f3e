#include <stdexcept>

#include "sandbox/admin_api.h"
#include "sandbox/admin_body.h"
#include "sandbox/journey_moves.h"
#include "sandbox/journey_path.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

std::string status_in(const nlohmann::json& body, const char* field) {
    std::string status = required_text(body, field);
    if (!is_journey_status(status)) {
        throw std::invalid_argument(std::string(field) + " must be one of " + journey_statuses());
    }
    return status;
}

Json told(const Journey& journey) {
    Json json;
    json["changed"] = 1;
    json["journeyID"] = journey.id;
    json["status"] = journey.status;
    json["sequence"] = journey.sequence;
    return json;
}

// As they are kept, without moving any.
Json list_all(Store& store) {
    const std::lock_guard lock(store.mutex());
    auto query = store.database().prepare(
        "SELECT j.id, b.external_id, j.type, j.status, j.next_action, j.sequence, j.updated_at_ms, "
        "j.due_at_ms FROM journeys j JOIN borrowers b ON b.id = j.borrower_id ORDER BY j.rowid");
    Json all = Json::array();
    while (query.step()) {
        Json journey;
        journey["journeyID"] = query.text(0);
        journey["borrowerExternalID"] = query.text(1);
        journey["type"] = query.text(2);
        journey["status"] = query.text(3);
        journey["nextAction"] = query.is_null(4) ? Json(nullptr) : Json(query.text(4));
        journey["sequence"] = query.integer(5);
        journey["updated_at_ms"] = query.integer(6);
        journey["due_at_ms"] = query.is_null(7) ? Json(nullptr) : Json(query.integer(7));
        all.push_back(std::move(journey));
    }
    return all;
}

// Puts the journey where the body says; what the state brings with it comes, too.
void put(const JourneyContext& context, Journey& journey, const nlohmann::json& body) {
    enter_status(context, journey, status_in(body, "status"), "journey.status.updated");
    const auto next = body.find("nextAction");
    if (next == body.end()) return;
    journey.next_action.reset();
    if (next->is_string()) journey.next_action = next->get<std::string>();
    save_journey(context.database, journey);
}

// One step, or as many as it takes to come to the state the body names.
void advance(const JourneyContext& context, Journey& journey, const nlohmann::json& body) {
    if (!body.contains("to")) {
        if (!move_on(context, journey)) throw std::invalid_argument("the journey is at its end");
        return;
    }
    const std::string wanted = status_in(body, "to");
    while (journey.status != wanted) {
        if (!move_on(context, journey)) {
            throw std::invalid_argument("to: the way of this journey does not lead there");
        }
    }
}

}  // namespace

AdminApi::Json AdminApi::journeys(const std::string& method, const std::string& path,
                                  const nlohmann::json& body) {
    if (method == "GET" && path == "/journeys") return {{"journeys", list_all(sandbox_.store)}};
    if (method != "POST") no_such_admin_path();
    const Settings settings = sandbox_.settings.get();
    Json answer = {{"changed", 0}};
    {
        const std::lock_guard lock(sandbox_.store.mutex());
        kit::Database& database = sandbox_.store.database();
        kit::Transaction transaction(database);
        const JourneyContext context{database, settings, sandbox_.environment, sandbox_.events,
                                     sandbox_.clock.now_ms()};
        move_due(context);
        if (auto journey = find_journey(database, required_text(body, "journeyID"))) {
            path == "/journeys" ? put(context, *journey, body) : advance(context, *journey, body);
            answer = told(*journey);
        }
        transaction.commit();
    }
    sandbox_.events.committed();
    return answer;
}

}  // namespace credit::sandbox
