#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/caller.h"
#include "partner_backend/crash_points.h"
#include "partner_backend/kept_sessions.h"
#include "partner_backend/mint_limits.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/session_shape.h"
#include "partner_backend/settings.h"
#include "partner_backend/token_owners.h"

namespace credit::partner {

// The pair of a reply in the form this server keeps it.
KeptSession kept_from(const PlatformReply& reply);

// Creates or resumes a borrower's session at the platform and writes down what came of it.
class SessionMinter {
  public:
    struct Parts {
        SharedDatabase& shared;
        const Settings& settings;
        const PlatformClient& platform;
        BorrowerIndex& borrowers;
        TokenOwners& owners;
        KeptSessions& kept;
        AuditLog& audit;
        MintLimits& limits;
        CrashPoints& crash_points;
    };

    explicit SessionMinter(const Parts& parts) : parts_(parts) {}

    // `request` is the platform's body; the answer has the flat shape of the public page.
    Answer mint(const Caller& caller, const nlohmann::json& request);

  private:
    // Why a reply that carries a pair is not taken over; empty when it is.
    std::string objection(const Caller& caller, const PlatformReply& reply) const;
    // All of it or nothing: a pair whose owner is known is one that was stored.
    void write_down(const Caller& caller, const nlohmann::json& request, const PlatformReply& reply,
                    RefreshMode mode);

    Parts parts_;
};

}  // namespace credit::partner
