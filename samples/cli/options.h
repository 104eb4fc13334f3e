/* What the command line and the environment say, checked. One table describes every option: the
 * parser, the environment and --help read it, so they cannot disagree. */
#ifndef CREDIT_CLI_OPTIONS_H
#define CREDIT_CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum { kMaxArguments = 4, kMaxList = 16, kMessageSize = 256 };

struct option_list {
    const char* items[kMaxList];
    size_t count;
};

enum storage_fault {
    kFaultNone = 0,
    kFaultKeyLocked, /* these four through the sealing key, in front of the real files */
    kFaultKeyTransient,
    kFaultKeyDenied,
    kFaultKeyLost,
    kFaultFull, /* these three through a store in memory */
    kFaultWriteLocked,
    kFaultWriteTransient
};

struct options {
    /* configuration */
    int environment; /* a credit_environment, 0: not given */
    const char* platform_url;
    const char* partner_url;
    int refresh_route;
    int refresh_carrier;
    int refresh_body;
    int quote_idempotency_key;
    const char* api_version;
    const char* refresh_path;
    const char* journeys_path;
    const char* partner_session_path;
    const char* partner_refresh_path;
    const char* borrower;
    const char* storage_dir;
    int64_t storage_key_fd; /* -1: not given */
    int64_t storage_passphrase_fd;
    int storage_key_service; /* the key is in the desktop's keyring */
    int storage_key_prompt;
    const char* ca_file;
    struct option_list pins;
    int log;
    int64_t refresh_ahead_ms;
    int64_t minimum_lifetime_ms;
    int64_t connect_timeout_ms;
    int64_t attempt_timeout_ms;
    int64_t settle_window_ms;
    int64_t heal_spread_ms;
    /* trials */
    int64_t clock_offset_ms;
    int clock_offset_given;
    int storage_fault;
    int64_t storage_fault_count;
    const char* storage_fault_until_gone;
    /* commands */
    int json;
    int help;
    int64_t deadline_ms;
    const char* journey_type;
    const char* profile;
    int replace;
    int raw;
    int64_t concurrency;
    int64_t min_lifetime_ms;
    const char* idempotency_key;
    const char* correlation_id;
    struct option_list headers;
    int one_shot;
    int known;
    int64_t seconds; /* -1: not given */
    const char* throwaway_borrower;
    int64_t probe_seconds;
    const char* probe_clock_url;
    int allow_live;
    const char* hosted_origin;
    struct option_list allowed_origins;
    struct option_list navigations;
    const char* event;
    const char* event_origin;
    const char* arguments[kMaxArguments];
    size_t argument_count;
};

/* One bit for each command, to say which options it takes. */
enum command_bit {
    kStart = 1 << 0,
    kToken = 1 << 1,
    kCall = 1 << 2,
    kJourney = 1 << 3,
    kStatus = 1 << 4,
    kWatch = 1 << 5,
    kExplain = 1 << 6,
    kDiagnostics = 1 << 7,
    kEnd = 1 << 8,
    kAdopt = 1 << 9,
    kErase = 1 << 10,
    kReject = 1 << 11,
    kRun = 1 << 12,
    kWaitState = 1 << 13,
    kOther = 1 << 14,
    kDoctor = 1 << 15,
    kCheckout = 1 << 16
};

enum option_kind { kOptionFlag, kOptionText, kOptionNumber, kOptionChoice, kOptionList };

struct option_choice {
    const char* name;
    int value;
};

struct option_spec {
    const char* name; /* without the dashes */
    enum option_kind kind;
    size_t offset;          /* in struct options */
    const char* value_name; /* for --help */
    const char* help;
    const char* environment; /* the variable that means the same, or NULL */
    unsigned commands;       /* 0: configuration, for every command but not inside run */
    int64_t least;           /* of a number */
    int64_t most;
    const struct option_choice* choices; /* ends with a NULL name */
};

extern const struct option_spec kOptionSpecs[];
extern const size_t kOptionSpecCount;

void options_default(struct options* options);
/* The parsers return 0, or -1 with a message that names what is wrong and never repeats a value
 * that could be a secret. Texts stay where they are: argv and environ. */
int options_from_environment(struct options* options, char message[kMessageSize]);
/* `words` without program name; finds the command among them. `inside_run`: a line of `run`, which
 * cannot change the configuration. `bits_of` tells a command's bit, 0: no such command. */
int options_parse(struct options* options, size_t count, char** words, int inside_run,
                  unsigned (*bits_of)(const char* command), const char** command,
                  char message[kMessageSize]);

#endif
