#include "sandbox/wire.h"

#include <sys/socket.h>

namespace credit::sandbox {

void close_connection(const SSL* tls) {
    ::shutdown(SSL_get_fd(tls), SHUT_RDWR);
}

void reset_connection(const SSL* tls) {
    // Dissolving the association makes the kernel send RST at once; SO_LINGER would do so only when
    // the library closes the socket, after it has written to it.
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    ::connect(SSL_get_fd(tls), &nobody, sizeof nobody);
}

void send_and_close(const SSL* tls, const std::string& bytes) {
    // The library hands out the session as const; the thread that handles the request is the only
    // one that uses it.
    SSL_write(const_cast<SSL*>(tls), bytes.data(), static_cast<int>(bytes.size()));
    close_connection(tls);
}

}  // namespace credit::sandbox
