// How long a token lives, by clocks that may be wrong (R30, R31, R32). Pure functions.
#pragma once

#include <optional>

#include "core/session/policy.h"
#include "core/session/record.h"

namespace credit {

// Judges once, at receipt: the pair as it is stored. `previous` is what it replaces by a refresh (its refresh token is
// kept when the reply has none, R13), or null.
Pair pair_from(const Issued& issued, const Stamp& sent, const Pair* previous, const Record& learned,
               const Policy& policy);

// When the tokens of a refresh's reply were issued, at the latest: when the request was sent (R30); but a server that was
// asked before may have replayed what it said then. Its Date tells how long ago that was, or the learned offset; without
// either it may have been the first attempt, and never before that. `before`: what was stored when the request was sent.
Stamp issue_instant(const Issued& issued, const Stamp& sent, const Record& before);

// Server minus device wall clock as this reply shows it; nothing if it says no time.
std::optional<std::int64_t> offset_from(const Issued& issued, const Stamp& sent) noexcept;

// How long ago something was: by the elapsed clock within one boot, else by the wall clock (R31).
Millis passed_since(const Stamp& since, const Now& now) noexcept;

// What is left of the session token's life; nothing: unknown. Negative: over.
std::optional<Millis> life_left(const Pair& pair, const Now& now) noexcept;

// The instant on this boot's elapsed clock at which the life ends; nothing: unknown.
std::optional<ElapsedTime> ends_at(const Pair& pair, const Now& now) noexcept;

// By the device's wall clock, for people; -1: unknown.
std::int64_t expires_at_ms(const Pair& pair) noexcept;

// The shortest remaining life that is handed out (R21). requested 0: the policy's own. Never more than half a life, so
// that a caller who asks for more than the server issues does not cause a refresh with every call.
Millis effective_minimum(const Pair& pair, Millis requested, const Policy& policy) noexcept;

// How long before its end a token is renewed ahead (R21); zero when the life is unknown. `spread` in 0..1023 jitters it
// down by up to a quarter so that devices which started together do not refresh together.
Millis refresh_ahead(const Pair& pair, std::uint64_t spread, const Policy& policy) noexcept;

}  // namespace credit
