#include "sandbox/sessions.h"

#include "sandbox/authentication.h"
#include "sandbox/envelope.h"
#include "sandbox/idempotency.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/profile_rules.h"
#include "sandbox/tokens.h"
#include "sandbox/validation.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

struct Borrower {
    std::string id;
    bool is_new = false;
};

Borrower borrower_with(Work& work, const Application& application, const std::string& external_id) {
    auto query = work.database.prepare(
        "SELECT id FROM borrowers WHERE application_id = ? AND external_id = ?");
    if (query.bind(1, application.id).bind(2, external_id).step()) return {query.text(0), false};
    const std::string id = kit::new_uuid();
    work.database
        .prepare("INSERT INTO borrowers (id, application_id, external_id) VALUES (?, ?, ?)")
        .bind(1, id)
        .bind(2, application.id)
        .bind(3, external_id)
        .run();
    return {id, true};
}

// What the partner knows of the borrower; new journeys start with it.
void keep_prefill(Work& work, const std::string& borrower_id, const nlohmann::json& sections) {
    if (sections.empty()) return;
    auto query = work.database.prepare("SELECT profile FROM borrowers WHERE id = ?");
    query.bind(1, borrower_id).step();
    const auto known = nlohmann::json::parse(query.text(0));
    work.database.prepare("UPDATE borrowers SET profile = ? WHERE id = ?")
        .bind(1, merged_profile(known, sections).dump())
        .bind(2, borrower_id)
        .run();
}

void end_other_sessions(Work& work, const std::string& borrower_id) {
    auto query =
        work.database.prepare("SELECT id FROM families WHERE borrower_id = ? AND state = 'active'");
    query.bind(1, borrower_id);
    std::vector<std::string> families;
    while (query.step())
        families.push_back(query.text(0));
    for (const auto& family : families) {
        revoke_family(work.database, family, "second_session", work.call.now_ms);
    }
}

nlohmann::ordered_json journey_for(Work& work, const Borrower& borrower, const std::string& type) {
    auto journey = active_journey(work.database, borrower.id, type);
    if (!journey && borrower.is_new && work.settings.journey_at_start) {
        journey = create_journey(context_of(work), borrower.id, type);
    }
    if (!journey) return nullptr;
    work.call.journey_id = journey->id;
    nlohmann::ordered_json json;
    json["journeyID"] = journey->id;
    json["status"] = journey->status;
    json["nextAction"] = nullable(journey->next_action);
    return json;
}

nlohmann::ordered_json session_json(Work& work, const Application& application,
                                    const nlohmann::json& body) {
    const std::string external_id = borrower_external_id(body);
    const std::string type = journey_type(body, "journeyType", false);
    const nlohmann::json sections = profile_sections(body);
    const Borrower borrower = borrower_with(work, application, external_id);
    work.call.effect = borrower.is_new ? "create" : "resume";
    keep_prefill(work, borrower.id, sections);
    nlohmann::ordered_json data;
    data["borrowerID"] = borrower.id;
    data["borrowerExternalID"] = external_id;
    if (work.settings.second_session_ends_first) end_other_sessions(work, borrower.id);
    const Pair pair = issue_first_pair(work, borrower.id);
    work.call.token_id = pair.refresh.id;
    data.update(pair_json(pair));
    data["activeJourney"] = journey_for(work, borrower, type);
    return data;
}

}  // namespace

Reply create_session(Work& work, const Reply* instead) {
    const Application application = authenticated_application(work);
    const std::string scope = credential_scope(work);
    if (auto stored = stored_reply(work, scope)) return *stored;
    const Reply reply =
        success(work.call, session_json(work, application, parse_object(work.call.body)));
    remember(work, scope, instead != nullptr ? *instead : reply);
    return reply;
}

}  // namespace credit::sandbox
