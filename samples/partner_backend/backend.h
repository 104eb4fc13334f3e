#pragma once

#include <string>

#include "partner_backend/api_key_ring.h"
#include "partner_backend/app_users.h"
#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/counters.h"
#include "partner_backend/crash_points.h"
#include "partner_backend/faults.h"
#include "partner_backend/hosted_route.h"
#include "partner_backend/journey_states.h"
#include "partner_backend/kept_sessions.h"
#include "partner_backend/mint_limits.h"
#include "partner_backend/options.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/refresh_route.h"
#include "partner_backend/repeated_answers.h"
#include "partner_backend/rotation_leases.h"
#include "partner_backend/sealing.h"
#include "partner_backend/session_minter.h"
#include "partner_backend/session_route.h"
#include "partner_backend/settings.h"
#include "partner_backend/shared_database.h"
#include "partner_backend/token_keeper.h"
#include "partner_backend/token_owners.h"
#include "partner_backend/webhook_route.h"
#include "partner_backend/worker.h"

namespace credit::partner {

// A store that has its stamp before anything is read from it.
struct StampedStore {
    explicit StampedStore(const Options& options);

    Sealer sealer;
    SharedDatabase shared;
};

// The parts of this server, wired. Everything a route touches is safe from several threads.
class Backend {
  public:
    // Throws OptionsError for keys, secrets and stores that cannot be used.
    explicit Backend(const Options& options);

    Settings settings;
    DenyList policy;
    AppUsers users;
    Faults faults;
    CrashPoints crash_points;
    Counters counters;
    ApiKeyRing keys;

  private:
    WebhookSecrets webhook_secrets_;
    StampedStore store_;

  public:
    PlatformClient platform;
    AuditLog audit;
    BorrowerIndex borrowers;
    JourneyStates journeys;

  private:
    Worker worker_;
    TokenOwners owners_;
    KeptSessions kept_;
    RepeatedAnswers repeated_;
    RotationLeases leases_;
    MintLimits limits_;
    SessionMinter minter_;

  public:
    TokenKeeper keeper;
    SessionRoute session_route;
    HostedRoute hosted_route;
    RefreshRoute refresh_route;
    WebhookRoute webhook_route;
};

}  // namespace credit::partner
