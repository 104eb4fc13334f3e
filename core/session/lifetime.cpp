#include "core/session/lifetime.h"

#include "core/base/check.h"
#include "core/base/mutant.h"

namespace credit {
namespace {

std::int64_t server_time(const Issued& issued) noexcept {
    return issued.server_time_ms != 0 ? issued.server_time_ms : issued.http_date_ms;
}

// R30: expiresAt - timestamp, else - Date, else by the learned offset, else unknown.
std::int64_t judged_life(const Issued& issued, const Stamp& sent, const Record& learned,
                         const Policy& policy) {
    if (issued.session_expires_at_ms == 0) return -1;
    std::int64_t server_now = server_time(issued);
    if (server_now == 0 && learned.offset_known) server_now = sent.wall.ms + learned.offset_ms;
    if (server_now == 0) return -1;
    const std::int64_t life = issued.session_expires_at_ms - server_now;
    return life > 0 && life <= policy.longest_life.count ? life : -1;
}

}  // namespace

// The first instant at which this refresh may have been asked for; nothing: never before.
static const Stamp* asked_before(const Record& before) {
    // A pair that had its verdict was tried under an intent that is gone (R24).
    if (before.suspect) {
        CREDIT_CHECK(before.pair.has_value());
        return &before.pair->sent;
    }
    return before.intent && before.intent->attempts > 1 ? &before.intent->first : nullptr;
}

Stamp issue_instant(const Issued& issued, const Stamp& sent, const Record& before) {
    const Stamp* first = asked_before(before);
    if (first == nullptr) return sent;
    const Now asked{sent.wall, sent.elapsed, sent.boot};
    const Millis longest = max(passed_since(*first, asked), Millis{0});
    Millis age = longest;
    std::int64_t server_now = issued.http_date_ms;
    if (server_now == 0 && before.offset_known) server_now = sent.wall.ms + before.offset_ms;
    if (issued.server_time_ms != 0 && server_now != 0) {
        age = min(max(Millis{server_now - issued.server_time_ms}, Millis{0}), longest);
    }
    return {sent.boot, ElapsedTime{sent.elapsed.ms - age.count},
            WallTime{sent.wall.ms - age.count}};
}

std::optional<std::int64_t> offset_from(const Issued& issued, const Stamp& sent) noexcept {
    const std::int64_t server_now = server_time(issued);
    if (server_now == 0) return std::nullopt;
    return server_now - sent.wall.ms;
}

Pair pair_from(const Issued& issued, const Stamp& sent, const Pair* previous, const Record& learned,
               const Policy& policy) {
    Pair pair;
    pair.session_token = issued.session_token;
    pair.refresh_token = issued.refresh_token;
    pair.sent = sent;
    pair.session_expires_at_ms = issued.session_expires_at_ms;
    pair.refresh_expires_at_ms = issued.refresh_expires_at_ms;
    pair.server_time_ms = server_time(issued);
    pair.life_ms = judged_life(issued, sent, learned, policy);
    pair.from_start = previous == nullptr;
    if (previous == nullptr) return pair;
    const bool kept =
        pair.refresh_token == nullptr || same_secret(pair.refresh_token, previous->refresh_token);
    if (kept) {
        pair.refresh_token = previous->refresh_token;
        pair.kept = previous->kept + 1;
        if (pair.refresh_expires_at_ms == 0)
            pair.refresh_expires_at_ms = previous->refresh_expires_at_ms;
    }
    return pair;
}

Millis passed_since(const Stamp& since, const Now& now) noexcept {
    if (mutant(Mutant::wall_clock_expiry)) return now.wall - since.wall;
    return since.boot.same_boot(now.boot) ? now.elapsed - since.elapsed : now.wall - since.wall;
}

std::optional<Millis> life_left(const Pair& pair, const Now& now) noexcept {
    if (pair.life_ms < 0) return std::nullopt;
    const Millis passed = passed_since(pair.sent, now);
    if (passed.count < 0) return std::nullopt;  // the wall clock went back and tells nothing (R31)
    return Millis{pair.life_ms} - passed;
}

std::optional<ElapsedTime> ends_at(const Pair& pair, const Now& now) noexcept {
    const auto left = life_left(pair, now);
    if (!left) return std::nullopt;
    return now.elapsed + *left;
}

std::int64_t expires_at_ms(const Pair& pair) noexcept {
    return pair.life_ms < 0 ? -1 : pair.sent.wall.ms + pair.life_ms;
}

Millis effective_minimum(const Pair& pair, Millis requested, const Policy& policy) noexcept {
    if (pair.life_ms < 0) return Millis{0};
    if (requested.count > 0) return min(requested, Millis{pair.life_ms} / 2);
    return min(policy.minimum_lifetime,
               Millis{pair.life_ms} * policy.minimum_lifetime_percent / 100);
}

Millis refresh_ahead(const Pair& pair, std::uint64_t spread, const Policy& policy) noexcept {
    if (pair.life_ms < 0) return Millis{0};
    const Millis full =
        min(policy.refresh_ahead, Millis{pair.life_ms} * policy.refresh_ahead_percent / 100);
    return full - full * static_cast<std::int64_t>(spread % 1024) / 4096;
}

}  // namespace credit
