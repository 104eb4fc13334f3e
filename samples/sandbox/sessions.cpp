#include "sandbox/sessions.h"

#include "sandbox/api_keys.h"
#include "sandbox/envelope.h"
#include "sandbox/idempotency.h"
#include "sandbox/journeys.h"
#include "sandbox/tokens.h"
#include "sandbox/validation.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

std::optional<std::string> known_borrower(Work& work, const std::string& external_id) {
    auto query = work.database.prepare("SELECT borrower_id FROM borrowers WHERE external_id = ?");
    if (!query.bind(1, external_id).step()) return std::nullopt;
    return query.text(0);
}

std::string create_borrower(Work& work, const std::string& external_id) {
    const std::string id = kit::new_uuid();
    work.database.prepare("INSERT INTO borrowers (external_id, borrower_id) VALUES (?, ?)")
        .bind(1, external_id)
        .bind(2, id)
        .run();
    return id;
}

void end_other_sessions(Work& work, const std::string& external_id) {
    auto query =
        work.database.prepare("SELECT id FROM families WHERE external_id = ? AND state = 'active'");
    query.bind(1, external_id);
    std::vector<std::string> families;
    while (query.step())
        families.push_back(query.text(0));
    for (const auto& family : families) {
        revoke_family(work.database, family, "second_session", work.call.now_ms);
    }
}

nlohmann::ordered_json journey_for(Work& work, const std::string& external_id,
                                   const std::string& type, bool is_new) {
    auto journey = active_journey(work, external_id, type);
    if (journey.is_null() && is_new && work.settings.journey_at_start) {
        create_journey(work, external_id, type);
        journey = active_journey(work, external_id, type);
    }
    if (!journey.is_null()) work.call.journey_id = journey["journeyID"].get<std::string>();
    return journey;
}

nlohmann::ordered_json session_json(Work& work, const nlohmann::json& body) {
    const std::string external_id = borrower_external_id(body);
    const std::string type = journey_type(body, "journeyType", false);
    check_profile(body);
    const auto known = known_borrower(work, external_id);
    work.call.effect = known ? "resume" : "create";
    nlohmann::ordered_json data;
    data["borrowerID"] = known ? *known : create_borrower(work, external_id);
    data["borrowerExternalID"] = external_id;
    if (work.settings.second_session_ends_first) end_other_sessions(work, external_id);
    const Pair pair = issue_first_pair(work, external_id);
    work.call.token_id = pair.refresh.id;
    data.update(pair_json(pair));
    data["activeJourney"] = journey_for(work, external_id, type, !known);
    return data;
}

}  // namespace

std::string presented_api_key(const Call& call) {
    if (call.authorization) return bearer(call).value_or("");
    return call.api_key.value_or("");
}

Reply create_session(Work& work, const Reply* instead) {
    const std::string key = presented_api_key(work.call);
    if (!is_active_api_key(work.database, work.environment, key)) throw invalid_api_key();
    if (auto stored = stored_reply(work, key)) return *stored;
    const Reply reply = success(work.call, session_json(work, parse_object(work.call.body)));
    remember(work, key, instead != nullptr ? *instead : reply);
    return reply;
}

}  // namespace credit::sandbox
