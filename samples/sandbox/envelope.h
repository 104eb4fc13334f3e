#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/call.h"

namespace credit::sandbox {

// Thrown wherever a call is refused; what was written before it is kept, so that the verdict "this
// token was used twice" and the end of its family go together.
struct Refusal {
    int status;
    std::string code;
    std::string message;
    bool retryable = false;
    nlohmann::json details = nlohmann::json::object();
    std::int64_t retry_after_s = 0;  // 0 for no such header
};

Refusal invalid_field(const std::string& field, const std::string& message);
Refusal invalid_api_key();
Refusal invalid_session();
Refusal wrong_state(const std::string& message);
Refusal not_found(const std::string& message);

// Fills request_id and correlation_id. A correlation id that is refused is replaced, too: the
// reply has to have one.
void identify(Call& call);

// Checks X-Correlation-ID and X-AL-API-Version, which every route takes.
void check_tracing_headers(const Call& call);

// Checks these and the Idempotency-Key of a call that changes something.
void check_headers(const Call& call);

Reply success(const Call& call, const nlohmann::ordered_json& data, int status = 200);
Reply failure(Call& call, const Refusal& refusal);

// The documented code that goes with a status, for replies that faults make up.
std::string usual_code(int status);

}  // namespace credit::sandbox
