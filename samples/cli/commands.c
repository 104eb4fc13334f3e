/* The table of commands. */
#include <string.h>

#include "app.h"

static int no_handler(struct app* app) {
    return app_print_ok(app);
} /* quit: run looks for it */

const struct command kCommands[] = {
    {"start", kStart, kNeedsSession, kAnywhere, 0, 0, "", "create or resume the session",
     command_start},
    {"token", kToken, kNeedsSession, kAnywhere, 0, 0, "", "a token that is good, as a fingerprint",
     command_token},
    {"call", kCall, kNeedsSession, kAnywhere, 2, 3, "METHOD PATH [BODY]",
     "an authorised request to the platform", command_call},
    {"journey", kJourney, kNeedsSession, kAnywhere, 0, 0, "", "where the borrower's journey stands",
     command_journey},
    {"status", kStatus, kNeedsSession, kAnywhere, 0, 0, "", "the session's state", command_status},
    {"watch", kWatch, kNeedsSession, kOnlyAlone, 0, 0, "", "state changes until a signal comes",
     command_watch},
    {"explain", kExplain, kNeedsSession, kAnywhere, 0, 0, "",
     "what happened to the session, and why", command_explain},
    {"diagnostics", kDiagnostics, kNeedsSession, kAnywhere, 0, 0, "",
     "everything known about it, without secrets", command_diagnostics},
    {"end", kEnd, kNeedsSession, kAnywhere, 0, 0, "", "sign out", command_end},
    {"adopt", kAdopt, kNeedsSession, kAnywhere, 0, 1, "",
     "take over a session as JSON from standard input", command_adopt},
    {"erase", kErase, kNeedsConfig, kAnywhere, 0, 0, "",
     "remove everything stored, without looking at it", command_erase},
    {"reject", kReject, kNeedsSession, kAnywhere, 1, 1, "GENERATION",
     "the platform refused the token of this generation", command_reject},
    {"run", kRun, kNeedsSession, kOnlyAlone, 0, 0, "",
     "commands from standard input, one JSON object for each", command_run},
    {"checkout", kCheckout, kNeedsNothing, kOnlyAlone, 0, 0, "",
     "take over the hosted page's URL from standard input", command_checkout},
    {"doctor", kDoctor, kNeedsSecrets, kOnlyAlone, 0, 0, "",
     "what platform and partner really do with a refresh, and how safe a crash is", command_doctor},
    {"fingerprint", kOther, kNeedsNothing, kOnlyAlone, 0, 0, "",
     "fingerprint of a token from standard input", command_fingerprint},
    {"version", kOther, kNeedsNothing, kAnywhere, 0, 0, "", "of the library", command_version},
    {"open", kOther, kNeedsConfig, kOnlyInsideRun, 0, 0, "", "close if open, and open again",
     command_open},
    {"close", kOther, kNeedsConfig, kOnlyInsideRun, 0, 0, "",
     "close in this process; what is stored stays", command_close},
    {"current", kToken, kNeedsSession, kOnlyInsideRun, 0, 0, "",
     "the token of right now, without waiting", command_current},
    {"notify", kOther, kNeedsSession, kOnlyInsideRun, 1, 1, "HINT",
     "network, foreground, unlocked, clock or partner-credentials", command_notify},
    {"wait-state", kWaitState, kNeedsSession, kOnlyInsideRun, 1, 1, "NAME",
     "until a state or property is there, \"loaded\" or \"settled\"", command_wait_state},
    {"sleep-until-eof", kOther, kNeedsNothing, kOnlyInsideRun, 0, 0, "",
     "hold the session open until standard input ends", command_sleep_until_eof},
    {"quit", kOther, kNeedsNothing, kOnlyInsideRun, 0, 0, "", "as the end of the input does",
     no_handler},
};

const size_t kCommandCount = sizeof kCommands / sizeof kCommands[0];

const struct command* command_find(const char* name) {
    for (size_t i = 0; i < kCommandCount; ++i) {
        if (strcmp(kCommands[i].name, name) == 0) return &kCommands[i];
    }
    return NULL;
}

unsigned command_bit_of(const char* name) {
    const struct command* command = command_find(name);
    return command == NULL ? 0 : command->bit;
}

int command_check(const struct app* app, const struct command* command) {
    char message[kMessageSize];
    if (command->place == (app->inside_run ? kOnlyAlone : kOnlyInsideRun)) {
        snprintf(message, sizeof message, "%s works only %s run", command->name,
                 app->inside_run ? "outside" : "inside");
        return app_fail_with(app, CREDIT_INVALID_ARGUMENT, message);
    }
    size_t count = app->options->argument_count;
    if (count < command->least_arguments) {
        snprintf(message, sizeof message, "%s needs %s", command->name, command->usage);
    } else if (count > command->most_arguments ||
               (command->bit == kAdopt && count > 0 && !app->inside_run)) {
        snprintf(message, sizeof message, "too many arguments for %s", command->name);
    } else {
        return 0;
    }
    return app_fail_with(app, CREDIT_INVALID_ARGUMENT, message);
}

int command_version(struct app* app) {
    struct record record;
    record_open(&record, app->options->json, app->command, 1);
    record_string(&record, "version", credit_version());
    record_number(&record, "abi_major", CREDIT_ABI_MAJOR);
    record_number(&record, "abi_minor", CREDIT_ABI_MINOR);
    record_close(&record);
    return kExitOk;
}
