/* From what was found to what it means. Nothing here asks anybody anything. */
#include "doctor.h"

/* How long the SDK goes on asking after a lost reply (policy: settle window). */
enum { kSettleS = 150 };

const char* safety_name(enum safety safety) {
    switch (safety) {
        case kSafetyReplay:
            return "replay";
        case kSafetyGrace:
            return "grace";
        case kSafetyHeal:
            return "heal only";
        default:
            return "unknown";
    }
}

/* Whether the same answer to the same key is owed to the key, not to a grace time that would have
 * given it to any key. */
static int owed_to_key(const struct findings* found) {
    const struct spell* same = &found->same_key;
    const struct spell* other = &found->other_key;
    if (!same->accepted || !same->same_tokens) return 0;
    if (!other->accepted || !other->same_tokens) return 1;
    /* Both were answered with the first pair: the key counts if it was good for longer. */
    return other->first_bad_s >= 0 &&
           (same->first_bad_s < 0 || same->last_good_s >= other->first_bad_s);
}

enum safety platform_safety(const struct findings* found) {
    if (found->refreshes != kYes) return kSafetyUnknown;
    if (found->keeps_token == kYes) return kSafetyReplay; /* a token that is never spent */
    if (owed_to_key(found)) return kSafetyReplay;
    return found->same_key.accepted ? kSafetyGrace : kSafetyHeal;
}

/* A server that keeps the refresh token answers a repeat with a good token, or does not; what is
 * between it and the platform cannot be seen from the app's side. */
enum safety partner_safety(const struct findings* found) {
    if (found->partner_refreshes != kYes) return kSafetyUnknown;
    if (found->backend_managed == kYes)
        return found->partner_repeats == kYes ? kSafetyReplay : kSafetyHeal;
    if (found->partner_repeats != kYes) return kSafetyHeal;
    enum safety platform = platform_safety(found);
    if (platform != kSafetyReplay || found->keeps_token == kYes) return platform;
    return found->partner_forwards_key == kNo ? kSafetyGrace : kSafetyReplay;
}

enum safety route_safety(const struct findings* found) {
    switch (found->route) {
        case CREDIT_REFRESH_BACKEND_MANAGED:
            return found->backend_managed == kYes ? partner_safety(found) : kSafetyUnknown;
        case CREDIT_REFRESH_PARTNER:
            /* The app would have no refresh token to send there. */
            return found->backend_managed == kYes ? kSafetyUnknown : partner_safety(found);
        default:
            return platform_safety(found);
    }
}

static int replays_too_short(const struct findings* f) {
    return f->same_key.accepted && platform_safety(f) != kSafetyHeal && f->keeps_token != kYes &&
           f->same_key.first_bad_s >= 0 && f->same_key.first_bad_s <= kSettleS;
}

static int through_partner(const struct findings* f) {
    return f->route == CREDIT_REFRESH_PARTNER;
}

static int partner_changes_key(const struct findings* f) {
    return f->partner_forwards_key == kNo && f->keeps_token != kYes;
}

static int platform_grants_nothing(const struct findings* f) {
    return platform_safety(f) == kSafetyHeal;
}

static int keys_come_too_late(const struct findings* f) {
    return platform_grants_nothing(f) && f->remembers_keys == kYes;
}

static int keys_are_not_looked_at(const struct findings* f) {
    return platform_grants_nothing(f) && f->remembers_keys == kNo;
}

static int only_grace(const struct findings* f) {
    return platform_safety(f) == kSafetyGrace;
}

static int partner_is_worse(const struct findings* f) {
    return through_partner(f) && partner_safety(f) < platform_safety(f) &&
           f->partner_refreshes == kYes;
}

static int partner_refuses(const struct findings* f) {
    return (through_partner(f) || f->backend_managed == kYes) && f->partner_refreshes == kNo;
}

static int one_session_at_a_time(const struct findings* f) {
    return f->second_session_ends_first == kYes;
}

static int no_time_of_platform(const struct findings* f) {
    return f->timestamp == kNo && f->date == kNo;
}

static int no_time_of_partner(const struct findings* f) {
    return f->partner_timestamp == kNo && f->partner_date == kNo;
}

static int clock_is_off(const struct findings* f) {
    return f->clock_ahead_s > 60 || f->clock_ahead_s < -60;
}

static int backend_keeps(const struct findings* f) {
    return f->backend_managed == kYes;
}

static int backend_expected(const struct findings* f) {
    return f->route == CREDIT_REFRESH_BACKEND_MANAGED && f->backend_managed == kNo;
}

static int backend_unexpected(const struct findings* f) {
    return f->route != CREDIT_REFRESH_BACKEND_MANAGED && f->backend_managed == kYes;
}

static int backend_is_well(const struct findings* f) {
    return f->backend_managed == kYes && partner_safety(f) == kSafetyReplay;
}

static int backend_refuses_repeats(const struct findings* f) {
    return f->backend_managed == kYes && f->partner_repeats == kNo;
}

static int backend_repeats_anew(const struct findings* f) {
    return f->backend_repeats_same == kNo;
}

static int backend_always_rotates(const struct findings* f) {
    return f->backend_keeps_session_token == kNo;
}

static int session_was_lost(const struct findings* f) {
    return f->session_goes_on == kNo;
}

static int all_is_well(const struct findings* f) {
    return f->backend_managed != kYes && route_safety(f) == kSafetyReplay && !replays_too_short(f);
}

static const struct {
    int (*applies)(const struct findings* found);
    const char* text;
} kAdvice[] = {
    {all_is_well, "a lost reply costs nothing: nothing to change"},
    {backend_is_well, "between the app and the partner's server a lost reply costs nothing"},
    {backend_keeps,
     "the partner's server keeps the refresh token: what a lost reply between it and the platform "
     "costs is decided there and cannot be seen from here; it should note the key before sending "
     "and send the same key again"},
    {backend_unexpected,
     "the partner gives no refresh token to the app: configure the route backend-managed "
     "(--refresh-route backend)"},
    {backend_refuses_repeats,
     "a forced refresh that is repeated under its Idempotency-Key gives no good token: answer it "
     "with what the first one brought"},
    {backend_repeats_anew,
     "a forced refresh that is repeated under its Idempotency-Key is a second rotation: answer it "
     "with what the first one brought"},
    {backend_always_rotates,
     "the partner's server rotates although its token is good: hand out the current one, so that "
     "two of an app's processes do not end each other's token"},
    {session_was_lost,
     "after a few refreshes the partner's server had no good token left: it loses sessions"},
    {backend_expected,
     "the route is backend-managed, but the partner gives a refresh token to the app: it should "
     "keep it"},
    {partner_changes_key,
     "the partner's server does not forward Idempotency-Key: pass the app's key and body on "
     "unchanged"},
    {partner_is_worse,
     "a repeated refresh fails on the partner's route and not at the platform: repair the route, "
     "or "
     "refresh at the platform"},
    {partner_refuses, "the partner's server has no working refresh route for this login"},
    {replays_too_short,
     "the platform answers a repeated refresh for less than 150 s, which is how long the SDK asks "
     "again by itself: ask for more; a phone can be away for hours"},
    {only_grace,
     "after the grace a lost reply costs the session: keep a partner URL or session provider "
     "configured, so that it is minted again, and ask the platform for replay by Idempotency-Key"},
    {keys_come_too_late,
     "the platform knows the key but refuses the spent token first: ask it to look for the stored "
     "reply before it authenticates"},
    {keys_are_not_looked_at,
     "the platform does not look at Idempotency-Key on a refresh: ask for it"},
    {platform_grants_nothing,
     "a lost reply costs the session: keep a partner URL or session provider configured, so that "
     "it is minted again; the journey is not lost"},
    {one_session_at_a_time,
     "a second session ends the first: a borrower with two devices is signed out and healed in "
     "turn; mint through the partner only when needed"},
    {no_time_of_platform,
     "neither timestamp nor Date in the platform's replies: how long a token lives is unknown to "
     "devices whose clock is wrong"},
    {no_time_of_partner,
     "neither timestamp nor Date in the partner's replies: pass the platform's timestamp on"},
    {clock_is_off, "this device's clock is more than a minute off"},
};

const char* advice(const struct findings* found, size_t index) {
    for (size_t i = 0; i < sizeof kAdvice / sizeof kAdvice[0]; ++i) {
        if (kAdvice[i].applies(found) && index-- == 0) return kAdvice[i].text;
    }
    return NULL;
}
