#include "sandbox/journeys.h"

#include "sandbox/authentication.h"
#include "sandbox/envelope.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/journey_path.h"
#include "sandbox/validation.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_marker = 64;

Json resume_markers(const Journey& journey) {
    Json json;
    json["lastCompletedStep"] = nullable(journey.last_completed_step);
    json["lastViewedOfferID"] = nullable(journey.last_viewed_offer_id);
    return json;
}

Json detail(const Journey& journey) {
    Json json;
    json["journeyID"] = journey.id;
    json["type"] = journey.type;
    json["status"] = journey.status;
    json["updatedAt"] = kit::iso8601_ms(journey.updated_at_ms);
    json["timelineState"] = journey.timeline_state;
    json["nextAction"] = nullable(journey.next_action);
    json["capabilities"] = {{"aaEnabled", journey.type != "GOLD_LOAN"},
                            {"postDisbursalEnabled", false}};
    json["resume"] = resume_markers(journey);
    return json;
}

// A marker is replaced if it is named: by null, it is forgotten.
void take_marker(const nlohmann::json& markers, const char* name,
                 std::optional<std::string>& marker) {
    const auto found = markers.find(name);
    if (found == markers.end()) return;
    if (found->is_null()) {
        marker.reset();
        return;
    }
    const bool fits =
        found->is_string() && characters(found->get_ref<const std::string&>()) <= max_marker;
    const std::string field = std::string("resume.") + name;
    if (!fits) throw invalid_field(field, field + " must be text of up to 64 characters or null.");
    marker = found->get<std::string>();
}

}  // namespace

Reply list_journeys(Work& work) {
    const Token token = authenticated_session(work);
    if (work.call.type_filter) check_journey_type(*work.call.type_filter, "type");
    Json items = Json::array();
    for (const auto& journey : journeys_of(work.database, token.borrower_id, work.call.type_filter))
        items.push_back(detail(journey));
    return success(work.call, {{"items", items}});
}

Reply start_journey(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        const auto body = parse_object(work.call.body);
        const std::string type = journey_type(body, "type", true);
        check_optional_object(body, "metadata");
        const Journey journey = create_journey(context_of(work), token.borrower_id, type);
        work.call.journey_id = journey.id;
        work.call.effect = "create";
        return success(work.call, detail(journey), 201);
    });
}

Reply show_journey(Work& work) {
    const Token token = authenticated_session(work);
    return success(work.call, detail(journey_of_call(work, token)));
}

Reply show_journey_state(Work& work) {
    const Token token = authenticated_session(work);
    const Journey journey = journey_of_call(work, token);
    Json json;
    json["journeyID"] = journey.id;
    json["status"] = journey.status;
    json["nextAction"] = nullable(journey.next_action);
    json["pendingOperations"] = pending_operations_of(journey.status);
    json["updatedAt"] = kit::iso8601_ms(journey.updated_at_ms);
    return success(work.call, json);
}

Reply keep_resume_markers(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        Journey journey = journey_of_call(work, token);
        const auto body = parse_object(work.call.body);
        const auto markers = body.find("resume");
        if (markers == body.end() || !markers->is_object()) {
            throw invalid_field("resume", "resume must be an object.");
        }
        take_marker(*markers, "lastCompletedStep", journey.last_completed_step);
        take_marker(*markers, "lastViewedOfferID", journey.last_viewed_offer_id);
        // Not a change of the journey: nobody is told, and its time to expire runs on.
        save_journey(work.database, journey);
        return success(work.call, detail(journey));
    });
}

}  // namespace credit::sandbox
