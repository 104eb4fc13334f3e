#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "partner_backend/sealing.h"
#include "partner_backend/shared_database.h"

namespace credit::partner {

// A pair this server keeps for a borrower (refresh mode "backend").
struct KeptSession {
    std::string session_token;
    std::string refresh_token;
    std::string session_expires_at;
    std::int64_t dies_at_ms = 0;  // on our clock
    std::int64_t same_token = 0;  // replies in a row that kept the refresh token
    std::int64_t key_epoch = 0;   // 1 once the platform refused our key as mismatched
    std::int64_t generation = 0;  // grows with every stored pair
    bool is_suspect = false;      // the platform declared it dead, and no new session is there yet
};

// The pairs at rest, sealed, and beside each the refresh that is under way. The intent is durable
// before the request leaves: after a crash the same token goes out with the same key again.
class KeptSessions {
  public:
    KeptSessions(SharedDatabase& shared, const Sealer& sealer);

    // Nothing as well when the row does not open with today's key.
    std::optional<KeptSession> find(const std::string& borrower);

    // A new session replaces whatever was there.
    void replace(const std::string& borrower, const KeptSession& fresh);

    // Notes the refresh of this token under `key`; returns the key to send, which is the one noted
    // first when the token was being refreshed already.
    std::string mark(const std::string& borrower, const std::string& refresh_token,
                     const std::string& key);
    void drop_mark(const std::string& borrower);
    // A refresh of this very token was noted and nobody knows what came of it.
    bool is_unsettled(const std::string& borrower, const KeptSession& session);
    // Borrowers whose last refresh has no answer yet, the oldest first; at most `limit`.
    std::vector<std::string> unsettled(int limit);

    // An app that saw its session token refused asks under a key, and repeats it when the answer was
    // lost. True when this key was first asked under while another session token was the current
    // one: the repeat has its answer already. Remembers the key otherwise.
    bool is_answered(const std::string& borrower, const std::string& app_key,
                     const KeptSession& session);

    // Stores what a refresh of `old_token` brought. When another pair took its place meanwhile, the
    // one brought is laid aside and false returned: a pair received is never forgotten.
    bool commit(const std::string& borrower, const std::string& old_token,
                const KeptSession& fresh);
    // Puts the pair laid aside in the place of `dead_token`, once. Nothing when there is none.
    std::optional<KeptSession> take_spare(const std::string& borrower,
                                          const std::string& dead_token);

    // A verdict on this pair: it is kept, sealed, until another pair takes its place or a day has
    // passed; platforms have been wrong. False when it is not the current pair any more.
    bool suspect(const std::string& borrower, const std::string& dead_token);
    // True once, a quarter of an hour after the verdict: the pair may be tried once more.
    bool take_second_try(const std::string& borrower);
    void erase_old_suspects();

  private:
    bool holds(const std::string& borrower, const std::string& refresh_token);
    bool holds_any(const std::string& borrower);
    void write(const std::string& borrower, const KeptSession& session);
    void forget(const std::string& borrower, const char* table);
    void lay_aside(const std::string& borrower, const KeptSession& session);

    SharedDatabase& shared_;
    const Sealer& sealer_;
};

}  // namespace credit::partner
