#include "state_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "await.h"
#include "interrupt.h"
#include "text.h"

enum { kRing = 256 };

/* Observers must not block, so states go through a bounded ring; the pipe only wakes the reader. */
struct state_watch {
    credit_session* session;
    uint64_t subscription;
    struct await released;
    pthread_mutex_t mutex;
    credit_state_info ring[kRing];
    size_t first;
    size_t count;
    uint64_t missed;
    int wake[2];
};

static void on_state(void* context, const credit_state_info* info) {
    struct state_watch* watch = context;
    pthread_mutex_lock(&watch->mutex);
    if (watch->count == kRing) {
        watch->first = (watch->first + 1) % kRing;
        --watch->count;
        ++watch->missed;
    }
    watch->ring[(watch->first + watch->count++) % kRing] = *info;
    pthread_mutex_unlock(&watch->mutex);
    ssize_t ignored = write(watch->wake[1], "", 1); /* full: the reader is being woken already */
    (void)ignored;
}

static void on_release(void* context) {
    await_finish(&((struct state_watch*)context)->released);
}

static void free_watch(struct state_watch* watch) {
    close(watch->wake[0]);
    close(watch->wake[1]);
    pthread_mutex_destroy(&watch->mutex);
    free(watch);
}

struct state_watch* state_watch_open(credit_session* session, credit_code* code) {
    struct state_watch* watch = must_allocate(sizeof *watch);
    const struct await fresh = AWAIT_INIT;
    watch->session = session;
    watch->released = fresh;
    pthread_mutex_init(&watch->mutex, NULL);
    if (pipe(watch->wake) != 0) {
        free(watch);
        *code = CREDIT_OUT_OF_MEMORY;
        return NULL;
    }
    for (size_t i = 0; i < 2; ++i) {
        fcntl(watch->wake[i], F_SETFD, FD_CLOEXEC);
        fcntl(watch->wake[i], F_SETFL, O_NONBLOCK);
    }
    credit_observer observer = {.struct_size = sizeof observer,
                                .context = watch,
                                .on_state = on_state,
                                .release = on_release};
    *code = credit_session_subscribe(session, &observer, &watch->subscription);
    if (*code == CREDIT_OK) return watch;
    free_watch(watch);
    return NULL;
}

static int take_state(struct state_watch* watch, credit_state_info* info) {
    pthread_mutex_lock(&watch->mutex);
    int found = watch->count > 0;
    if (found) {
        *info = watch->ring[watch->first];
        watch->first = (watch->first + 1) % kRing;
        --watch->count;
    }
    pthread_mutex_unlock(&watch->mutex);
    return found;
}

static int poll_timeout(int64_t until_ms) {
    if (until_ms < 0) return -1;
    int64_t left = until_ms - monotonic_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

enum state_watch_result state_watch_next(struct state_watch* watch, int64_t until_ms,
                                         credit_state_info* info) {
    char drained[64];
    for (;;) {
        if (take_state(watch, info)) return kWatchState;
        struct pollfd fds[2] = {{.fd = watch->wake[0], .events = POLLIN},
                                {.fd = interrupt_fd(), .events = POLLIN}};
        int ready = poll(fds, 2, poll_timeout(until_ms)); /* a negative fd is ignored */
        if (ready < 0 && errno != EINTR) return kWatchInterrupted;
        if (ready == 0) return kWatchTimeout;
        if (ready > 0 && fds[0].revents != 0) {
            while (read(watch->wake[0], drained, sizeof drained) > 0)
                continue;
        } else if (ready > 0 && fds[1].revents != 0) {
            return kWatchInterrupted;
        }
    }
}

uint64_t state_watch_missed(struct state_watch* watch) {
    pthread_mutex_lock(&watch->mutex);
    uint64_t missed = watch->missed;
    pthread_mutex_unlock(&watch->mutex);
    return missed;
}

void state_watch_close(struct state_watch* watch) {
    (void)credit_session_unsubscribe(watch->session, watch->subscription);
    await_wait(&watch->released); /* only then no on_state can come any more */
    free_watch(watch);
}

const char* state_name(credit_state state) {
    switch (state) {
        case CREDIT_STATE_LOADING:
            return "loading";
        case CREDIT_STATE_NO_SESSION:
            return "no_session";
        case CREDIT_STATE_ACTIVE:
            return "active";
        case CREDIT_STATE_STORAGE_LOCKED:
            return "storage_locked";
        case CREDIT_STATE_CLOSED:
            return "closed";
        default:
            return "unknown";
    }
}

const char* property_name(size_t index, uint32_t* bit) {
    static const struct {
        uint32_t bit;
        const char* name;
    } properties[] = {{CREDIT_PROPERTY_REFRESHING, "refreshing"},
                      {CREDIT_PROPERTY_OFFLINE, "offline"},
                      {CREDIT_PROPERTY_STUCK, "stuck"},
                      {CREDIT_PROPERTY_HEALING, "healing"},
                      {CREDIT_PROPERTY_UNSAVED, "unsaved"}};
    if (index >= sizeof properties / sizeof properties[0]) return NULL;
    *bit = properties[index].bit;
    return properties[index].name;
}
