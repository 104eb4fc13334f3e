// The session's public state (DESIGN 3). Refreshing, offline, stuck, healing and unsaved are properties of `active`, not
// states: an app must not sign a borrower out because of them.
#pragma once

#include <cstdint>

#include "core/base/code.h"

namespace credit {

enum class PublicState { loading = 1, no_session = 2, active = 3, storage_locked = 4, closed = 5 };

struct StateInfo {
    PublicState state = PublicState::loading;
    std::uint32_t properties = 0;
    // no_session: a 2xxx code, or storage_corrupt / storage_key_lost when only a new session can help; loading and
    // storage_locked: a 5xxx code, unsupported or ok
    Code reason = Code::ok;
    std::uint64_t generation = 0;  // of the newest tokens; 0: none yet
    std::int64_t expires_at_ms =
        -1;  // of the session token by the device's clock; -1: unknown or none
    bool operator==(const StateInfo&) const = default;

    static constexpr std::uint32_t kRefreshing = 1;
    static constexpr std::uint32_t kOffline = 2;
    static constexpr std::uint32_t kStuck = 4;
    static constexpr std::uint32_t kHealing = 8;
    static constexpr std::uint32_t kUnsaved = 16;
};

}  // namespace credit
