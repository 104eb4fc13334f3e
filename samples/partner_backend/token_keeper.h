#pragma once

#include <functional>
#include <string>

#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/caller.h"
#include "partner_backend/counters.h"
#include "partner_backend/kept_sessions.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/session_minter.h"
#include "partner_backend/settings.h"
#include "partner_backend/single_flight.h"
#include "partner_backend/token_owners.h"

namespace credit::partner {

// Backend-managed refresh: this server rotates the pair, the app sees session tokens only.
// One rotation per borrower at a time; a token that died is replaced by a new session.
class TokenKeeper {
  public:
    struct Parts {
        const Settings& settings;
        const Policy& policy;
        const PlatformClient& platform;
        BorrowerIndex& borrowers;
        TokenOwners& owners;
        KeptSessions& kept;
        AuditLog& audit;
        SessionMinter& minter;
        Counters& counters;
    };

    explicit TokenKeeper(const Parts& parts) : parts_(parts) {}

    // A session token for the borrower; `force` says that the app saw the current one refused.
    Answer session_token(const Caller& caller, bool force);

  private:
    Answer rotate(const Caller& caller, bool force, std::int64_t seen_generation);
    PlatformReply send(const Caller& caller, KeptSession& session);
    Answer store(const Caller& caller, const KeptSession& old, const PlatformReply& reply);
    Answer mint_anew(const Caller& caller, const std::string& why, const std::string& key);
    Answer current(const Caller& caller, const KeptSession& session) const;

    Parts parts_;
    SingleFlight flights_;
};

}  // namespace credit::partner
