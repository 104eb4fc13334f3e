#include "sandbox/profile.h"

#include "sandbox/authentication.h"
#include "sandbox/envelope.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/journey_path.h"
#include "sandbox/profile_rules.h"
#include "sandbox/validation.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

Json profile_json(const Journey& journey) {
    Json json;
    json["journeyID"] = journey.id;
    for (const char* section : {"profile", "workProfile", "address", "goldLoan"}) {
        json[section] = journey.profile.value(section, nlohmann::json::object());
    }
    json["requiredFields"] = missing_fields(journey.profile, journey.type);
    json["updatedAt"] = kit::iso8601_ms(journey.updated_at_ms);
    return json;
}

bool takes_profile(const Journey& journey) {
    return journey.status == "STARTED" || journey.status == "PROFILE_REQUIRED";
}

void check_takes_profile(const Work& work, const Journey& journey) {
    if (takes_profile(journey)) return;
    if (comes_before(journey.status, "OFFERS_AVAILABLE")) throw still_pending(work);
    throw wrong_state("The profile of this journey has been submitted, or the journey has ended.");
}

void check_consent(const nlohmann::json& body) {
    const auto found = body.find("bureauConsent");
    if (found == body.end() || !found->is_boolean()) {
        throw invalid_field("bureauConsent", "bureauConsent must be true or false.");
    }
    if (!found->get<bool>()) {
        throw invalid_field("bureauConsent", "No lender can be asked without bureauConsent.");
    }
}

void check_complete(const Journey& journey) {
    const auto missing = missing_fields(journey.profile, journey.type);
    if (!missing.empty()) throw invalid_field(missing.front(), missing.front() + " is missing.");
}

}  // namespace

Reply show_profile(Work& work) {
    const Token token = authenticated_session(work);
    return success(work.call, profile_json(journey_of_call(work, token)));
}

Reply change_profile(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        Journey journey = journey_of_call(work, token);
        const auto sections = profile_sections(parse_object(work.call.body));
        check_takes_profile(work, journey);
        journey.profile = merged_profile(journey.profile, sections);
        enter_status(context_of(work), journey, "PROFILE_REQUIRED", "journey.profile.updated");
        return success(work.call, profile_json(journey));
    });
}

Reply submit_profile(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        Journey journey = journey_of_call(work, token);
        const auto body = parse_object(work.call.body);
        check_consent(body);
        check_takes_profile(work, journey);
        check_complete(journey);
        journey.operation_id = "op_" + kit::random_token(20);
        enter_status(context_of(work), journey, "PROFILE_SUBMITTED", "journey.profile.updated");
        Json json;
        json["operationID"] = *journey.operation_id;
        json["status"] = "ACCEPTED";
        json["pollAfterSeconds"] = poll_after_seconds(work);
        return success(work.call, json, 202);
    });
}

}  // namespace credit::sandbox
