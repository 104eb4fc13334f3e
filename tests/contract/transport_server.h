// A raw HTTP/1.1 server for transport tests: scripted answers, counted deliveries, every rudeness a
// network has.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/transport_certificates.h"
#include "tests/contract/transport_channel.h"

namespace credit::test {

// Closed until somebody opens it.
class Gate {
  public:
    void open();
    void pass();

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

// Opens at the end of a scope, so that a failed test does not leave the server waiting.
class OpenAtEnd {
  public:
    explicit OpenAtEnd(Gate& gate) : gate_(gate) {}
    ~OpenAtEnd() { gate_.open(); }
    OpenAtEnd(const OpenAtEnd&) = delete;
    OpenAtEnd& operator=(const OpenAtEnd&) = delete;

  private:
    Gate& gate_;
};

// What becomes of the connection.
enum class After { keep, close, cut, reset };

// One request the server has received whole.
struct Received {
    std::string method;
    std::string target;
    std::string head;  // all header lines, as they came
    std::string body;
    int connection = 0;

    std::optional<std::string> header(std::string_view name) const;
    std::size_t header_count() const;
};

class TransportServer {
  public:
    using Answer = std::function<After(const Received&, Channel&)>;

    struct Script {
        std::optional<Identity> identity;         // none: plain http
        int highest_tls = 0;                      // 0: no ceiling
        std::function<After(Channel&)> accepted;  // before the handshake
        std::function<After(Channel&)> opened;    // after the handshake
        Answer answer;                            // empty: a small 200
    };

    explicit TransportServer(Script script);
    ~TransportServer();
    TransportServer(const TransportServer&) = delete;
    TransportServer& operator=(const TransportServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& path, const std::string& host = "127.0.0.1") const;
    std::vector<Received> received() const;
    int connections() const;
    int resumed() const;

    // "HTTP/1.1 200 OK" with Content-Length.
    static std::string reply(std::string_view body, std::string_view more_headers = {});

  private:
    void accept_all();
    void serve(int fd, int number);
    void serve_channel(Channel& channel, int number);
    bool receive(Channel& channel, std::string& pending, Received& request);

    const Script script_;
    std::unique_ptr<SSL_CTX, OpenSslFree<SSL_CTX_free>> context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;

    mutable std::mutex mutex_;
    std::vector<Received> received_;
    std::set<int> open_;
    std::list<std::thread> workers_;
    int connections_ = 0;
    int resumed_ = 0;
    bool stopping_ = false;
    std::thread acceptor_;
};

}  // namespace credit::test
