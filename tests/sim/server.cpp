#include "tests/sim/server.h"

namespace credit::sim {

Server::Kept* Server::find(std::string_view key) {
    for (std::size_t i = kept_.size(); i-- > 0;) {
        if (kept_[i].key == key) return &kept_[i];
    }
    return nullptr;
}

bool Server::replays_by_key() const {
    return plan_.model == Model::replay || plan_.model == Model::keeps_refresh_token ||
           plan_.model == Model::partner_rewrites_key;
}

PairTimes Server::times(int pair, std::int64_t now) const {
    const std::int64_t here = kEpochMs + now + skew_ms;
    const std::int64_t issued = kEpochMs + ledger_.pair(pair).at + skew_ms;
    return {here, issued + plan_.life_ms, issued + kRefreshLifeMs};
}

WireReply Server::error(int status, std::string_view code, bool retryable,
                        const RefreshCall& call) {
    WireReply out;
    out.status = status;
    out.body = error_envelope(code, call.correlation, retryable, kEpochMs + call.now + skew_ms,
                              ++requests_);
    if (call.partner_route) out.body = partner_error(out.body);
    return out;
}

WireReply Server::hand_out(int pair, const RefreshCall& call) {
    const PairTimes when = times(pair, call.now);
    WireReply out;
    out.status = 200;
    out.issued = pair;
    if (call.partner_route) {
        out.body = flat_session(pair, when, kBorrower, kJourney);
        return out;
    }
    const int refresh = ledger_.pair(pair).refresh;
    out.body = envelope("{" + pair_members(pair, refresh, when) + "}", call.correlation,
                        when.now_ms, ++requests_);
    return out;
}

WireReply Server::rotate(int refresh, const RefreshCall& call) {
    const int family = ledger_.pair(refresh).family;
    const int made = ledger_.add_pair(family, refresh, call.now);
    ledger_.pair(made).skew_ms = skew_ms;
    ++rotations;
    IssuedPair& spent = ledger_.pair(refresh);
    if (plan_.model == Model::keeps_refresh_token) {
        ledger_.pair(made).refresh = refresh;
    } else {
        if (!spent.spent) spent.spent_at = call.now;
        spent.spent = true;
    }
    spent.spent_key = std::string(call.key);
    spent.successors.push_back(made);
    return hand_out(made, call);
}

bool Server::in_grace(const IssuedPair& spent, std::int64_t now) const {
    if (now - spent.spent_at > plan_.grace_ms) return false;
    // For the immediately previous token only.
    for (const int next : spent.successors) {
        if (ledger_.pair(next).spent) return false;
    }
    return true;
}

WireReply Server::refuse(int refresh, const RefreshCall& call, bool revoke_family) {
    Family& family = ledger_.family_of(refresh);
    const Excuse why = judge(judge_with, refresh, call);
    if (family.excuse == Excuse::none) family.excuse = why;
    if (revoke_family) family.revoked = true;
    WireReply out = error(401, "AUTH_INVALID_SESSION", false, call);
    out.verdict = true;
    return out;
}

WireReply Server::spent_again(int refresh, const RefreshCall& call) {
    const IssuedPair& spent = ledger_.pair(refresh);
    switch (plan_.model) {
        case Model::grace_fork:
            if (in_grace(spent, call.now)) return rotate(refresh, call);
            return refuse(refresh, call, true);
        case Model::grace_same:
            if (in_grace(spent, call.now)) {
                ++replays;
                return hand_out(spent.successors.back(), call);
            }
            return refuse(refresh, call, true);
        case Model::auth_first:
        case Model::strict:
            return refuse(refresh, call, false);
        default:
            return refuse(refresh, call, true);
    }
}

WireReply Server::kept_error(Kept& kept) const {
    return kept.reply;
}

WireReply Server::refresh(const RefreshCall& asked) {
    RefreshCall call = asked;
    std::string rewritten;
    if (plan_.model == Model::partner_rewrites_key) {
        rewritten = "partner-key-" + std::to_string(++partner_keys_);
        call.key = rewritten;
    }
    const int refresh = Ledger::number_of(call.token);
    const bool known = refresh >= 0 && refresh < static_cast<int>(ledger_.pairs.size());
    if (!known) return error(401, "AUTH_INVALID_SESSION", false, call);
    if (mood.busy > 0) {
        --mood.busy;
        WireReply out = error(mood.busy % 2 == 0 ? 503 : 429, "RATE_LIMITED", true, call);
        if (!mood.retry_after.empty()) out.headers.emplace_back("Retry-After", mood.retry_after);
        return out;
    }
    if (mood.fail_before > 0) {
        --mood.fail_before;
        return error(500, "INTERNAL", true, call);
    }
    if (mood.in_progress > 0) {
        --mood.in_progress;
        return error(409, "ASYNC_OPERATION_PENDING", true, call);
    }
    Kept* kept = find(call.key);
    if (kept != nullptr && kept->refresh != refresh)
        return error(422, "IDEMPOTENCY_KEY_REUSED", false, call);
    if (mood.mismatch > 0) {
        --mood.mismatch;
        if (kept == nullptr) {
            kept_.push_back({std::string(call.key), refresh, call.now, false, {}});
            kept = &kept_.back();
        }
        kept->blocked = true;
    }
    if (kept != nullptr && kept->blocked) return error(422, "IDEMPOTENCY_KEY_REUSED", false, call);
    if (kept != nullptr && kept->reply.status >= 500) return kept_error(*kept);
    const bool skipped = mood.skip_replay > 0 && ledger_.pair(refresh).spent;
    if (skipped) --mood.skip_replay;
    const bool fresh = kept != nullptr && call.now - kept->at <= plan_.key_life_ms;
    if (replays_by_key() && fresh && !skipped) {
        ++replays;
        return kept->reply;
    }
    const IssuedPair& presented = ledger_.pair(refresh);
    if (ledger_.family_of(refresh).revoked || call.now - presented.at > kRefreshLifeMs) {
        Family& family = ledger_.family_of(refresh);
        if (!family.revoked && family.excuse == Excuse::none) family.excuse = Excuse::expired;
        WireReply out = error(401, "AUTH_INVALID_SESSION", false, call);
        out.verdict = true;
        return out;
    }
    if (skipped) return refuse(refresh, call, false);
    if (mood.cached_5xx > 0) {
        --mood.cached_5xx;
        if (mood.cached_after_commit)
            presented.spent ? spent_again(refresh, call) : rotate(refresh, call);
        kept_.push_back(
            {std::string(call.key), refresh, call.now, false, error(500, "INTERNAL", true, call)});
        return kept_.back().reply;
    }
    WireReply out = presented.spent ? spent_again(refresh, call) : rotate(refresh, call);
    if (out.issued >= 0) kept_.push_back({std::string(call.key), refresh, call.now, false, out});
    if (mood.fail_after > 0) {
        --mood.fail_after;
        return error(500, "INTERNAL", true, call);
    }
    return out;
}

bool Server::accepts(int pair, std::int64_t now) const {
    if (pair < 0 || pair >= static_cast<int>(ledger_.pairs.size())) return false;
    const IssuedPair& issued = ledger_.pair(pair);
    const Family& family = ledger_.families[static_cast<std::size_t>(issued.family)];
    return !family.revoked && issued.session_revoked_at == kNever &&
           now - issued.at < plan_.life_ms;
}

WireReply Server::journeys(std::string_view token, std::string_view correlation, std::int64_t now) {
    const RefreshCall call{token, {}, correlation, now, false, false};
    if (!accepts(Ledger::number_of(token), now))
        return error(401, "AUTH_INVALID_SESSION", false, call);
    WireReply out;
    out.status = 200;
    const std::string data = R"({"journeyID":")" + std::string(kJourney) +
                             R"(","status":"IN_PROGRESS","nextAction":null})";
    out.body = envelope(data, correlation, kEpochMs + now + skew_ms, ++requests_);
    return out;
}

WireReply Server::session(std::int64_t now) {
    const int made = ledger_.add_pair(ledger_.add_family(), -1, now);
    ledger_.pair(made).skew_ms = skew_ms;
    ++sessions;
    if (doomed > 0) {
        --doomed;
        ledger_.families.back().revoked = true;
        ledger_.families.back().excuse = Excuse::revoked;
    }
    WireReply out;
    out.status = 200;
    out.issued = made;
    out.body = flat_session(made, times(made, now), kBorrower, kJourney);
    return out;
}

void Server::forget_keys() {
    kept_.clear();
}

void Server::revoke_all(Excuse why) {
    for (Family& family : ledger_.families) {
        if (family.revoked) continue;
        family.revoked = true;
        if (family.excuse == Excuse::none) family.excuse = why;
    }
}

}  // namespace credit::sim
