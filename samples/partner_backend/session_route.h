#pragma once

#include <string>

#include "partner_backend/audit_log.h"
#include "partner_backend/caller.h"
#include "partner_backend/counters.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/session_minter.h"
#include "partner_backend/settings.h"

namespace credit::partner {

// POST /api/credit/session of the public page, with what the page leaves to the partner: the
// borrower in the body must be the one the app user is.
class SessionRoute {
  public:
    struct Parts {
        const Settings& settings;
        const Policy& policy;
        const PlatformClient& platform;
        AuditLog& audit;
        SessionMinter& minter;
        Counters& counters;
    };

    explicit SessionRoute(const Parts& parts) : parts_(parts) {}

    Answer answer(const Caller& caller, const std::string& body);

  private:
    Parts parts_;
};

}  // namespace credit::partner
