/* A partner's server that keeps the refresh token: what an app sees of its refreshes. */
#include <string.h>

#include "doctor.h"

static int same_text(const char* a, const char* b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* 1: the platform takes the session token, 0: it does not, or there is none; -1: no reply. */
static int is_good(struct doctor* doctor, const struct pair* pair) {
    if (pair->session == NULL) return 0;
    struct answer answer = call_journeys(doctor, pair->session);
    if (answer.status == 0) return -1;
    return answer.status < 400;
}

static int ask(struct doctor* doctor, struct pair* out) {
    char key[kUuidSize];
    probe_uuid(key);
    struct answer answer = call_backend_token(doctor, 0, key, out);
    if (!answer.has_pair) note_answer(doctor, "partner's token", &answer);
    return answer.status == 0 ? -1 : 0;
}

/* Twice without need: is it the same token? `current` is what the partner gives now. */
static int ask_twice(struct doctor* doctor, struct pair* current) {
    struct pair first = {0};
    int failed = ask(doctor, &first);
    if (!failed) failed = ask(doctor, current);
    if (!failed && first.session != NULL && current->session != NULL) {
        doctor->found.backend_keeps_session_token =
            same_text(first.session, current->session) ? kYes : kNo;
    }
    pair_free(&first);
    return failed;
}

/* As an app does that saw its token refused. */
static int force(struct doctor* doctor, const char* key, const struct pair* before,
                 struct pair* out) {
    struct findings* found = &doctor->found;
    struct answer answer = call_backend_token(doctor, 1, key, out);
    if (answer.status == 0) return -1;
    note_answer(doctor, "partner's refresh", &answer);
    int good = is_good(doctor, out);
    if (good < 0) return -1;
    int another = answer.has_pair && !same_text(out->session, before->session);
    found->partner_refreshes = good && another ? kYes : kNo;
    if (found->partner_refreshes == kNo || before->session == NULL) return 0;
    int old = is_good(doctor, before);
    found->old_session_token_lives = old ? kYes : kNo;
    return old < 0 ? -1 : 0;
}

/* As an app does whose reply was lost. */
static int repeat(struct doctor* doctor, const char* key, const struct pair* first) {
    struct findings* found = &doctor->found;
    struct pair again = {0};
    struct answer answer = call_backend_token(doctor, 1, key, &again);
    int good = answer.status == 0 ? -1 : is_good(doctor, &again);
    if (good >= 0) {
        found->partner_repeats = good ? kYes : kNo;
        if (answer.has_pair)
            found->backend_repeats_same = same_text(again.session, first->session) ? kYes : kNo;
        if (!answer.has_pair) note_answer(doctor, "partner's refresh again", &answer);
    }
    pair_free(&again);
    return good < 0 ? -1 : 0;
}

static int look_at_the_end(struct doctor* doctor) {
    struct pair last = {0};
    int failed = ask(doctor, &last);
    int good = failed ? -1 : is_good(doctor, &last);
    doctor->found.session_goes_on = good > 0 ? kYes : kNo;
    pair_free(&last);
    return good < 0 ? -1 : 0;
}

int examine_backend(struct doctor* doctor, const struct pair* live) {
    char key[kUuidSize];
    struct pair current = {0};
    struct pair forced = {0};
    doctor_say(doctor, "refreshes that the partner's server manages");
    probe_uuid(key);
    int failed = ask_twice(doctor, &current);
    /* Without an answer the session's own token is the one of before. */
    if (!failed) failed = force(doctor, key, current.session != NULL ? &current : live, &forced);
    int refreshes = doctor->found.partner_refreshes == kYes;
    if (!failed && refreshes) failed = repeat(doctor, key, &forced);
    if (!failed && refreshes) failed = look_at_the_end(doctor);
    pair_free(&current);
    pair_free(&forced);
    return failed;
}
