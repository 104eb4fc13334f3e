#include "sandbox/hosted_page_api.h"

#include <array>
#include <string_view>

#include "sandbox/authentication.h"
#include "sandbox/dispatch.h"
#include "sandbox/envelope.h"
#include "sandbox/hosted_domains.h"
#include "sandbox/hosted_tokens.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/journey_path.h"
#include "sandbox/lab_sessions.h"
#include "sandbox/offer.h"
#include "sandbox/profile_rules.h"
#include "sandbox/rate_limit.h"
#include "sandbox/validation.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

Reply bare(const Json& json) {
    Reply reply;
    reply.body = json.dump();
    return reply;
}

std::string text_in(const nlohmann::json& body, const char* field) {
    const auto found = body.find(field);
    if (found == body.end() || !found->is_string()) {
        throw invalid_field(field, std::string(field) + " must be given, as a string.");
    }
    return found->get<std::string>();
}

Journey journey_of(Work& work, const HostedSession& session) {
    auto journey = find_journey(work.database, session.journey_id);
    if (!journey) throw not_found("There is no such journey.");
    return *journey;
}

Json offers_json(Work& work, const Journey& journey) {
    Json list = Json::array();
    for (const auto& offer : offers_of(work.database, journey.id)) {
        if (offer.status != "OFFER_RECEIVED") continue;
        list.push_back({{"offerID", offer.id},
                        {"lenderName", offer.lender_name},
                        {"amount", offer.amount},
                        {"interestPercent", offer.interest_percent},
                        {"termMonths", offer.term_months}});
    }
    return list;
}

// What the page shows. It says nothing of the profile but what is still missing.
Json journey_json(Work& work, const Journey& journey) {
    Json json;
    json["journeyID"] = journey.id;
    json["journeyType"] = journey.type;
    json["status"] = journey.status;
    json["ended"] = has_ended(journey.status);
    json["waiting"] = moves_alone(journey.status);
    json["pollAfterSeconds"] = poll_after_seconds(work);
    json["missingFields"] = missing_fields(journey.profile, journey.type);
    json["offers"] =
        journey.status == "OFFERS_AVAILABLE" ? offers_json(work, journey) : Json::array();
    return json;
}

void check_scope(const nlohmann::json& body, const HostedSession& session) {
    const bool fits = text_in(body, "tenantID") == session.tenant_id &&
                      text_in(body, "applicationID") == session.application_id &&
                      text_in(body, "borrowerProviderID") == session.borrower_provider_id &&
                      text_in(body, "journeyType") == session.journey_type;
    if (!fits) {
        throw Refusal{403, "ACCESS_SCOPE_MISMATCH",
                      "The token is not one for this tenant, application, borrower and journey."};
    }
}

// The token is spent whatever comes of it: who sends it with another scope has stolen it.
Reply exchange(Work& work) {
    const auto body = parse_object(work.call.body);
    const HostedSession session = spend_bootstrap_token(work, text_in(body, "bootstrapToken"));
    check_scope(body, session);
    work.call.journey_id = session.journey_id;
    work.call.effect = "exchange";
    Json json = issue_hosted_pair(work, session);
    json["embedDomains"] = embed_domains(work.database, session.application_id);
    json["journey"] = journey_json(work, journey_of(work, session));
    return bare(json);
}

Reply refresh_page(Work& work) {
    const auto body = parse_object(work.call.body);
    const HostedSession session = spend_hosted_refresh(work, text_in(body, "refreshToken"));
    work.call.effect = "rotation";
    return bare(issue_hosted_pair(work, session));
}

Reply show_page_journey(Work& work) {
    const HostedSession session = authenticated_page(work);
    return bare(journey_json(work, journey_of(work, session)));
}

void check_status(const Journey& journey, const char* status) {
    if (journey.status != status) throw wrong_state("The journey is not at this step.");
}

Reply submit_page_profile(Work& work) {
    const HostedSession session = authenticated_page(work);
    const auto body = parse_object(work.call.body);
    Journey journey = journey_of(work, session);
    if (journey.status != "STARTED") check_status(journey, "PROFILE_REQUIRED");
    journey.profile = merged_profile(journey.profile, profile_sections(body, Surface::hosted));
    const auto missing = missing_fields(journey.profile, journey.type);
    if (!missing.empty()) throw invalid_field(missing.front(), missing.front() + " is missing.");
    const auto consent = body.find("bureauConsent");
    if (consent == body.end() || *consent != true) {
        throw invalid_field("bureauConsent", "No lender can be asked without bureauConsent.");
    }
    enter_status(context_of(work), journey, "PROFILE_SUBMITTED", "journey.profile.updated");
    return bare(journey_json(work, journey));
}

Reply choose_page_offer(Work& work) {
    const HostedSession session = authenticated_page(work);
    const std::string wanted = text_in(parse_object(work.call.body), "offerID");
    Journey journey = journey_of(work, session);
    check_status(journey, "OFFERS_AVAILABLE");
    const auto offer = find_offer(work.database, wanted);
    if (!offer || offer->journey_id != journey.id || offer->status != "OFFER_RECEIVED") {
        throw not_found("There is no such offer.");
    }
    journey.locked_offer_id = offer->id;
    journey.locked_at_ms = work.call.now_ms;
    enter_status(context_of(work), journey, "OFFER_SELECTED", "journey.offer.updated");
    return bare(journey_json(work, journey));
}

// The lender's page, and where to come back to if the app has closed the hosted page meanwhile.
Reply redirect_to_lender(Work& work) {
    const HostedSession session = authenticated_page(work);
    const Journey journey = journey_of(work, session);
    check_status(journey, "KYC_PENDING");
    if (!journey.redirect_id) throw wrong_state("The lender has no page for this journey.");
    return bare({{"externalURL", work.origin.get() + "/lender/kyc/" + *journey.redirect_id},
                 {"resumeURL", embed_url(work, session.tenant_id, session.application_id,
                                         session.borrower_provider_id, session.journey_type)}});
}

Reply confirm_mandate(Work& work) {
    const HostedSession session = authenticated_page(work);
    Journey journey = journey_of(work, session);
    check_status(journey, "BANK_MANDATE_PENDING");
    move_on(context_of(work), journey);
    return bare(journey_json(work, journey));
}

Reply leave(Work& work) {
    end_hosted_session(work, authenticated_page(work));
    return bare(Json::object());
}

struct PageRoute {
    std::string_view path;
    const char* method;
    std::optional<std::string> (*scope)(Work&);
    Reply (*answer)(Work&);
};

constexpr std::array<PageRoute, 9> routes = {{
    {"/api/lab/sessions", "POST", application_scope, create_lab_session},
    {"/api/lab/exchange", "POST", page_scope, exchange},
    {"/api/lab/refresh", "POST", page_scope, refresh_page},
    {"/api/lab/journey", "GET", page_scope, show_page_journey},
    {"/api/lab/journey/profile", "POST", page_scope, submit_page_profile},
    {"/api/lab/journey/offer", "POST", page_scope, choose_page_offer},
    {"/api/lab/journey/lender", "POST", page_scope, redirect_to_lender},
    {"/api/lab/journey/mandate", "POST", page_scope, confirm_mandate},
    {"/api/lab/exit", "POST", page_scope, leave},
}};

}  // namespace

std::optional<Reply> answer_page_route(Work& work) {
    for (const auto& route : routes) {
        if (work.call.path != route.path) continue;
        work.call.allowed_methods = route.method;
        if (work.call.method != route.method) throw wrong_method();
        check_tracing_headers(work.call);
        count_call(work, route.scope);
        return route.answer(work);
    }
    return std::nullopt;
}

}  // namespace credit::sandbox
