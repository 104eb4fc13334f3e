/* A program of yesterday: compiled against the header that lies beside it, which nobody edits, and run with the library of
 * today. It uses a broad part of the API, and says which step went wrong. capi/ABI.md says when the header is renewed. */
#include <stdio.h>
#include <string.h>

#include "world.h"

static int failures = 0;

static void expect(int fine, const char* what) {
    if (fine) return;
    fprintf(stderr, "failed: %s\n", what);
    ++failures;
}

static int is(credit_str text, const char* expected) {
    return text.size == strlen(expected) && memcmp(text.data, expected, text.size + 1) == 0;
}

/* One operation under way: what its callback said. */
struct outcome {
    struct world* world;
    int done;
    credit_code code;
    credit_token* token;
    credit_response* response;
    credit_journey* journey;
    size_t text_size;
};

static void finish(struct outcome* outcome, const credit_error* error) {
    pthread_mutex_lock(&outcome->world->mutex);
    ++outcome->done;
    outcome->code = error ? credit_error_code(error) : CREDIT_OK;
    pthread_cond_broadcast(&outcome->world->changed);
    pthread_mutex_unlock(&outcome->world->mutex);
}

static void on_done(void* context, const credit_error* error) {
    finish(context, error);
}
static void on_token(void* context, credit_token* token, const credit_error* error) {
    ((struct outcome*)context)->token = credit_token_retain(token);
    finish(context, error);
}
static void on_response(void* context, credit_response* response, const credit_error* error) {
    ((struct outcome*)context)->response = credit_response_retain(response);
    finish(context, error);
}
static void on_journey(void* context, credit_journey* journey, const credit_error* error) {
    ((struct outcome*)context)->journey = credit_journey_retain(journey);
    finish(context, error);
}
static void on_text(void* context, credit_str text, const credit_error* error) {
    ((struct outcome*)context)->text_size = text.size;
    finish(context, error);
}

static void await(struct world* world, const int* counter, int least) {
    pthread_mutex_lock(&world->mutex);
    while (*counter < least)
        pthread_cond_wait(&world->changed, &world->mutex);
    pthread_mutex_unlock(&world->mutex);
}

/* ------------------------------------------------------------------ what a session tells its observer */

struct watch {
    struct world* world;
    int reports, released, active, spent;
};

static void on_state(void* context, const credit_state_info* info) {
    struct watch* watch = context;
    pthread_mutex_lock(&watch->world->mutex);
    ++watch->reports;
    if (info->state == CREDIT_STATE_ACTIVE) ++watch->active;
    if (info->state == CREDIT_STATE_NO_SESSION && info->reason == CREDIT_SESSION_ENDED)
        ++watch->spent;
    pthread_cond_broadcast(&watch->world->changed);
    pthread_mutex_unlock(&watch->world->mutex);
}
static void on_release(void* context) {
    struct watch* watch = context;
    pthread_mutex_lock(&watch->world->mutex);
    ++watch->released;
    pthread_cond_broadcast(&watch->world->changed);
    pthread_mutex_unlock(&watch->world->mutex);
}

/* ------------------------------------------------------------------ the steps */

static void refuse_a_bad_setting(credit_config* config) {
    credit_error* error = NULL;
    expect(credit_config_set_platform_url(config, credit_string("http://platform.example")) ==
               CREDIT_INSECURE_URL,
           "an insecure URL is refused");
    expect(credit_config_check(config, &error) == CREDIT_INSECURE_URL, "and stays refused");
    expect(error != NULL && credit_error_code(error) == CREDIT_INSECURE_URL, "in the owned error");
    if (error != NULL) expect(credit_error_message(error).size > 0, "which names the field");
    credit_error_release(error);
}

static credit_config* configure(struct world* world) {
    credit_config* config = NULL;
    credit_policy policy = {.struct_size = sizeof policy, .call_deadline_ms = 60000};
    credit_paths paths = {.struct_size = sizeof paths,
                          .refresh = credit_string("/api/v1/headless/sessions/refresh")};
    credit_refresh_request shape = {.struct_size = sizeof shape,
                                    .carrier = CREDIT_CARRIER_AUTHORIZATION,
                                    .body = CREDIT_BODY_EMPTY_OBJECT};
    credit_secure_store store = world_store(world);
    credit_transport transport = world_transport(world);
    credit_session_provider provider = world_provider(world);
    credit_clock clock = world_clock(world);
    credit_logger logger = world_logger(world);
    credit_background background = world_background(world);
    expect(credit_config_create(&config) == CREDIT_OK, "create a configuration");
    refuse_a_bad_setting(config);
    expect(credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST) == CREDIT_OK &&
               credit_config_set_platform_url(config, credit_string("https://platform.example")) ==
                   CREDIT_OK &&
               credit_config_set_refresh_route(config, CREDIT_REFRESH_PLATFORM) == CREDIT_OK &&
               credit_config_set_refresh_request(config, &shape) == CREDIT_OK &&
               credit_config_set_paths(config, &paths) == CREDIT_OK &&
               credit_config_set_policy(config, &policy) == CREDIT_OK &&
               credit_config_set_user_agent(config, credit_string("old-client/1")) == CREDIT_OK,
           "settings");
    expect(credit_config_set_secure_store(config, &store) == CREDIT_OK &&
               credit_config_set_transport(config, &transport) == CREDIT_OK &&
               credit_config_set_session_provider(config, &provider) == CREDIT_OK &&
               credit_config_set_clock(config, &clock) == CREDIT_OK &&
               credit_config_set_logger(config, &logger) == CREDIT_OK &&
               credit_config_set_background(config, &background) == CREDIT_OK,
           "ports");
    expect(credit_config_check(config, NULL) == CREDIT_OK, "the configuration is whole");
    return config;
}

static void start_it(struct world* world, credit_session* session) {
    struct outcome outcome = {.world = world};
    credit_start_options options = {.struct_size = sizeof options,
                                    .journey_type = credit_string("PERSONAL_LOAN")};
    credit_op op = 0;
    expect(credit_session_start(session, &options, &outcome, on_done, &op) == CREDIT_OK, "start");
    await(world, &outcome.done, 1);
    expect(op != 0 && outcome.code == CREDIT_OK && world->provided == 1,
           "the provider made a session");
}

static void use_the_token(struct world* world, credit_session* session) {
    struct outcome outcome = {.world = world};
    char buffer[64];
    size_t size = 0;
    uint64_t generation = 0;
    expect(credit_session_get_token(session, NULL, &outcome, on_token, NULL) == CREDIT_OK,
           "ask for a token");
    await(world, &outcome.done, 1);
    expect(outcome.code == CREDIT_OK && is(credit_token_value(outcome.token), "st_test_first"),
           "the token");
    expect(credit_token_generation(outcome.token) == 1 &&
               credit_token_expires_at_ms(outcome.token) > 0 &&
               credit_token_source_of(outcome.token) == CREDIT_TOKEN_FROM_CACHE,
           "what is known of it");
    credit_token_release(outcome.token);
    expect(credit_session_copy_token(session, 0, buffer, 4, &size, NULL) == CREDIT_BUFFER_TOO_SMALL,
           "a small buffer");
    expect(credit_session_copy_token(session, 0, buffer, sizeof buffer, &size, &generation) ==
                   CREDIT_OK &&
               size == strlen("st_test_first") && strcmp(buffer, "st_test_first") == 0 &&
               generation == 1,
           "a copy");
}

static void call_the_platform(struct world* world, credit_session* session) {
    struct outcome outcome = {.world = world};
    credit_header header = {credit_string("X-App"), credit_string("old")};
    credit_request get = {.struct_size = sizeof get,
                          .header_count = 1,
                          .method = credit_string("GET"),
                          .path = credit_string("/api/v1/headless/journeys"),
                          .headers = &header};
    expect(credit_session_send(session, &get, &outcome, on_response, NULL) == CREDIT_OK, "send");
    await(world, &outcome.done, 1);
    expect(outcome.code == CREDIT_OK && outcome.response != NULL, "an answer");
    expect(credit_response_status(outcome.response) == 200 &&
               credit_response_attempts(outcome.response) == 2,
           "after one refusal and one refresh");
    expect(world->refused == 1 && world->refreshed == 1 && world->calls == 1 && world->saw_bearer,
           "with the new token");
    expect(is(credit_response_request_id(outcome.response), "req_1") &&
               is(credit_response_header(outcome.response, credit_string("content-type")),
                  "application/json") &&
               credit_response_header_count(outcome.response) == 1 &&
               credit_response_platform_code(outcome.response).size == 0 &&
               credit_response_body(outcome.response).size > 0,
           "what is in it");
    credit_response_release(outcome.response);
}

static void cancel_a_call(struct world* world, credit_session* session) {
    struct outcome outcome = {.world = world};
    credit_op op = 0;
    credit_request get = {
        .struct_size = sizeof get, .method = credit_string("GET"), .path = credit_string("/held")};
    expect(credit_session_send(session, &get, &outcome, on_response, &op) == CREDIT_OK,
           "send again");
    await(world, &world->held, 1);
    expect(credit_session_cancel(session, op) == CREDIT_OK, "cancel");
    await(world, &outcome.done, 1);
    expect(outcome.code == CREDIT_CANCELLED && outcome.response == NULL, "it was cancelled");
    expect(credit_code_is_retryable(outcome.code) == 0 &&
               is(credit_code_name(outcome.code), "cancelled"),
           "the code by name");
}

static void ask_about_it(struct world* world, credit_session* session) {
    struct outcome known = {.world = world}, told = {.world = world};
    credit_journey_options options = {.struct_size = sizeof options, .known_only = 1};
    credit_state_info info = {.struct_size = sizeof info};
    expect(credit_session_journey(session, &options, &known, on_journey, NULL) == CREDIT_OK,
           "ask for the journey");
    await(world, &known.done, 1);
    expect(known.journey != NULL && is(credit_journey_id(known.journey), "journey-1") &&
               is(credit_journey_status(known.journey), "IN_PROGRESS"),
           "the journey");
    credit_journey_release(known.journey);
    expect(credit_session_diagnostics(session, &told, on_text, NULL) == CREDIT_OK, "diagnostics");
    await(world, &told.done, 1);
    expect(told.code == CREDIT_OK && told.text_size > 2, "they say something");
    expect(credit_session_state(session, &info) == CREDIT_OK && info.state == CREDIT_STATE_ACTIVE &&
               info.generation == 2,
           "the state");
}

static void leave(struct world* world, credit_session* session, struct watch* watch,
                  uint64_t subscription) {
    struct outcome outcome = {.world = world};
    expect(credit_session_end(session, &outcome, on_done) == CREDIT_OK, "end");
    await(world, &outcome.done, 1);
    expect(outcome.code == CREDIT_OK, "it ended");
    await(world, &watch->spent, 1);
    expect(watch->active > 0, "the observer saw it");
    expect(
        credit_session_get_token(session, NULL, &outcome, on_token, NULL) == CREDIT_SESSION_SPENT,
        "the handle is spent");
    (void)credit_session_unsubscribe(session, subscription); /* may have gone with the session */
    credit_session_release(session);
    await(world, &watch->released, 1);
}

int main(void) {
    static struct world world;
    struct watch watch = {.world = &world};
    credit_observer observer = {.struct_size = sizeof observer,
                                .context = &watch,
                                .on_state = on_state,
                                .release = on_release};
    credit_session* session = NULL;
    credit_error* error = NULL;
    uint64_t subscription = 0;
    world_init(&world);
    if (credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR) != CREDIT_OK) {
        fprintf(stderr, "this library is not for ABI %d.%d\n", CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR);
        return 1;
    }
    credit_config* config = configure(&world);
    if (credit_session_open(config, credit_string("borrower-1"), &session, &error) != CREDIT_OK) {
        fprintf(stderr, "open: %s\n", credit_error_message(error).data);
        return 1;
    }
    credit_config_release(config);
    expect(credit_session_subscribe(session, &observer, &subscription) == CREDIT_OK, "subscribe");
    start_it(&world, session);
    use_the_token(&world, session);
    call_the_platform(&world, session);
    cancel_a_call(&world, session);
    ask_about_it(&world, session);
    leave(&world, session, &watch, subscription);
    await(&world, &world.released, kPorts);
    expect(!world.leaked, "no token in the log");
    expect(credit_debug_live_objects() == 0, "nothing is left");
    if (failures == 0) puts("old client: ok");
    return failures == 0 ? 0 : 1;
}
