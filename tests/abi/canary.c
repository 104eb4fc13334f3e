/* The smallest user of the header, in the language of every app: compiled as C11, C17 and C++20 by
 * check_header.py, and linked against the library and run as the test abi.canary. What it says
 * about sizes and values is what programs that were built yesterday rely on. */
#include <credit/credit.h>
#include <stdio.h>
#include <string.h>

#if defined(__cplusplus)
#define ALWAYS(what) static_assert(what, #what)
#define HAS_SIZE_FIRST(type) static_assert(offsetof(type, struct_size) == 0, #type)
#else
#define ALWAYS(what) _Static_assert(what, #what)
#define HAS_SIZE_FIRST(type) _Static_assert(offsetof(type, struct_size) == 0, #type)
#endif

/* Enums cross the border as 32 bits in every language. */
ALWAYS(sizeof(credit_code) == 4);
ALWAYS(sizeof(credit_environment) == 4);
ALWAYS(sizeof(credit_refresh_route) == 4);
ALWAYS(sizeof(credit_credential_carrier) == 4);
ALWAYS(sizeof(credit_refresh_body) == 4);
ALWAYS(sizeof(credit_state) == 4);
ALWAYS(sizeof(credit_hint) == 4);
ALWAYS(sizeof(credit_token_source) == 4);
ALWAYS(sizeof(credit_store_answer) == 4);
ALWAYS(sizeof(credit_http_failure) == 4);
ALWAYS(sizeof(credit_log_level) == 4);
ALWAYS(sizeof(credit_checkout_event_type) == 4);
ALWAYS(sizeof(credit_op) == 8);
ALWAYS(sizeof(credit_str) == 2 * sizeof(void*));
ALWAYS(sizeof(credit_header) == 2 * sizeof(credit_str));

/* Structs can grow because their size comes first. */
HAS_SIZE_FIRST(credit_refresh_request);
HAS_SIZE_FIRST(credit_paths);
HAS_SIZE_FIRST(credit_policy);
HAS_SIZE_FIRST(credit_tls);
HAS_SIZE_FIRST(credit_secret_service_options);
HAS_SIZE_FIRST(credit_state_info);
HAS_SIZE_FIRST(credit_observer);
HAS_SIZE_FIRST(credit_start_options);
HAS_SIZE_FIRST(credit_adopt_options);
HAS_SIZE_FIRST(credit_token_options);
HAS_SIZE_FIRST(credit_journey_options);
HAS_SIZE_FIRST(credit_request);
HAS_SIZE_FIRST(credit_checkout_options);
HAS_SIZE_FIRST(credit_secure_store);
HAS_SIZE_FIRST(credit_sealing_key);
HAS_SIZE_FIRST(credit_http_request);
HAS_SIZE_FIRST(credit_transport);
HAS_SIZE_FIRST(credit_now);
HAS_SIZE_FIRST(credit_clock);
HAS_SIZE_FIRST(credit_logger);
HAS_SIZE_FIRST(credit_background);
HAS_SIZE_FIRST(credit_provider_request);
HAS_SIZE_FIRST(credit_session_provider);
HAS_SIZE_FIRST(credit_partner_auth);

/* Values are never renumbered: one of each block, and the last of the long ones. */
ALWAYS(CREDIT_OK == 0);
ALWAYS(CREDIT_INVALID_ARGUMENT == 1001);
ALWAYS(CREDIT_ORIGIN_REFUSED == 1015);
ALWAYS(CREDIT_CHECKOUT_EXPIRED == 1107);
ALWAYS(CREDIT_NO_LIVE_TOKEN == 2006);
ALWAYS(CREDIT_REDIRECT_REFUSED == 3010);
ALWAYS(CREDIT_CONTRACT_UNEXPECTED_REFRESH_TOKEN == 4016);
ALWAYS(CREDIT_PROVIDER_MISSING == 4105);
ALWAYS(CREDIT_STORAGE_INVALID == 5009);
ALWAYS(CREDIT_INTERNAL == 9002);
/* Macros leave no trace in a library's description, so they are held here. */
ALWAYS(CREDIT_PROPERTY_REFRESHING == 1u);
ALWAYS(CREDIT_PROPERTY_OFFLINE == 2u);
ALWAYS(CREDIT_PROPERTY_STUCK == 4u);
ALWAYS(CREDIT_PROPERTY_HEALING == 8u);
ALWAYS(CREDIT_PROPERTY_UNSAVED == 16u);

static int failures = 0;

static void expect(int holds, const char* what) {
    if (holds) return;
    fprintf(stderr, "failed: %s\n", what);
    ++failures;
}

static int is(credit_str text, const char* expected) {
    return text.data != NULL && text.size == strlen(expected) &&
           memcmp(text.data, expected, text.size + 1) == 0; /* with the NUL of rule 5 */
}

static void check_library(void) {
    expect(credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR) == CREDIT_OK, "abi fits");
    expect(credit_check_abi(CREDIT_ABI_MAJOR + 1, 0) == CREDIT_ABI_MISMATCH, "major is checked");
    expect(credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR + 1) == CREDIT_ABI_MISMATCH,
           "minor is checked");
    expect(is(credit_version(), "0.1.0"), "version");
    expect(is(credit_code_name(CREDIT_OK), "ok"), "name of ok");
    expect(is(credit_code_name(CREDIT_STORAGE_LOCKED), "storage_locked"), "name of a code");
    expect(is(credit_code_name((credit_code)7777), "unknown"), "name of an unknown code");
    expect(credit_code_is_retryable(CREDIT_NETWORK_TIMEOUT) == 1, "retryable");
    expect(credit_code_is_retryable(CREDIT_PIN_MISMATCH) == 0, "not retryable");
    expect(credit_code_needs_new_session(CREDIT_SESSION_DEAD) == 1, "needs a new session");
    expect(credit_code_needs_new_session(CREDIT_DEADLINE) == 0, "needs no new session");
}

static void check_null(void) {
    credit_error_release(NULL);
    credit_config_release(NULL);
    expect(credit_session_retain(NULL) == NULL, "session NULL");
    credit_session_release(NULL);
    expect(credit_token_retain(NULL) == NULL, "token NULL");
    credit_token_release(NULL);
    expect(credit_response_retain(NULL) == NULL, "response NULL");
    credit_response_release(NULL);
    expect(credit_journey_retain(NULL) == NULL, "journey NULL");
    credit_journey_release(NULL);
    expect(credit_checkout_retain(NULL) == NULL, "checkout NULL");
    credit_checkout_release(NULL);
    credit_checkout_event_release(NULL);
}

static void check_config(void) {
    credit_config* config = NULL;
    credit_error* error = NULL;
    expect(credit_debug_live_objects() == 0, "nothing is alive before");
    expect(credit_config_create(&config) == CREDIT_OK && config != NULL, "create");
    if (config == NULL) return;
    expect(credit_config_check(config, &error) == CREDIT_CONFIG_MISSING, "empty configuration");
    expect(error != NULL && credit_error_code(error) == CREDIT_CONFIG_MISSING, "owned error");
    if (error != NULL) expect(credit_error_message(error).size > 0, "the message names the field");
    credit_error_release(error);
    credit_config_release(config);
    expect(credit_debug_live_objects() == 0, "nothing is alive after");
}

int main(void) {
    check_library();
    check_null();
    check_config();
    if (failures == 0) puts("canary: ok");
    return failures == 0 ? 0 : 1;
}
