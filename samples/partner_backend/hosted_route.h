#pragma once

#include <string>

#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/caller.h"
#include "partner_backend/counters.h"
#include "partner_backend/crash_points.h"
#include "partner_backend/mint_limits.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/session_shape.h"
#include "partner_backend/settings.h"

namespace credit::partner {

// POST /api/credit/hosted-session: the address of the hosted page with a fresh one-time bootstrap
// token, for the journey the borrower already has or a new one. Asked again, it mints another: such
// a token is never repeated, stored or logged.
class HostedRoute {
  public:
    struct Parts {
        const Settings& settings;
        const Policy& policy;
        const PlatformClient& platform;
        BorrowerIndex& borrowers;
        MintLimits& limits;
        AuditLog& audit;
        CrashPoints& crash_points;
        Counters& counters;
    };

    explicit HostedRoute(const Parts& parts) : parts_(parts) {}

    Answer answer(const Caller& caller, const std::string& body);

  private:
    Answer forbidden(const Caller& caller, const char* event, const std::string& named);
    Answer mint(const Caller& caller, const nlohmann::json& body);

    Parts parts_;
};

}  // namespace credit::partner
