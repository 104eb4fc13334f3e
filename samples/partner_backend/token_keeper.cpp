#include "partner_backend/token_keeper.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

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
constexpr int kSettledAtOnce = 256;
constexpr int kSettleTries = 8;  // with the waits between chores: about three minutes
// Beside connecting, sending and receiving: what reading and writing the store may take.
constexpr int kMarginMs = 2000;
constexpr std::chrono::milliseconds kLookAgain{20};

struct LeaseHeld {
    RotationLeases& leases;
    const std::string& borrower;

    ~LeaseHeld() {
        try {
            leases.give_back(borrower);
        } catch (const std::exception& error) {
            // It lapses by itself.
            spdlog::error("a lease was not given back: {}", error.what());
        }
    }
};

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
    if (session && force && !caller.idempotency_key.empty() &&
        parts_.kept.is_answered(caller.borrower, caller.idempotency_key, *session)) {
        force = false;
    }
    // While nobody knows what came of the last refresh, the old token may be dead already.
    if (session && !session->is_suspect && !force && life_left_ms(*session) > kFreshEnoughMs &&
        !parts_.kept.is_unsettled(caller.borrower, *session)) {
        return current(caller, *session);
    }
    const std::int64_t generation = session ? session->generation : 0;
    Answer answer =
        flights_.run(caller.borrower, [&] { return with_lease(caller, force, generation); });
    // A live token beats an error, unless the app has just seen it refused.
    const bool failed = answer.status >= 500 || answer.status == 409 || answer.status == 429;
    if (failed && session && !force && life_left_ms(*session) > 0) {
        return current(caller, *session);
    }
    return answer;
}

bool TokenKeeper::settle() {
    for (const std::string& borrower : parts_.kept.unsettled(kSettledAtOnce))
        session_token({borrower, kit::new_uuid(), ""}, false);
    return parts_.kept.unsettled(1).empty() || ++settle_tries_ >= kSettleTries;
}

// Longer than one attempt may take; each attempt renews it.
std::chrono::milliseconds TokenKeeper::lease_life() const {
    return std::chrono::milliseconds(3 * parts_.platform.timeout_ms() + kMarginMs);
}

// Waits for the worker that is rotating; its token is then the answer.
Answer TokenKeeper::with_lease(const Caller& caller, bool force, std::int64_t seen_generation) {
    const auto life = lease_life();
    const auto patience = std::chrono::steady_clock::now() + life + life;
    while (!parts_.leases.take(caller.borrower, life)) {
        const auto session = parts_.kept.find(caller.borrower);
        if (session && is_good_enough(caller, *session, force, seen_generation)) {
            return current(caller, *session);
        }
        if (std::chrono::steady_clock::now() > patience) {
            Answer busy = refused(503, "Another worker is refreshing.");
            busy.retry_after = "1";
            return busy;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    const LeaseHeld held{parts_.leases, caller.borrower};
    parts_.crash_points.reached("lease_taken");
    return rotate(caller, force, seen_generation);
}

// Somebody else's flight ended between our look and our turn: its token is the answer.
bool TokenKeeper::is_good_enough(const Caller& caller, const KeptSession& session, bool force,
                                 std::int64_t seen_generation) const {
    return session.generation != seen_generation && !session.is_suspect &&
           (force || life_left_ms(session) > kFreshEnoughMs) &&
           !parts_.kept.is_unsettled(caller.borrower, session);
}

Answer TokenKeeper::rotate(const Caller& caller, bool force, std::int64_t seen_generation) {
    auto session = parts_.kept.find(caller.borrower);
    if (!session) {
        if (parts_.borrowers.journey_type_of(caller.borrower).empty()) {
            return refused(404, "No session for this borrower.");
        }
        return mint_anew(caller, "session_missing_reminted", kit::new_uuid());
    }
    if (is_good_enough(caller, *session, force, seen_generation)) return current(caller, *session);
    // A second try that got no answer goes on where it ended, like any other refresh.
    if (session->is_suspect && !parts_.kept.is_unsettled(caller.borrower, *session)) {
        return heal(caller, *session);
    }
    const PlatformReply reply = send(caller, *session);
    if (carries_pair(reply)) return store(caller, *session, reply);
    if (reply.is_dead_session()) return judged_dead(caller, *session);
    return platform_failure(parts_.platform, reply, kFailed);
}

// Before a new session is asked for, a pair that was laid aside gets its turn. A verdict counts for
// what the store holds now: a session that was started meanwhile is not touched by it.
Answer TokenKeeper::judged_dead(const Caller& caller, const KeptSession& dead) {
    KeptSession session = dead;
    if (auto spare = parts_.kept.take_spare(caller.borrower, dead.refresh_token)) {
        session = *spare;
        const PlatformReply reply = send(caller, session);
        if (carries_pair(reply)) return store(caller, session, reply);
        if (!reply.is_dead_session()) return platform_failure(parts_.platform, reply, kFailed);
    }
    if (!parts_.kept.suspect(caller.borrower, session.refresh_token)) {
        const auto newer = parts_.kept.find(caller.borrower);
        if (newer && !newer->is_suspect) return current(caller, *newer);
    }
    parts_.crash_points.reached("refresh_judged");
    return heal(caller, session);
}

// One bad deployment of the platform must not end every session: the dead pair stays until another
// one is stored, and is tried once more where no new session is to be had.
Answer TokenKeeper::heal(const Caller& caller, const KeptSession& suspect) {
    const std::string key = derived_key(suspect.refresh_token, "credit partner remint v1",
                                        suspect.same_token, suspect.key_epoch);
    Answer minted = mint_anew(caller, "session_dead_reminted", key);
    const bool wanted = parts_.policy.allow(caller.borrower, Action::start_session);
    if (minted.status == 200 || !wanted) return minted;
    return parts_.kept.take_second_try(caller.borrower) ? try_again(caller, suspect, minted)
                                                        : minted;
}

Answer TokenKeeper::try_again(const Caller& caller, const KeptSession& suspect,
                              const Answer& no_session) {
    KeptSession session = suspect;
    const PlatformReply reply = send(caller, session);
    if (carries_pair(reply)) {
        parts_.audit.add("suspect_session_lived", caller.borrower, "", caller.correlation_id,
                         reply.request_id());
        return store(caller, session, reply);
    }
    // Any other answer than a verdict leaves open what became of it, as after every refresh.
    if (reply.is_dead_session()) parts_.kept.suspect(caller.borrower, session.refresh_token);
    return no_session;
}

bool TokenKeeper::erase_old_suspects() {
    parts_.kept.erase_old_suspects();
    return false;
}

// Marks, then sends. A key that is bound to another answer for good is changed once, never again.
PlatformReply TokenKeeper::send(const Caller& caller, KeptSession& session) {
    const auto attempt = [&] {
        // Never so late that another worker may have taken over: not sent is better than twice.
        if (!parts_.leases.take(caller.borrower, lease_life())) return PlatformReply{};
        const std::string key = derived_key(session.refresh_token, "credit refresh v1",
                                            session.same_token, session.key_epoch);
        const std::string noted = parts_.kept.mark(caller.borrower, session.refresh_token, key);
        parts_.crash_points.reached("refresh_marked");
        PlatformReply answered =
            parts_.platform.refresh(session.refresh_token, noted, caller.correlation_id);
        parts_.crash_points.reached("refresh_replied");
        return answered;
    };
    PlatformReply reply = attempt();
    if (session.key_epoch == 0 && is_bound_to_key(caller, session, reply)) {
        session.key_epoch = 1;
        parts_.kept.drop_mark(caller.borrower);
        if (parts_.kept.commit(caller.borrower, session.refresh_token, session)) reply = attempt();
    }
    return reply;
}

// The key belongs to another request, or to a failure that the platform has stored under it.
bool TokenKeeper::is_bound_to_key(const Caller& caller, const KeptSession& session,
                                  const PlatformReply& reply) {
    if (!reply.reached) return false;
    if (reply.status == 422) return true;
    return reply.status >= 500 && !reply.request_id().empty() &&
           parts_.repeated.is_pinned(caller.borrower, session.refresh_token,
                                     to_text(*reply.payload));
}

Answer TokenKeeper::store(const Caller& caller, const KeptSession& old,
                          const PlatformReply& reply) {
    KeptSession fresh = kept_from(reply);
    if (fresh.refresh_token == old.refresh_token) {
        fresh.same_token = old.same_token + 1;
        fresh.key_epoch = old.key_epoch;
    }
    ++parts_.counters.rotations;
    Write all(parts_.shared);
    parts_.owners.record(fresh.refresh_token, caller.borrower,
                         string_field(reply.data(), "refreshExpiresAt"));
    const bool stored = parts_.kept.commit(caller.borrower, old.refresh_token, fresh);
    parts_.audit.add(stored ? "token_rotated" : "rotated_pair_laid_aside", caller.borrower, "",
                     caller.correlation_id, reply.request_id());
    parts_.crash_points.reached("refresh_storing");
    all.commit();
    parts_.crash_points.reached("refresh_committed");
    if (!stored) {
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
