#include "help.h"

#include <stdio.h>
#include <string.h>

#include "app.h"

enum { kLeftWidth = 36 };

static void print_commands(const char* title, int inside_run) {
    printf("\n%s\n", title);
    for (size_t i = 0; i < kCommandCount; ++i) {
        const struct command* command = &kCommands[i];
        char left[64];
        if ((command->place == kOnlyInsideRun) != inside_run) continue;
        snprintf(left, sizeof left, "%s %s", command->name, command->usage);
        printf("  %-26s %s\n", left, command->help);
    }
}

static void print_option(const struct option_spec* spec) {
    char left[96];
    snprintf(left, sizeof left, "--%s %s", spec->name,
             spec->value_name == NULL ? "" : spec->value_name);
    if (strlen(left) > kLeftWidth) {
        printf("  %s\n  %*s %s", left, kLeftWidth, "", spec->help);
    } else {
        printf("  %-*s %s", kLeftWidth, left, spec->help);
    }
    if (spec->environment != NULL) printf(" [%s]", spec->environment);
    printf("\n");
}

static void print_options(const char* title, int configuration) {
    printf("\n%s\n", title);
    for (size_t i = 0; i < kOptionSpecCount; ++i) {
        if ((kOptionSpecs[i].commands == 0) == configuration) print_option(&kOptionSpecs[i]);
    }
}

void help_print(void) {
    printf("credit-cli [options] COMMAND [arguments]: borrower sessions from a terminal\n");
    print_commands("Commands", 0);
    print_commands("Only inside run", 1);
    print_options("Options of commands", 0);
    print_options("Configuration, by option or [environment]; the option wins", 1);
    printf(
        "\nSecrets, never as options\n"
        "  CREDIT_STORAGE_KEY     64 hex digits, test environment only\n"
        "  CREDIT_PARTNER_AUTH    value of the Authorization header towards the partner\n"
        "  CREDIT_DOCTOR_AUTH     the same of the doctor's throw-away borrower\n"
        "\nKinds of --storage-fault, test environment only\n"
        "  key-locked, key-transient, key-denied, key-lost\n"
        "                         the key of the sealed files cannot be had\n"
        "  full, write-locked, write-transient\n"
        "                         a store in the memory of this process that cannot be written\n"
        "\nExit codes\n"
        "  %d  it worked\n"
        "  %d  usage or configuration (codes 1xxx): change the command\n"
        "  %d  cancelled, deadline (11xx): run it again\n"
        "  %d  the session needs a new one (2xxx): credit-cli start\n"
        "  %d  network (3xxx): run it again when there is one\n"
        "  %d  platform or partner (4xxx); for call also every HTTP status from 400\n"
        "  %d  storage (5xxx)\n"
        "  %d  the library (9xxx)\n"
        "run ends with 0 when its input ended or a signal came: each line tells its own success.\n",
        kExitOk, kExitUsage, kExitOutcome, kExitSession, kExitNetwork, kExitServer, kExitStorage,
        kExitLibrary);
}
