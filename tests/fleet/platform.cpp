#include "tests/fleet/platform.h"

namespace credit::fleet {

std::int64_t Platform::clock(Time now) const {
    const Time behind = scenario_.at(Trouble::clock, now) ? kClockBehind : 0;
    return kEpochMs + now - behind;
}

Tokens Platform::mint(Session& session, std::uint32_t index, Time now) {
    Tokens out;
    out.server_time_ms = clock(now);
    out.session_ends_ms = out.server_time_ms + kSessionLife;
    out.refresh_ends_ms = out.server_time_ms + kRefreshLife;
    issued_.push_back({index, out.session_ends_ms});
    out.session = out.refresh = static_cast<std::uint32_t>(issued_.size());
    session.previous = session.now.refresh;
    session.rotated = now;
    session.now = out;
    return out;
}

Tokens Platform::start(Time now) {
    if (scenario_.trouble == Trouble::siblings) {
        for (Session& session : sessions_)
            session.alive = false;
    }
    sessions_.emplace_back();
    return mint(sessions_.back(), static_cast<std::uint32_t>(sessions_.size() - 1), now);
}

bool Platform::dead(const Session& session, Time now) const {
    return !session.alive || clock(now) >= session.now.refresh_ends_ms;
}

Tokens Platform::refresh(std::uint32_t refresh_token, std::uint64_t key, Time now) {
    if (scenario_.at(Trouble::verdicts, now) || refresh_token == 0) return {};
    const std::uint32_t index = issued_.at(refresh_token - 1).session;
    Session& session = sessions_[index];
    if (dead(session, now)) return {};
    const bool newest = refresh_token == session.now.refresh;
    if (newest) {
        session.replayed_for = refresh_token;
        session.replayed_key = key;
        return mint(session, index, now);
    }
    const bool replay = key != 0 && key == session.replayed_key &&
                        refresh_token == session.replayed_for && now - session.rotated < kReplays;
    const bool grace = refresh_token == session.previous && now - session.rotated <= kGrace;
    if (replay || grace) return session.now;
    session.alive = false;  // reuse of a token that was rotated: the whole family goes
    return {};
}

bool Platform::accepts(std::uint32_t session_token, Time now) const {
    if (scenario_.at(Trouble::keys, now) || session_token == 0) return false;
    const Issued& issued = issued_.at(session_token - 1);
    return sessions_[issued.session].alive && clock(now) < issued.ends_ms;
}

}  // namespace credit::fleet
