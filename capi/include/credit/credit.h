/* clang-format off */
/*
 * credit.h - the Credit SDK native core: borrower sessions that survive.
 *
 * RULES, once for all functions
 *  1 Any function may be called from any thread and none of them blocks on storage or network.
 *  2 A synchronous call returns a credit_code for misuse only (bad argument, spent handle). What the world can break is
 *    asynchronous and reports through a callback with a borrowed `const credit_error *` (NULL: success). There is no
 *    thread-local error. Checking and opening a configuration also hand out an owned credit_error.
 *  3 A function that takes a callback and returns CREDIT_OK calls it exactly once, never inside the call, with no lock
 *    held, serially per session, on a thread of the SDK; callbacks must not block. When the function returns anything
 *    else the callback is never called. Closing a session finishes its operations first.
 *  4 *_create and *_open give one reference; *_retain and *_release count; NULL may be retained and released. Arguments
 *    of a callback are borrowed: retain what you keep. Releasing the last session reference closes without a callback.
 *  5 Strings are credit_str {data, size}: UTF-8, not necessarily ending in NUL when you pass them; every string the
 *    library returns also has a NUL after `size`. Returned strings live as long as the object they came from.
 *  6 Structs that the caller fills begin with struct_size (sizeof the struct) and are otherwise zeroed: zero is always
 *    the default. Structs that the library fills are read up to their own struct_size.
 *  7 Enums are open: expect values this header does not know.
 *  8 Times are milliseconds. Suffix _at_ms: since 1970-01-01T00:00:00Z. Tokens are secrets; no message, journal or
 *    diagnostic contains one. After fork() the child gets CREDIT_FORKED from every call.
 *
 * I WANT TO ...                                        -> CALL ...
 *  describe platform, partner, storage, trust          -> credit_config_create, credit_config_set_*, credit_config_check
 *  open the session of one borrower                    -> credit_session_open
 *  create or resume it through the partner's server    -> credit_session_start
 *  hand in what my own backend returned                -> credit_session_adopt_json
 *  call the platform and never think about tokens      -> credit_session_send
 *  get a token that lives at least so long             -> credit_session_get_token
 *  get the token of right now without a thread hop     -> credit_session_copy_token, credit_session_current_token
 *  tell that the platform refused a token              -> credit_session_reject_token
 *  show where the borrower's journey stands            -> credit_session_journey
 *  know why somebody was signed out                    -> credit_session_diagnostics
 *  sign out                                            -> credit_session_end
 *  show the hosted page in a web view                  -> credit_checkout_create, credit_checkout_take_url
 *  guard that web view and hear what the page says     -> credit_checkout_allows_navigation, credit_checkout_parse_event
 *  bring my own storage, network, clock, log           -> the structs of function pointers at the end
 */
#ifndef CREDIT_CREDIT_H
#define CREDIT_CREDIT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Wnullability-extension"
#pragma clang diagnostic ignored "-Wfixed-enum-extension"
#pragma clang diagnostic ignored "-Wc23-extensions"
#define CREDIT_NULLABLE _Nullable
#define CREDIT_NONNULL _Nonnull
#define CREDIT_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define CREDIT_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#else
#define CREDIT_NULLABLE
#define CREDIT_NONNULL
#define CREDIT_ASSUME_NONNULL_BEGIN
#define CREDIT_ASSUME_NONNULL_END
#endif

/* Open enums of fixed width: C++ and Clang (so Swift too) see an enum, plain C an int32_t and constants. */
#if defined(__clang__)
#define CREDIT_ENUM(name)     \
    enum name : int32_t;      \
    typedef enum name name;   \
    enum __attribute__((enum_extensibility(open))) name : int32_t
#elif defined(__cplusplus)
#define CREDIT_ENUM(name) enum name : int32_t
#else
#define CREDIT_ENUM(name) \
    typedef int32_t name; \
    enum name##_values
#endif

#if defined(__cplusplus)
#define CREDIT_NOEXCEPT noexcept
extern "C" {
#else
#define CREDIT_NOEXCEPT
#endif

#if defined(__GNUC__)
#define CREDIT_API __attribute__((visibility("default")))
#define CREDIT_MUST_USE __attribute__((warn_unused_result))
#else
#define CREDIT_API
#define CREDIT_MUST_USE
#endif

CREDIT_ASSUME_NONNULL_BEGIN

#define CREDIT_ABI_MAJOR 0
#define CREDIT_ABI_MINOR 1

/* ------------------------------------------------------------------ basic types */

typedef struct credit_str {
    const char *CREDIT_NULLABLE data; /* NULL with size 0: not given */
    size_t size;
} credit_str;

/* A credit_str of a C string; NULL gives "not given". */
static inline credit_str credit_string(const char *CREDIT_NULLABLE text) CREDIT_NOEXCEPT {
    credit_str out = {text, 0};
    while (text && text[out.size]) ++out.size;
    return out;
}

typedef struct credit_header {
    credit_str name;
    credit_str value;
} credit_header;

typedef struct credit_config credit_config;
typedef struct credit_session credit_session;
typedef struct credit_token credit_token;
typedef struct credit_error credit_error;
typedef struct credit_response credit_response;
typedef struct credit_journey credit_journey;
typedef struct credit_checkout credit_checkout;
typedef struct credit_checkout_event credit_checkout_event;

/* Names an asynchronous operation for credit_session_cancel; never 0. */
typedef uint64_t credit_op;

/* By remedy: 1xxx the caller, 11xx outcome of the operation, 2xxx the session needs a new one (the reason in the name),
 * 3xxx network, 4xxx platform and partner, 5xxx storage, 9xxx library. Values are never renumbered. */
CREDIT_ENUM(credit_code) {
    CREDIT_OK = 0,
    CREDIT_INVALID_ARGUMENT = 1001,
    CREDIT_CONFIG_MISSING = 1002,       /* the message names the setting */
    CREDIT_CONFIG_INVALID = 1003,
    CREDIT_INSECURE_URL = 1004,         /* http outside loopback and TEST */
    CREDIT_ENVIRONMENT_MISMATCH = 1005, /* TEST and LIVE mixed */
    CREDIT_API_KEY_REFUSED = 1006,      /* an sk_* value must never be in an app */
    CREDIT_INVALID_HEADER = 1007,
    CREDIT_INVALID_BORROWER = 1008,
    CREDIT_CONFIG_CONFLICT = 1009,      /* this session is open with another configuration */
    CREDIT_SESSION_SPENT = 1010,        /* this handle was ended or closed; open a new one */
    CREDIT_BUFFER_TOO_SMALL = 1011,
    CREDIT_FORKED = 1012,
    CREDIT_ABI_MISMATCH = 1013,
    CREDIT_UNSUPPORTED = 1014,
    CREDIT_ORIGIN_REFUSED = 1015,       /* not the origin of the hosted page */
    CREDIT_CANCELLED = 1101,
    CREDIT_DEADLINE = 1102,
    CREDIT_CLOSED = 1103,
    CREDIT_TOO_MANY_WAITERS = 1104,
    CREDIT_STALE_ADOPT = 1105,          /* what was handed in is older than the live session */
    CREDIT_CHECKOUT_TAKEN = 1106,       /* the one-time URL was taken before; ask the backend for a fresh one */
    CREDIT_CHECKOUT_EXPIRED = 1107,     /* it was not taken in time; ask the backend for a fresh one */
    CREDIT_NO_SESSION = 2001,           /* none was started yet */
    CREDIT_SESSION_ENDED = 2002,        /* credit_session_end, here or in another process */
    CREDIT_SESSION_DEAD = 2003,         /* the platform's verdict, and no provider to heal with */
    CREDIT_SESSION_SUPERSEDED = 2004,   /* sessions of this borrower keep dying; somebody else uses it */
    CREDIT_SESSION_STUCK = 2005,
    CREDIT_NO_LIVE_TOKEN = 2006,        /* nothing to hand out right now; ask credit_session_get_token */
    CREDIT_NETWORK_UNREACHABLE = 3001,
    CREDIT_NETWORK_TIMEOUT = 3002,
    CREDIT_NETWORK_INTERRUPTED = 3003,
    CREDIT_TLS_FAILED = 3004,
    CREDIT_PIN_MISMATCH = 3005,
    CREDIT_CLOCK_WRONG = 3006,          /* the device's clock is outside the certificate's validity */
    CREDIT_RETRY_BUDGET_EXHAUSTED = 3007,
    CREDIT_REPLY_TOO_LARGE = 3008,
    CREDIT_REPLY_TRUNCATED = 3009,
    CREDIT_REDIRECT_REFUSED = 3010,
    CREDIT_SERVER_ERROR = 4001,
    CREDIT_RATE_LIMITED = 4002,
    CREDIT_PLATFORM_REFUSED = 4003,
    CREDIT_CONTRACT_NOT_JSON = 4004,
    CREDIT_CONTRACT_MALFORMED = 4005,
    CREDIT_CONTRACT_DUPLICATE_KEY = 4006,
    CREDIT_CONTRACT_TOO_DEEP = 4007,
    CREDIT_CONTRACT_WRONG_TYPE = 4008,
    CREDIT_CONTRACT_MISSING_FIELD = 4009,
    CREDIT_CONTRACT_NO_DATA = 4010,
    CREDIT_CONTRACT_COMPRESSED = 4011,
    CREDIT_CONTRACT_INVALID_TOKEN = 4012,
    CREDIT_CONTRACT_EXPIRED_PAIR = 4013,
    CREDIT_CONTRACT_WRONG_BORROWER = 4014,
    CREDIT_CONTRACT_SAME_DEAD_TOKEN = 4015,
    CREDIT_CONTRACT_UNEXPECTED_REFRESH_TOKEN = 4016,
    CREDIT_PARTNER_UNAUTHORIZED = 4101, /* the partner wants new app credentials; tokens are kept */
    CREDIT_PARTNER_REFUSED = 4102,
    CREDIT_PARTNER_UNAVAILABLE = 4103,
    CREDIT_PROVIDER_FAILED = 4104,
    CREDIT_PROVIDER_MISSING = 4105,     /* no partner URL and no session provider */
    CREDIT_STORAGE_LOCKED = 5001,
    CREDIT_STORAGE_TRANSIENT = 5002,
    CREDIT_STORAGE_DENIED = 5003,
    CREDIT_STORAGE_CORRUPT = 5004,      /* quarantined, not deleted */
    CREDIT_STORAGE_WRONG_KEY = 5005,
    CREDIT_STORAGE_KEY_LOST = 5006,
    CREDIT_STORAGE_NEWER_FORMAT = 5007,
    CREDIT_STORAGE_FULL = 5008,
    CREDIT_STORAGE_INVALID = 5009,
    CREDIT_OUT_OF_MEMORY = 9001,
    CREDIT_INTERNAL = 9002
};

CREDIT_ENUM(credit_environment) { CREDIT_ENVIRONMENT_TEST = 1, CREDIT_ENVIRONMENT_LIVE = 2 };

/* ------------------------------------------------------------------ library */

/* CREDIT_OK if a program compiled against this major and minor may use the library that is loaded. */
CREDIT_API CREDIT_MUST_USE credit_code credit_check_abi(uint32_t major, uint32_t minor) CREDIT_NOEXCEPT;
/* "0.1.0"; static. */
CREDIT_API credit_str credit_version(void) CREDIT_NOEXCEPT;
/* "storage_locked" for CREDIT_STORAGE_LOCKED, "unknown" for values this library does not know; static. */
CREDIT_API credit_str credit_code_name(credit_code code) CREDIT_NOEXCEPT;
/* 1: the same call may succeed later without the app changing anything. */
CREDIT_API int32_t credit_code_is_retryable(credit_code code) CREDIT_NOEXCEPT;
/* 1: only credit_session_start or credit_session_adopt_json (on a fresh handle if this one is spent) can help. */
CREDIT_API int32_t credit_code_needs_new_session(credit_code code) CREDIT_NOEXCEPT;
/* Objects of this API that are alive in the process; 0 after everything was released and closed. For leak tests. */
CREDIT_API uint64_t credit_debug_live_objects(void) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ errors */

CREDIT_API credit_code credit_error_code(const credit_error *error) CREDIT_NOEXCEPT;
/* For logs and developers; names the field at fault; wording is not a contract; never holds a secret. */
CREDIT_API credit_str credit_error_message(const credit_error *error) CREDIT_NOEXCEPT;
/* The platform's error.code as received, or empty. */
CREDIT_API credit_str credit_error_platform_code(const credit_error *error) CREDIT_NOEXCEPT;
/* 0: there was no reply. */
CREDIT_API int32_t credit_error_http_status(const credit_error *error) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_error_request_id(const credit_error *error) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_error_correlation_id(const credit_error *error) CREDIT_NOEXCEPT;
/* When the server wants the next attempt, from now; -1: it did not say. */
CREDIT_API int64_t credit_error_retry_after_ms(const credit_error *error) CREDIT_NOEXCEPT;
/* Only for errors handed out as owned (credit_config_check, credit_session_open). */
CREDIT_API void credit_error_release(credit_error *CREDIT_NULLABLE error) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ configuration */

CREDIT_ENUM(credit_refresh_route) {
    CREDIT_REFRESH_PLATFORM = 1,       /* the app refreshes at the platform (default) */
    CREDIT_REFRESH_PARTNER = 2,        /* the app holds the refresh token and refreshes through the partner's server */
    CREDIT_REFRESH_BACKEND_MANAGED = 3 /* no refresh token on the device; the partner's server refreshes */
};

/* Where the refresh token travels. Default: the Authorization header on the platform's route, the body on the
 * partner's (whose Authorization header is the app's own login). */
CREDIT_ENUM(credit_credential_carrier) { CREDIT_CARRIER_DEFAULT = 0, CREDIT_CARRIER_AUTHORIZATION = 1, CREDIT_CARRIER_BODY = 2 };

CREDIT_ENUM(credit_refresh_body) {
    CREDIT_BODY_DEFAULT = 0,             /* {} with the header carrier, {"refreshToken": "..."} with the body carrier */
    CREDIT_BODY_EMPTY_OBJECT = 1,
    CREDIT_BODY_REFRESH_TOKEN = 2,
    CREDIT_BODY_REFRESH_TOKEN_SNAKE = 3, /* {"refresh_token": "..."} */
    CREDIT_BODY_NONE = 4
};

typedef struct credit_refresh_request {
    uint32_t struct_size;
    credit_credential_carrier carrier;
    credit_refresh_body body;
    int32_t quote_idempotency_key; /* 1: as a structured-field string, "\"...\"" */
    credit_str api_version;        /* X-AL-API-Version, for example 2026-03-05; empty: not sent */
} credit_refresh_request;

/* Paths below the platform's and the partner's URL; empty: the default in brackets. */
typedef struct credit_paths {
    uint32_t struct_size;
    credit_str refresh;         /* [/api/v1/headless/sessions/refresh] */
    credit_str journeys;        /* [/api/v1/headless/journeys] */
    credit_str partner_session; /* [/api/credit/session] */
    credit_str partner_refresh; /* [/api/credit/session/refresh] */
} credit_paths;

/* Numbers of the lifecycle; 0 keeps the default in brackets. The reasons stand in docs/protocol.md. */
typedef struct credit_policy {
    uint32_t struct_size;
    uint32_t max_waiters;        /* [65536] */
    int64_t refresh_ahead_ms;    /* [60000, at most 10 % of the life] */
    int64_t minimum_lifetime_ms; /* of a token handed out when the caller names none [10000, at most 5 % of the life] */
    int64_t connect_timeout_ms;  /* [5000] */
    int64_t attempt_timeout_ms;  /* of one refresh attempt, connecting included [10000] */
    int64_t settle_window_ms;    /* how long an unanswered refresh is retried by itself [150000] */
    int64_t call_deadline_ms;    /* of an operation that names none [30000] */
    int64_t heal_spread_ms;      /* spread of healing over a fleet without a caller waiting [60000] */
} credit_policy;

/* Trust of the TLS connections; both optional. */
typedef struct credit_tls {
    uint32_t struct_size;
    uint32_t pinned_key_count;
    credit_str ca_bundle_pem;                         /* trusted roots instead of the system's */
    const credit_str *CREDIT_NULLABLE pinned_keys;    /* "sha256//<base64>"; at least two, one being the backup */
} credit_tls;

/* The key in the desktop's keyring; NULL or zero: the defaults in brackets. */
typedef struct credit_secret_service_options {
    uint32_t struct_size;
    int32_t allow_prompt;      /* 1: a person may be asked to unlock the keyring [0: it is CREDIT_STORAGE_LOCKED] */
    int64_t timeout_ms;        /* how long the Secret Service is waited for [5000, at most 60000] */
    int64_t prompt_timeout_ms; /* how long a person is waited for; storage stands still meanwhile [60000, at most 600000] */
} credit_secret_service_options;

CREDIT_API CREDIT_MUST_USE credit_code credit_config_create(credit_config *CREDIT_NULLABLE *CREDIT_NONNULL out) CREDIT_NOEXCEPT;
CREDIT_API void credit_config_release(credit_config *CREDIT_NULLABLE config) CREDIT_NOEXCEPT;
/* Checks everything that opening would. On anything but CREDIT_OK *error (if not NULL) is an owned error that names the
 * field. Setters check what they can see alone and return the same codes; what a setter refused makes the check
 * fail with that reason until it is set well. Not to be used while another thread changes the
 * same configuration. */
CREDIT_API CREDIT_MUST_USE credit_code credit_config_check(const credit_config *config,
                                                           credit_error *CREDIT_NULLABLE *CREDIT_NULLABLE error) CREDIT_NOEXCEPT;

/* Required. */
CREDIT_API credit_code credit_config_set_environment(credit_config *config, credit_environment environment) CREDIT_NOEXCEPT;
/* Required: https origin of the platform (http only on loopback in TEST). */
CREDIT_API credit_code credit_config_set_platform_url(credit_config *config, credit_str url) CREDIT_NOEXCEPT;
/* The partner's server: where sessions come from unless a session provider is set, and where refreshes go on the partner's
 * and the backend-managed route. */
CREDIT_API credit_code credit_config_set_partner_url(credit_config *config, credit_str url) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_config_set_paths(credit_config *config, const credit_paths *paths) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_config_set_refresh_route(credit_config *config, credit_refresh_route route) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_config_set_refresh_request(credit_config *config, const credit_refresh_request *request) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_config_set_policy(credit_config *config, const credit_policy *policy) CREDIT_NOEXCEPT;
/* The sealed-file store's folder (created 0700). Needs one of the three keys below or set_sealing_key. Alternatively
 * set_secure_store. */
CREDIT_API credit_code credit_config_set_storage_dir(credit_config *config, credit_str dir) CREDIT_NOEXCEPT;
/* 32 bytes, copied into locked memory; wipe your own. */
CREDIT_API credit_code credit_config_set_storage_key(credit_config *config, const uint8_t *key, size_t size) CREDIT_NOEXCEPT;
/* Argon2id over the passphrase (at least 8 bytes); derived on the storage thread. */
CREDIT_API credit_code credit_config_set_storage_passphrase(credit_config *config, credit_str passphrase) CREDIT_NOEXCEPT;
/* A random key kept by the desktop's keyring (Linux: gnome-keyring, KWallet, KeePassXC), made at the first use, one for each
 * environment and platform origin. Nothing of the borrower goes there, nothing goes there in clear, and no other place is
 * ever taken instead. What storage then answers, by remedy: CREDIT_STORAGE_LOCKED unlock the keyring, and notify;
 * CREDIT_STORAGE_DENIED the prompt was dismissed or the keyring is no good, the message says which; CREDIT_STORAGE_TRANSIENT
 * it did not answer in time; CREDIT_UNSUPPORTED there is no libsecret, session bus or Secret Service: set another key.
 * CREDIT_STORAGE_WRONG_KEY: the keyring was reset; restore it, or give the session up with credit_storage_erase. This function
 * returns CREDIT_UNSUPPORTED where the library was built without it. libsecret is loaded when the key is first needed. */
CREDIT_API credit_code credit_config_set_secret_service(credit_config *config,
                                                        const credit_secret_service_options *CREDIT_NULLABLE options) CREDIT_NOEXCEPT;
/* Apple's systems: records in the Keychain instead of files, on this device only, readable once it was unlocked after its
 * start. `access_group` is a keychain access group or an app group of the app's entitlements; set_storage_dir then names the
 * folder for this install's key and the locks, in the app's container, or in the app group's where an extension shares the
 * session. It goes with the app, so a reinstall starts clean. What storage then answers, by remedy: CREDIT_STORAGE_LOCKED
 * before the first unlock, notify when it came; CREDIT_STORAGE_DENIED the entitlement is missing; CREDIT_STORAGE_TRANSIENT the
 * app is about to be suspended. CREDIT_UNSUPPORTED on other systems. */
CREDIT_API credit_code credit_config_set_keychain(credit_config *config, credit_str access_group) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_config_set_tls(credit_config *config, const credit_tls *tls) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_config_set_user_agent(credit_config *config, credit_str user_agent) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ session */

CREDIT_ENUM(credit_state) {
    CREDIT_STATE_LOADING = 1,
    CREDIT_STATE_NO_SESSION = 2,     /* credit_state_info.reason says why */
    CREDIT_STATE_ACTIVE = 3,
    CREDIT_STATE_STORAGE_LOCKED = 4, /* waits for the device to be unlocked; nothing is lost */
    CREDIT_STATE_CLOSED = 5
};

/* Properties of an active session. None of them is a reason to sign anybody out. */
#define CREDIT_PROPERTY_REFRESHING 1u
#define CREDIT_PROPERTY_OFFLINE 2u    /* the last attempt found no server */
#define CREDIT_PROPERTY_STUCK 4u      /* the server answers, but gives neither token nor verdict */
#define CREDIT_PROPERTY_HEALING 8u    /* the platform ended the session; a new one is being minted */
#define CREDIT_PROPERTY_UNSAVED 16u   /* the newest tokens are in memory only; storage is being retried */

typedef struct credit_state_info {
    uint32_t struct_size;
    uint32_t properties;
    credit_state state;
    credit_code reason;      /* NO_SESSION: a 2xxx code, or STORAGE_CORRUPT / STORAGE_KEY_LOST when only a new session can help;
                              * STORAGE_LOCKED and LOADING: a 5xxx code, CREDIT_UNSUPPORTED or CREDIT_OK */
    uint64_t generation;     /* of the newest tokens, 0: none yet */
    int64_t expires_at_ms;   /* of the session token by the device's clock; -1: unknown or none */
} credit_state_info;

/* Opens the session of one borrower. Opening what is open in this process gives the same session (R10); with another
 * configuration CREDIT_CONFIG_CONFLICT. Reading the store happens asynchronously. *error as for credit_config_check. */
CREDIT_API CREDIT_MUST_USE credit_code credit_session_open(const credit_config *config, credit_str borrower_external_id,
                                                           credit_session *CREDIT_NULLABLE *CREDIT_NONNULL session,
                                                           credit_error *CREDIT_NULLABLE *CREDIT_NULLABLE error) CREDIT_NOEXCEPT;
CREDIT_API credit_session *CREDIT_NULLABLE credit_session_retain(credit_session *CREDIT_NULLABLE session) CREDIT_NOEXCEPT;
CREDIT_API void credit_session_release(credit_session *CREDIT_NULLABLE session) CREDIT_NOEXCEPT;
/* The state of right now; *info must have struct_size set. Works on spent handles too. */
CREDIT_API credit_code credit_session_state(credit_session *session, credit_state_info *info) CREDIT_NOEXCEPT;

typedef void (*credit_done_callback)(void *CREDIT_NULLABLE context, const credit_error *CREDIT_NULLABLE error);

/* Closes the session in this process, for every holder of a reference; what is stored stays. Running operations finish with
 * CREDIT_CLOSED first; a refresh that is under way is left to the next start (R18, R19). `callback` may be NULL. */
CREDIT_API credit_code credit_session_close(credit_session *session, void *CREDIT_NULLABLE context,
                                            credit_done_callback CREDIT_NULLABLE callback) CREDIT_NOEXCEPT;

typedef struct credit_observer {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    void (*on_state)(void *CREDIT_NULLABLE context, const credit_state_info *info);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context); /* after the last on_state */
} credit_observer;
/* Reports the present state first and then each change, in order. */
CREDIT_API credit_code credit_session_subscribe(credit_session *session, const credit_observer *observer,
                                                uint64_t *subscription) CREDIT_NOEXCEPT;
CREDIT_API credit_code credit_session_unsubscribe(credit_session *session, uint64_t subscription) CREDIT_NOEXCEPT;

typedef struct credit_start_options {
    uint32_t struct_size;
    int32_t replace;          /* 1: mint a new session even if there is one */
    credit_str journey_type;  /* for example PERSONAL_LOAN; empty: the partner's default */
    credit_str profile_json;  /* a JSON object for the partner; sent once, never stored, never logged */
    int64_t deadline_ms;      /* from now; 0: the policy's */
} credit_start_options;
/* Makes sure that there is a session: does nothing if there is one, else creates or resumes it through the partner's server
 * or the session provider. `options` may be NULL. */
CREDIT_API credit_code credit_session_start(credit_session *session, const credit_start_options *CREDIT_NULLABLE options,
                                            void *CREDIT_NULLABLE context, credit_done_callback callback,
                                            credit_op *CREDIT_NULLABLE op) CREDIT_NOEXCEPT;

typedef struct credit_adopt_options {
    uint32_t struct_size;
    int32_t replace;          /* 1: take it even if it is older than the live session (else CREDIT_STALE_ADOPT) */
} credit_adopt_options;
/* Takes over what the app's own backend returned: the partner's flat shape or the platform's envelope. The bytes are copied
 * at once; wipe your own. Refusals name the field. Success with CREDIT_PROPERTY_UNSAVED in the state: the store failed, the
 * session is in memory and being written; keep your own copy until the property is gone. The same is true of a start. */
CREDIT_API credit_code credit_session_adopt_json(credit_session *session, credit_str json,
                                                 const credit_adopt_options *CREDIT_NULLABLE options,
                                                 void *CREDIT_NULLABLE context, credit_done_callback callback,
                                                 credit_op *CREDIT_NULLABLE op) CREDIT_NOEXCEPT;

/* Signs out: when the callback comes, no secret is left in the store, and the handle is spent. The token of this process is
 * gone when this function returns (R35). If the store fails the error says so, and ending goes on in the background. */
CREDIT_API credit_code credit_session_end(credit_session *session, void *CREDIT_NULLABLE context,
                                          credit_done_callback CREDIT_NULLABLE callback) CREDIT_NOEXCEPT;

typedef struct credit_token_options {
    uint32_t struct_size;
    int64_t minimum_lifetime_ms; /* 0: the policy's; the server may issue shorter ones, which are then handed out */
    int64_t deadline_ms;         /* from now; 0: the policy's */
} credit_token_options;
typedef void (*credit_token_callback)(void *CREDIT_NULLABLE context, credit_token *CREDIT_NULLABLE token,
                                      const credit_error *CREDIT_NULLABLE error);
/* A session token that is good: from memory, or after one refresh shared by all callers. Cancelling or missing the deadline
 * never aborts the refresh itself (R18). */
CREDIT_API credit_code credit_session_get_token(credit_session *session, const credit_token_options *CREDIT_NULLABLE options,
                                                void *CREDIT_NULLABLE context, credit_token_callback callback,
                                                credit_op *CREDIT_NULLABLE op) CREDIT_NOEXCEPT;
/* The token of right now, retained, or CREDIT_NO_LIVE_TOKEN. No lock, no system call, no I/O. minimum_lifetime_ms as above.
 * Asking for a token that is near its end starts a refresh ahead in the background. */
CREDIT_API CREDIT_MUST_USE credit_code credit_session_current_token(credit_session *session, int64_t minimum_lifetime_ms,
                                                                    credit_token *CREDIT_NULLABLE *CREDIT_NONNULL out) CREDIT_NOEXCEPT;
/* The same into the caller's buffer, without an allocation: `*size` is the token's size, without the NUL that is also
 * written. CREDIT_BUFFER_TOO_SMALL sets *size to what is needed without NUL. `generation` may be NULL. */
CREDIT_API CREDIT_MUST_USE credit_code credit_session_copy_token(credit_session *session, int64_t minimum_lifetime_ms,
                                                                 char *buffer, size_t capacity, size_t *size,
                                                                 uint64_t *CREDIT_NULLABLE generation) CREDIT_NOEXCEPT;
/* The platform answered 401 with its envelope to a call that carried the token of this generation. credit_session_send does
 * this by itself. */
CREDIT_API credit_code credit_session_reject_token(credit_session *session, uint64_t generation) CREDIT_NOEXCEPT;

/* Ends an operation early with CREDIT_CANCELLED; unknown or finished ones are ignored. */
CREDIT_API credit_code credit_session_cancel(credit_session *session, credit_op op) CREDIT_NOEXCEPT;

CREDIT_ENUM(credit_hint) {
    CREDIT_HINT_NETWORK_AVAILABLE = 1,
    CREDIT_HINT_FOREGROUND = 2,
    CREDIT_HINT_STORAGE_UNLOCKED = 3,
    CREDIT_HINT_CLOCK_CHANGED = 4,
    CREDIT_HINT_PARTNER_CREDENTIALS = 5 /* the app has new credentials for the partner (R23) */
};
CREDIT_API credit_code credit_session_notify(credit_session *session, credit_hint hint) CREDIT_NOEXCEPT;

typedef void (*credit_text_callback)(void *CREDIT_NULLABLE context, credit_str text, const credit_error *CREDIT_NULLABLE error);
/* A JSON object without secrets: state, versions, the journal of the last 64 events (what, when, why, ids), counters. */
CREDIT_API credit_code credit_session_diagnostics(credit_session *session, void *CREDIT_NULLABLE context,
                                                  credit_text_callback callback, credit_op *CREDIT_NULLABLE op) CREDIT_NOEXCEPT;

typedef struct credit_journey_options {
    uint32_t struct_size;
    int32_t known_only; /* 1: what the last session reply said, without asking the platform */
    int64_t deadline_ms;
} credit_journey_options;
typedef void (*credit_journey_callback)(void *CREDIT_NULLABLE context, credit_journey *CREDIT_NULLABLE journey,
                                        const credit_error *CREDIT_NULLABLE error);
/* The borrower's active journey; NULL without an error: there is none. */
CREDIT_API credit_code credit_session_journey(credit_session *session, const credit_journey_options *CREDIT_NULLABLE options,
                                              void *CREDIT_NULLABLE context, credit_journey_callback callback,
                                              credit_op *CREDIT_NULLABLE op) CREDIT_NOEXCEPT;

/* Removes everything stored for this borrower in this environment, quarantined copies included, without looking at it. For
 * "forget this device" and for stores that answer wrong key or newer format. Not while the session is open
 * (CREDIT_CONFIG_CONFLICT). */
CREDIT_API credit_code credit_storage_erase(const credit_config *config, credit_str borrower_external_id,
                                            void *CREDIT_NULLABLE context, credit_done_callback callback) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ token */

CREDIT_ENUM(credit_token_source) { CREDIT_TOKEN_FROM_CACHE = 1, CREDIT_TOKEN_FROM_REFRESH = 2, CREDIT_TOKEN_FROM_START = 3 };

CREDIT_API credit_token *CREDIT_NULLABLE credit_token_retain(credit_token *CREDIT_NULLABLE token) CREDIT_NOEXCEPT;
CREDIT_API void credit_token_release(credit_token *CREDIT_NULLABLE token) CREDIT_NOEXCEPT;
/* The secret itself; lives as long as the token. */
CREDIT_API credit_str credit_token_value(const credit_token *token) CREDIT_NOEXCEPT;
/* By the device's clock, corrected by the server's; -1: unknown. */
CREDIT_API int64_t credit_token_expires_at_ms(const credit_token *token) CREDIT_NOEXCEPT;
CREDIT_API uint64_t credit_token_generation(const credit_token *token) CREDIT_NOEXCEPT;
/* How this caller got it: from memory or disk, or by a refresh or start it waited for. */
CREDIT_API credit_token_source credit_token_source_of(const credit_token *token) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ authorised calls */

typedef struct credit_request {
    uint32_t struct_size;
    uint32_t header_count;
    credit_str method;           /* GET, POST, PUT, PATCH, DELETE, HEAD */
    credit_str path;             /* below the platform's origin, with query: /api/v1/headless/journeys */
    const credit_header *CREDIT_NULLABLE headers; /* not Authorization, not Host */
    credit_str body;             /* copied */
    credit_str content_type;     /* empty with a body: application/json */
    credit_str idempotency_key;  /* mutations; empty: one is made, the same on every repeat */
    credit_str correlation_id;   /* empty: one is made */
    int64_t deadline_ms;         /* from now; 0: the policy's */
    uint64_t max_reply_bytes;    /* 0: 2 MiB */
    int32_t one_shot;            /* 1: the body must not be sent twice; a 401 is then the answer */
} credit_request;

typedef void (*credit_response_callback)(void *CREDIT_NULLABLE context, credit_response *CREDIT_NULLABLE response,
                                         const credit_error *CREDIT_NULLABLE error);
/* Sends a request with the session token: gets a good token first, and on a 401 of the platform refreshes once and repeats
 * once with the same idempotency key and correlation id (R33). Any HTTP status is a response, not an error. */
CREDIT_API credit_code credit_session_send(credit_session *session, const credit_request *request,
                                           void *CREDIT_NULLABLE context, credit_response_callback callback,
                                           credit_op *CREDIT_NULLABLE op) CREDIT_NOEXCEPT;

CREDIT_API credit_response *CREDIT_NULLABLE credit_response_retain(credit_response *CREDIT_NULLABLE response) CREDIT_NOEXCEPT;
CREDIT_API void credit_response_release(credit_response *CREDIT_NULLABLE response) CREDIT_NOEXCEPT;
CREDIT_API int32_t credit_response_status(const credit_response *response) CREDIT_NOEXCEPT;
CREDIT_API size_t credit_response_header_count(const credit_response *response) CREDIT_NOEXCEPT;
/* Empty strings when the index is out of range. */
CREDIT_API credit_header credit_response_header_at(const credit_response *response, size_t index) CREDIT_NOEXCEPT;
/* The first header of that name, case-insensitive; empty: none. */
CREDIT_API credit_str credit_response_header(const credit_response *response, credit_str name) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_response_body(const credit_response *response) CREDIT_NOEXCEPT;
/* From the platform's envelope; empty when the body is none. */
CREDIT_API credit_str credit_response_request_id(const credit_response *response) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_response_correlation_id(const credit_response *response) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_response_platform_code(const credit_response *response) CREDIT_NOEXCEPT;
/* How often the request went out: 1, or 2 after a refresh. */
CREDIT_API int32_t credit_response_attempts(const credit_response *response) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ journey */

CREDIT_API credit_journey *CREDIT_NULLABLE credit_journey_retain(credit_journey *CREDIT_NULLABLE journey) CREDIT_NOEXCEPT;
CREDIT_API void credit_journey_release(credit_journey *CREDIT_NULLABLE journey) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_journey_id(const credit_journey *journey) CREDIT_NOEXCEPT;
/* Raw strings of the platform: new values may appear at any time. */
CREDIT_API credit_str credit_journey_status(const credit_journey *journey) CREDIT_NOEXCEPT;
CREDIT_API credit_str credit_journey_next_action(const credit_journey *journey) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ checkout
 * The hosted page in a web view. The app's own backend asks the platform for it and hands the app an embed URL that carries a
 * one-time bootstrap token: it is memory only, opens the page once, and within two minutes. For the next opening, also
 * tomorrow, the backend gets a fresh one. All functions are synchronous and may be called from any thread. */

typedef struct credit_checkout_options {
    uint32_t struct_size;
    uint32_t allowed_origin_count; /* at most 64 */
    credit_str embed_url;          /* as the backend got it, "https://...#<token>"; copied into locked memory, wipe your own */
    credit_str hosted_origin;      /* where the hosted page lies; empty: in LIVE https://credit.aarthiklabs.com, in TEST the
                                    * platform URL's origin */
    const credit_str *CREDIT_NULLABLE allowed_origins; /* of lenders and others that the page leads to in the same view:
                                                        * "https://host" or "https://host:port", compared exactly */
} credit_checkout_options;

/* Takes over an embed URL; call it as soon as the backend's reply is there: two minutes from now, asleep or awake by the
 * configured clock, the URL is wiped. Of the configuration only environment, platform URL and clock count; storage may be
 * unset. *error as for credit_config_check. CREDIT_ORIGIN_REFUSED: not at the hosted origin; CREDIT_INSECURE_URL;
 * CREDIT_ENVIRONMENT_MISMATCH; CREDIT_API_KEY_REFUSED; CREDIT_CONFIG_INVALID and CREDIT_CONTRACT_INVALID_TOKEN: malformed. */
CREDIT_API CREDIT_MUST_USE credit_code credit_checkout_create(const credit_config *config,
                                                              const credit_checkout_options *options,
                                                              credit_checkout *CREDIT_NULLABLE *CREDIT_NONNULL checkout,
                                                              credit_error *CREDIT_NULLABLE *CREDIT_NULLABLE error) CREDIT_NOEXCEPT;
CREDIT_API credit_checkout *CREDIT_NULLABLE credit_checkout_retain(credit_checkout *CREDIT_NULLABLE checkout) CREDIT_NOEXCEPT;
/* The last release wipes the URL if nobody took it. */
CREDIT_API void credit_checkout_release(credit_checkout *CREDIT_NULLABLE checkout) CREDIT_NOEXCEPT;

/* The URL for the web view, once: of all callers in all threads one gets CREDIT_OK, and the library's copy is wiped. `*size`
 * is the URL's size, without the NUL that is also written. CREDIT_BUFFER_TOO_SMALL takes nothing and sets *size to what is
 * needed without NUL. CREDIT_CHECKOUT_TAKEN, CREDIT_CHECKOUT_EXPIRED. A secret: load it at once, wipe the buffer, keep it
 * from logs, history and analytics. */
CREDIT_API CREDIT_MUST_USE credit_code credit_checkout_take_url(credit_checkout *checkout, char *CREDIT_NULLABLE buffer,
                                                                size_t capacity, size_t *size) CREDIT_NOEXCEPT;

/* 1 if the web view may load this URL: an http(s) URL at exactly the hosted or an allowed origin; in frames (main_frame 0)
 * about:blank and about:srcdoc as well. 0 for everything else: other schemes (data:, blob:, javascript:, intent:, tel:), user
 * info, other ports, look-alike hosts. Also after the URL was taken or expired. Ask for every navigation and redirect. */
CREDIT_API int32_t credit_checkout_allows_navigation(credit_checkout *checkout, credit_str url, int32_t main_frame) CREDIT_NOEXCEPT;

CREDIT_ENUM(credit_checkout_event_type) {
    CREDIT_CHECKOUT_EVENT_UNKNOWN = 0,       /* ignore it: later versions of the page say more */
    CREDIT_CHECKOUT_EVENT_OPEN_EXTERNAL = 1, /* open external_url in a browser and offer a way back */
    CREDIT_CHECKOUT_EVENT_EXIT = 2           /* the borrower is done or gave up; close the view */
};

/* Reads one message of the page: what came through the channel "AarthikLabs" or postMessage, a JSON object or a string that
 * holds one, at most 64 KiB. `origin`: of the frame that sent it as the web view tells it, "https://host[:port]"; anything
 * but the hosted origin is CREDIT_ORIGIN_REFUSED. On CREDIT_OK *event is owned. Messages that cannot be read, an external_url
 * that is not https, and a resume_url that is not the hosted page's are refused; *error as for credit_config_check. */
CREDIT_API CREDIT_MUST_USE credit_code credit_checkout_parse_event(credit_checkout *checkout, credit_str origin, credit_str message,
                                                                   credit_checkout_event *CREDIT_NULLABLE *CREDIT_NONNULL event,
                                                                   credit_error *CREDIT_NULLABLE *CREDIT_NULLABLE error) CREDIT_NOEXCEPT;
CREDIT_API void credit_checkout_event_release(credit_checkout_event *CREDIT_NULLABLE event) CREDIT_NOEXCEPT;
CREDIT_API credit_checkout_event_type credit_checkout_event_type_of(const credit_checkout_event *event) CREDIT_NOEXCEPT;
/* The message's `type`, redacted, at most 64 bytes; for logs. */
CREDIT_API credit_str credit_checkout_event_name(const credit_checkout_event *event) CREDIT_NOEXCEPT;
/* https, never empty for CREDIT_CHECKOUT_EVENT_OPEN_EXTERNAL. May carry the lender's secrets: not for logs. */
CREDIT_API credit_str credit_checkout_event_external_url(const credit_checkout_event *event) CREDIT_NOEXCEPT;
/* Opens the page again if the view is gone meanwhile; at the hosted origin; empty: none was given. Not for logs. */
CREDIT_API credit_str credit_checkout_event_resume_url(const credit_checkout_event *event) CREDIT_NOEXCEPT;

/* ------------------------------------------------------------------ ports
 * Structs of function pointers. The library copies the struct, calls `release(context)` (if not NULL) once when it needs it
 * no more, and may call from its own threads. A struct that a setter refuses stays the caller's: its release is not called. "Storage thread" calls may block; all others must not. */

CREDIT_ENUM(credit_store_answer) {
    CREDIT_STORE_PRESENT = 0, /* load handed out a record */
    CREDIT_STORE_DONE = 1,    /* it happened, durably */
    CREDIT_STORE_ABSENT = 2,  /* certainly nothing there */
    CREDIT_STORE_LOCKED = 3,
    CREDIT_STORE_TRANSIENT = 4,
    CREDIT_STORE_DENIED = 5,
    CREDIT_STORE_CORRUPT = 6,
    CREDIT_STORE_WRONG_KEY = 7,
    CREDIT_STORE_KEY_LOST = 8,
    CREDIT_STORE_NEWER_FORMAT = 9,
    CREDIT_STORE_FULL = 10,
    CREDIT_STORE_UNSUPPORTED = 11 /* not on this system: another key or store has to be configured */
};

typedef struct credit_sink credit_sink;
/* Hands over a loaded record, once, inside load(); the bytes are copied. */
CREDIT_API credit_code credit_sink_write(credit_sink *sink, const uint8_t *bytes, size_t size) CREDIT_NOEXCEPT;

/* The app's own secure storage instead of the sealed file. Records hold tokens in clear: store them encrypted. `name` is a
 * keyed hash without personal data. Calls come from the storage thread, one at a time per name. Never delete on failure. */
typedef struct credit_secure_store {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    /* The record with the highest write_seq. Only answer ABSENT when that is certain. */
    credit_store_answer (*load)(void *CREDIT_NULLABLE context, credit_str name, credit_sink *sink);
    /* Durably and atomically replaces the record: after a crash the old or the new one is there. write_seq only grows. */
    credit_store_answer (*replace)(void *CREDIT_NULLABLE context, credit_str name, const uint8_t *bytes, size_t size,
                                   uint64_t write_seq);
    credit_store_answer (*erase)(void *CREDIT_NULLABLE context, credit_str name);
    /* The commit lock against other processes; NULL for both: one process only. */
    credit_store_answer (*CREDIT_NULLABLE lock)(void *CREDIT_NULLABLE context, credit_str name);
    void (*CREDIT_NULLABLE unlock)(void *CREDIT_NULLABLE context, credit_str name);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_secure_store;
CREDIT_API credit_code credit_config_set_secure_store(credit_config *config, const credit_secure_store *store) CREDIT_NOEXCEPT;

/* The 32-byte key that seals the file store's records, from the platform's key store. Storage thread. */
typedef struct credit_sealing_key {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    /* Writes 32 bytes and answers PRESENT, or LOCKED, TRANSIENT, DENIED, KEY_LOST. */
    credit_store_answer (*fetch)(void *CREDIT_NULLABLE context, uint8_t *key);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_sealing_key;
CREDIT_API credit_code credit_config_set_sealing_key(credit_config *config, const credit_sealing_key *key) CREDIT_NOEXCEPT;

CREDIT_ENUM(credit_http_failure) {
    CREDIT_HTTP_RESOLVE = 1,
    CREDIT_HTTP_CONNECT = 2,
    CREDIT_HTTP_TLS = 3,
    CREDIT_HTTP_TLS_TIME = 4, /* the certificate is not valid at the device's time */
    CREDIT_HTTP_PIN = 5,
    CREDIT_HTTP_LEASE_LAPSED = 6, /* credit_http_may_send said no */
    CREDIT_HTTP_TIMEOUT = 7,
    CREDIT_HTTP_INTERRUPTED = 8,
    CREDIT_HTTP_REPLY_TOO_LARGE = 9,
    CREDIT_HTTP_CANCELLED = 10,
    CREDIT_HTTP_REFUSED = 11
};

typedef struct credit_http_request {
    uint32_t struct_size;
    uint32_t header_count;
    credit_str method;
    credit_str url;
    const credit_header *CREDIT_NULLABLE headers; /* Authorization included */
    credit_str body;
    int64_t timeout_ms;
    uint64_t max_reply_bytes;
    int32_t fresh_connection; /* 1: must not reuse a connection, must not be repeated by the HTTP library */
} credit_http_request;

/* One exchange; valid until it is completed or failed, which must happen exactly once, from any thread. */
typedef struct credit_http_exchange credit_http_exchange;
/* To be asked right before the first byte goes out: 0 means give up with CREDIT_HTTP_LEASE_LAPSED, unsent (R9). */
CREDIT_API int32_t credit_http_may_send(credit_http_exchange *exchange) CREDIT_NOEXCEPT;
CREDIT_API void credit_http_complete(credit_http_exchange *exchange, int32_t status, const credit_header *CREDIT_NULLABLE headers,
                                     size_t header_count, const uint8_t *CREDIT_NULLABLE body, size_t body_size) CREDIT_NOEXCEPT;
/* maybe_sent 0 only when provably no byte left. `detail` is for the journal: no URL, no header. */
CREDIT_API void credit_http_fail(credit_http_exchange *exchange, credit_http_failure failure, int32_t maybe_sent,
                                 credit_str detail) CREDIT_NOEXCEPT;

/* The platform's HTTP client instead of libcurl. No redirects, no cookies, no cache, no automatic repeat. */
typedef struct credit_transport {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    /* Must not block; `request` is borrowed for the call. */
    void (*start)(void *CREDIT_NULLABLE context, const credit_http_request *request, credit_http_exchange *exchange);
    /* Asks to end early; the exchange is still completed or failed. */
    void (*cancel)(void *CREDIT_NULLABLE context, credit_http_exchange *exchange);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_transport;
CREDIT_API credit_code credit_config_set_transport(credit_config *config, const credit_transport *transport) CREDIT_NOEXCEPT;

typedef struct credit_now {
    uint32_t struct_size;
    int64_t wall_ms;    /* since 1970, may be set by anybody */
    int64_t elapsed_ms; /* since boot, counting sleep */
    uint64_t boot_id;   /* differs after each boot; 0: unknown */
} credit_now;
typedef struct credit_clock {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    void (*now)(void *CREDIT_NULLABLE context, credit_now *out); /* any thread, must not block */
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_clock;
CREDIT_API credit_code credit_config_set_clock(credit_config *config, const credit_clock *clock) CREDIT_NOEXCEPT;

CREDIT_ENUM(credit_log_level) { CREDIT_LOG_DEBUG = 0, CREDIT_LOG_INFO = 1, CREDIT_LOG_WARNING = 2, CREDIT_LOG_ERROR = 3 };
typedef struct credit_logger {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    void (*log)(void *CREDIT_NULLABLE context, credit_log_level level, credit_str line); /* redacted; any thread */
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_logger;
CREDIT_API credit_code credit_config_set_logger(credit_config *config, const credit_logger *logger) CREDIT_NOEXCEPT;

typedef struct credit_background {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    uint64_t (*begin)(void *CREDIT_NULLABLE context); /* keep the process running; 0: refused */
    void (*end)(void *CREDIT_NULLABLE context, uint64_t handle);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_background;
CREDIT_API credit_code credit_config_set_background(credit_config *config, const credit_background *background) CREDIT_NOEXCEPT;

typedef struct credit_provider_request {
    uint32_t struct_size;
    int32_t healing;          /* 1: the SDK asks by itself because the session died */
    credit_str borrower_external_id;
    credit_str journey_type;
    credit_str profile_json;
    credit_str correlation_id;
    credit_str idempotency_key;
} credit_provider_request;
/* Valid until completed or failed, exactly once, from any thread, also inside provide(). */
typedef struct credit_provider_call credit_provider_call;
/* The partner's flat shape or the platform's envelope. Copied; wipe your own. */
CREDIT_API void credit_provider_complete(credit_provider_call *call, credit_str json) CREDIT_NOEXCEPT;
/* Useful codes: CREDIT_PARTNER_UNAUTHORIZED, CREDIT_PARTNER_REFUSED, CREDIT_PARTNER_UNAVAILABLE, a 3xxx code. */
CREDIT_API void credit_provider_fail(credit_provider_call *call, credit_code code, credit_str message) CREDIT_NOEXCEPT;
/* Creates or resumes the session of this borrower: the app's own way to its backend. Storage thread; may block. */
typedef struct credit_session_provider {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    void (*provide)(void *CREDIT_NULLABLE context, const credit_provider_request *request, credit_provider_call *call);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_session_provider;
CREDIT_API credit_code credit_config_set_session_provider(credit_config *config, const credit_session_provider *provider) CREDIT_NOEXCEPT;

typedef struct credit_partner_auth_call credit_partner_auth_call;
/* Headers for one request to the partner's server; Authorization allowed here. Exactly once, from any thread. */
CREDIT_API void credit_partner_auth_complete(credit_partner_auth_call *call, const credit_header *CREDIT_NULLABLE headers,
                                             size_t header_count) CREDIT_NOEXCEPT;
CREDIT_API void credit_partner_auth_fail(credit_partner_auth_call *call, credit_code code, credit_str message) CREDIT_NOEXCEPT;
/* The app's login towards its own server, asked for each request. Storage thread; may block. */
typedef struct credit_partner_auth {
    uint32_t struct_size;
    void *CREDIT_NULLABLE context;
    void (*headers)(void *CREDIT_NULLABLE context, credit_partner_auth_call *call);
    void (*CREDIT_NULLABLE release)(void *CREDIT_NULLABLE context);
} credit_partner_auth;
CREDIT_API credit_code credit_config_set_partner_auth(credit_config *config, const credit_partner_auth *auth) CREDIT_NOEXCEPT;

CREDIT_ASSUME_NONNULL_END

#if defined(__cplusplus)
}
#endif
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif /* CREDIT_CREDIT_H */
