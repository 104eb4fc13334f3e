// Whoever can create or resume the borrower's session: in the end the partner's backend (R25).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/secret.h"
#include "core/http/message.h"

namespace credit {

// Sent once, never stored, never logged (R40).
struct StartOptions {
    std::string journey_type;  // empty: the partner's default
    SecretRef profile_json;    // a JSON object, or null
};

struct ProviderRequest {
    std::string borrower_external_id;
    StartOptions options;
    bool healing = false;  // the SDK asks by itself after the session died
    std::string correlation_id;
    std::string idempotency_key;
};

struct ProviderOutcome {
    bool ok = false;
    SecretBuffer json;  // ok: the partner's flat shape or the platform's envelope
    Error error;        // otherwise
};

class SessionProvider {
  public:
    using Completion = std::function<void(ProviderOutcome)>;
    virtual ~SessionProvider() = default;
    // `done` is called exactly once, from any thread, possibly inside the call. May block; comes from the storage thread.
    virtual void provide(const ProviderRequest& request, Completion done) = 0;
};

// Headers towards the partner's server, asked from the app for each request (its own login, for example).
class PartnerAuth {
  public:
    struct Answer {
        bool ok = true;
        std::vector<HttpHeader> headers;
        SecretRef bearer;  // an Authorization: Bearer value, kept out of ordinary strings
        Error error;
    };
    using Completion = std::function<void(Answer)>;
    virtual ~PartnerAuth() = default;
    // As SessionProvider::provide.
    virtual void headers(Completion done) = 0;
};

}  // namespace credit
