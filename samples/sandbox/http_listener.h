#pragma once

#include <httplib.h>

#include <string>
#include <thread>

#include "sandbox/requests_under_way.h"

namespace credit::sandbox {

// Gets a server of the HTTP library going, with one handler for everything, and down again.
class HttpListener {
  public:
    // Throws std::runtime_error if the port is not to be had. Port 0 takes a free one. No more than
    // `threads` requests are handled at once.
    HttpListener(httplib::Server& server, httplib::Server::Handler handler, const std::string& host,
                 int port, std::size_t threads);
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;
    ~HttpListener();

    int port() const { return port_; }

    // No new connections; what is being answered is answered; connections that are idle end.
    void stop();

  private:
    void install(httplib::Server::Handler handler, std::size_t threads);

    httplib::Server& server_;
    RequestsUnderWay under_way_;
    int port_ = 0;
    std::thread thread_;
};

}  // namespace credit::sandbox
