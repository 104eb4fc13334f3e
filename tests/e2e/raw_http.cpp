#include "raw_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace credit::e2e {

namespace {

struct Address {
    bool tls = false;
    std::string host;
    int port = 0;
    std::string path;
};

Address parse_url(const std::string& url) {
    Address address;
    const auto scheme = url.find("://");
    address.tls = url.substr(0, scheme) == "https";
    const std::string rest = url.substr(scheme + 3);
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto colon = rest.rfind(':', slash);
    address.host = rest.substr(0, colon);
    address.port = std::stoi(rest.substr(colon + 1, slash - colon - 1));
    address.path = rest.substr(slash);
    return address;
}

class Socket {
  public:
    explicit Socket(const Address& address) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in target{};
        target.sin_family = AF_INET;
        target.sin_port = htons(static_cast<std::uint16_t>(address.port));
        if (inet_pton(AF_INET, address.host.c_str(), &target.sin_addr) != 1 ||
            connect(fd_, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
            close(fd_);
            throw std::runtime_error("cannot connect to " + address.host);
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { close(fd_); }
    int fd() const { return fd_; }

  private:
    int fd_;
};

void exchange_plain(int fd, const std::string& bytes, RawReply& reply) {
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    char chunk[16384];
    ssize_t size = 0;
    while ((size = recv(fd, chunk, sizeof chunk, 0)) > 0) {
        reply.bytes.append(chunk, static_cast<std::size_t>(size));
    }
    if (size < 0 && errno == ECONNRESET) reply.end = RawEnd::reset;
}

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

void exchange_tls(int fd, const Address& address, const std::string& ca_file,
                  const std::string& bytes, RawReply& reply) {
    const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_load_verify_file(context.get(), ca_file.c_str());
    const Session session(SSL_new(context.get()), SSL_free);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), address.host.c_str());
    SSL_set_fd(session.get(), fd);
    if (SSL_connect(session.get()) != 1) {
        reply.end = RawEnd::not_verified;
        return;
    }
    SSL_write(session.get(), bytes.data(), static_cast<int>(bytes.size()));
    char chunk[16384];
    errno = 0;
    int size = 0;
    while ((size = SSL_read(session.get(), chunk, sizeof chunk)) > 0) {
        reply.bytes.append(chunk, static_cast<std::size_t>(size));
    }
    const bool broken = SSL_get_error(session.get(), size) == SSL_ERROR_SYSCALL;
    if (broken && errno == ECONNRESET) reply.end = RawEnd::reset;
    ERR_clear_error();
}

std::string lower(std::string text) {
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

void parse(RawReply& reply) {
    const auto head_end = reply.bytes.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    const std::string head = reply.bytes.substr(0, head_end);
    reply.body = reply.bytes.substr(head_end + 4);
    reply.status = std::stoi(head.substr(head.find(' ') + 1));
    for (auto at = head.find("\r\n"); at != std::string::npos;) {
        const auto end = head.find("\r\n", at + 2);
        const std::string line = head.substr(at + 2, end == std::string::npos ? end : end - at - 2);
        const auto colon = line.find(": ");
        if (colon != std::string::npos) {
            reply.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
        }
        at = end;
    }
}

}  // namespace

bool RawReply::whole() const {
    const std::string length = header("content-length");
    return !length.empty() && std::stoul(length) == body.size();
}

std::string RawReply::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

nlohmann::json RawReply::json() const {
    return nlohmann::json::parse(body, nullptr, false);
}

RawReply raw_exchange(const std::string& url, const std::string& ca_file,
                      const std::string& bytes) {
    // OpenSSL writes to sockets without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    const Address address = parse_url(url);
    const Socket socket(address);
    RawReply reply;
    if (address.tls) {
        exchange_tls(socket.fd(), address, ca_file, bytes, reply);
    } else {
        exchange_plain(socket.fd(), bytes, reply);
    }
    parse(reply);
    return reply;
}

RawReply raw_request(const std::string& url, const std::string& ca_file,
                     const RawRequest& request) {
    const Address address = parse_url(url);
    std::string bytes = request.method + " " + address.path + request.path + " HTTP/1.1\r\n";
    bytes += "Host: " + address.host + ":" + std::to_string(address.port) + "\r\n";
    bytes += "Connection: close\r\n";
    for (const auto& [name, value] : request.headers)
        bytes += name + ": " + value + "\r\n";
    if (!request.body.empty() || request.method != "GET") {
        bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    return raw_exchange(url, ca_file, bytes + "\r\n" + request.body);
}

}  // namespace credit::e2e
