/* The hosted page: takes over an embed URL from standard input, and shows what a web view would do with it. */
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "config.h"
#include "fingerprint.h"
#include "json_reader.h"
#include "text.h"

enum { kMaxInput = 64 * 1024, kMaxEmbedUrl = 16 * 1024 };

/* Standard input is the URL alone, or what the app's backend answered: {"embedURL": "..."}. */
static int read_embed_url(const struct app* app, struct buffer* out) {
    struct buffer input = {0};
    if (read_all(STDIN_FILENO, kMaxInput, &input) != 0) {
        buffer_free(&input);
        return app_fail_with(app, CREDIT_INVALID_ARGUMENT,
                             "standard input cannot be read or is too long");
    }
    credit_str text = {input.data, input.size};
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL)
        --text.size;
    credit_str member = json_member(text, "embedURL");
    if (member.size == 0) member = json_member(text, "embedUrl");
    if (member.size > 0) {
        json_unquote(member, out);
    } else {
        buffer_str(out, text);
    }
    buffer_free(&input);
    return 0;
}

static int fail_with_error(const struct app* app, credit_code code, credit_error* error) {
    struct failure failure;
    if (error != NULL) {
        failure_copy(&failure, error);
    } else {
        failure_make(&failure, code, "was refused");
    }
    credit_error_release(error);
    return app_fail(app, &failure);
}

static int make_checkout(const struct app* app, credit_config* config, credit_str url,
                         credit_checkout** checkout) {
    const struct options* options = app->options;
    credit_str origins[kMaxList];
    for (size_t i = 0; i < options->allowed_origins.count; ++i)
        origins[i] = str_of(options->allowed_origins.items[i]);
    credit_checkout_options wanted = {
        .struct_size = sizeof wanted,
        .allowed_origin_count = (uint32_t)options->allowed_origins.count,
        .embed_url = url,
        .hosted_origin = str_of(options->hosted_origin),
        .allowed_origins = origins};
    if (options->hosted_origin == NULL) wanted.hosted_origin = (credit_str){NULL, 0};
    credit_error* error = NULL;
    credit_code code = credit_checkout_create(config, &wanted, checkout, &error);
    return code == CREDIT_OK ? 0 : fail_with_error(app, code, error);
}

/* The one time the URL may be had, and that there is no second one. */
static void record_url(struct record* record, credit_checkout* checkout) {
    char url[kMaxEmbedUrl];
    size_t size = 0;
    credit_code first = credit_checkout_take_url(checkout, url, sizeof url, &size);
    record_string(record, "taken", credit_code_name(first));
    if (first == CREDIT_OK) record_string(record, "url", (credit_str){url, size});
    wipe(url, sizeof url);
    credit_code again = credit_checkout_take_url(checkout, url, sizeof url, &size);
    record_string(record, "taken_again", credit_code_name(again));
}

static void record_navigations(const struct app* app, struct record* record,
                               credit_checkout* checkout) {
    const struct option_list* list = &app->options->navigations;
    if (list->count == 0) return;
    struct buffer text = {0};
    if (record->json) buffer_text(&text, "[");
    for (size_t i = 0; i < list->count; ++i) {
        credit_str url = str_of(list->items[i]);
        int allowed = credit_checkout_allows_navigation(checkout, url, 1);
        if (record->json) {
            buffer_text(&text, i > 0 ? ",{\"url\":" : "{\"url\":");
            buffer_json_string(&text, url);
            buffer_text(&text, allowed ? ",\"allowed\":true}" : ",\"allowed\":false}");
        } else {
            buffer_text(&text, allowed ? "\n    yes " : "\n    no  ");
            buffer_printable(&text, url, 0);
        }
    }
    if (record->json) buffer_text(&text, "]");
    record_raw(record, "navigations", (credit_str){text.data, text.size});
    buffer_free(&text);
}

static const char* event_name(credit_checkout_event_type type) {
    switch (type) {
        case CREDIT_CHECKOUT_EVENT_OPEN_EXTERNAL:
            return "open_external";
        case CREDIT_CHECKOUT_EVENT_EXIT:
            return "exit";
        default:
            return "unknown";
    }
}

/* The event's URLs may carry secrets of the lender: shown with --raw only. */
static void record_event(const struct app* app, struct record* record,
                         const credit_checkout_event* event) {
    if (event == NULL) return;
    credit_str external = credit_checkout_event_external_url(event);
    credit_str resume = credit_checkout_event_resume_url(event);
    record_string(record, "event", str_of(event_name(credit_checkout_event_type_of(event))));
    record_text(record, "event_type", credit_checkout_event_name(event));
    record_flag(record, "has_external_url", external.size > 0);
    record_flag(record, "has_resume_url", resume.size > 0);
    if (!app->options->raw) return;
    record_text(record, "external_url", external);
    record_text(record, "resume_url", resume);
}

static int show(const struct app* app, credit_checkout* checkout, credit_str url) {
    char fingerprint[kFingerprintSize];
    const struct options* options = app->options;
    credit_checkout_event* event = NULL;
    credit_error* error = NULL;
    if (options->event != NULL) {
        credit_code code = credit_checkout_parse_event(checkout, str_of(options->event_origin),
                                                       str_of(options->event), &event, &error);
        if (code != CREDIT_OK) return fail_with_error(app, code, error);
    }
    struct record record;
    record_open(&record, options->json, app->command, 1);
    fingerprint_write(fingerprint_of(url), fingerprint);
    record_string(&record, "fingerprint", str_of(fingerprint));
    record_number(&record, "size", (int64_t)url.size);
    if (options->raw) record_url(&record, checkout);
    record_navigations(app, &record, checkout);
    record_event(app, &record, event);
    record_close(&record);
    credit_checkout_event_release(event);
    return kExitOk;
}

int command_checkout(struct app* app) {
    struct failure failure;
    struct buffer url = {0};
    credit_checkout* checkout = NULL;
    credit_config* config = config_make_endpoints(app->options, &failure);
    if (config == NULL) return app_fail(app, &failure);
    int failed = read_embed_url(app, &url);
    credit_str text = {url.data, url.size};
    if (!failed) failed = make_checkout(app, config, text, &checkout);
    credit_config_release(config);
    if (!failed) failed = show(app, checkout, text);
    credit_checkout_release(checkout);
    buffer_free(&url);
    return failed;
}
