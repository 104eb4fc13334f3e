/* Following the session's state. */
#include <string.h>

#include "app.h"
#include "state_watch.h"

enum { kDefaultWaitSeconds = 30 };

static int64_t until_ms(const struct app* app, int64_t otherwise) {
    int64_t seconds = app->options->seconds;
    if (seconds < 0) return otherwise;
    return monotonic_ms() + seconds * 1000;
}

static void print_state_for_people(const credit_state_info* info) {
    struct buffer line = {0};
    uint32_t bit = 0;
    const char* name = NULL;
    buffer_text(&line, state_name(info->state));
    for (size_t i = 0; (name = property_name(i, &bit)) != NULL; ++i) {
        if ((info->properties & bit) == 0) continue;
        buffer_text(&line, " +");
        buffer_text(&line, name);
    }
    if (info->reason != CREDIT_OK) {
        buffer_text(&line, "  because ");
        buffer_str(&line, credit_code_name(info->reason));
    }
    if (info->generation > 0) {
        buffer_text(&line, "  generation ");
        buffer_number(&line, (int64_t)info->generation);
    }
    if (info->expires_at_ms != -1) {
        buffer_text(&line, "  expires ");
        buffer_time(&line, info->expires_at_ms);
    }
    buffer_text(&line, "\n");
    fwrite(line.data, 1, line.size, stdout);
    fflush(stdout);
    buffer_free(&line);
}

static void print_change(const struct app* app, const credit_state_info* info) {
    if (!app->options->json) {
        print_state_for_people(info);
        return;
    }
    struct record record;
    record_open(&record, 1, app->command, 1);
    app_record_state(&record, info);
    record_close(&record);
}

int command_watch(struct app* app) {
    credit_code code = CREDIT_OK;
    struct state_watch* watch = state_watch_open(app->session, &code);
    if (watch == NULL) return app_fail_with(app, code, "the state cannot be watched");
    int64_t until = until_ms(app, -1);
    credit_state_info info = {.struct_size = sizeof info};
    while (state_watch_next(watch, until, &info) == kWatchState) {
        print_change(app, &info);
        if (info.state == CREDIT_STATE_CLOSED) break;
    }
    uint64_t missed = state_watch_missed(watch);
    state_watch_close(watch);
    if (missed > 0) fputs("credit-cli: watch: some states were too quick to print\n", stderr);
    return kExitOk;
}

/* NAME is a state, a property, "loaded" (anything but loading) or "settled" (active and nothing
 * going on). -1: no such name. */
static int matches(const char* name, const credit_state_info* info) {
    static const char* const states[] = {"loading", "no_session", "active", "storage_locked",
                                         "closed"};
    uint32_t bit = 0;
    const char* property = NULL;
    if (strcmp(name, "loaded") == 0) return info->state != CREDIT_STATE_LOADING;
    if (strcmp(name, "settled") == 0) {
        return info->state == CREDIT_STATE_ACTIVE && info->properties == 0;
    }
    for (size_t i = 0; i < sizeof states / sizeof states[0]; ++i) {
        if (strcmp(name, states[i]) == 0) return strcmp(state_name(info->state), name) == 0;
    }
    for (size_t i = 0; (property = property_name(i, &bit)) != NULL; ++i) {
        if (strcmp(name, property) == 0) return (info->properties & bit) != 0;
    }
    return -1;
}

int command_wait_state(struct app* app) {
    const char* name = app->options->arguments[0];
    credit_state_info info = {.struct_size = sizeof info};
    if (matches(name, &info) < 0) {
        return app_fail_with(app, CREDIT_INVALID_ARGUMENT,
                             "NAME must be a state, a property, loaded or settled");
    }
    credit_code code = CREDIT_OK;
    struct state_watch* watch = state_watch_open(app->session, &code);
    if (watch == NULL) return app_fail_with(app, code, "the state cannot be watched");
    int64_t until = until_ms(app, monotonic_ms() + kDefaultWaitSeconds * 1000);
    enum state_watch_result result = kWatchState;
    do {
        result = state_watch_next(watch, until, &info);
    } while (result == kWatchState && matches(name, &info) == 0);
    state_watch_close(watch);
    if (result == kWatchTimeout) {
        return app_fail_with(app, CREDIT_DEADLINE, "the session did not get there in time");
    }
    if (result == kWatchInterrupted) return app_fail_with(app, CREDIT_CANCELLED, "interrupted");
    print_change(app, &info);
    return kExitOk;
}
