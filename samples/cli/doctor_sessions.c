/* Sessions side by side, times, and what servers say to what is wrong. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doctor.h"
#include "json_reader.h"

/* A UTC date as seconds since 1970; -1: not one. Days by the usual civil calendar arithmetic, since C
 * has no function for it that does not look at the time zone. */
static int64_t seconds_of(int year, int month, int day, int hour, int minute, int second) {
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return -1;
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return days * 86400 + hour * 3600 + minute * 60 + second;
}

static int64_t iso_seconds(credit_str value) {
    char text[40];
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
    if (value.size < 22 || value.size >= sizeof text) return -1;
    snprintf(text, sizeof text, "%.*s", (int)value.size, value.data);
    if (sscanf(text, "\"%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
               &used) != 6) {
        return -1;
    }
    if (text[value.size - 2] != 'Z') return -1;
    return seconds_of(year, month, day, hour, minute, second);
}

static int64_t date_seconds(const char* date) {
    static const char kNames[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char name[4] = "";
    int day = 0, year = 0, hour = 0, minute = 0, second = 0;
    if (sscanf(date, "%*3c, %2d %3c %4d %2d:%2d:%2d GMT", &day, name, &year, &hour, &minute,
               &second) != 6) {
        return -1;
    }
    const char* at = strstr(kNames, name);
    if (at == NULL || (at - kNames) % 3 != 0) return -1;
    return seconds_of(year, (int)(at - kNames) / 3 + 1, day, hour, minute, second);
}

static void look_at_times(const struct probe_reply* reply, enum tri* timestamp, enum tri* date,
                          int64_t* ahead_s) {
    credit_str body = {reply->body.data, reply->body.size};
    int64_t stamped = iso_seconds(json_member(body, "timestamp"));
    int64_t dated = date_seconds(reply->date);
    *timestamp = stamped > 0 ? kYes : kNo;
    *date = dated > 0 ? kYes : kNo;
    int64_t server = stamped > 0 ? stamped : dated;
    if (ahead_s != NULL && server > 0) *ahead_s = (int64_t)time(NULL) - server;
}

static int session_is_good(struct doctor* doctor, const struct pair* pair) {
    struct answer answer = call_journeys(doctor, pair->session);
    if (answer.status == 0) return -1;
    if (answer.status < 400) return 0;
    char message[kMessageSize];
    note_answer(doctor, "call", &answer);
    snprintf(message, sizeof message,
             "the platform refuses the session token that the partner gave: HTTP %d %s",
             answer.status, answer.code);
    return doctor_give_up(doctor, CREDIT_PLATFORM_REFUSED, message);
}

/* `live` becomes the newer of two sessions. */
int examine_sessions(struct doctor* doctor, struct pair* live) {
    struct findings* found = &doctor->found;
    struct probe_reply reply;
    struct pair first = {0};
    doctor_say(doctor, "two sessions of the throw-away borrower");
    if (call_mint(doctor, &first, &reply) != 0) return -1;
    look_at_times(&reply, &found->partner_timestamp, &found->partner_date, NULL);
    probe_reply_free(&reply);
    found->backend_managed = first.refresh == NULL ? kYes : kNo;
    int failed = session_is_good(doctor, &first);
    if (!failed) failed = call_mint(doctor, live, NULL);
    if (!failed) {
        struct answer old = call_journeys(doctor, first.session);
        failed = old.status == 0 ? -1 : 0;
        found->second_session_ends_first = old.status == 401 ? kYes : kNo;
        if (old.status == 401) note_answer(doctor, "first of two sessions", &old);
    }
    pair_free(&first);
    return failed;
}

int examine_codes(struct doctor* doctor, struct pair* live) {
    struct findings* found = &doctor->found;
    static const char kNobody[] = "st_nobody_0000000000000000000000000000";
    static const char kNoRefresh[] = "rt_nobody_0000000000000000000000000000";
    char key[kUuidSize];
    struct pair next = {0};
    struct probe_reply reply = {0};
    doctor_say(doctor, "what is said to what is wrong");
    struct answer stranger = call_journeys(doctor, kNobody);
    note_answer(doctor, "unknown session token", &stranger);
    probe_uuid(key);
    struct answer refused = call_refresh(doctor, kNoRefresh, key, NULL, &reply);
    look_at_times(&reply, &found->timestamp, &found->date, &found->clock_ahead_s);
    probe_reply_free(&reply);
    note_answer(doctor, "unknown refresh token", &refused);
    struct answer login = call_partner_without_login(doctor);
    note_answer(doctor, "partner without login", &login);
    if (stranger.status == 0 || refused.status == 0 || login.status == 0) return -1;
    if (live->refresh == NULL) return 0; /* the partner keeps it: nothing to present */
    struct answer keyless = call_refresh(doctor, live->refresh, NULL, &next, NULL);
    if (keyless.status == 0) return -1;
    found->needs_key = keyless.has_pair ? kNo : kYes;
    note_answer(doctor, "refresh without key", &keyless);
    if (!keyless.has_pair) return 0;
    if (next.refresh == NULL) next.refresh = must_copy(str_of(live->refresh));
    pair_move(live, &next);
    return 0;
}
