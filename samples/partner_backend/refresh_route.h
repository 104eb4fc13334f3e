#pragma once

#include <string>

#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/caller.h"
#include "partner_backend/counters.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/session_shape.h"
#include "partner_backend/settings.h"
#include "partner_backend/token_keeper.h"
#include "partner_backend/token_owners.h"

namespace credit::partner {

// POST /api/credit/session/refresh. Client mode: the app's refresh token is forwarded, with the
// app's idempotency key unchanged, so that a repeat of a lost reply is a repeat at the platform
// too. Backend mode: this server's own token is used.
class RefreshRoute {
  public:
    struct Parts {
        const Settings& settings;
        const Policy& policy;
        const PlatformClient& platform;
        BorrowerIndex& borrowers;
        TokenOwners& owners;
        AuditLog& audit;
        TokenKeeper& keeper;
        Counters& counters;
        bool rewrite_idempotency_key = false;
    };

    explicit RefreshRoute(const Parts& parts) : parts_(parts) {}

    Answer answer(const Caller& caller, const std::string& body);

  private:
    Answer forbidden(const Caller& caller, const char* event, const std::string& named);
    Answer forward(const Caller& caller, const nlohmann::json& body);

    Parts parts_;
};

}  // namespace credit::partner
