#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace credit::sandbox {

enum class Route {
    sessions,
    refresh,
    journeys,
    journey,
    journey_state,
    journey_resume,
    profile,
    profile_submit,
    offers,
    offer,
    offer_proceed,
    offer_reject,
    steps,
    step,
    kyc_status,
    bank_mandate,
    // Documented and not simulated, for a session or for an API key.
    not_simulated,
    not_simulated_backend,
    unknown
};

// One request to the platform API, freed of the HTTP library, and what becomes known of it on the
// way to the ledger.
struct Call {
    std::string method;
    std::string path;
    std::string body;
    std::optional<std::string> authorization;
    std::optional<std::string> api_key;
    std::optional<std::string> idempotency_key;
    std::optional<std::string> sent_correlation_id;
    std::optional<std::string> api_version;
    std::optional<std::string> type_filter;

    Route route = Route::unknown;
    std::string journey_id;
    std::string offer_id;
    std::string step;
    std::string allowed_methods;

    std::string request_id;
    std::string correlation_id;
    // When it came, and when it is handled: a fault may hold it back in between.
    std::int64_t arrived_ms = 0;
    std::int64_t now_ms = 0;

    std::string effect = "none";
    std::string code;
    std::string fault;
    std::optional<std::int64_t> token_id;
    // Set by the fault `expired_pair`: the life of the session token, instead of the setting.
    std::optional<std::int64_t> session_ttl_ms;

    bool mutates() const { return method == "POST" || method == "PUT" || method == "PATCH"; }
};

struct Reply {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
};

// The name of a route in faults and in the ledger.
std::string route_name(Route route);

// Fills route, the ids of the path and allowed_methods from method and path.
void find_route(Call& call);

// The token of an `Authorization: Bearer` header, if it is one.
std::optional<std::string> bearer(const Call& call);

}  // namespace credit::sandbox
