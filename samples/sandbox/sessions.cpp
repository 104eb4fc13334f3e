#include "sandbox/sessions.h"

#include "sandbox/authentication.h"
#include "sandbox/borrowers.h"
#include "sandbox/envelope.h"
#include "sandbox/idempotency.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/profile_rules.h"
#include "sandbox/tokens.h"
#include "sandbox/validation.h"

namespace credit::sandbox {

namespace {

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

nlohmann::ordered_json journey_for(Work& work, const KnownBorrower& borrower,
                                   const std::string& type) {
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
    const KnownBorrower borrower = known_borrower(work, application.id, external_id);
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
