#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "trial_clock.h"
#include "trial_storage.h"

enum { kMaxCaFile = 4 * 1024 * 1024 };

struct making {
    const struct options* options;
    const struct secrets* secrets;
    credit_config* config;
    struct failure* failure;
};

static int refuse(struct making* making, credit_code code, const char* message) {
    failure_make(making->failure, code, message);
    return -1;
}

/* Why the configuration as it stands is refused, in the library's words; they name the field. */
static credit_code check(struct making* making) {
    credit_error* error = NULL;
    credit_code code = credit_config_check(making->config, &error);
    if (error != NULL) {
        failure_copy(making->failure, error);
    } else {
        failure_make(making->failure, code, "the configuration was refused");
    }
    credit_error_release(error);
    return code;
}

/* 0, or -1 with a failure that names the option. */
static int took(struct making* making, credit_code code, const char* option) {
    if (code == CREDIT_OK) return 0;
    /* The check repeats what a setter refused, with the reason that a setter cannot give. */
    if (check(making) != code) failure_make(making->failure, code, "was refused");
    size_t used = strlen(making->failure->message);
    snprintf(making->failure->message + used, sizeof making->failure->message - used, " (%s)",
             option);
    return -1;
}

static int set_endpoints(struct making* making) {
    const struct options* options = making->options;
    credit_config* config = making->config;
    if (options->environment != 0 &&
        took(making,
             credit_config_set_environment(config, (credit_environment)options->environment),
             "--environment")) {
        return -1;
    }
    if (options->platform_url != NULL &&
        took(making, credit_config_set_platform_url(config, str_of(options->platform_url)),
             "--platform-url")) {
        return -1;
    }
    if (options->partner_url != NULL &&
        took(making, credit_config_set_partner_url(config, str_of(options->partner_url)),
             "--partner-url")) {
        return -1;
    }
    credit_paths paths = {.struct_size = sizeof paths,
                          .refresh = str_of(options->refresh_path),
                          .journeys = str_of(options->journeys_path),
                          .partner_session = str_of(options->partner_session_path),
                          .partner_refresh = str_of(options->partner_refresh_path)};
    if (took(making, credit_config_set_paths(config, &paths), "a --*-path option")) return -1;
    return took(making, credit_config_set_user_agent(config, str_of("credit-cli/0.1")),
                "the user agent");
}

static int set_refresh(struct making* making) {
    const struct options* options = making->options;
    if (options->refresh_route != 0 &&
        took(making,
             credit_config_set_refresh_route(making->config,
                                             (credit_refresh_route)options->refresh_route),
             "--refresh-route")) {
        return -1;
    }
    credit_refresh_request request = {
        .struct_size = sizeof request,
        .carrier = (credit_credential_carrier)options->refresh_carrier,
        .body = (credit_refresh_body)options->refresh_body,
        .quote_idempotency_key = options->quote_idempotency_key,
        .api_version = str_of(options->api_version)};
    return took(making, credit_config_set_refresh_request(making->config, &request),
                "--refresh-carrier, --refresh-body or --api-version");
}

static int set_policy(struct making* making) {
    const struct options* options = making->options;
    credit_policy policy = {.struct_size = sizeof policy,
                            .refresh_ahead_ms = options->refresh_ahead_ms,
                            .minimum_lifetime_ms = options->minimum_lifetime_ms,
                            .connect_timeout_ms = options->connect_timeout_ms,
                            .attempt_timeout_ms = options->attempt_timeout_ms,
                            .settle_window_ms = options->settle_window_ms,
                            .heal_spread_ms = options->heal_spread_ms};
    return took(making, credit_config_set_policy(making->config, &policy), "a policy option");
}

static int read_ca_file(struct making* making, struct buffer* pem) {
    int fd = open(making->options->ca_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read_all(fd, kMaxCaFile, pem) != 0) {
        char message[kMessageSize];
        snprintf(message, sizeof message, "--ca-file (CREDIT_CA_FILE) cannot be read: %s",
                 strerror(errno));
        if (fd >= 0) close(fd);
        return refuse(making, CREDIT_CONFIG_INVALID, message);
    }
    close(fd);
    return 0;
}

static int set_tls(struct making* making) {
    const struct options* options = making->options;
    if (options->ca_file == NULL && options->pins.count == 0) return 0;
    struct buffer pem = {0};
    if (options->ca_file != NULL && read_ca_file(making, &pem) != 0) {
        buffer_free(&pem);
        return -1;
    }
    credit_str pins[kMaxList];
    for (size_t i = 0; i < options->pins.count; ++i)
        pins[i] = str_of(options->pins.items[i]);
    credit_tls tls = {.struct_size = sizeof tls,
                      .pinned_key_count = (uint32_t)options->pins.count,
                      .ca_bundle_pem = {pem.data, pem.size},
                      .pinned_keys = pins};
    int failed = took(making, credit_config_set_tls(making->config, &tls), "--ca-file or --pin");
    buffer_free(&pem);
    return failed;
}

static int set_key_service(struct making* making) {
    if (making->secrets->key_given || making->secrets->passphrase != NULL) {
        return refuse(making, CREDIT_CONFIG_INVALID,
                      "--storage-key-service excludes CREDIT_STORAGE_KEY, --storage-key-fd and "
                      "--storage-passphrase-fd");
    }
    credit_secret_service_options keyring = {.struct_size = sizeof keyring,
                                             .allow_prompt = making->options->storage_key_prompt};
    return took(making, credit_config_set_secret_service(making->config, &keyring),
                "--storage-key-service");
}

static int set_storage_key(struct making* making) {
    const struct secrets* secrets = making->secrets;
    const struct options* options = making->options;
    if (options->storage_fault != kFaultNone) {
        if (!secrets->key_given) {
            return refuse(making, CREDIT_CONFIG_MISSING,
                          "--storage-fault key-* needs CREDIT_STORAGE_KEY or --storage-key-fd");
        }
        return took(making, trial_storage_install(making->config, options, secrets),
                    "--storage-fault");
    }
    if (options->storage_key_service) return set_key_service(making);
    if (secrets->key_given) {
        return took(making, credit_config_set_storage_key(making->config, secrets->key, kKeySize),
                    "CREDIT_STORAGE_KEY or --storage-key-fd");
    }
    if (secrets->passphrase == NULL) return 0; /* the check names what is missing */
    return took(making,
                credit_config_set_storage_passphrase(making->config, str_of(secrets->passphrase)),
                "--storage-passphrase-fd");
}

static int set_storage(struct making* making) {
    const struct options* options = making->options;
    if (!trial_storage_uses_files(options)) {
        return took(making, trial_storage_install(making->config, options, making->secrets),
                    "--storage-fault");
    }
    if (options->storage_dir != NULL &&
        took(making, credit_config_set_storage_dir(making->config, str_of(options->storage_dir)),
             "--storage-dir")) {
        return -1;
    }
    return set_storage_key(making);
}

/* ---- ports */

static void write_log(void* context, credit_log_level level, credit_str line) {
    static const char* const names[] = {"debug", "info", "warning", "error"};
    (void)context;
    const char* name = level >= 0 && level <= CREDIT_LOG_ERROR ? names[level] : "log";
    fprintf(stderr, "%s: %.*s\n", name, (int)line.size, line.data);
}

static void give_partner_auth(void* context, credit_partner_auth_call* call) {
    credit_header header = {str_of("Authorization"), str_of(context)};
    credit_partner_auth_complete(call, &header, 1);
}

static void release_partner_auth(void* context) {
    wipe(context, strlen(context));
    free(context);
}

static int set_ports(struct making* making) {
    const struct options* options = making->options;
    if (making->secrets->partner_auth != NULL) {
        credit_partner_auth auth = {.struct_size = sizeof auth,
                                    .context = must_copy(str_of(making->secrets->partner_auth)),
                                    .headers = give_partner_auth,
                                    .release = release_partner_auth};
        credit_code code = credit_config_set_partner_auth(making->config, &auth);
        if (code != CREDIT_OK) release_partner_auth(auth.context); /* refused: still ours */
        if (took(making, code, "CREDIT_PARTNER_AUTH")) return -1;
    }
    if (options->log) {
        credit_logger logger = {.struct_size = sizeof logger, .log = write_log};
        if (took(making, credit_config_set_logger(making->config, &logger), "--log")) return -1;
    }
    if (!options->clock_offset_given) return 0;
    return took(making, trial_clock_install(making->config, options->clock_offset_ms),
                "--clock-offset-ms");
}

static int check_rules(struct making* making) {
    const struct options* options = making->options;
    int trial = options->storage_fault != kFaultNone || options->clock_offset_given;
    if (options->storage_fault == kFaultNone &&
        (options->storage_fault_count != 0 || options->storage_fault_until_gone != NULL)) {
        return refuse(making, CREDIT_CONFIG_INVALID,
                      "--storage-fault-count and --storage-fault-until-gone need --storage-fault");
    }
    if (options->storage_key_prompt && !options->storage_key_service) {
        return refuse(making, CREDIT_CONFIG_INVALID,
                      "--storage-key-prompt needs --storage-key-service");
    }
    if (options->environment != CREDIT_ENVIRONMENT_LIVE) return 0;
    if (trial) {
        return refuse(making, CREDIT_ENVIRONMENT_MISMATCH,
                      "--clock-offset-ms and --storage-fault are for the test environment");
    }
    if (making->secrets->key_from_environment) {
        return refuse(making, CREDIT_ENVIRONMENT_MISMATCH,
                      "CREDIT_STORAGE_KEY is for the test environment; use --storage-key-fd");
    }
    return 0;
}

credit_config* config_make_endpoints(const struct options* options, struct failure* failure) {
    struct making making = {options, NULL, NULL, failure};
    credit_code code = credit_config_create(&making.config);
    if (code != CREDIT_OK) {
        failure_make(failure, code, "the configuration cannot be made");
        return NULL;
    }
    if (set_endpoints(&making) == 0) return making.config;
    credit_config_release(making.config);
    return NULL;
}

credit_config* config_make(const struct options* options, const struct secrets* secrets,
                           struct failure* failure) {
    struct making making = {options, secrets, NULL, failure};
    if (check_rules(&making) != 0) return NULL;
    credit_code code = credit_config_create(&making.config);
    if (code != CREDIT_OK) {
        failure_make(failure, code, "the configuration cannot be made");
        return NULL;
    }
    if (set_endpoints(&making) == 0 && set_refresh(&making) == 0 && set_policy(&making) == 0 &&
        set_tls(&making) == 0 && set_storage(&making) == 0 && set_ports(&making) == 0 &&
        check(&making) == CREDIT_OK) {
        return making.config;
    }
    credit_config_release(making.config);
    return NULL;
}
