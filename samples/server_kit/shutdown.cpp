#include "server_kit/shutdown.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace credit::kit {

namespace {

bool is_connected_tcp(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
    int listening = 0;
    size = sizeof listening;
    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
    int domain = 0;
    size = sizeof domain;
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    return listening == 0 && (domain == AF_INET || domain == AF_INET6);
}

}  // namespace

ShutdownSignal::ShutdownSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &signals_, nullptr) != 0) {
        throw std::runtime_error("cannot block SIGTERM and SIGINT");
    }
    std::signal(SIGPIPE, SIG_IGN);
}

void ShutdownSignal::wait() {
    int received = 0;
    while (sigwait(&signals_, &received) != 0) {
    }
}

void hang_up_connections() {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
    if (!folder) return;
    while (const dirent* entry = readdir(folder.get())) {
        const int fd = std::atoi(entry->d_name);
        if (fd > 2 && is_connected_tcp(fd)) ::shutdown(fd, SHUT_RD);
    }
}

}  // namespace credit::kit
