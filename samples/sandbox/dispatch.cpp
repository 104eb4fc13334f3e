#include "sandbox/dispatch.h"

#include "sandbox/authentication.h"
#include "sandbox/envelope.h"
#include "sandbox/hosted_routes.h"
#include "sandbox/journeys.h"
#include "sandbox/offers.h"
#include "sandbox/profile.h"
#include "sandbox/rate_limit.h"
#include "sandbox/refresh.h"
#include "sandbox/sessions.h"
#include "sandbox/steps.h"

namespace credit::sandbox {

namespace {

Refusal not_simulated() {
    return {501, "NOT_SIMULATED", "The platform documents this; the sandbox does not simulate it."};
}

Reply about_journeys(Work& work, const Reply* instead) {
    const bool reads = work.call.method == "GET";
    switch (work.call.route) {
        case Route::journeys:
            return reads ? list_journeys(work) : start_journey(work, instead);
        case Route::journey:
            return show_journey(work);
        case Route::journey_state:
            return show_journey_state(work);
        case Route::journey_resume:
            return keep_resume_markers(work, instead);
        case Route::profile:
            return reads ? show_profile(work) : change_profile(work, instead);
        case Route::profile_submit:
            return submit_profile(work, instead);
        default:
            throw not_found("There is no such route.");
    }
}

Reply about_offers(Work& work, const Reply* instead) {
    switch (work.call.route) {
        case Route::offers:
            return list_offers(work);
        case Route::offer:
            return show_offer(work);
        case Route::offer_proceed:
            return proceed_with_offer(work, instead);
        case Route::offer_reject:
            return reject_offer(work, instead);
        case Route::steps:
            return show_steps(work);
        case Route::step:
            return show_step(work);
        case Route::kyc_status:
            return show_kyc_status(work);
        case Route::bank_mandate:
            return work.call.method == "GET" ? show_bank_mandate(work)
                                             : submit_bank_mandate(work, instead);
        default:
            return about_journeys(work, instead);
    }
}

}  // namespace

bool takes_method(const Call& call) {
    return (", " + call.allowed_methods + ",").find(", " + call.method + ",") != std::string::npos;
}

Refusal wrong_method() {
    return {405,
            "VALIDATION_FAILED",
            "This path does not take this method.",
            false,
            {{"field", "method"}}};
}

Reply dispatch(Work& work, const Reply* instead) {
    const Call& call = work.call;
    if (call.route == Route::unknown) {
        if (auto reply = answer_hosted_route(work)) return *reply;
        throw not_found("There is no such route.");
    }
    if (!takes_method(call)) throw wrong_method();
    check_headers(call);
    count_call(work, call_scope);
    switch (call.route) {
        case Route::sessions:
            return create_session(work, instead);
        case Route::refresh:
            return refresh(work, instead);
        case Route::not_simulated:
            authenticated_session(work);
            throw not_simulated();
        case Route::not_simulated_backend:
            authenticated_application(work);
            throw not_simulated();
        default:
            return about_offers(work, instead);
    }
}

}  // namespace credit::sandbox
