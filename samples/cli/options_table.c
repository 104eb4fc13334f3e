#include <credit/credit.h>
#include <limits.h>

#include "options.h"

static const struct option_choice kEnvironments[] = {
    {"test", CREDIT_ENVIRONMENT_TEST}, {"live", CREDIT_ENVIRONMENT_LIVE}, {NULL, 0}};

static const struct option_choice kRoutes[] = {{"platform", CREDIT_REFRESH_PLATFORM},
                                               {"partner", CREDIT_REFRESH_PARTNER},
                                               {"backend", CREDIT_REFRESH_BACKEND_MANAGED},
                                               {NULL, 0}};

static const struct option_choice kCarriers[] = {{"default", CREDIT_CARRIER_DEFAULT},
                                                 {"authorization", CREDIT_CARRIER_AUTHORIZATION},
                                                 {"body", CREDIT_CARRIER_BODY},
                                                 {NULL, 0}};

static const struct option_choice kBodies[] = {{"default", CREDIT_BODY_DEFAULT},
                                               {"empty", CREDIT_BODY_EMPTY_OBJECT},
                                               {"refreshToken", CREDIT_BODY_REFRESH_TOKEN},
                                               {"refresh_token", CREDIT_BODY_REFRESH_TOKEN_SNAKE},
                                               {"none", CREDIT_BODY_NONE},
                                               {NULL, 0}};

static const struct option_choice kFaults[] = {{"key-locked", kFaultKeyLocked},
                                               {"key-transient", kFaultKeyTransient},
                                               {"key-denied", kFaultKeyDenied},
                                               {"key-lost", kFaultKeyLost},
                                               {"full", kFaultFull},
                                               {"write-locked", kFaultWriteLocked},
                                               {"write-transient", kFaultWriteTransient},
                                               {NULL, 0}};

#define AT(field) offsetof(struct options, field)
#define TEXT(name, field, value, help, env, commands) \
    {name, kOptionText, AT(field), value, help, env, commands, 0, 0, NULL}
#define LIST(name, field, value, help, commands) \
    {name, kOptionList, AT(field), value, help, NULL, commands, 0, 0, NULL}
#define FLAG(name, field, help, commands) \
    {name, kOptionFlag, AT(field), NULL, help, NULL, commands, 0, 0, NULL}
#define NUMBER(name, field, value, help, commands, least, most) \
    {name, kOptionNumber, AT(field), value, help, NULL, commands, least, most, NULL}
#define CHOICE(name, field, value, help, env, choices) \
    {name, kOptionChoice, AT(field), value, help, env, 0, 0, 0, choices}

#define CONFIGURATION 0u
#define EVERY ((unsigned)INT_MAX)
#define DAYS_400 (INT64_C(400) * 24 * 3600 * 1000)
#define YEARS_100 (INT64_C(36525) * 24 * 3600 * 1000)

const struct option_spec kOptionSpecs[] = {
    CHOICE("environment", environment, "test|live", "which platform environment",
           "CREDIT_ENVIRONMENT", kEnvironments),
    TEXT("platform-url", platform_url, "URL", "https origin of the platform", "CREDIT_PLATFORM_URL",
         CONFIGURATION),
    TEXT("partner-url", partner_url, "URL", "https origin of the partner's server",
         "CREDIT_PARTNER_URL", CONFIGURATION),
    CHOICE("refresh-route", refresh_route, "platform|partner|backend", "who refreshes the tokens",
           "CREDIT_REFRESH_ROUTE", kRoutes),
    TEXT("borrower", borrower, "ID", "the partner's id of the borrower", "CREDIT_BORROWER",
         CONFIGURATION),
    TEXT("storage-dir", storage_dir, "DIR", "folder of the sealed records", "CREDIT_STORAGE_DIR",
         CONFIGURATION),
    NUMBER("storage-key-fd", storage_key_fd, "FD",
           "reads the key from this descriptor: 32 bytes or 64 hex digits", CONFIGURATION, 0,
           INT_MAX),
    NUMBER("storage-passphrase-fd", storage_passphrase_fd, "FD",
           "reads a passphrase from this descriptor instead of a key", CONFIGURATION, 0, INT_MAX),
    FLAG("storage-key-service", storage_key_service,
         "the key is kept by the desktop's keyring (Secret Service)", CONFIGURATION),
    FLAG("storage-key-prompt", storage_key_prompt, "the keyring may ask its user for the password",
         CONFIGURATION),
    TEXT("ca-file", ca_file, "FILE", "trusted roots (PEM) instead of the system's",
         "CREDIT_CA_FILE", CONFIGURATION),
    LIST("pin", pins, "sha256//B64", "pinned public key; at least two, one being the backup",
         CONFIGURATION),
    CHOICE("refresh-carrier", refresh_carrier, "default|authorization|body",
           "where the refresh token travels", NULL, kCarriers),
    CHOICE("refresh-body", refresh_body, "default|empty|refreshToken|refresh_token|none",
           "body of the refresh request", NULL, kBodies),
    FLAG("quote-idempotency-key", quote_idempotency_key,
         "send the key as a structured-field string", CONFIGURATION),
    TEXT("api-version", api_version, "DATE", "X-AL-API-Version of refreshes", NULL, CONFIGURATION),
    TEXT("refresh-path", refresh_path, "PATH", "of the platform's refresh", NULL, CONFIGURATION),
    TEXT("journeys-path", journeys_path, "PATH", "of the platform's journeys", NULL, CONFIGURATION),
    TEXT("partner-session-path", partner_session_path, "PATH", "of the partner's session route",
         NULL, CONFIGURATION),
    TEXT("partner-refresh-path", partner_refresh_path, "PATH", "of the partner's refresh route",
         NULL, CONFIGURATION),
    NUMBER("refresh-ahead-ms", refresh_ahead_ms, "N", "policy: refresh this long before the end",
           CONFIGURATION, 1, DAYS_400),
    NUMBER("minimum-lifetime-ms", minimum_lifetime_ms, "N",
           "policy: least remaining life of a token handed out", CONFIGURATION, 1, DAYS_400),
    NUMBER("connect-timeout-ms", connect_timeout_ms, "N", "policy: of one connection",
           CONFIGURATION, 1, DAYS_400),
    NUMBER("attempt-timeout-ms", attempt_timeout_ms, "N", "policy: of one refresh attempt",
           CONFIGURATION, 1, DAYS_400),
    NUMBER("settle-window-ms", settle_window_ms, "N",
           "policy: how long an unanswered refresh is retried", CONFIGURATION, 1, DAYS_400),
    NUMBER("heal-spread-ms", heal_spread_ms, "N", "policy: spread of healing", CONFIGURATION, 1,
           DAYS_400),
    FLAG("log", log, "the SDK's log on standard error", CONFIGURATION),
    NUMBER("clock-offset-ms", clock_offset_ms, "N",
           "trial: shifts the wall clock (may be negative)", CONFIGURATION, -YEARS_100, YEARS_100),
    CHOICE("storage-fault", storage_fault, "KIND", "trial: a sick storage, kinds below", NULL,
           kFaults),
    NUMBER("storage-fault-count", storage_fault_count, "N",
           "trial: only the first N operations are faulty", CONFIGURATION, 1, INT_MAX),
    TEXT("storage-fault-until-gone", storage_fault_until_gone, "FILE",
         "trial: faulty only while this file exists", NULL, CONFIGURATION),
    FLAG("json", json, "one JSON object per line", EVERY),
    FLAG("help", help, "this text", EVERY),
    NUMBER("deadline-ms", deadline_ms, "N", "of the operation; default: the policy's", EVERY, 1,
           DAYS_400),
    TEXT("journey-type", journey_type, "TYPE", "start: for example PERSONAL_LOAN", NULL, kStart),
    TEXT("profile", profile, "JSON", "start: object for the partner; - reads standard input", NULL,
         kStart),
    FLAG("replace", replace, "start, adopt: even if there is a (newer) session", kStart | kAdopt),
    FLAG("raw", raw, "token, checkout: print the secret itself", kToken | kCheckout),
    NUMBER("concurrency", concurrency, "N", "token: N calls at the same time", kToken, 1, 1000000),
    NUMBER("min-lifetime-ms", min_lifetime_ms, "N", "token: least remaining life", kToken, 1,
           DAYS_400),
    TEXT("idempotency-key", idempotency_key, "KEY", "call: of a mutation", NULL, kCall),
    TEXT("correlation-id", correlation_id, "ID", "call: to find the request in logs", NULL, kCall),
    LIST("header", headers, "\"N: V\"", "call: one more header, may be repeated", kCall),
    FLAG("one-shot", one_shot, "call: never send the body twice", kCall),
    FLAG("known", known, "journey: what the last session reply said, without asking", kJourney),
    TEXT("throwaway-borrower", throwaway_borrower, "ID",
         "doctor: whose sessions it uses up; never the app's", "CREDIT_DOCTOR_BORROWER", kDoctor),
    NUMBER("probe-seconds", probe_seconds, "N",
           "doctor: how long a spent token is tried, twice; default 30", kDoctor, 0, 600),
    FLAG("allow-live", allow_live, "doctor: in LIVE, too", kDoctor),
    TEXT("probe-clock-url", probe_clock_url, "URL",
         "doctor, trial: advances the sandbox's clock instead of waiting",
         "CREDIT_DOCTOR_CLOCK_URL", kDoctor),
    TEXT("hosted-origin", hosted_origin, "URL",
         "checkout: where the hosted page lies; default: the environment's", NULL, kCheckout),
    LIST("allow-origin", allowed_origins, "URL", "checkout: one more origin for the web view",
         kCheckout),
    LIST("navigate", navigations, "URL", "checkout: may the web view go there?", kCheckout),
    TEXT("event", event, "JSON", "checkout: reads a message of the page", NULL, kCheckout),
    TEXT("event-origin", event_origin, "URL", "checkout: who sent the message", NULL, kCheckout),
    NUMBER("seconds", seconds, "N", "watch, wait-state: stop after N seconds", kWatch | kWaitState,
           0, 86400),
};

const size_t kOptionSpecCount = sizeof kOptionSpecs / sizeof kOptionSpecs[0];
