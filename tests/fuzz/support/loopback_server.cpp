#include "tests/fuzz/support/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/fuzz/support/check.h"

namespace credit::fuzz {

LoopbackServer::LoopbackServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    FUZZ_CHECK(listener_ >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);  // every address of 127/8
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    FUZZ_CHECK(::bind(listener_, generic, sizeof address) == 0);
    FUZZ_CHECK(::listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    FUZZ_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
}

LoopbackServer::~LoopbackServer() {
    hang_up();
    ::close(listener_);
}

std::string LoopbackServer::next_url() {
    const std::uint32_t n = ++exchanges_;
    return "http://127." + std::to_string(n / 62'500 % 250) + "." + std::to_string(n / 250 % 250) +
           "." + std::to_string(1 + n % 250) + ":" + std::to_string(port_) + "/x";
}

void LoopbackServer::serve(std::string_view reply) {
    hang_up();
    request_.clear();
    reply_ = reply;
    written_ = 0;
    got_request_ = false;
}

void LoopbackServer::hang_up() {
    if (connection_ >= 0) ::close(connection_);
    connection_ = -1;
}

bool LoopbackServer::step() {
    if (connection_ < 0) {
        if (got_request_) return false;
        connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        return connection_ >= 0;
    }
    return got_request_ ? write_reply() : read_request();
}

bool LoopbackServer::read_request() {
    std::array<char, 4096> bytes{};
    const ssize_t got = ::recv(connection_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    request_.append(bytes.data(), static_cast<std::size_t>(got));
    got_request_ = request_.find("\r\n\r\n") != std::string::npos;
    return true;
}

bool LoopbackServer::write_reply() {
    if (written_ == reply_.size()) {
        return ::shutdown(connection_, SHUT_WR) == 0;
    }
    const ssize_t put =
        ::send(connection_, reply_.data() + written_, reply_.size() - written_, MSG_NOSIGNAL);
    if (put < 0) return false;
    written_ += static_cast<std::size_t>(put);
    return true;
}

}  // namespace credit::fuzz
