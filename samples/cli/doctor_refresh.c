/* What a spent refresh token is still good for. */
#include <string.h>

#include "doctor.h"

/* Seconds after the rotation at which the spent token comes again. */
static const int64_t kMoments[] = {0, 2, 5, 10, 20, 30, 60, 120, 150, 300, 600};
enum { kMomentCount = sizeof kMoments / sizeof kMoments[0] };

static int same_text(const char* a, const char* b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int rotate(struct doctor* doctor, const struct pair* spent, const char* key,
                  struct pair* next) {
    struct answer answer = call_refresh(doctor, spent->refresh, key, next, NULL);
    if (answer.status == 0) return -1;
    if (answer.has_pair) {
        doctor->found.refreshes = kYes;
        int kept = next->refresh == NULL || same_text(next->refresh, spent->refresh);
        doctor->found.keeps_token = kept ? kYes : kNo;
        if (next->refresh == NULL) next->refresh = must_copy(str_of(spent->refresh));
        return 0;
    }
    doctor->found.refreshes = kNo;
    note_answer(doctor, "refresh", &answer);
    char message[kMessageSize];
    snprintf(message, sizeof message, "the platform refuses a refresh: HTTP %d %s", answer.status,
             answer.code);
    return doctor_give_up(doctor, CREDIT_PLATFORM_REFUSED, message);
}

struct again {
    const char* token;
    const char* key; /* NULL: a fresh one each time */
    const struct pair* first;
    int64_t rotated_ms;
    struct pair latest; /* of the answers, the last pair that was given */
};

/* One more time. 0 refused, 1 answered with a pair, -1 no reply. */
static int present(struct doctor* doctor, struct again* again, struct spell* spell,
                   const char* what) {
    char fresh[kUuidSize];
    struct pair pair = {0};
    probe_uuid(fresh);
    int64_t before_ms = doctor_now_ms(doctor) - again->rotated_ms;
    struct answer answer =
        call_refresh(doctor, again->token, again->key != NULL ? again->key : fresh, &pair, NULL);
    int64_t after_ms = doctor_now_ms(doctor) - again->rotated_ms;
    if (answer.status == 0) return -1;
    if (!answer.has_pair) {
        note_answer(doctor, what, &answer);
        spell->first_bad_s = (after_ms + 999) / 1000;
        return 0;
    }
    spell->last_good_s = before_ms / 1000;
    if (!same_text(pair.session, again->first->session)) spell->same_tokens = 0;
    pair_move(&again->latest, &pair);
    return 1;
}

/* Presents a spent token until it is refused or the time of the probe is over. */
static int measure(struct doctor* doctor, struct again* again, struct spell* spell,
                   const char* what) {
    int64_t most_s = doctor->options->probe_seconds;
    *spell = (struct spell){.same_tokens = 1, .first_bad_s = -1};
    for (size_t i = 0; i <= kMomentCount; ++i) {
        int last = i == kMomentCount || kMoments[i] >= most_s;
        int64_t moment_s = last ? most_s : kMoments[i];
        if (doctor_wait_until(doctor, again->rotated_ms + moment_s * 1000, what) != 0) return -1;
        int answered = present(doctor, again, spell, what);
        if (answered < 0) return -1;
        if (i == 0) spell->accepted = answered;
        if (!answered || last) return 0;
    }
    return 0;
}

int examine_same_key(struct doctor* doctor, struct pair* live) {
    struct findings* found = &doctor->found;
    char key[kUuidSize];
    struct pair next = {0};
    probe_uuid(key);
    doctor_say(doctor, "one rotation, and the token of before");
    if (rotate(doctor, live, key, &next) != 0) return -1;
    struct again again = {
        .token = live->refresh, .key = key, .first = &next, .rotated_ms = doctor_now_ms(doctor)};
    struct answer old = call_journeys(doctor, live->session);
    struct answer fresh = call_journeys(doctor, next.session);
    int failed = old.status == 0 || fresh.status == 0;
    if (!failed && fresh.status == 401)
        failed = doctor_give_up(doctor, CREDIT_PLATFORM_REFUSED,
                                "the platform does not accept the session token it just gave");
    found->old_session_token_lives = old.status == 401 ? kNo : kYes;
    if (!failed && old.status == 401) note_answer(doctor, "old session token", &old);
    if (!failed) {
        doctor_say(doctor, "the spent refresh token again, with its key");
        failed = measure(doctor, &again, &found->same_key, "spent token, same key");
    }
    pair_free(&again.latest);
    pair_free(live);
    pair_free(&next);
    return failed ? -1 : 0;
}

/* After a refusal: is the rest of the session still good? */
static int look_after_reuse(struct doctor* doctor, const struct pair* latest) {
    char key[kUuidSize];
    struct pair next = {0};
    struct answer call = call_journeys(doctor, latest->session);
    if (call.status == 0) return -1;
    probe_uuid(key);
    struct answer refresh = call_refresh(doctor, latest->refresh, key, &next, NULL);
    pair_free(&next);
    if (refresh.status == 0) return -1;
    doctor->found.reuse_ends_session = call.status != 401 && refresh.has_pair ? kNo : kYes;
    if (!refresh.has_pair) note_answer(doctor, "session after reuse", &refresh);
    return 0;
}

int examine_other_key(struct doctor* doctor) {
    struct findings* found = &doctor->found;
    char key[kUuidSize];
    struct pair spent = {0};
    struct pair next = {0};
    doctor_say(doctor, "the spent refresh token again, with another key");
    if (call_mint(doctor, &spent, NULL) != 0) return -1;
    probe_uuid(key);
    int failed = rotate(doctor, &spent, key, &next);
    struct again again = {
        .token = spent.refresh, .first = &next, .rotated_ms = doctor_now_ms(doctor)};
    if (!failed) failed = measure(doctor, &again, &found->other_key, "spent token, other key");
    if (!failed && found->other_key.first_bad_s >= 0) {
        const struct pair* latest = again.latest.session != NULL ? &again.latest : &next;
        failed = look_after_reuse(doctor, latest);
    }
    pair_free(&again.latest);
    pair_free(&spent);
    pair_free(&next);
    return failed;
}

int examine_key_memory(struct doctor* doctor, struct pair* live) {
    char key[kUuidSize];
    struct pair fresh = {0};
    struct pair next = {0};
    struct pair again = {0};
    doctor_say(doctor, "a key that was used for another token");
    if (call_mint(doctor, &fresh, NULL) != 0) return -1;
    probe_uuid(key);
    int failed = rotate(doctor, &fresh, key, &next);
    if (!failed) {
        struct answer answer = call_refresh(doctor, next.refresh, key, &again, NULL);
        failed = answer.status == 0 ? -1 : 0;
        /* The first answer given again, or refused: the key was known. */
        int known = !answer.has_pair || same_text(again.session, next.session);
        /* A token that is kept comes with the same key as before: that is a replay, no clash. */
        if (doctor->found.keeps_token == kNo) {
            doctor->found.remembers_keys = known ? kYes : kNo;
            if (!answer.has_pair) note_answer(doctor, "key of another token", &answer);
        }
        if (answer.has_pair && !known) pair_move(&next, &again);
        pair_move(live, &next);
    }
    pair_free(&again);
    pair_free(&next);
    pair_free(&fresh);
    return failed;
}
