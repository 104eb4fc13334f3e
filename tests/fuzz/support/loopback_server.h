// Serves raw bytes to one connection at a time, on the thread of whoever asks: a server that cannot be slow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace credit::fuzz {

class LoopbackServer {
  public:
    LoopbackServer();
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    // A URL of its own for every exchange: the addresses of 127/8 in turn, so that the kernel never runs out of ports.
    std::string next_url();
    void serve(std::string_view reply);
    // Goes on with what is possible now. True when something happened.
    bool step();
    bool got_request() const noexcept { return got_request_; }
    void hang_up();

  private:
    bool read_request();
    bool write_reply();

    int listener_ = -1;
    int connection_ = -1;
    std::uint16_t port_ = 0;
    std::uint32_t exchanges_ = 0;
    std::string request_;
    std::string reply_;
    std::size_t written_ = 0;
    bool got_request_ = false;
};

}  // namespace credit::fuzz
