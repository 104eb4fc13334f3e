#include "world.h"

#include <string.h>
#include <time.h>

/* 2026-03-05T16:10:10Z: this client knows no other time. */
static const int64_t kWallMs = 1772727010000;

#define LIFE                                                                                     \
    "\"sessionExpiresAt\":\"2026-03-05T16:40:10.000Z\",\"refreshExpiresAt\":\"2026-03-12T16:10:" \
    "10.000Z\""
#define ENVELOPE(data, error)                                              \
    "{\"requestID\":\"req_1\",\"correlationID\":\"corr_1\",\"timestamp\":" \
    "\"2026-03-05T16:10:10.000Z\",\"data\":" data ",\"error\":" error "}"

static const char kSession[] = ENVELOPE(
    "{\"borrowerID\":\"b1\",\"borrowerExternalID\":\"borrower-1\",\"sessionToken\":\"st_test_"
    "first\","
    "\"refreshToken\":\"rt_test_first\"," LIFE
    ",\"activeJourney\":{\"journeyID\":\"journey-1\",\"status\":\"IN_PROGRESS\",\"nextAction\":"
    "null}}",
    "null");
static const char kPair[] = ENVELOPE(
    "{\"sessionToken\":\"st_test_second\",\"refreshToken\":\"rt_test_second\"," LIFE "}", "null");
static const char kRefusal[] = ENVELOPE(
    "null",
    "{\"code\":\"AUTH_INVALID_SESSION\",\"message\":\"no\",\"retryable\":false,\"details\":null}");
static const char kAnswer[] = ENVELOPE("{\"answer\":42}", "null");

void world_init(struct world* world) {
    struct timespec began;
    memset(world, 0, sizeof *world);
    clock_gettime(CLOCK_MONOTONIC, &began);
    world->began_ms = (int64_t)began.tv_sec * 1000 + began.tv_nsec / 1000000;
    pthread_mutex_init(&world->mutex, NULL);
    pthread_cond_init(&world->changed, NULL);
}

static void release(void* context) {
    struct world* world = context;
    pthread_mutex_lock(&world->mutex);
    ++world->released;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->mutex);
}

static int holds(credit_str text, const char* word) {
    size_t size = strlen(word);
    for (size_t at = 0; at + size <= text.size; ++at)
        if (memcmp(text.data + at, word, size) == 0) return 1;
    return 0;
}

/* ------------------------------------------------------------------ storage */

static struct record* find(struct world* world, credit_str name, int make) {
    if (name.size >= sizeof world->records[0].name) return NULL;
    for (int i = 0; i < kRecords; ++i) {
        struct record* record = &world->records[i];
        if (strlen(record->name) == name.size && memcmp(record->name, name.data, name.size) == 0)
            return record;
        if (make && record->name[0] == '\0') {
            memcpy(record->name, name.data, name.size);
            return record;
        }
    }
    return NULL;
}

static credit_store_answer load(void* context, credit_str name, credit_sink* sink) {
    struct record* record = find(context, name, 0);
    if (record == NULL || record->size == 0) return CREDIT_STORE_ABSENT;
    return credit_sink_write(sink, record->bytes, record->size) == CREDIT_OK
               ? CREDIT_STORE_PRESENT
               : CREDIT_STORE_TRANSIENT;
}

static credit_store_answer replace(void* context, credit_str name, const uint8_t* bytes,
                                   size_t size, uint64_t write_seq) {
    struct record* record = find(context, name, 1);
    if (record == NULL || size > sizeof record->bytes) return CREDIT_STORE_FULL;
    memcpy(record->bytes, bytes, size);
    record->size = size;
    record->write_seq = write_seq;
    return CREDIT_STORE_DONE;
}

static credit_store_answer erase(void* context, credit_str name) {
    struct record* record = find(context, name, 0);
    if (record != NULL) record->size = 0;
    return CREDIT_STORE_DONE;
}

credit_secure_store world_store(struct world* world) {
    return (credit_secure_store){.struct_size = sizeof(credit_secure_store),
                                 .context = world,
                                 .load = load,
                                 .replace = replace,
                                 .erase = erase,
                                 .release = release};
}

/* ------------------------------------------------------------------ the platform */

static void answer(credit_http_exchange* exchange, int status, const char* body) {
    credit_header type = {credit_string("Content-Type"), credit_string("application/json")};
    credit_http_complete(exchange, status, &type, 1, (const uint8_t*)body, strlen(body));
}

static int bears(const credit_http_request* request, const char* token) {
    for (uint32_t i = 0; i < request->header_count; ++i)
        if (holds(request->headers[i].name, "Authorization") &&
            holds(request->headers[i].value, token))
            return 1;
    return 0;
}

static void start(void* context, const credit_http_request* request,
                  credit_http_exchange* exchange) {
    struct world* world = context;
    if (!credit_http_may_send(exchange)) {
        credit_http_fail(exchange, CREDIT_HTTP_LEASE_LAPSED, 0, credit_string("lapsed"));
        return;
    }
    if (holds(request->url, "/sessions/refresh")) {
        ++world->refreshed;
        answer(exchange, 200, kPair);
    } else if (holds(request->url, "/held")) {
        pthread_mutex_lock(&world->mutex);
        world->waiting = exchange;
        ++world->held;
        pthread_cond_broadcast(&world->changed);
        pthread_mutex_unlock(&world->mutex);
    } else if (bears(request, "st_test_first")) {
        ++world->refused;
        answer(exchange, 401, kRefusal);
    } else {
        ++world->calls;
        world->saw_bearer = bears(request, "Bearer st_test_second");
        answer(exchange, 200, kAnswer);
    }
}

static void cancel(void* context, credit_http_exchange* exchange) {
    (void)context;
    credit_http_fail(exchange, CREDIT_HTTP_CANCELLED, 1, credit_string("cancelled"));
}

credit_transport world_transport(struct world* world) {
    return (credit_transport){.struct_size = sizeof(credit_transport),
                              .context = world,
                              .start = start,
                              .cancel = cancel,
                              .release = release};
}

static void provide(void* context, const credit_provider_request* request,
                    credit_provider_call* call) {
    struct world* world = context;
    ++world->provided;
    if (holds(request->borrower_external_id, "borrower-1") &&
        holds(request->journey_type, "PERSONAL_LOAN"))
        credit_provider_complete(call, credit_string(kSession));
    else
        credit_provider_fail(call, CREDIT_PARTNER_REFUSED, credit_string("who is that"));
}

credit_session_provider world_provider(struct world* world) {
    return (credit_session_provider){.struct_size = sizeof(credit_session_provider),
                                     .context = world,
                                     .provide = provide,
                                     .release = release};
}

/* ------------------------------------------------------------------ clock, log, background */

/* The days are those of the canned answers; time passes as it does. */
static void now(void* context, credit_now* out) {
    struct timespec passed;
    clock_gettime(CLOCK_MONOTONIC, &passed);
    out->elapsed_ms = (int64_t)passed.tv_sec * 1000 + passed.tv_nsec / 1000000;
    out->wall_ms = kWallMs + (out->elapsed_ms - ((struct world*)context)->began_ms);
    out->boot_id = 7;
}

credit_clock world_clock(struct world* world) {
    return (credit_clock){
        .struct_size = sizeof(credit_clock), .context = world, .now = now, .release = release};
}

static void take_line(void* context, credit_log_level level, credit_str line) {
    struct world* world = context;
    pthread_mutex_lock(&world->mutex);
    if (level < CREDIT_LOG_DEBUG || holds(line, "_test_")) world->leaked = 1;
    pthread_mutex_unlock(&world->mutex);
}

credit_logger world_logger(struct world* world) {
    return (credit_logger){.struct_size = sizeof(credit_logger),
                           .context = world,
                           .log = take_line,
                           .release = release};
}

static uint64_t begin(void* context) {
    (void)context;
    return 1;
}
static void end(void* context, uint64_t handle) {
    (void)context;
    (void)handle;
}

credit_background world_background(struct world* world) {
    return (credit_background){.struct_size = sizeof(credit_background),
                               .context = world,
                               .begin = begin,
                               .end = end,
                               .release = release};
}
