/* The doctor: what platform and partner really do with a refresh, and what that means for a crash.
 * It works with sessions of a throw-away borrower, which it uses up. */
#ifndef CREDIT_CLI_DOCTOR_H
#define CREDIT_CLI_DOCTOR_H

#include "app.h"
#include "doctor_http.h"

enum { kCodeSize = 64, kMostAnswers = 16 };

struct pair {
    char* session;
    char* refresh; /* NULL: none was given (backend-managed refresh) */
};
void pair_free(struct pair* pair);
void pair_move(struct pair* to, struct pair* from); /* frees what `to` had */

/* What a server said, in short: for decisions and for the table of answers. */
struct answer {
    int status;   /* 0: no reply */
    int envelope; /* the platform's envelope, also inside the partner's `details` */
    int has_pair;
    char code[kCodeSize];
    int retryable; /* -1: not said */
    int retry_after_s;
};

/* How long a spent refresh token was answered again. */
struct spell {
    int accepted;        /* at once */
    int same_tokens;     /* always the pair of the first answer */
    int64_t last_good_s; /* whole seconds after the rotation, rounded down */
    int64_t first_bad_s; /* rounded up; -1: none within the time of the probe */
};

enum tri { kUnknown = 0, kNo = 1, kYes = 2 };

enum refusal_place { kOnPlatform, kOnPartner };

struct findings {
    int route;            /* a credit_refresh_route */
    enum tri refreshes;   /* a refresh at the platform works at all */
    enum tri keeps_token; /* it leaves the refresh token as it is */
    struct spell same_key;
    struct spell other_key;
    enum tri remembers_keys; /* a key used for another token is noticed */
    enum tri reuse_ends_session;
    enum tri old_session_token_lives;
    enum tri second_session_ends_first;
    enum tri needs_key; /* a refresh without key is refused */
    enum tri timestamp; /* in the platform's envelope */
    enum tri date;
    enum tri partner_timestamp;
    enum tri partner_date;
    int64_t clock_ahead_s; /* of this device, if either is there */
    enum tri partner_refreshes;
    enum tri partner_repeats; /* the partner's route answers a repeated refresh */
    enum tri partner_forwards_key;
    enum tri backend_managed;             /* the partner gives no refresh token out */
    enum tri backend_keeps_session_token; /* asked twice, it gives the same one while it is good */
    enum tri backend_repeats_same; /* a repeated forced refresh gives what the first one did */
    enum tri session_goes_on;      /* after all of it the partner has a good token */
    struct named_answer {
        const char* what;
        struct answer answer;
    } answers[kMostAnswers];
    size_t answer_count;
};

struct doctor {
    const struct app* app;
    const struct options* options;
    const char* login; /* Authorization header of the throw-away borrower */
    const char* borrower;
    int64_t advanced_ms; /* on a trial clock, instead of waiting */
    int64_t started_ms;
    int step;
    int steps;
    char trouble[kMessageSize]; /* why it cannot go on; empty: it can */
    credit_code trouble_code;
    struct findings found;
};

/* Every step returns 0, or -1 after doctor_give_up(). */
int doctor_give_up(struct doctor* doctor, credit_code code, const char* message);
void doctor_say(struct doctor* doctor, const char* what);
/* Milliseconds that count for the server: waited and, on a trial clock, advanced. */
int64_t doctor_now_ms(const struct doctor* doctor);
/* Shows how long. */
void doctor_wait(int64_t ms, const char* what);
/* The same until doctor_now_ms() is there; a trial clock is moved instead. */
int doctor_wait_until(struct doctor* doctor, int64_t at_ms, const char* what);

/* doctor_calls.c: the requests. `reply` may be NULL. */
int call_mint(struct doctor* doctor, struct pair* out, struct probe_reply* reply);
struct answer call_refresh(struct doctor* doctor, const char* token, const char* key,
                           struct pair* out, struct probe_reply* reply);
struct answer call_partner_refresh(struct doctor* doctor, const char* token, const char* key,
                                   struct pair* out);
/* Where the partner keeps the refresh token; `force`: the current session token was refused. */
struct answer call_backend_token(struct doctor* doctor, int force, const char* key,
                                 struct pair* out);
struct answer call_journeys(struct doctor* doctor, const char* token);
struct answer call_partner_without_login(struct doctor* doctor);
void note_answer(struct doctor* doctor, const char* what, const struct answer* answer);

/* The steps, in this order. */
int examine_sessions(struct doctor* doctor, struct pair* live);   /* doctor_sessions.c */
int examine_codes(struct doctor* doctor, struct pair* live);      /* doctor_sessions.c */
int examine_same_key(struct doctor* doctor, struct pair* live);   /* doctor_refresh.c */
int examine_other_key(struct doctor* doctor);                     /* doctor_refresh.c */
int examine_key_memory(struct doctor* doctor, struct pair* live); /* doctor_refresh.c */
int examine_partner(struct doctor* doctor, struct pair* live);    /* doctor_partner.c */
/* Instead of the four above, where the partner keeps the refresh token. */
int examine_backend(struct doctor* doctor, const struct pair* live); /* doctor_backend.c */

/* doctor_verdict.c */
enum safety { kSafetyUnknown, kSafetyHeal, kSafetyGrace, kSafetyReplay };
const char* safety_name(enum safety safety);
enum safety platform_safety(const struct findings* found);
enum safety partner_safety(const struct findings* found);
enum safety route_safety(const struct findings* found);
/* Advice by number, NULL after the last. */
const char* advice(const struct findings* found, size_t index);

/* doctor_report.c */
void report_print(const struct doctor* doctor);

#endif
