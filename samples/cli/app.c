#include "app.h"

#include <string.h>

#include "await.h"
#include "interrupt.h"
#include "state_watch.h"

enum { kLoadMs = 30000 };

int app_fail(const struct app* app, const struct failure* failure) {
    return failure_print(failure, app->options->json, app->command);
}

int app_fail_with(const struct app* app, credit_code code, const char* message) {
    struct failure failure;
    failure_make(&failure, code, message);
    return app_fail(app, &failure);
}

int app_open(struct app* app) {
    credit_error* error = NULL;
    credit_code code =
        credit_session_open(app->config, str_of(app->options->borrower), &app->session, &error);
    if (code == CREDIT_OK) {
        interrupt_guard(app->session);
        return 0;
    }
    struct failure failure;
    if (error != NULL) {
        failure_copy(&failure, error);
    } else {
        failure_make(&failure, code, "the session cannot be opened");
    }
    credit_error_release(error);
    app->session = NULL;
    return app_fail(app, &failure);
}

static void on_closed(void* context, const credit_error* error) {
    (void)error;
    await_finish(context);
}

void app_close(struct app* app) {
    if (app->session == NULL) return;
    struct await closed = AWAIT_INIT;
    interrupt_guard(NULL);
    if (credit_session_close(app->session, &closed, on_closed) == CREDIT_OK) await_wait(&closed);
    credit_session_release(app->session);
    app->session = NULL;
}

static void record_properties(struct record* record, uint32_t properties) {
    struct buffer names = {0};
    uint32_t bit = 0;
    const char* name = NULL;
    if (record->json) buffer_text(&names, "[");
    size_t printed = 0;
    for (size_t i = 0; (name = property_name(i, &bit)) != NULL; ++i) {
        if ((properties & bit) == 0) continue;
        if (printed++ > 0) buffer_text(&names, record->json ? "," : ", ");
        if (record->json) {
            buffer_json_string(&names, str_of(name));
        } else {
            buffer_text(&names, name);
        }
    }
    if (record->json) buffer_text(&names, "]");
    credit_str text = {names.data, names.size};
    if (text.size > 0) record_raw(record, "properties", text);
    buffer_free(&names);
}

void app_record_state(struct record* record, const credit_state_info* info) {
    record_string(record, "state", str_of(state_name(info->state)));
    credit_str reason = {NULL, 0};
    if (info->reason != CREDIT_OK) reason = credit_code_name(info->reason);
    record_text(record, "reason", reason);
    record_number_unless(record, "reason_code", info->reason, CREDIT_OK);
    record_properties(record, info->properties);
    record_number(record, "generation", (int64_t)info->generation);
    record_time(record, "expires_at_ms", info->expires_at_ms);
}

int app_print_state(const struct app* app) {
    credit_state_info info = {.struct_size = sizeof info};
    credit_code code = credit_session_state(app->session, &info);
    if (code != CREDIT_OK) return app_fail_with(app, code, "the state cannot be read");
    struct record record;
    record_open(&record, app->options->json, app->command, 1);
    app_record_state(&record, &info);
    record_close(&record);
    return kExitOk;
}

int app_print_ok(const struct app* app) {
    struct record record;
    record_open(&record, app->options->json, app->command, 1);
    record_close(&record);
    return kExitOk;
}

credit_code app_wait_loaded(const struct app* app) {
    int64_t deadline_ms = app->options->deadline_ms;
    int64_t until_ms = monotonic_ms() + (deadline_ms > 0 ? deadline_ms : kLoadMs);
    credit_code code = CREDIT_OK;
    struct state_watch* watch = state_watch_open(app->session, &code);
    if (watch == NULL) return code;
    credit_state_info info = {.struct_size = sizeof info};
    enum state_watch_result result = kWatchState;
    do {
        result = state_watch_next(watch, until_ms, &info);
    } while (result == kWatchState && info.state == CREDIT_STATE_LOADING &&
             info.reason == CREDIT_OK);
    state_watch_close(watch);
    if (result == kWatchState) return CREDIT_OK;
    return result == kWatchTimeout ? CREDIT_DEADLINE : CREDIT_CANCELLED;
}
