/* What the program prints: one record per result, as a JSON object on one line or as lines for
 * people; and failures with the exit code that says what would help. */
#ifndef CREDIT_CLI_OUTPUT_H
#define CREDIT_CLI_OUTPUT_H

#include "text.h"

/* By remedy; the list in --help is made from the same numbers. */
enum exit_code {
    kExitOk = 0,
    kExitUsage = 2,
    kExitOutcome = 3,
    kExitSession = 4,
    kExitNetwork = 5,
    kExitServer = 6,
    kExitStorage = 7,
    kExitLibrary = 9
};
int exit_code_for(credit_code code);

struct record {
    int json;
    struct buffer text;
};

void record_open(struct record* record, int json, const char* command, int ok);
void record_text(struct record* record, const char* key, credit_str value);   /* empty: null */
void record_string(struct record* record, const char* key, credit_str value); /* empty: "" */
void record_number(struct record* record, const char* key, int64_t value);
void record_number_unless(struct record* record, const char* key, int64_t value, int64_t absent);
void record_time(struct record* record, const char* key, int64_t at_ms); /* -1: null */
void record_flag(struct record* record, const char* key, int value);
/* `json` stands as it is in JSON; people see it as text. */
void record_raw(struct record* record, const char* key, credit_str json);
/* Prints to standard output, flushes and frees. */
void record_close(struct record* record);

/* A copy of an error: the SDK only lends errors to callbacks. */
struct failure {
    credit_code code;
    char message[512];
    char platform_code[96];
    char request_id[128];
    char correlation_id[128];
    int32_t http_status;
    int64_t retry_after_ms;
};

void failure_copy(struct failure* failure, const credit_error* error);
void failure_make(struct failure* failure, credit_code code, const char* message);
/* Prints the failure (JSON: standard output, people: standard error); returns its exit code. */
int failure_print(const struct failure* failure, int json, const char* command);

#endif
