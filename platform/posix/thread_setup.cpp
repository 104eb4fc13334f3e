#include "platform/posix/thread_setup.h"

#include <pthread.h>
#include <signal.h>

namespace credit {

void set_up_thread() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace credit
