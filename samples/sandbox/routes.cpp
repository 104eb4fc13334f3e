#include <array>
#include <string_view>

#include "sandbox/call.h"

namespace credit::sandbox {

namespace {

struct Path {
    // Segments in braces take any one segment: {j} the id of a journey, {o} of an offer.
    std::string_view pattern;
    const char* methods;
    Route route;
};

#define CREDIT_JOURNEY "/api/v1/headless/journeys/{j}"
#define CREDIT_OFFER CREDIT_JOURNEY "/offers/{o}"
#define CREDIT_WEBHOOKS "/api/tenants/{}/applications/{}/webhooks"
constexpr std::array<Path, 43> paths = {{
    {"/api/v1/headless/sessions", "POST", Route::sessions},
    {"/api/v1/headless/sessions/refresh", "POST", Route::refresh},
    {"/api/v1/headless/journeys", "GET, POST", Route::journeys},
    {CREDIT_JOURNEY, "GET", Route::journey},
    {CREDIT_JOURNEY "/state", "GET", Route::journey_state},
    {CREDIT_JOURNEY "/resume", "PATCH", Route::journey_resume},
    {CREDIT_JOURNEY "/profile", "GET, PUT", Route::profile},
    {CREDIT_JOURNEY "/profile/submit", "POST", Route::profile_submit},
    {CREDIT_JOURNEY "/offers", "GET", Route::offers},
    {CREDIT_OFFER, "GET", Route::offer},
    {CREDIT_OFFER "/proceed", "POST", Route::offer_proceed},
    {CREDIT_OFFER "/reject", "POST", Route::offer_reject},
    {CREDIT_OFFER "/loan-amount", "POST", Route::not_simulated},
    {CREDIT_OFFER "/steps", "GET", Route::steps},
    {CREDIT_OFFER "/steps/kyc", "GET", Route::step},
    {CREDIT_OFFER "/steps/kyc/status", "GET", Route::kyc_status},
    {CREDIT_OFFER "/steps/bank-mandate", "GET, POST", Route::bank_mandate},
    {CREDIT_OFFER "/steps/e-mandate", "GET", Route::step},
    {CREDIT_OFFER "/steps/loan-agreement", "GET", Route::step},
    {CREDIT_JOURNEY "/aa/sessions", "GET, POST", Route::not_simulated},
    {CREDIT_JOURNEY "/aa/sessions/{}", "GET", Route::not_simulated},
    {CREDIT_JOURNEY "/aa/sessions/{}/redirect", "POST", Route::not_simulated},
    {CREDIT_JOURNEY "/aa/sessions/{}/complete", "POST", Route::not_simulated},
    {CREDIT_JOURNEY "/aa/sessions/{}/reconcile", "POST", Route::not_simulated},
    {CREDIT_JOURNEY "/post-disbursal/status", "POST", Route::not_simulated},
    {CREDIT_JOURNEY "/post-disbursal/foreclosure", "POST", Route::not_simulated},
    {CREDIT_JOURNEY "/post-disbursal/pre-part-payment", "POST", Route::not_simulated},
    {CREDIT_JOURNEY "/post-disbursal/missed-emi-payment", "POST", Route::not_simulated},
    {"/api/v1/hybrid/personal-loan/borrowers/{}/journey", "POST", Route::not_simulated_backend},
    {"/api/v1/hybrid/personal-loan/borrowers/{}/journey/offers", "GET",
     Route::not_simulated_backend},
    {"/api/lab/features", "GET", Route::not_simulated_backend},
    // Handled by hosted_routes.h; named here for the methods they take.
    {"/api/lab/sessions", "POST", Route::unknown},
    {"/api/lab/exchange", "POST", Route::unknown},
    {"/api/lab/refresh", "POST", Route::unknown},
    {"/api/lab/journey", "GET", Route::unknown},
    {"/api/lab/journey/profile", "POST", Route::unknown},
    {"/api/lab/journey/offer", "POST", Route::unknown},
    {"/api/lab/journey/lender", "POST", Route::unknown},
    {"/api/lab/journey/mandate", "POST", Route::unknown},
    {"/api/lab/exit", "POST", Route::unknown},
    {CREDIT_WEBHOOKS "/configuration", "GET", Route::unknown},
    {CREDIT_WEBHOOKS "/subscribe", "POST", Route::unknown},
    {CREDIT_WEBHOOKS "/unsubscribe", "POST", Route::unknown},
}};
#undef CREDIT_WEBHOOKS
#undef CREDIT_OFFER
#undef CREDIT_JOURNEY

std::string_view take_segment(std::string_view& path) {
    const auto slash = path.find('/', 1);
    const auto segment = path.substr(1, slash == path.npos ? path.npos : slash - 1);
    path = slash == path.npos ? std::string_view() : path.substr(slash);
    return segment;
}

void keep(Call& call, std::string_view name, std::string_view segment) {
    if (name == "{j}") call.journey_id = segment;
    if (name == "{o}") call.offer_id = segment;
}

bool matches(std::string_view pattern, std::string_view path, Call& call) {
    while (!pattern.empty() && !path.empty() && path.front() == '/') {
        const auto wanted = take_segment(pattern);
        const auto segment = take_segment(path);
        if (wanted.front() == '{' ? segment.empty() : segment != wanted) return false;
        keep(call, wanted, segment);
    }
    return pattern.empty() && path.empty();
}

}  // namespace

void find_route(Call& call) {
    for (const auto& path : paths) {
        if (!matches(path.pattern, call.path, call)) continue;
        call.route = path.route;
        call.allowed_methods = path.methods;
        if (path.route == Route::step) {
            call.step = path.pattern.substr(path.pattern.rfind('/') + 1);
        }
        return;
    }
    call.journey_id.clear();
    call.offer_id.clear();
}

}  // namespace credit::sandbox
