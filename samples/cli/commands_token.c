/* Tokens: one, many at once, or the one of right now. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "fingerprint.h"
#include "outcome.h"

static const char* source_name(credit_token_source source) {
    switch (source) {
        case CREDIT_TOKEN_FROM_CACHE:
            return "cache";
        case CREDIT_TOKEN_FROM_REFRESH:
            return "refresh";
        case CREDIT_TOKEN_FROM_START:
            return "start";
        default:
            return "unknown";
    }
}

static void print_token(const struct app* app, const credit_token* token) {
    char fingerprint[kFingerprintSize];
    credit_str value = credit_token_value(token);
    if (app->options->raw && !app->options->json) {
        printf("%.*s\n", (int)value.size, value.data);
        fflush(stdout);
        return;
    }
    fingerprint_write(fingerprint_of(value), fingerprint);
    struct record record;
    record_open(&record, app->options->json, app->command, 1);
    record_number(&record, "generation", (int64_t)credit_token_generation(token));
    record_time(&record, "expires_at_ms", credit_token_expires_at_ms(token));
    record_string(&record, "source", str_of(source_name(credit_token_source_of(token))));
    record_string(&record, "fingerprint", str_of(fingerprint));
    record_number(&record, "size", (int64_t)value.size);
    if (app->options->raw) record_string(&record, "token", value);
    record_close(&record);
}

static credit_token_options token_options(const struct app* app) {
    credit_token_options options = {.struct_size = sizeof options,
                                    .minimum_lifetime_ms = app->options->min_lifetime_ms,
                                    .deadline_ms = app->options->deadline_ms};
    return options;
}

/* ---- many at once */

enum { kMaxThreads = 8, kMaxShown = 16 };

struct batch {
    const struct app* app;
    struct await all_done;
    atomic_size_t open; /* calls without a result, and one for the caller who starts them */
};

struct call {
    struct batch* batch;
    credit_code code;
    uint64_t fingerprint;
    uint64_t generation;
    credit_token_source source;
};

struct share {
    struct batch* batch;
    struct call* calls;
    size_t count;
};

static void finish_one(struct batch* batch) {
    if (atomic_fetch_sub(&batch->open, 1) == 1) await_finish(&batch->all_done);
}

static void on_token(void* context, credit_token* token, const credit_error* error) {
    struct call* call = context;
    if (error != NULL) {
        call->code = credit_error_code(error);
    } else {
        call->fingerprint = fingerprint_of(credit_token_value(token));
        call->generation = credit_token_generation(token);
        call->source = credit_token_source_of(token);
    }
    finish_one(call->batch);
}

static void* make_calls(void* context) {
    struct share* share = context;
    credit_token_options options = token_options(share->batch->app);
    for (size_t i = 0; i < share->count; ++i) {
        struct call* call = &share->calls[i];
        call->batch = share->batch;
        credit_code code =
            credit_session_get_token(share->batch->app->session, &options, call, on_token, NULL);
        if (code == CREDIT_OK) continue;
        call->code = code;
        finish_one(share->batch);
    }
    return NULL;
}

static void run_calls(struct batch* batch, struct call* calls, size_t count) {
    pthread_t threads[kMaxThreads];
    struct share shares[kMaxThreads];
    size_t started = 0;
    size_t parts = count < kMaxThreads ? count : kMaxThreads;
    for (size_t i = 0; i < parts; ++i) {
        size_t from = count * i / parts;
        shares[i] = (struct share){batch, calls + from, count * (i + 1) / parts - from};
        if (pthread_create(&threads[started], NULL, make_calls, &shares[i]) == 0) {
            ++started;
        } else {
            make_calls(&shares[i]);
        }
    }
    for (size_t i = 0; i < started; ++i)
        pthread_join(threads[i], NULL);
    finish_one(batch);
    await_wait(&batch->all_done);
}

static int compare_numbers(const void* a, const void* b) {
    uint64_t left = *(const uint64_t*)a;
    uint64_t right = *(const uint64_t*)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

/* Sorts, keeps one of each, returns how many there are. */
static size_t distinct(uint64_t* numbers, size_t count) {
    size_t kept = 0;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    for (size_t i = 0; i < count; ++i) {
        if (i == 0 || numbers[i] != numbers[kept - 1]) numbers[kept++] = numbers[i];
    }
    return kept;
}

static void record_numbers(struct record* record, const char* key, const uint64_t* numbers,
                           size_t count, int as_fingerprints) {
    struct buffer list = {0};
    char fingerprint[kFingerprintSize];
    buffer_text(&list, "[");
    for (size_t i = 0; i < count && i < kMaxShown; ++i) {
        if (i > 0) buffer_text(&list, ",");
        if (as_fingerprints) {
            fingerprint_write(numbers[i], fingerprint);
            buffer_json_string(&list, str_of(fingerprint));
        } else {
            buffer_number(&list, (int64_t)numbers[i]);
        }
    }
    buffer_text(&list, "]");
    record_raw(record, key, (credit_str){list.data, list.size});
    buffer_free(&list);
}

static void record_sources(struct record* record, const struct call* calls, size_t count) {
    struct buffer object = {0};
    for (int source = CREDIT_TOKEN_FROM_CACHE; source <= CREDIT_TOKEN_FROM_START; ++source) {
        int64_t number = 0;
        for (size_t i = 0; i < count; ++i) {
            number += calls[i].code == CREDIT_OK && calls[i].source == (credit_token_source)source;
        }
        buffer_text(&object, object.size == 0 ? "{" : ",");
        buffer_json_string(&object, str_of(source_name((credit_token_source)source)));
        buffer_text(&object, ":");
        buffer_number(&object, number);
    }
    buffer_text(&object, "}");
    record_raw(record, "sources", (credit_str){object.data, object.size});
    buffer_free(&object);
}

static void record_errors(struct record* record, uint64_t* codes, size_t failed) {
    struct buffer list = {0};
    buffer_text(&list, "[");
    for (size_t i = 0; i < failed;) {
        size_t next = i;
        while (next < failed && codes[next] == codes[i])
            ++next;
        buffer_text(&list, i == 0 ? "{\"code\":" : ",{\"code\":");
        buffer_number(&list, (int64_t)codes[i]);
        buffer_text(&list, ",\"name\":");
        buffer_json_string(&list, credit_code_name((credit_code)codes[i]));
        buffer_text(&list, ",\"calls\":");
        buffer_number(&list, (int64_t)(next - i));
        buffer_text(&list, "}");
        i = next;
    }
    buffer_text(&list, "]");
    record_raw(record, "errors", (credit_str){list.data, list.size});
    buffer_free(&list);
}

static int print_calls(const struct app* app, const struct call* calls, size_t count,
                       int64_t elapsed_ms) {
    uint64_t* tokens = must_allocate(count * sizeof *tokens);
    uint64_t* generations = must_allocate(count * sizeof *generations);
    uint64_t* codes = must_allocate(count * sizeof *codes);
    size_t good = 0;
    size_t failed = 0;
    for (size_t i = 0; i < count; ++i) {
        if (calls[i].code != CREDIT_OK) {
            codes[failed++] = (uint64_t)calls[i].code;
            continue;
        }
        tokens[good] = calls[i].fingerprint;
        generations[good++] = calls[i].generation;
    }
    qsort(codes, failed, sizeof *codes, compare_numbers);
    size_t distinct_tokens = distinct(tokens, good);
    size_t distinct_generations = distinct(generations, good);
    struct record record;
    record_open(&record, app->options->json, app->command, failed == 0);
    record_number(&record, "calls", (int64_t)count);
    record_number(&record, "succeeded", (int64_t)good);
    record_number(&record, "failed", (int64_t)failed);
    record_number(&record, "tokens_distinct", (int64_t)distinct_tokens);
    record_numbers(&record, "generations", generations, distinct_generations, 0);
    record_sources(&record, calls, count);
    record_numbers(&record, "fingerprints", tokens, distinct_tokens, 1);
    record_errors(&record, codes, failed);
    record_number(&record, "elapsed_ms", elapsed_ms);
    record_close(&record);
    int exit_code = failed == 0 ? kExitOk : exit_code_for((credit_code)codes[0]);
    free(tokens);
    free(generations);
    free(codes);
    return exit_code;
}

static int many_tokens(struct app* app, size_t count) {
    struct call* calls = must_allocate(count * sizeof *calls);
    struct batch batch = {.app = app, .all_done = AWAIT_INIT};
    atomic_init(&batch.open, count + 1);
    int64_t started_ms = monotonic_ms();
    run_calls(&batch, calls, count);
    int exit_code = print_calls(app, calls, count, monotonic_ms() - started_ms);
    free(calls);
    return exit_code;
}

int command_token(struct app* app) {
    if (app->options->concurrency > 0) {
        if (app->options->raw) {
            return app_fail_with(app, CREDIT_INVALID_ARGUMENT,
                                 "--raw and --concurrency exclude each other");
        }
        return many_tokens(app, (size_t)app->options->concurrency);
    }
    struct outcome outcome = OUTCOME_INIT;
    credit_token_options options = token_options(app);
    credit_code code =
        credit_session_get_token(app->session, &options, &outcome, outcome_token, NULL);
    int failed = outcome_wait(app, code, &outcome);
    if (!failed) print_token(app, outcome.token);
    outcome_release(&outcome);
    return failed;
}

/* The hot path: no waiting, no thread hop. */
int command_current(struct app* app) {
    credit_token* token = NULL;
    credit_code code =
        credit_session_current_token(app->session, app->options->min_lifetime_ms, &token);
    if (code != CREDIT_OK) return app_fail_with(app, code, "there is no live token right now");
    print_token(app, token);
    credit_token_release(token);
    return kExitOk;
}

int command_fingerprint(struct app* app) {
    struct buffer text = {0};
    char fingerprint[kFingerprintSize];
    if (read_all(0, 1024 * 1024, &text) != 0) {
        buffer_free(&text);
        return app_fail_with(app, CREDIT_INVALID_ARGUMENT, "standard input cannot be read");
    }
    if (text.size > 0 && text.data[text.size - 1] == '\n') --text.size;
    fingerprint_write(fingerprint_of((credit_str){text.data, text.size}), fingerprint);
    struct record record;
    record_open(&record, app->options->json, app->command, 1);
    record_string(&record, "fingerprint", str_of(fingerprint));
    record_number(&record, "size", (int64_t)text.size);
    record_close(&record);
    buffer_free(&text);
    return kExitOk;
}
