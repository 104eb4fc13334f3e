/* What the old client brings of its own: storage, clock, log, a platform and a way to a session, all in this process. */
#ifndef CREDIT_OLD_CLIENT_WORLD_H
#define CREDIT_OLD_CLIENT_WORLD_H

#include <credit/credit.h>
#include <pthread.h>

enum { kRecords = 8, kRecordBytes = 16384 };

struct record {
    char name[128];
    uint8_t bytes[kRecordBytes];
    size_t size;
    uint64_t write_seq;
};

struct world {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct record records[kRecords];
    int64_t began_ms;
    int provided, refreshed, calls, refused, held, released;
    credit_http_exchange* waiting; /* a call that is never answered, until it is cancelled */
    int saw_bearer;
    int leaked; /* a log line that holds a token */
};

void world_init(struct world* world);

credit_secure_store world_store(struct world* world);
credit_transport world_transport(struct world* world);
credit_session_provider world_provider(struct world* world);
credit_clock world_clock(struct world* world);
credit_logger world_logger(struct world* world);
credit_background world_background(struct world* world);
/* Ports given out by the functions above: each is released once. */
enum { kPorts = 6 };

#endif
