// All numbers of the lifecycle in one table, each with its reason.
#pragma once

#include <cstddef>

#include "core/base/time.h"

namespace credit {

struct Policy {
    // R21: renew this much before the end, at most a tenth of the life, so that a short-lived token is not renewed at once.
    Millis refresh_ahead = seconds(60);
    int refresh_ahead_percent = 10;
    // R21: what is handed out should outlive one round trip; at most a twentieth of the life.
    Millis minimum_lifetime = seconds(10);
    int minimum_lifetime_percent = 5;
    // A phone finds a working path within 5 s or not at all; an attempt of 10 s fits the probe's best row (DESIGN 7).
    Millis connect_timeout = seconds(5);
    Millis attempt_timeout = seconds(10);
    // R8, R9: connect + attempt + margin; shorter than a person's patience when the holder died.
    Millis lease = seconds(18);
    // How often a process looks whether another's rotation has landed.
    Millis lease_poll = Millis{200};
    // R19: an unanswered refresh is asked again this long; most lost replies are answered within it.
    Millis settle_window = seconds(150);
    Millis settle_floor = Millis{500};
    Millis settle_cap = seconds(8);
    // R34: waiters per session; a programming error shows before memory does.
    std::size_t max_waiters = 65'536;
    Millis call_deadline = seconds(30);
    // R21: a token that arrives expired is renewed at most this often.
    Millis short_token_floor = seconds(10);
    Millis short_token_cap = minutes(5);
    // R29: refused within this time of its issue without one accepted call opens the breaker.
    Millis breaker_window = seconds(60);
    Millis breaker_floor = seconds(1);
    Millis breaker_cap = minutes(5);
    // R25: healing.
    Millis heal_spread = seconds(60);
    Millis heal_spread_waiting = seconds(5);
    Millis heal_again_floor = minutes(1);
    Millis heal_again_cap = hours(6);
    Millis heal_young = minutes(10);  // dying this soon after healing doubles the wait
    int heal_per_day = 4;
    // R24: the suspect pair.
    Millis suspect_keep = hours(24);
    Millis suspect_retry = minutes(15);
    // R26: stuck.
    Millis stuck_after = minutes(10);
    int stuck_answers = 5;
    // So long an answer says how the server is now; longer than any wait between two attempts.
    Millis stuck_fresh = minutes(5);
    Millis pinned_after = minutes(15);
    int pinned_answers = 5;
    int malformed_replays = 3;  // table 2.7: an ambiguous contract error
    // R38: a server's wish is honoured up to here.
    Millis retry_after_cap_waiting = minutes(5);
    Millis retry_after_cap = hours(1);
    // R17: storage retries while tokens are in memory only.
    Millis storage_retry_floor = Millis{200};
    Millis storage_retry_cap = seconds(30);
    // A token call waits this long for a look at the store before it is served from memory.
    Millis peek_patience = Millis{500};
    // R30: a life beyond this is not believed.
    Millis longest_life = days(400);

    bool operator==(const Policy&) const = default;
};

}  // namespace credit
