#include "output.h"

#include <stdlib.h>
#include <string.h>

int exit_code_for(credit_code code) {
    int32_t number = (int32_t)code;
    if (number == 0) return kExitOk;
    if (number >= 1100 && number < 1200) return kExitOutcome;
    switch (number / 1000) {
        case 1:
            return kExitUsage;
        case 2:
            return kExitSession;
        case 3:
            return kExitNetwork;
        case 4:
            return kExitServer;
        case 5:
            return kExitStorage;
        default:
            return kExitLibrary;
    }
}

static void add_key(struct record* record, const char* key) {
    if (record->json) {
        buffer_text(&record->text, ",\"");
        buffer_text(&record->text, key);
        buffer_text(&record->text, "\":");
        return;
    }
    char padded[32];
    snprintf(padded, sizeof padded, "  %-17s ", key);
    buffer_text(&record->text, padded);
}

static void end_field(struct record* record) {
    if (!record->json) buffer_text(&record->text, "\n");
}

void record_open(struct record* record, int json, const char* command, int ok) {
    memset(record, 0, sizeof *record);
    record->json = json;
    if (json) {
        buffer_text(&record->text, "{\"command\":");
        buffer_json_string(&record->text, str_of(command));
        buffer_text(&record->text, ok ? ",\"ok\":true" : ",\"ok\":false");
    } else {
        buffer_text(&record->text, command);
        buffer_text(&record->text, ok ? ": ok\n" : ": failed\n");
    }
}

void record_text(struct record* record, const char* key, credit_str value) {
    if (value.size > 0) {
        record_string(record, key, value);
    } else if (record->json) {
        record_raw(record, key, str_of("null"));
    }
}

void record_string(struct record* record, const char* key, credit_str value) {
    add_key(record, key);
    if (record->json) {
        buffer_json_string(&record->text, value);
    } else {
        buffer_printable(&record->text, value, 0);
    }
    end_field(record);
}

void record_number(struct record* record, const char* key, int64_t value) {
    add_key(record, key);
    buffer_number(&record->text, value);
    end_field(record);
}

void record_number_unless(struct record* record, const char* key, int64_t value, int64_t absent) {
    if (value != absent) {
        record_number(record, key, value);
    } else if (record->json) {
        record_raw(record, key, str_of("null"));
    }
}

void record_time(struct record* record, const char* key, int64_t at_ms) {
    if (record->json || at_ms == -1) {
        record_number_unless(record, key, at_ms, -1);
        return;
    }
    add_key(record, key);
    buffer_time(&record->text, at_ms);
    end_field(record);
}

void record_flag(struct record* record, const char* key, int value) {
    record_raw(record, key, str_of(value ? "true" : "false"));
}

void record_raw(struct record* record, const char* key, credit_str json) {
    add_key(record, key);
    if (record->json) {
        buffer_json_line(&record->text, json);
    } else {
        buffer_printable(&record->text, json, 1);
    }
    end_field(record);
}

void record_close(struct record* record) {
    if (record->json) buffer_text(&record->text, "}\n");
    fwrite(record->text.data, 1, record->text.size, stdout);
    buffer_free(&record->text);
    if (fflush(stdout) != 0) {
        fputs("credit-cli: standard output cannot be written\n", stderr);
        exit(kExitLibrary);
    }
}

static void copy_text(char* out, size_t capacity, credit_str text) {
    size_t size = text.size < capacity ? text.size : capacity - 1;
    if (size > 0) memcpy(out, text.data, size);
    out[size] = '\0';
}

void failure_copy(struct failure* failure, const credit_error* error) {
    memset(failure, 0, sizeof *failure);
    failure->code = credit_error_code(error);
    failure->http_status = credit_error_http_status(error);
    failure->retry_after_ms = credit_error_retry_after_ms(error);
    copy_text(failure->message, sizeof failure->message, credit_error_message(error));
    copy_text(failure->platform_code, sizeof failure->platform_code,
              credit_error_platform_code(error));
    copy_text(failure->request_id, sizeof failure->request_id, credit_error_request_id(error));
    copy_text(failure->correlation_id, sizeof failure->correlation_id,
              credit_error_correlation_id(error));
}

void failure_make(struct failure* failure, credit_code code, const char* message) {
    memset(failure, 0, sizeof *failure);
    failure->code = code;
    failure->retry_after_ms = -1;
    copy_text(failure->message, sizeof failure->message, str_of(message));
}

static void print_for_people(const struct failure* failure, const char* command) {
    struct buffer text = {0};
    buffer_text(&text, "credit-cli: ");
    if (command[0] != '\0') {
        buffer_text(&text, command);
        buffer_text(&text, ": ");
    }
    buffer_printable(&text, str_of(failure->message), 0);
    buffer_text(&text, " (");
    buffer_str(&text, credit_code_name(failure->code));
    buffer_text(&text, ", ");
    buffer_number(&text, failure->code);
    buffer_text(&text, ")\n");
    const char* labels[] = {"platform code", "request id", "correlation id"};
    const char* values[] = {failure->platform_code, failure->request_id, failure->correlation_id};
    for (size_t i = 0; i < 3; ++i) {
        if (values[i][0] == '\0') continue;
        buffer_text(&text, "  ");
        buffer_text(&text, labels[i]);
        buffer_text(&text, ": ");
        buffer_printable(&text, str_of(values[i]), 0);
        buffer_text(&text, "\n");
    }
    if (credit_code_is_retryable(failure->code)) {
        buffer_text(&text, "  the same command may succeed later\n");
    }
    if (credit_code_needs_new_session(failure->code)) {
        buffer_text(&text, "  only a new session helps: credit-cli start\n");
    }
    fwrite(text.data, 1, text.size, stderr);
    buffer_free(&text);
}

int failure_print(const struct failure* failure, int json, const char* command) {
    if (!json) {
        print_for_people(failure, command);
        return exit_code_for(failure->code);
    }
    struct record record;
    record_open(&record, 1, command, 0);
    record_number(&record, "code", failure->code);
    record_string(&record, "name", credit_code_name(failure->code));
    record_string(&record, "message", str_of(failure->message));
    record_flag(&record, "retryable", credit_code_is_retryable(failure->code));
    record_flag(&record, "needs_new_session", credit_code_needs_new_session(failure->code));
    record_text(&record, "request_id", str_of(failure->request_id));
    record_text(&record, "correlation_id", str_of(failure->correlation_id));
    record_number_unless(&record, "http_status", failure->http_status, 0);
    record_text(&record, "platform_code", str_of(failure->platform_code));
    record_number_unless(&record, "retry_after_ms", failure->retry_after_ms, -1);
    record_number(&record, "exit", exit_code_for(failure->code));
    record_close(&record);
    return exit_code_for(failure->code);
}
