#include "tests/contract/transport_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace credit::test {

Channel::~Channel() {
    cut();
}

bool Channel::open(SSL_CTX* context) {
    if (context == nullptr) return true;
    ssl_ = SSL_new(context);
    return ssl_ != nullptr && SSL_set_fd(ssl_, fd_) == 1 && SSL_accept(ssl_) == 1;
}

std::size_t Channel::read(char* into, std::size_t size) {
    if (fd_ < 0) return 0;
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, into, static_cast<int>(size))
                                     : static_cast<int>(::recv(fd_, into, size, 0));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool Channel::write(std::string_view bytes) {
    while (!bytes.empty() && fd_ >= 0) {
        const auto sent =
            ssl_ != nullptr
                ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return bytes.empty();
}

void Channel::drip(std::string_view piece) {
    char byte = 0;
    pollfd peer{fd_, POLLIN, 0};
    while (write(piece)) {
        const bool spoke = (ssl_ != nullptr && SSL_pending(ssl_) > 0) || ::poll(&peer, 1, 10) > 0;
        if (spoke && read(&byte, 1) == 0) return;
    }
}

void Channel::close_cleanly() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
    close_socket();
}

void Channel::cut() {
    if (ssl_ != nullptr) SSL_set_quiet_shutdown(ssl_, 1);
    close_socket();
}

void Channel::reset() {
    const linger at_once{1, 0};
    if (fd_ >= 0) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    cut();
}

void Channel::close_socket() {
    SSL_free(ssl_);
    ssl_ = nullptr;
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

}  // namespace credit::test
