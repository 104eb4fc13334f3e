/* What every command works with, and the table of commands. */
#ifndef CREDIT_CLI_APP_H
#define CREDIT_CLI_APP_H

#include <credit/credit.h>

#include "options.h"
#include "output.h"

struct secrets;

struct app {
    const char* command;           /* for messages */
    const struct options* options; /* of this command */
    credit_config* config;
    credit_session* session; /* NULL: not open */
    int inside_run;
    const struct secrets* secrets; /* for commands that need them, else NULL */
};

enum command_needs { kNeedsNothing, kNeedsSecrets, kNeedsConfig, kNeedsSession };
enum command_place { kAnywhere, kOnlyAlone, kOnlyInsideRun };

struct command {
    const char* name;
    unsigned bit; /* enum command_bit */
    enum command_needs needs;
    enum command_place place;
    size_t least_arguments;
    size_t most_arguments;
    const char* usage;
    const char* help;
    int (*handle)(struct app* app); /* returns the exit code */
};

extern const struct command kCommands[];
extern const size_t kCommandCount;
const struct command* command_find(const char* name);
unsigned command_bit_of(const char* name);
/* 0, or a printed usage failure's exit code: place and number of arguments. */
int command_check(const struct app* app, const struct command* command);

int app_fail(const struct app* app, const struct failure* failure);
int app_fail_with(const struct app* app, credit_code code, const char* message);
/* Opens app->session; 0, or the exit code of a printed failure. */
int app_open(struct app* app);
/* Closes in this process, waits for it and lets go. Nothing happens when it is not open. */
void app_close(struct app* app);
/* A success that consists of the session's present state. */
int app_print_state(const struct app* app);
int app_print_ok(const struct app* app);
/* Waits until the store was read, or could not be; CREDIT_DEADLINE, CREDIT_CANCELLED otherwise. */
credit_code app_wait_loaded(const struct app* app);
void app_record_state(struct record* record, const credit_state_info* info);

int command_start(struct app* app);
int command_token(struct app* app);
int command_call(struct app* app);
int command_journey(struct app* app);
int command_status(struct app* app);
int command_watch(struct app* app);
int command_explain(struct app* app);
int command_diagnostics(struct app* app);
int command_end(struct app* app);
int command_adopt(struct app* app);
int command_erase(struct app* app);
int command_reject(struct app* app);
int command_run(struct app* app);
int command_fingerprint(struct app* app);
int command_version(struct app* app);
int command_checkout(struct app* app);
int command_doctor(struct app* app);
int command_wait_state(struct app* app);
int command_current(struct app* app);
int command_notify(struct app* app);
int command_open(struct app* app);
int command_close(struct app* app);
int command_sleep_until_eof(struct app* app);

#endif
