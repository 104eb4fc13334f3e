/* Authorised calls to the platform. */
#include <string.h>

#include "app.h"
#include "outcome.h"

enum { kFirstErrorStatus = 400 };

static const char* const kShownHeaders[] = {"Content-Type", "X-Correlation-ID", "Retry-After",
                                            "Idempotency-Replayed"};

/* "Name: value" in two; 0, or the exit code of a printed failure. */
static int split_headers(const struct app* app, credit_header* out) {
    const struct option_list* list = &app->options->headers;
    for (size_t i = 0; i < list->count; ++i) {
        const char* text = list->items[i];
        const char* colon = strchr(text, ':');
        if (colon == NULL || colon == text) {
            return app_fail_with(app, CREDIT_INVALID_HEADER, "--header must be \"Name: value\"");
        }
        const char* value = colon + 1;
        while (*value == ' ')
            ++value;
        out[i].name = (credit_str){text, (size_t)(colon - text)};
        out[i].value = str_of(value);
    }
    return 0;
}

static void print_json(const struct app* app, const credit_response* response) {
    int32_t status = credit_response_status(response);
    struct record record;
    record_open(&record, 1, app->command, status < kFirstErrorStatus);
    record_number(&record, "status", status);
    record_string(&record, "body", credit_response_body(response));
    record_text(&record, "content_type", credit_response_header(response, str_of("Content-Type")));
    record_text(&record, "retry_after", credit_response_header(response, str_of("Retry-After")));
    record_text(&record, "request_id", credit_response_request_id(response));
    record_text(&record, "correlation_id", credit_response_correlation_id(response));
    record_text(&record, "platform_code", credit_response_platform_code(response));
    record_number(&record, "attempts", credit_response_attempts(response));
    record_close(&record);
}

static void print_for_people(const credit_response* response) {
    struct buffer text = {0};
    buffer_text(&text, "HTTP ");
    buffer_number(&text, credit_response_status(response));
    if (credit_response_attempts(response) > 1) {
        buffer_text(&text, " (sent again after a refresh)");
    }
    buffer_text(&text, "\n");
    for (size_t i = 0; i < sizeof kShownHeaders / sizeof kShownHeaders[0]; ++i) {
        credit_str value = credit_response_header(response, str_of(kShownHeaders[i]));
        if (value.size == 0) continue;
        buffer_text(&text, kShownHeaders[i]);
        buffer_text(&text, ": ");
        buffer_printable(&text, value, 0);
        buffer_text(&text, "\n");
    }
    buffer_text(&text, "\n");
    buffer_printable(&text, credit_response_body(response), 1);
    buffer_text(&text, "\n");
    fwrite(text.data, 1, text.size, stdout);
    fflush(stdout);
    buffer_free(&text);
}

int command_call(struct app* app) {
    const struct options* options = app->options;
    credit_header headers[kMaxList];
    int failed = split_headers(app, headers);
    if (failed) return failed;
    credit_request request = {
        .struct_size = sizeof request,
        .header_count = (uint32_t)options->headers.count,
        .method = str_of(options->arguments[0]),
        .path = str_of(options->arguments[1]),
        .headers = headers,
        .body = str_of(options->argument_count > 2 ? options->arguments[2] : NULL),
        .idempotency_key = str_of(options->idempotency_key),
        .correlation_id = str_of(options->correlation_id),
        .deadline_ms = options->deadline_ms,
        .one_shot = options->one_shot};
    struct outcome outcome = OUTCOME_INIT;
    credit_code code =
        credit_session_send(app->session, &request, &outcome, outcome_response, NULL);
    failed = outcome_wait(app, code, &outcome);
    if (!failed) {
        if (options->json) {
            print_json(app, outcome.response);
        } else {
            print_for_people(outcome.response);
        }
        int32_t status = credit_response_status(outcome.response);
        failed = status < kFirstErrorStatus ? kExitOk : kExitServer;
    }
    outcome_release(&outcome);
    return failed;
}
