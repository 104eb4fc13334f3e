#include "partner_backend/session_route.h"

#include "partner_backend/header_rules.h"
#include "partner_backend/json_text.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr const char* kDefaultJourney = "PERSONAL_LOAN";

// The platform's body; the profile goes through as it is and is kept nowhere.
json platform_request(const std::string& borrower, const json& body) {
    json request{{"borrowerExternalID", borrower},
                 {"journeyType", string_field(body, "journeyType").value_or(kDefaultJourney)}};
    if (body.contains("profile") && !body["profile"].is_null())
        request["profile"] = body["profile"];
    return request;
}

bool has_other_type(const json& body, const char* key, json::value_t wanted) {
    const auto found = body.find(key);
    return found != body.end() && !found->is_null() && found->type() != wanted;
}

}  // namespace

Answer SessionRoute::answer(const Caller& caller, const std::string& text) {
    const json body = parse_json(text).value_or(json());
    const std::string named = trimmed(string_field(body, "borrowerExternalID").value_or(""));
    if (named.empty()) return refused(400, "Missing borrowerExternalID.");
    if (named != caller.borrower) {
        ++parts_.counters.denied;
        parts_.audit.add("foreign_borrower", caller.borrower, named, caller.correlation_id);
        return refused(403, "Forbidden.");
    }
    if (has_other_type(body, "journeyType", json::value_t::string)) {
        return refused(400, "Invalid journeyType.");
    }
    if (has_other_type(body, "profile", json::value_t::object)) {
        return refused(400, "Invalid profile.");
    }
    if (!parts_.policy.allow(caller.borrower, Action::start_session)) {
        ++parts_.counters.denied;
        parts_.audit.add("policy_denied", caller.borrower, named, caller.correlation_id);
        return refused(403, "Forbidden.");
    }
    if (!parts_.settings.platform_configured || !parts_.platform.is_configured()) {
        return refused(500, "Platform configuration missing.");
    }
    return parts_.minter.mint(caller, platform_request(caller.borrower, body));
}

}  // namespace credit::partner
