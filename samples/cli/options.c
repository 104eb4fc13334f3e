#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kMaxSpecs = 64 };

void options_default(struct options* options) {
    memset(options, 0, sizeof *options);
    options->storage_key_fd = -1;
    options->storage_passphrase_fd = -1;
    options->seconds = -1;
    options->probe_seconds = 30;
}

static int complain(char message[kMessageSize], const char* format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(message, kMessageSize, format, values);
    va_end(values);
    return -1;
}

static int set_choice(int* out, const struct option_spec* spec, const char* label,
                      const char* value, char message[kMessageSize]) {
    for (const struct option_choice* choice = spec->choices; choice->name != NULL; ++choice) {
        if (strcmp(choice->name, value) != 0) continue;
        *out = choice->value;
        return 0;
    }
    char allowed[160] = "";
    for (const struct option_choice* choice = spec->choices; choice->name != NULL; ++choice) {
        size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s%s", used == 0 ? "" : ", ",
                 choice->name);
    }
    return complain(message, "%s must be one of: %s", label, allowed);
}

static int set_number(int64_t* out, const struct option_spec* spec, const char* label,
                      const char* value, char message[kMessageSize]) {
    char* end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    int starts_well = value[0] == '-' || (value[0] >= '0' && value[0] <= '9');
    if (!starts_well || *end != '\0' || errno == ERANGE || number < spec->least ||
        number > spec->most) {
        return complain(message, "%s must be a whole number from %" PRId64 " to %" PRId64, label,
                        spec->least, spec->most);
    }
    *out = number;
    return 0;
}

static int set_list(struct option_list* out, const char* label, const char* value,
                    char message[kMessageSize]) {
    if (out->count == kMaxList) return complain(message, "%s is given too often", label);
    out->items[out->count++] = value;
    return 0;
}

/* `label` is how the user knows it: --name or the environment variable. */
static int set_option(struct options* options, const struct option_spec* spec, const char* label,
                      const char* value, char message[kMessageSize]) {
    char* field = (char*)options + spec->offset;
    if (spec->offset == offsetof(struct options, clock_offset_ms)) options->clock_offset_given = 1;
    switch (spec->kind) {
        case kOptionFlag:
            *(int*)(void*)field = 1;
            return 0;
        case kOptionText:
            *(const char**)(void*)field = value;
            return 0;
        case kOptionNumber:
            return set_number((void*)field, spec, label, value, message);
        case kOptionChoice:
            return set_choice((void*)field, spec, label, value, message);
        case kOptionList:
            return set_list((void*)field, label, value, message);
    }
    return 0;
}

int options_from_environment(struct options* options, char message[kMessageSize]) {
    for (size_t i = 0; i < kOptionSpecCount; ++i) {
        const struct option_spec* spec = &kOptionSpecs[i];
        if (spec->environment == NULL) continue;
        const char* value = getenv(spec->environment);
        if (value == NULL || value[0] == '\0') continue;
        if (set_option(options, spec, spec->environment, value, message) != 0) return -1;
    }
    return 0;
}

static const struct option_spec* find_option(const char* name, size_t size) {
    for (size_t i = 0; i < kOptionSpecCount; ++i) {
        if (strlen(kOptionSpecs[i].name) == size && memcmp(kOptionSpecs[i].name, name, size) == 0) {
            return &kOptionSpecs[i];
        }
    }
    return NULL;
}

static int complain_unknown(const char* name, size_t size, char message[kMessageSize]) {
    static const char* const secrets[] = {"storage-key", "partner-auth", "storage-passphrase"};
    char shown[64];
    snprintf(shown, sizeof shown, "%.*s", size > 60 ? 60 : (int)size, name);
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; ++i) {
        if (strcmp(shown, secrets[i]) != 0) continue;
        return complain(message,
                        "--%s is no option: arguments can be read by others; use the "
                        "environment or a descriptor, see --help",
                        shown);
    }
    return complain(message, "unknown option --%s", shown);
}

struct parser {
    struct options* options;
    size_t count;
    char** words;
    size_t next;
    int inside_run;
    unsigned char seen[kMaxSpecs];
    char* message;
};

static int parse_option(struct parser* parser, const char* word) {
    const char* name = word + 2;
    const char* equals = strchr(name, '=');
    size_t size = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const struct option_spec* spec = find_option(name, size);
    if (spec == NULL) return complain_unknown(name, size, parser->message);
    char label[64];
    snprintf(label, sizeof label, "--%s", spec->name);
    if (parser->inside_run && spec->commands == 0) {
        return complain(parser->message, "%s cannot change inside run", label);
    }
    const char* value = equals == NULL ? NULL : equals + 1;
    if (spec->kind == kOptionFlag && value != NULL) {
        return complain(parser->message, "%s takes no value", label);
    }
    if (spec->kind != kOptionFlag && value == NULL) {
        if (parser->next == parser->count) {
            return complain(parser->message, "%s needs a value: %s", label, spec->value_name);
        }
        value = parser->words[parser->next++];
    }
    parser->seen[spec - kOptionSpecs] = 1;
    return set_option(parser->options, spec, label, value, parser->message);
}

static int add_argument(struct parser* parser, const char* word, const char** command) {
    struct options* options = parser->options;
    if (*command == NULL) {
        *command = word;
        return 0;
    }
    if (options->argument_count == kMaxArguments) {
        return complain(parser->message, "too many arguments for %s", *command);
    }
    options->arguments[options->argument_count++] = word;
    return 0;
}

static int check_applicable(const struct parser* parser, const char* command, unsigned bit) {
    for (size_t i = 0; i < kOptionSpecCount; ++i) {
        unsigned takers = kOptionSpecs[i].commands;
        if (!parser->seen[i] || takers == 0 || (takers & bit) != 0) continue;
        return complain(parser->message, "--%s does not apply to %s", kOptionSpecs[i].name,
                        command);
    }
    return 0;
}

int options_parse(struct options* options, size_t count, char** words, int inside_run,
                  unsigned (*bits_of)(const char* command), const char** command,
                  char message[kMessageSize]) {
    struct parser parser = {.options = options,
                            .count = count,
                            .words = words,
                            .inside_run = inside_run,
                            .message = message};
    int only_arguments = 0;
    *command = NULL;
    while (parser.next < count) {
        const char* word = words[parser.next++];
        int failed = 0;
        if (!only_arguments && strcmp(word, "--") == 0) {
            only_arguments = 1;
        } else if (!only_arguments && strcmp(word, "-h") == 0) {
            options->help = 1;
        } else if (!only_arguments && strncmp(word, "--", 2) == 0) {
            failed = parse_option(&parser, word);
        } else if (!only_arguments && word[0] == '-' && word[1] != '\0') {
            failed = complain(message, "unknown option -%c: options begin with --", word[1]);
        } else {
            failed = add_argument(&parser, word, command);
        }
        if (failed != 0) return -1;
    }
    if (*command == NULL) {
        return options->help ? 0 : complain(message, "a command is missing");
    }
    unsigned bit = bits_of(*command);
    if (bit == 0) {
        /* Only what could be a mistyped command is shown: anything else may be a token in the wrong place. */
        const size_t letters = strspn(*command, "abcdefghijklmnopqrstuvwxyz-");
        char shown[20];
        snprintf(shown, sizeof shown, "%s", *command);
        const int plausible = letters == strlen(*command) && letters < sizeof shown;
        if (!plausible) *command = NULL;
        return complain(message, "unknown command %s", plausible ? shown : "(not shown)");
    }
    return check_applicable(&parser, *command, bit);
}
