#include "partner_backend/token_keeper.h"

#include "partner_backend/derived_key.h"
#include "partner_backend/json_text.h"
#include "partner_backend/platform_failure.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr const char* kFailed = "Platform session refresh failed.";
constexpr std::int64_t kFreshEnoughMs = 30'000;

std::int64_t life_left_ms(const KeptSession& session) {
    return session.dies_at_ms - kit::real_now_ms();
}

// The app computes a life as "expires at minus timestamp": for a token handed out later than it was
// issued, the timestamp must be the platform's time of now.
std::string platform_time_now(const KeptSession& session) {
    const auto expiry = kit::parse_iso8601(session.session_expires_at);
    return expiry ? kit::iso8601_ms(*expiry - life_left_ms(session)) : std::string();
}

}  // namespace

Answer TokenKeeper::session_token(const Caller& caller, bool force) {
    const auto session = parts_.kept.find(caller.borrower);
    if (session && !force && life_left_ms(*session) > kFreshEnoughMs) {
        return current(caller, *session);
    }
    const std::int64_t generation = session ? session->generation : 0;
    Answer answer =
        flights_.run(caller.borrower, [&] { return rotate(caller, force, generation); });
    // A live token beats an error, unless the app has just seen it refused.
    const bool failed = answer.status >= 500 || answer.status == 409 || answer.status == 429;
    if (failed && session && !force && life_left_ms(*session) > 0) {
        return current(caller, *session);
    }
    return answer;
}

Answer TokenKeeper::rotate(const Caller& caller, bool force, std::int64_t seen_generation) {
    auto session = parts_.kept.find(caller.borrower);
    if (!session) {
        if (parts_.borrowers.journey_type_of(caller.borrower).empty()) {
            return refused(404, "No session for this borrower.");
        }
        return mint_anew(caller, "session_missing_reminted", kit::new_uuid());
    }
    // Somebody else's flight ended between our look and our turn: its token is the answer.
    const bool replaced = session->generation != seen_generation;
    if (replaced && (force || life_left_ms(*session) > kFreshEnoughMs)) {
        return current(caller, *session);
    }
    const PlatformReply reply = send(caller, *session);
    if (carries_pair(reply)) return store(caller, *session, reply);
    if (reply.is_dead_session()) {
        const std::string key = derived_key(session->refresh_token, "credit partner remint v1",
                                            session->same_token, session->key_epoch);
        return mint_anew(caller, "session_dead_reminted", key);
    }
    return platform_failure(parts_.platform, reply, kFailed);
}

// Marks, then sends. A key the platform holds for another request is changed once, never again.
PlatformReply TokenKeeper::send(const Caller& caller, KeptSession& session) {
    const auto attempt = [&] {
        const std::string key = derived_key(session.refresh_token, "credit partner refresh v1",
                                            session.same_token, session.key_epoch);
        const std::string noted = parts_.kept.mark(caller.borrower, session.refresh_token, key);
        return parts_.platform.refresh(session.refresh_token, noted, caller.correlation_id);
    };
    PlatformReply reply = attempt();
    if (reply.reached && reply.status == 422 && session.key_epoch == 0) {
        session.key_epoch = 1;
        parts_.kept.drop_mark(caller.borrower);
        if (parts_.kept.commit(caller.borrower, session.refresh_token, session)) reply = attempt();
    }
    return reply;
}

Answer TokenKeeper::store(const Caller& caller, const KeptSession& old,
                          const PlatformReply& reply) {
    KeptSession fresh = kept_from(reply);
    if (fresh.refresh_token == old.refresh_token) {
        fresh.same_token = old.same_token + 1;
        fresh.key_epoch = old.key_epoch;
    }
    ++parts_.counters.rotations;
    parts_.owners.record(fresh.refresh_token, caller.borrower,
                         string_field(reply.data(), "refreshExpiresAt"));
    if (!parts_.kept.commit(caller.borrower, old.refresh_token, fresh)) {
        // A new session was started meanwhile: it is the newer one.
        const auto newer = parts_.kept.find(caller.borrower);
        if (newer) return current(caller, *newer);
    }
    Answer answer = current(caller, fresh);
    answer.request_id = reply.request_id();
    return answer;
}

Answer TokenKeeper::mint_anew(const Caller& caller, const std::string& why,
                              const std::string& key) {
    parts_.audit.add(why, caller.borrower, "", caller.correlation_id);
    if (!parts_.policy.allow(caller.borrower, Action::start_session)) {
        return refused(403, "Forbidden.");
    }
    ++parts_.counters.reminted;
    Caller for_mint = caller;
    for_mint.idempotency_key = key;
    Answer minted = parts_.minter.mint(
        for_mint, {{"borrowerExternalID", caller.borrower},
                   {"journeyType", parts_.borrowers.journey_type_of(caller.borrower)}});
    if (minted.status != 200) return minted;
    const auto session = parts_.kept.find(caller.borrower);
    if (!session) return refused(500, "Internal error.");
    Answer answer = current(caller, *session);
    answer.request_id = minted.request_id;
    return answer;
}

Answer TokenKeeper::current(const Caller& caller, const KeptSession& session) const {
    Answer answer;
    answer.body = {{"borrowerExternalID", caller.borrower},
                   {"sessionToken", session.session_token},
                   {"sessionExpiresAt", session.session_expires_at}};
    if (parts_.settings.shape == Shape::timestamp) {
        answer.body["timestamp"] = platform_time_now(session);
    }
    answer.journey_id = parts_.borrowers.journey_id_of(caller.borrower);
    return answer;
}

}  // namespace credit::partner
