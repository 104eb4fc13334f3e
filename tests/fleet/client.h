// How a device keeps its session alive: the production machine, or one of the naive ways it is compared with.
#pragma once

#include <cstdint>

#include "tests/fleet/platform.h"

namespace credit::fleet {

class Device;

// The answer to a refresh or a start, as the device learns of it.
struct Reply {
    enum class Kind {
        tokens,
        verdict,      // 401 with the platform's envelope
        unavailable,  // 503 of a gateway
        silent,       // it may have been sent; nothing came back in time
        unsent,       // there was no connection
    };
    Kind kind = Kind::silent;
    bool refresh = false;  // else a start
    std::uint64_t tag = 0;
    Time sent = 0;
    Tokens tokens;
    bool stalled = false;  // came while the process was suspended
};

class Client {
  public:
    explicit Client(Device& device) : device_(device) {}
    virtual ~Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // The device has had a session for a while; these are its tokens.
    virtual void install(const Tokens& tokens, Time sent) = 0;
    // The app comes to the front; `fresh` when its process had to be started.
    virtual void opened(bool fresh) = 0;
    virtual void put_away() {}
    // The app wants a token; answered by Device::served or Device::not_served, at once or later.
    virtual void ask(std::uint64_t call) = 0;
    virtual void cancel(std::uint64_t call) = 0;
    // How the platform took a call with this token.
    virtual void accepted(std::uint32_t) {}
    virtual void refused(std::uint32_t session_token) = 0;
    virtual void timer() = 0;
    virtual void replied(const Reply& reply) = 0;
    virtual void network_is_back() {}
    // In the middle of something for which the system lets a process go on for some seconds.
    virtual bool busy() const { return false; }

  protected:
    Device& device_;
};

}  // namespace credit::fleet
