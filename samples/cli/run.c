/* `run`: commands from standard input in one process with one open session. */
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "interrupt.h"
#include "words.h"

struct run {
    struct app app; /* of the present line */
    const struct options* base;
    struct line_reader reader;
    int quit;
};

/* The reader of the run that is going on, for `sleep-until-eof`. */
static struct line_reader* current_reader;

static int fail_line(struct run* run, const char* name, const char* message) {
    struct failure failure;
    failure_make(&failure, CREDIT_INVALID_ARGUMENT, message);
    return failure_print(&failure, run->base->json, name);
}

static int needs_open_session(const struct run* run, const struct command* command) {
    return command->needs == kNeedsSession && run->app.session == NULL;
}

static int handle_line(struct run* run, char* line) {
    char* words[kMaxWords];
    char message[kMessageSize] = "";
    const char* name = NULL;
    struct options options = *run->base;
    int count = words_split(line, words);
    if (count == 0) return 0;
    if (count < 0) return fail_line(run, "", "a quote is open, or there are too many words");
    options.argument_count = 0;
    if (options_parse(&options, (size_t)count, words, 1, command_bit_of, &name, message) != 0) {
        return fail_line(run, name == NULL ? "" : name, message);
    }
    if (name == NULL || options.help) return fail_line(run, "", "no help inside run");
    const struct command* command = command_find(name);
    run->app.command = command->name; /* not `name`: sleep-until-eof reads over the line */
    run->app.options = &options;
    int failed = command_check(&run->app, command);
    if (failed) return failed;
    if (strcmp(name, "quit") == 0) {
        run->quit = 1;
        return 0;
    }
    if (needs_open_session(run, command)) {
        return app_fail_with(&run->app, CREDIT_CLOSED, "the session is not open here: use open");
    }
    return command->handle(&run->app);
}

static void read_lines(struct run* run) {
    char* line = NULL;
    for (;;) {
        switch (line_next(&run->reader, &line)) {
            case kLine:
                break;
            case kLineTooLong:
                fail_line(run, "", "the line is longer than 1 MiB");
                return;
            case kLineEnd:
            case kLineInterrupted:
                return;
        }
        (void)handle_line(run, line);
        if (run->quit) return;
    }
}

static void print_hello(const struct run* run) {
    credit_state_info info = {.struct_size = sizeof info};
    struct record record;
    record_open(&record, run->base->json, "run", 1);
    record_number(&record, "pid", (int64_t)getpid());
    if (credit_session_state(run->app.session, &info) == CREDIT_OK) {
        app_record_state(&record, &info);
    }
    record_close(&record);
}

int command_run(struct app* app) {
    struct options base = *app->options;
    base.json = 1;
    struct run run = {.app = *app, .base = &base};
    run.app.options = &base;
    run.app.inside_run = 1;
    run.reader.fd = STDIN_FILENO;
    run.reader.stop_fd = interrupt_fd();
    current_reader = &run.reader;
    print_hello(&run);
    read_lines(&run);
    current_reader = NULL;
    line_free(&run.reader);
    app->session = run.app.session; /* open and close may have changed it */
    app_close(app);
    credit_config_release(app->config);
    app->config = NULL;
    struct record record;
    record_open(&record, 1, "quit", 1);
    record_number(&record, "live_objects", (int64_t)credit_debug_live_objects());
    record_close(&record);
    return kExitOk;
}

int command_sleep_until_eof(struct app* app) {
    char* line = NULL;
    while (line_next(current_reader, &line) == kLine)
        continue;
    return app_print_ok(app);
}
