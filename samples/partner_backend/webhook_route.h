#pragma once

#include <string>

#include "partner_backend/counters.h"
#include "partner_backend/journey_states.h"
#include "partner_backend/session_shape.h"
#include "partner_backend/webhook_secrets.h"
#include "partner_backend/webhook_signature.h"

namespace credit::partner {

// Whose events are taken in; empty: everybody's whom our secret signed.
struct WebhookScope {
    std::string tenant_id;
    std::string application_id;
};

// What came, as it came.
struct WebhookRequest {
    std::string timestamp;
    std::string signature;
    std::string content_type;
    std::string content_encoding;
    std::string raw_body;
};

// POST /api/credit/webhooks. 2xx only when the event is durable: whatever else, the platform
// delivers it again. Every refusal has a `code`.
class WebhookRoute {
  public:
    struct Parts {
        WebhookSecrets& secrets;
        WebhookRules rules;
        WebhookScope scope;
        JourneyStates& journeys;
        Counters& counters;
    };

    explicit WebhookRoute(const Parts& parts) : parts_(parts) {}

    Answer answer(const WebhookRequest& request);

  private:
    Answer refuse(int status, const char* code, const std::string& error);

    Parts parts_;
};

}  // namespace credit::partner
