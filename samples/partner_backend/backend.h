#pragma once

#include <string>

#include "partner_backend/app_users.h"
#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/counters.h"
#include "partner_backend/faults.h"
#include "partner_backend/kept_sessions.h"
#include "partner_backend/options.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/refresh_route.h"
#include "partner_backend/sealing.h"
#include "partner_backend/session_minter.h"
#include "partner_backend/session_route.h"
#include "partner_backend/settings.h"
#include "partner_backend/shared_database.h"
#include "partner_backend/token_keeper.h"
#include "partner_backend/token_owners.h"

namespace credit::partner {

// The parts of this server, wired. Everything a route touches is safe from several threads.
class Backend {
  public:
    explicit Backend(const Options& options);

    Settings settings;
    DenyList policy;
    AppUsers users;
    Faults faults;
    Counters counters;

  private:
    SharedDatabase shared_;
    Sealer sealer_;
    PlatformClient platform_;

  public:
    AuditLog audit;
    BorrowerIndex borrowers;

  private:
    TokenOwners owners_;
    KeptSessions kept_;
    SessionMinter minter_;
    TokenKeeper keeper_;

  public:
    SessionRoute session_route;
    RefreshRoute refresh_route;
};

}  // namespace credit::partner
