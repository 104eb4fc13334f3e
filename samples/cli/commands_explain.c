/* What happened to this session, and why. */
#include <string.h>

#include "app.h"
#include "json_reader.h"
#include "outcome.h"

static int fetch(const struct app* app, struct outcome* outcome) {
    (void)app_wait_loaded(app); /* the stored journal is part of it; a sick store is no obstacle */
    credit_code code = credit_session_diagnostics(app->session, outcome, outcome_text, NULL);
    return outcome_wait(app, code, outcome);
}

int command_diagnostics(struct app* app) {
    struct outcome outcome = OUTCOME_INIT;
    int failed = fetch(app, &outcome);
    if (!failed) {
        struct record record;
        record_open(&record, app->options->json, app->command, 1);
        record_raw(&record, "diagnostics", (credit_str){outcome.text.data, outcome.text.size});
        record_close(&record);
    }
    outcome_release(&outcome);
    return failed;
}

static void add_value(struct buffer* line, const char* before, credit_str value) {
    struct buffer plain = {0};
    json_unquote(value, &plain);
    if (plain.size > 0) {
        buffer_text(line, before);
        buffer_printable(line, (credit_str){plain.data, plain.size}, 0);
    }
    buffer_free(&plain);
}

static void print_entry(credit_str entry) {
    struct buffer line = {0};
    int64_t at_ms = json_integer(json_member(entry, "at_ms"), -1);
    if (at_ms == -1) {
        buffer_text(&line, "(time unknown)          ");
    } else {
        buffer_time(&line, at_ms);
    }
    add_value(&line, "  ", json_member(entry, "what"));
    if (json_integer(json_member(entry, "generation"), 0) > 0) {
        add_value(&line, ", generation ", json_member(entry, "generation"));
    }
    add_value(&line, ": ", json_member(entry, "why"));
    add_value(&line, "  request ", json_member(entry, "request_id"));
    add_value(&line, "  correlation ", json_member(entry, "correlation_id"));
    buffer_text(&line, "\n");
    fwrite(line.data, 1, line.size, stdout);
    buffer_free(&line);
}

static void explain_to_people(credit_str journal) {
    size_t at = 0;
    size_t printed = 0;
    for (;;) {
        credit_str entry = json_element(journal, &at);
        if (entry.size == 0) break;
        print_entry(entry);
        ++printed;
    }
    if (printed == 0) fputs("nothing has happened yet\n", stdout);
    fflush(stdout);
}

int command_explain(struct app* app) {
    struct outcome outcome = OUTCOME_INIT;
    int failed = fetch(app, &outcome);
    if (!failed) {
        credit_str diagnostics = {outcome.text.data, outcome.text.size};
        credit_str journal = json_member(diagnostics, "journal");
        if (app->options->json) {
            struct record record;
            record_open(&record, 1, app->command, 1);
            record_raw(&record, "journal", journal.size > 0 ? journal : str_of("[]"));
            record_raw(&record, "diagnostics", diagnostics);
            record_close(&record);
        } else {
            explain_to_people(journal);
        }
    }
    outcome_release(&outcome);
    return failed;
}
