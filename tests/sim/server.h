// The platform, simulated: rotates tokens by one of the refresh models, keeps replies under their keys, and writes down
// what it did. Its mistakes are ordered from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/bodies.h"
#include "tests/sim/ledger.h"
#include "tests/sim/plan.h"

namespace credit::sim {

constexpr std::string_view kBorrower = "borrower-sim";
constexpr std::string_view kJourney = "journey-sim";
constexpr std::int64_t kEpochMs = 1'780'000'000'000;

struct RefreshCall {
    std::string_view token;
    std::string_view key;
    std::string_view correlation;
    std::int64_t now = 0;  // true time
    bool partner_route = false;
    bool shadow =
        false;  // a copy that the network made, or one that comes after its sender gave up
};

class Server {
  public:
    Server(const Plan& plan, Ledger& ledger) : plan_(plan), ledger_(ledger) {}

    // What an order makes of the next refreshes.
    struct Mood {
        int fail_before = 0;  // 500, nothing was done
        int fail_after = 0;   // 500, it was done
        int busy = 0;         // 429 or 503
        std::string retry_after;
        int in_progress = 0;
        int mismatch = 0;    // the key is blocked for good
        int cached_5xx = 0;  // the key is pinned to a stored 500
        bool cached_after_commit = false;
        int skip_replay = 0;  // authenticates first
        bool quiet() const {
            return fail_before + fail_after + busy + in_progress + mismatch + cached_5xx +
                       skip_replay ==
                   0;
        }
    };
    Mood mood;
    std::int64_t skew_ms = 0;
    int doomed = 0;         // so many sessions to come are dead on arrival
    bool faulted = false;   // something in it stood between a key and its reply
    int garbled = 0;        // replies of it that arrived as something else
    bool was_busy = false;  // it asked to be left alone for a while

    WireReply refresh(const RefreshCall& call);
    // A call that carries a session token.
    WireReply journeys(std::string_view token, std::string_view correlation, std::int64_t now);
    // Creates or resumes: another session on the same journey.
    WireReply session(std::int64_t now);
    void forget_keys();
    // Out of band: every session of the borrower that is alive.
    void revoke_all(Excuse why);
    bool accepts(int pair, std::int64_t now) const;  // its session token

    int rotations = 0;
    int replays = 0;
    int sessions = 0;
    // Asked when a spent token is refused; the world knows what became of its successor.
    Excuse (*judge)(void* world, int refresh, const RefreshCall& call) = nullptr;
    void* judge_with = nullptr;

  private:
    struct Kept {
        std::string key;
        int refresh = -1;
        std::int64_t at = 0;
        bool blocked = false;
        WireReply reply;
    };
    Kept* find(std::string_view key);
    WireReply rotate(int refresh, const RefreshCall& call);
    WireReply hand_out(int pair, const RefreshCall& call);
    WireReply spent_again(int refresh, const RefreshCall& call);
    WireReply refuse(int refresh, const RefreshCall& call, bool revoke_family);
    WireReply error(int status, std::string_view code, bool retryable, const RefreshCall& call);
    WireReply kept_error(Kept& kept) const;
    bool replays_by_key() const;
    bool in_grace(const IssuedPair& spent, std::int64_t now) const;
    PairTimes times(int pair, std::int64_t now) const;

    const Plan& plan_;
    Ledger& ledger_;
    std::vector<Kept> kept_;
    int requests_ = 0;
    int partner_keys_ = 0;
    static constexpr std::int64_t kRefreshLifeMs = 7 * 86'400'000LL;
};

}  // namespace credit::sim
