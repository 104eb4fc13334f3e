/* The partner's refresh route: does what the app sends reach the platform unchanged? */
#include <string.h>

#include "doctor.h"

static int same_text(const char* a, const char* b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* With a token of its own at the platform, under the key that went through the partner: a platform
 * that remembers keys refuses it if, and only if, it has seen the key. */
static int look_for_key(struct doctor* doctor, const char* key) {
    struct findings* found = &doctor->found;
    struct pair fresh = {0};
    struct pair next = {0};
    if (call_mint(doctor, &fresh, NULL) != 0) return -1;
    struct answer answer = call_refresh(doctor, fresh.refresh, key, &next, NULL);
    found->partner_forwards_key = answer.has_pair ? kNo : kYes;
    pair_free(&fresh);
    pair_free(&next);
    return answer.status == 0 ? -1 : 0;
}

/* The same token with the same key at the platform, after the partner's route rotated it: only the
 * same key gives the same pair. */
static int look_for_replay(struct doctor* doctor, const char* token, const char* key,
                           const struct pair* first) {
    struct pair again = {0};
    struct answer answer = call_refresh(doctor, token, key, &again, NULL);
    int same = answer.has_pair && same_text(again.session, first->session);
    /* A clash of the two bodies under one key says as well that the key is there. */
    int clash = answer.status == 422 || answer.status == 409;
    doctor->found.partner_forwards_key = same || clash ? kYes : kNo;
    pair_free(&again);
    return answer.status == 0 ? -1 : 0;
}

int examine_partner(struct doctor* doctor, struct pair* live) {
    struct findings* found = &doctor->found;
    char key[kUuidSize];
    struct pair first = {0};
    struct pair again = {0};
    doctor_say(doctor, "a refresh through the partner's server");
    probe_uuid(key);
    struct answer once = call_partner_refresh(doctor, live->refresh, key, &first);
    if (once.status == 0) return -1;
    found->partner_refreshes = once.has_pair ? kYes : kNo;
    note_answer(doctor, "partner's refresh", &once);
    if (!once.has_pair) return 0;
    struct answer twice = call_partner_refresh(doctor, live->refresh, key, &again);
    found->partner_repeats = twice.has_pair ? kYes : kNo;
    if (!twice.has_pair) note_answer(doctor, "partner's refresh again", &twice);
    int failed = twice.status == 0 ? -1 : 0;
    if (!failed && found->remembers_keys == kYes) {
        failed = look_for_key(doctor, key);
    } else if (!failed && platform_safety(found) == kSafetyReplay) {
        failed = look_for_replay(doctor, live->refresh, key, &first);
    }
    pair_free(&first);
    pair_free(&again);
    return failed;
}
