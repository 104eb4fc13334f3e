#include "partner_backend/hosted_route.h"

#include <array>

#include "partner_backend/header_rules.h"
#include "partner_backend/json_text.h"
#include "partner_backend/platform_failure.h"
#include "server_kit/ids.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr const char* kFailed = "Platform hosted session failed.";
constexpr const char* kDefaultJourney = "PERSONAL_LOAN";
// What the app may hand on beside the borrower and the type of journey.
constexpr std::array kPrefill{"profile", "workProfile", "address", "journey", "goldLoan"};

std::string embed_url(const PlatformReply& reply) {
    if (!reply.succeeded_bare()) return {};
    const auto url = string_field(*reply.payload, "embedURL");
    return url ? *url : string_field(*reply.payload, "embedUrl").value_or("");
}

}  // namespace

Answer HostedRoute::answer(const Caller& caller, const std::string& text) {
    const json body = parse_json(text).value_or(json());
    const std::string named = trimmed(string_field(body, "borrowerExternalID").value_or(""));
    if (named.empty()) return refused(400, "Missing borrowerExternalID.");
    if (named != caller.borrower) return forbidden(caller, "foreign_borrower", named);
    if (body.contains("journeyType") && !body["journeyType"].is_string()) {
        return refused(400, "Invalid journeyType.");
    }
    if (!parts_.policy.allow(caller.borrower, Action::start_session)) {
        return forbidden(caller, "policy_denied", named);
    }
    if (!parts_.settings.platform_configured || !parts_.platform.is_configured()) {
        return refused(500, "Platform configuration missing.");
    }
    return mint(caller, body);
}

Answer HostedRoute::forbidden(const Caller& caller, const char* event, const std::string& named) {
    ++parts_.counters.denied;
    parts_.audit.add(event, caller.borrower, named, caller.correlation_id);
    return refused(403, "Forbidden.");
}

Answer HostedRoute::mint(const Caller& caller, const json& body) {
    // Never the app's key: a repeated answer would be a spent token.
    const std::string key = kit::new_uuid();
    const std::int64_t wait_ms = parts_.limits.wait_ms(caller.borrower, key);
    if (wait_ms > 0) return too_many(wait_ms, caller.correlation_id);
    std::string type = parts_.borrowers.journey_type_of(caller.borrower);
    if (type.empty()) type = kDefaultJourney;
    json request{{"borrowerProviderID", caller.borrower},
                 {"journeyType", string_field(body, "journeyType").value_or(type)}};
    for (const char* name : kPrefill) {
        if (body.contains(name)) request[name] = body[name];
    }
    const PlatformReply reply =
        parts_.platform.create_hosted_session(request, key, caller.correlation_id);
    parts_.crash_points.reached("bootstrap_replied");
    const std::string url = embed_url(reply);
    if (!url.starts_with("https://")) {
        // A success without an address may still have a token in it: nothing of it is handed on.
        return reply.succeeded_bare() ? refused(502, kFailed)
                                      : platform_failure(parts_.platform, reply, kFailed);
    }
    Answer answer;
    answer.journey_id = string_field(*reply.payload, "journeyID").value_or("");
    parts_.audit.add("bootstrap_minted", caller.borrower, answer.journey_id, caller.correlation_id);
    answer.body = {{"borrowerExternalID", caller.borrower}, {"embedURL", url}};
    if (!answer.journey_id.empty()) answer.body["journeyID"] = answer.journey_id;
    return answer;
}

}  // namespace credit::partner
