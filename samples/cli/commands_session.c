/* The commands that begin, end and describe a session. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "outcome.h"

enum { kMaxInput = 1024 * 1024 };

/* Text given as an argument, or on standard input for "-" and NULL. Returns an exit code. */
static int read_input(const struct app* app, const char* argument, struct buffer* out) {
    if (argument != NULL && strcmp(argument, "-") != 0) {
        buffer_text(out, argument);
        return 0;
    }
    if (app->inside_run) {
        return app_fail_with(app, CREDIT_INVALID_ARGUMENT,
                             "standard input carries commands here: give the JSON as an argument");
    }
    if (read_all(STDIN_FILENO, kMaxInput, out) == 0) return 0;
    return app_fail_with(
        app, CREDIT_INVALID_ARGUMENT,
        errno == EFBIG ? "standard input is longer than 1 MiB" : "standard input cannot be read");
}

int command_start(struct app* app) {
    struct buffer profile = {0};
    struct outcome outcome = OUTCOME_INIT;
    const struct options* options = app->options;
    int failed = options->profile == NULL ? 0 : read_input(app, options->profile, &profile);
    if (!failed) {
        credit_start_options start = {.struct_size = sizeof start,
                                      .replace = options->replace,
                                      .journey_type = str_of(options->journey_type),
                                      .profile_json = {profile.data, profile.size},
                                      .deadline_ms = options->deadline_ms};
        credit_code code = credit_session_start(app->session, &start, &outcome, outcome_done, NULL);
        failed = outcome_wait(app, code, &outcome);
    }
    buffer_free(&profile);
    outcome_release(&outcome);
    return failed ? failed : app_print_state(app);
}

int command_adopt(struct app* app) {
    struct buffer json = {0};
    struct outcome outcome = OUTCOME_INIT;
    const struct options* options = app->options;
    int failed = read_input(app, options->argument_count > 0 ? options->arguments[0] : NULL, &json);
    if (!failed) {
        credit_adopt_options adopt = {.struct_size = sizeof adopt, .replace = options->replace};
        credit_str text = {json.data, json.size};
        credit_code code =
            credit_session_adopt_json(app->session, text, &adopt, &outcome, outcome_done, NULL);
        buffer_free(&json); /* the SDK has its own copy */
        failed = outcome_wait(app, code, &outcome);
    }
    buffer_free(&json);
    outcome_release(&outcome);
    return failed ? failed : app_print_state(app);
}

int command_end(struct app* app) {
    struct outcome outcome = OUTCOME_INIT;
    credit_code code = credit_session_end(app->session, &outcome, outcome_done);
    int failed = outcome_wait(app, code, &outcome);
    outcome_release(&outcome);
    return failed ? failed : app_print_ok(app); /* the handle is spent: it has no state to tell */
}

int command_erase(struct app* app) {
    struct outcome outcome = OUTCOME_INIT;
    credit_code code =
        credit_storage_erase(app->config, str_of(app->options->borrower), &outcome, outcome_done);
    int failed = outcome_wait(app, code, &outcome);
    outcome_release(&outcome);
    return failed ? failed : app_print_ok(app);
}

int command_status(struct app* app) {
    credit_code code = app_wait_loaded(app);
    if (code != CREDIT_OK) return app_fail_with(app, code, "the store was not read");
    return app_print_state(app);
}

int command_reject(struct app* app) {
    const char* text = app->options->arguments[0];
    char* end = NULL;
    errno = 0;
    unsigned long long generation = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno == ERANGE) {
        return app_fail_with(app, CREDIT_INVALID_ARGUMENT, "GENERATION must be a whole number");
    }
    credit_code code = app_wait_loaded(app);
    if (code != CREDIT_OK) return app_fail_with(app, code, "the store was not read");
    code = credit_session_reject_token(app->session, generation);
    if (code != CREDIT_OK) return app_fail_with(app, code, "the rejection was refused");
    return app_print_state(app);
}

static void print_journey(const struct app* app, const credit_journey* journey) {
    struct record record;
    record_open(&record, app->options->json, app->command, 1);
    record_flag(&record, "found", journey != NULL);
    if (journey != NULL) {
        record_text(&record, "journey_id", credit_journey_id(journey));
        record_text(&record, "status", credit_journey_status(journey));
        record_text(&record, "next_action", credit_journey_next_action(journey));
    }
    record_close(&record);
}

int command_journey(struct app* app) {
    struct outcome outcome = OUTCOME_INIT;
    credit_journey_options options = {.struct_size = sizeof options,
                                      .known_only = app->options->known,
                                      .deadline_ms = app->options->deadline_ms};
    credit_code code =
        credit_session_journey(app->session, &options, &outcome, outcome_journey, NULL);
    int failed = outcome_wait(app, code, &outcome);
    if (!failed) print_journey(app, outcome.journey);
    outcome_release(&outcome);
    return failed;
}

int command_notify(struct app* app) {
    static const struct {
        const char* name;
        credit_hint hint;
    } hints[] = {{"network", CREDIT_HINT_NETWORK_AVAILABLE},
                 {"foreground", CREDIT_HINT_FOREGROUND},
                 {"unlocked", CREDIT_HINT_STORAGE_UNLOCKED},
                 {"clock", CREDIT_HINT_CLOCK_CHANGED},
                 {"partner-credentials", CREDIT_HINT_PARTNER_CREDENTIALS}};
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; ++i) {
        if (strcmp(app->options->arguments[0], hints[i].name) != 0) continue;
        credit_code code = credit_session_notify(app->session, hints[i].hint);
        if (code != CREDIT_OK) return app_fail_with(app, code, "the hint was refused");
        return app_print_state(app);
    }
    return app_fail_with(app, CREDIT_INVALID_ARGUMENT,
                         "HINT must be one of: network, foreground, unlocked, clock, "
                         "partner-credentials");
}

int command_open(struct app* app) {
    app_close(app);
    int failed = app_open(app);
    return failed ? failed : app_print_state(app);
}

int command_close(struct app* app) {
    app_close(app);
    return app_print_ok(app);
}
