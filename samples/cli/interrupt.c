#include "interrupt.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static struct {
    pthread_mutex_t mutex;
    int read_end;
    int write_end;
    int happened;
    credit_session* session;
} state = {PTHREAD_MUTEX_INITIALIZER, -1, -1, 0, NULL};

static void close_session(void) {
    if (state.happened && state.session != NULL) {
        (void)credit_session_close(state.session, NULL, NULL);
    }
}

static void* wait_for_signal(void* context) {
    sigset_t signals;
    (void)context;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int number = 0;
    if (sigwait(&signals, &number) != 0) return NULL;
    pthread_mutex_lock(&state.mutex);
    state.happened = 1;
    close(state.write_end); /* end of file is readable for ever */
    close_session();
    pthread_mutex_unlock(&state.mutex);
    return NULL;
}

int interrupt_start(void) {
    int ends[2];
    sigset_t signals;
    pthread_t thread;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    state.read_end = ends[0];
    state.write_end = ends[1];
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0) return -1;
    if (pthread_create(&thread, NULL, wait_for_signal, NULL) != 0) return -1;
    pthread_detach(thread);
    return 0;
}

int interrupt_fd(void) {
    return state.read_end;
}

void interrupt_guard(credit_session* session) {
    pthread_mutex_lock(&state.mutex);
    state.session = session;
    close_session();
    pthread_mutex_unlock(&state.mutex);
}
