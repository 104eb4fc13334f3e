#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "partner_backend/audit_log.h"
#include "partner_backend/borrower_index.h"
#include "partner_backend/caller.h"
#include "partner_backend/counters.h"
#include "partner_backend/crash_points.h"
#include "partner_backend/kept_sessions.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/policy.h"
#include "partner_backend/repeated_answers.h"
#include "partner_backend/rotation_leases.h"
#include "partner_backend/session_minter.h"
#include "partner_backend/settings.h"
#include "partner_backend/single_flight.h"
#include "partner_backend/token_owners.h"

namespace credit::partner {

// Backend-managed refresh: this server rotates the pair, the app sees session tokens only. One
// rotation per borrower at a time over all workers; a token that died is replaced by a new session.
// Lock, read, mark, send, commit, answer, release: whoever dies in between is followed by a worker
// that sends the same token with the same key.
class TokenKeeper {
  public:
    struct Parts {
        SharedDatabase& shared;
        const Settings& settings;
        const Policy& policy;
        const PlatformClient& platform;
        BorrowerIndex& borrowers;
        TokenOwners& owners;
        KeptSessions& kept;
        RepeatedAnswers& repeated;
        RotationLeases& leases;
        AuditLog& audit;
        SessionMinter& minter;
        CrashPoints& crash_points;
        Counters& counters;
    };

    explicit TokenKeeper(const Parts& parts) : parts_(parts) {}

    // A session token for the borrower; `force` says that the app saw the current one refused.
    Answer session_token(const Caller& caller, bool force);

    // Finds out what came of refreshes that a crash left without an answer, while the platform
    // still remembers them. True when none is left, or after enough tries: the borrower's next call
    // goes on where this ended.
    bool settle();

    // What died long ago and was never replaced. Never done: true would end the chore.
    bool erase_old_suspects();

  private:
    std::chrono::milliseconds lease_life() const;
    Answer with_lease(const Caller& caller, bool force, std::int64_t seen_generation);
    Answer rotate(const Caller& caller, bool force, std::int64_t seen_generation);
    Answer judged_dead(const Caller& caller, const KeptSession& dead);
    Answer heal(const Caller& caller, const KeptSession& suspect);
    Answer try_again(const Caller& caller, const KeptSession& suspect, const Answer& no_session);
    bool is_good_enough(const Caller& caller, const KeptSession& session, bool force,
                        std::int64_t seen_generation) const;
    PlatformReply send(const Caller& caller, KeptSession& session);
    bool is_bound_to_key(const Caller& caller, const KeptSession& session,
                         const PlatformReply& reply);
    Answer store(const Caller& caller, const KeptSession& old, const PlatformReply& reply);
    Answer mint_anew(const Caller& caller, const std::string& why, const std::string& key);
    Answer current(const Caller& caller, const KeptSession& session) const;

    Parts parts_;
    SingleFlight flights_;
    std::atomic<int> settle_tries_{0};
};

}  // namespace credit::partner
