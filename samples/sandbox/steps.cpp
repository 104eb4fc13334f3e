#include "sandbox/steps.h"

#include <array>
#include <regex>

#include "sandbox/authentication.h"
#include "sandbox/envelope.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/journey_path.h"
#include "sandbox/validation.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_name = 254;

// What a step asks for while it is the journey's turn to do it.
struct Step {
    const char* name;
    const char* path;
    const char* status;  // of the journey
    const char* while_here;
    const char* action;
    bool in_gold_loan;
};

constexpr std::array<Step, 5> steps = {{
    {"kyc", "kyc", "KYC_PENDING", "READY", "REDIRECT", true},
    {"bankMandate", "bank-mandate", "BANK_MANDATE_PENDING", "READY", "SUBMIT_FORM", false},
    {"eMandate", "e-mandate", "E_MANDATE_PENDING", "IN_PROGRESS", "AWAIT_CALLBACK", false},
    {"loanAgreement", "loan-agreement", "LOAN_AGREEMENT_PENDING", "IN_PROGRESS", "AWAIT_CALLBACK",
     true},
    {"disbursal", "disbursal", "LENDER_PROCESSING", "IN_PROGRESS", "WAIT", true},
}};

const Step& step_of(const std::string& path) {
    for (const auto& step : steps) {
        if (path == step.path) return step;
    }
    throw not_found("There is no such step.");
}

bool is_failed_kyc(const Journey& journey, const Step& step) {
    return journey.status == "REJECTED" && std::string(step.name) == "kyc" && journey.redirect_id;
}

std::string status_of(const Step& step, const Journey& journey, const Offer& offer) {
    if (journey.type == "GOLD_LOAN" && !step.in_gold_loan) return "NOT_REQUIRED";
    if (journey.locked_offer_id != offer.id) return "PENDING";
    if (is_failed_kyc(journey, step)) return "FAILURE";
    if (journey.status == step.status) {
        return journey.redirect_opened ? "IN_PROGRESS" : step.while_here;
    }
    return comes_before(step.status, journey.status) ? "SUCCESS" : "PENDING";
}

Json form() {
    Json fields = Json::array();
    for (const char* name : {"accountHolderName", "accountNumber", "ifsc", "accountType"})
        fields.push_back(name);
    return {{"fields", fields}};
}

Json resource(const Work& work, const Step& step, const Journey& journey) {
    const std::string action = step.action;
    if (action == "REDIRECT" && journey.redirect_id) {
        return {{"type", "REDIRECT"},
                {"redirectURL", work.origin.get() + "/lender/kyc/" + *journey.redirect_id}};
    }
    if (action == "SUBMIT_FORM") return {{"type", "FORM"}, {"form", form()}};
    return nullptr;
}

Json step_json(const Work& work, const Step& step, const Journey& journey, const Offer& offer) {
    const bool here = journey.locked_offer_id == offer.id && journey.status == step.status;
    Json json;
    json["status"] = status_of(step, journey, offer);
    json["actionRequired"] = here ? step.action : "NONE";
    json["resource"] = here ? resource(work, step, journey) : Json(nullptr);
    json["diagnostics"] = nullptr;
    if (is_failed_kyc(journey, step)) json["diagnostics"] = {{"reason", "REFUSED_BY_LENDER"}};
    return json;
}

struct Place {
    Journey journey;
    Offer offer;
};

Place place_of_call(Work& work, const Token& token) {
    Journey journey = journey_of_call(work, token);
    Offer offer = offer_of_call(work, journey);
    return {std::move(journey), std::move(offer)};
}

Reply one_step(Work& work, const std::string& path) {
    const Token token = authenticated_session(work);
    const Place place = place_of_call(work, token);
    return success(work.call, step_json(work, step_of(path), place.journey, place.offer));
}

void check_field(const nlohmann::json& body, const char* field, const char* pattern) {
    const auto found = body.find(field);
    const bool fits = found != body.end() && found->is_string() &&
                      characters(found->get_ref<const std::string&>()) <= max_name &&
                      std::regex_match(found->get_ref<const std::string&>(), std::regex(pattern));
    if (!fits) throw invalid_field(field, std::string(field) + " is missing or not valid.");
}

void check_bank_account(const nlohmann::json& body) {
    check_field(body, "accountHolderName", "[A-Za-z][A-Za-z .']*");
    check_field(body, "accountNumber", "[0-9]{9,18}");
    check_field(body, "ifsc", "[A-Z]{4}0[A-Z0-9]{6}");
    check_field(body, "accountType", "saving|current");
}

}  // namespace

Reply show_steps(Work& work) {
    const Token token = authenticated_session(work);
    const Place place = place_of_call(work, token);
    Json all;
    for (const auto& step : steps)
        all[step.name] = step_json(work, step, place.journey, place.offer);
    return success(work.call, all);
}

Reply show_step(Work& work) {
    return one_step(work, work.call.step);
}

Reply show_kyc_status(Work& work) {
    const Token token = authenticated_session(work);
    const Place place = place_of_call(work, token);
    const Json step = step_json(work, step_of("kyc"), place.journey, place.offer);
    return success(work.call,
                   {{"status", step["status"]}, {"actionRequired", step["actionRequired"]}});
}

Reply show_bank_mandate(Work& work) {
    return one_step(work, "bank-mandate");
}

Reply submit_bank_mandate(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        Place place = place_of_call(work, token);
        check_bank_account(parse_object(work.call.body));
        const bool here = place.journey.locked_offer_id == place.offer.id &&
                          place.journey.status == "BANK_MANDATE_PENDING";
        if (!here) throw wrong_state("This journey does not wait for a bank account.");
        // The account itself is not kept: nothing here needs it.
        move_on(context_of(work), place.journey);
        return success(work.call,
                       step_json(work, step_of("bank-mandate"), place.journey, place.offer));
    });
}

}  // namespace credit::sandbox
