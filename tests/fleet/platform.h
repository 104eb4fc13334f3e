// The platform as one borrower sees it: it rotates tokens, replays by key, grants a short grace, and revokes on reuse.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/fleet/scenario.h"

namespace credit::fleet {

// Tokens are numbers here; their times are the server's words, in its own clock.
struct Tokens {
    std::uint32_t session = 0;  // 0: none
    std::uint32_t refresh = 0;
    std::int64_t session_ends_ms = 0;
    std::int64_t refresh_ends_ms = 0;
    std::int64_t server_time_ms = 0;
};

class Platform {
  public:
    // From the example timestamps of the platform's documentation.
    static constexpr Time kSessionLife = 30 * kMinute;
    static constexpr Time kRefreshLife = 7 * kDay;
    // Of the previous refresh token; and of a stored reply.
    static constexpr Time kGrace = 30 * kSecond;
    static constexpr Time kReplays = kDay;

    explicit Platform(const Scenario& scenario) : scenario_(scenario) {}

    // A new session of this borrower. With one session for each borrower it ends the ones before.
    Tokens start(Time now);
    // New tokens, or none: a verdict. `key` 0: no replay is possible.
    Tokens refresh(std::uint32_t refresh_token, std::uint64_t key, Time now);
    bool accepts(std::uint32_t session_token, Time now) const;

  private:
    struct Session {
        bool alive = true;
        Tokens now;
        std::uint32_t previous = 0;  // refresh token
        Time rotated = 0;
        std::uint32_t replayed_for = 0;
        std::uint64_t replayed_key = 0;
    };
    struct Issued {
        std::uint32_t session = 0;  // index
        std::int64_t ends_ms = 0;
    };
    std::int64_t clock(Time now) const;
    Tokens mint(Session& session, std::uint32_t index, Time now);
    bool dead(const Session& session, Time now) const;

    const Scenario& scenario_;
    std::vector<Session> sessions_;
    std::vector<Issued> issued_;  // by token - 1; a pair has one number
};

}  // namespace credit::fleet
