#pragma once

#include <httplib.h>

#include <memory>
#include <string>
#include <thread>

#include "server_kit/private_ca.h"

namespace credit::partner {

// A server on its own thread: JSON for every error, bounded requests; with an identity HTTPS (TLS
// 1.2 and up), without one plain HTTP for the admin API, which never leaves the machine.
class Listener {
  public:
    Listener();
    explicit Listener(const kit::TlsIdentity& identity);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    httplib::Server& routes() { return *server_; }

    // Port 0 takes a free one. Throws std::runtime_error. Returns the port.
    int start(const std::string& host, int port);
    // Takes no new connection and waits for the requests under way.
    void stop();

  private:
    void watch_socket();

    std::unique_ptr<httplib::Server> server_;
    std::thread thread_;
    int socket_ = -1;
};

}  // namespace credit::partner
