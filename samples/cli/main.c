/* credit-cli: borrower sessions from a terminal, over credit.h and nothing else of the SDK. */
#include <string.h>

#include "app.h"
#include "config.h"
#include "help.h"
#include "interrupt.h"
#include "secrets.h"

static int wants_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (strcmp(argv[i], "--json") == 0) return 1;
    }
    return 0;
}

static int usage_failure(int json, const char* command, const char* message) {
    struct failure failure;
    failure_make(&failure, CREDIT_INVALID_ARGUMENT, message);
    int exit_code = failure_print(&failure, json, command == NULL ? "" : command);
    if (!json) fputs("  try credit-cli --help\n", stderr);
    return exit_code;
}

static int run_session_command(struct app* app, const struct command* command) {
    int exit_code = app_open(app);
    if (exit_code == 0) exit_code = command->handle(app);
    app_close(app);
    return exit_code;
}

static int run_configured_command(struct app* app, const struct command* command,
                                  struct secrets* secrets) {
    struct failure failure;
    char message[kMessageSize];
    if (secrets_from_descriptors(secrets, app->options, message) != 0) {
        return app_fail_with(app, CREDIT_CONFIG_INVALID, message);
    }
    if (app->options->borrower == NULL) {
        return app_fail_with(app, CREDIT_CONFIG_MISSING,
                             "borrower is missing: use --borrower or CREDIT_BORROWER");
    }
    app->config = config_make(app->options, secrets, &failure);
    secrets_wipe(secrets);
    if (app->config == NULL) return app_fail(app, &failure);
    int exit_code =
        command->needs == kNeedsSession ? run_session_command(app, command) : command->handle(app);
    credit_config_release(app->config);
    app->config = NULL;
    return exit_code;
}

static int run_command(const struct options* options, const char* name, struct secrets* secrets) {
    const struct command* command = command_find(name);
    struct app app = {.command = name, .options = options};
    int failed = command_check(&app, command);
    if (failed) return failed;
    if ((command->bit & (kWatch | kRun)) != 0 && interrupt_start() != 0) {
        return app_fail_with(&app, CREDIT_OUT_OF_MEMORY, "signals cannot be handled");
    }
    if (command->needs == kNeedsSecrets) app.secrets = secrets;
    if (command->needs <= kNeedsSecrets) return command->handle(&app);
    return run_configured_command(&app, command, secrets);
}

int main(int argc, char** argv) {
    struct options options;
    struct secrets secrets;
    char message[kMessageSize] = "";
    const char* command = NULL;
    int json = wants_json(argc, argv);
    if (credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR) != CREDIT_OK) {
        return usage_failure(json, command, "the library's version does not fit this program");
    }
    options_default(&options);
    int failed = secrets_from_environment(&secrets, message) != 0 ||
                 options_from_environment(&options, message) != 0 ||
                 options_parse(&options, argc > 0 ? (size_t)argc - 1 : 0, argv + 1, 0,
                               command_bit_of, &command, message) != 0;
    int exit_code = kExitOk;
    if (failed) {
        exit_code = usage_failure(json, command, message);
    } else if (options.help) {
        help_print();
    } else {
        exit_code = run_command(&options, command, &secrets);
    }
    secrets_wipe(&secrets);
    return exit_code;
}
