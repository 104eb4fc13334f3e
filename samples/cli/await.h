/* Turns one callback of the SDK into a wait: the callback stores its result and calls
 * await_finish, the thread that started the operation calls await_wait. Never wait inside a
 * callback. */
#ifndef CREDIT_CLI_AWAIT_H
#define CREDIT_CLI_AWAIT_H

#include <pthread.h>

struct await {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    int done;
};

#define AWAIT_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}

static inline void await_finish(struct await* await) {
    pthread_mutex_lock(&await->mutex);
    await->done = 1;
    pthread_cond_signal(&await->finished); /* inside the lock: the waiter may free us after it */
    pthread_mutex_unlock(&await->mutex);
}

static inline void await_wait(struct await* await) {
    pthread_mutex_lock(&await->mutex);
    while (!await->done)
        pthread_cond_wait(&await->finished, &await->mutex);
    pthread_mutex_unlock(&await->mutex);
}

#endif
