#include "tests/contract/transport_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace credit::test {
namespace {

// Applies what a script said; false: the connection is over.
bool go_on(After after, Channel& channel) {
    switch (after) {
        case After::keep:
            return true;
        case After::close:
            channel.close_cleanly();
            return false;
        case After::cut:
            channel.cut();
            return false;
        case After::reset:
            channel.reset();
            return false;
    }
    return false;
}

SSL_CTX* make_context(const Identity& identity, int highest_tls) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate.get());
    SSL_CTX_use_PrivateKey(context, identity.key.get());
    if (highest_tls != 0) {
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, highest_tls);
        if (highest_tls < TLS1_2_VERSION) SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    }
    return context;
}

}  // namespace

void Gate::open() {
    const std::lock_guard<std::mutex> hold(mutex_);
    open_ = true;
    changed_.notify_all();
}

void Gate::pass() {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait(hold, [this] { return open_; });
}

std::optional<std::string> Received::header(std::string_view name) const {
    std::size_t at = 0;
    while (at < head.size()) {
        const std::size_t end = std::min(head.find("\r\n", at), head.size());
        const std::string line = head.substr(at, end - at);
        if (line.size() > name.size() && line[name.size()] == ':' &&
            strncasecmp(line.c_str(), name.data(), name.size()) == 0) {
            const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
            return value == std::string::npos ? std::string() : line.substr(value);
        }
        at = end + 2;
    }
    return std::nullopt;
}

std::size_t Received::header_count() const {
    return static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
}

TransportServer::TransportServer(Script script) : script_(std::move(script)) {
    if (script_.identity) context_.reset(make_context(*script_.identity, script_.highest_tls));
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 512) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("no test server");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

TransportServer::~TransportServer() {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        stopping_ = true;
        for (const int fd : open_)
            ::shutdown(fd, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& worker : workers_)
        worker.join();
    ::close(listener_);
}

std::string TransportServer::url(const std::string& path, const std::string& host) const {
    const std::string scheme = script_.identity ? "https://" : "http://";
    return scheme + host + ":" + std::to_string(port_) + path;
}

std::vector<Received> TransportServer::received() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return received_;
}

int TransportServer::connections() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return connections_;
}

int TransportServer::resumed() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return resumed_;
}

std::string TransportServer::reply(std::string_view body, std::string_view more_headers) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_headers) + "\r\n" + std::string(body);
}

void TransportServer::accept_all() {
    while (true) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const std::lock_guard<std::mutex> hold(mutex_);
        if (stopping_ || fd < 0) {
            if (fd >= 0) ::close(fd);
            return;
        }
        open_.insert(fd);
        const int number = ++connections_;
        workers_.emplace_back([this, fd, number] { serve(fd, number); });
    }
}

void TransportServer::serve(int fd, int number) {
    // A second descriptor keeps the number from being reused before open_ forgets it.
    Channel channel(::dup(fd));
    serve_channel(channel, number);
    const std::lock_guard<std::mutex> hold(mutex_);
    open_.erase(fd);
    ::close(fd);
}

void TransportServer::serve_channel(Channel& channel, int number) {
    if (script_.accepted && !go_on(script_.accepted(channel), channel)) return;
    if (!channel.open(context_.get())) return;
    if (channel.resumed()) {
        const std::lock_guard<std::mutex> hold(mutex_);
        ++resumed_;
    }
    if (script_.opened && !go_on(script_.opened(channel), channel)) return;
    std::string pending;
    while (true) {
        Received request;
        request.connection = number;
        if (!receive(channel, pending, request)) return;
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            received_.push_back(request);
        }
        if (!script_.answer) {
            channel.write(reply("hello"));
        } else if (!go_on(script_.answer(request, channel), channel)) {
            return;
        }
    }
}

bool TransportServer::receive(Channel& channel, std::string& pending, Received& request) {
    std::array<char, 4096> piece{};
    const auto more = [&] {
        const std::size_t got = channel.read(piece.data(), piece.size());
        pending.append(piece.data(), got);
        return got > 0;
    };
    std::size_t end = 0;
    while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) return false;
    }
    const std::size_t line_end = pending.find("\r\n");
    const std::size_t space = pending.find(' ');
    request.method = pending.substr(0, space);
    request.target = pending.substr(space + 1, pending.rfind(' ', line_end) - space - 1);
    request.head = pending.substr(line_end + 2, end - line_end);
    pending.erase(0, end + 4);
    const std::size_t length = std::stoul(request.header("Content-Length").value_or("0"));
    while (pending.size() < length) {
        if (!more()) return false;
    }
    request.body = pending.substr(0, length);
    pending.erase(0, length);
    return true;
}

}  // namespace credit::test
