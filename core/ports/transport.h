// Sends HTTP requests. Never follows redirects, keeps no cookies, never repeats a request by itself (R15).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/http/message.h"

namespace credit {

struct HttpOutcome {
    bool ok = false;  // true: `response` is complete
    HttpResponse response;
    HttpFailure failure = HttpFailure::interrupted;
    bool maybe_sent = true;  // false only if provably no byte of the request left (R15)
    std::string detail;      // for the journal; no secret, no URL
};

class Transport {
  public:
    using Completion = std::function<void(HttpOutcome)>;
    using RequestID = std::uint64_t;
    virtual ~Transport() = default;
    // Starts a request; `done` is called exactly once, from any thread, never inside start() or cancel().
    // Called from the engine thread only.
    virtual RequestID start(HttpRequest request, Completion done) = 0;
    // Asks to end a request early; `done` still comes (cancelled, or whatever came first). Unknown ids are ignored.
    virtual void cancel(RequestID id) = 0;
};

// What the engine thread waits on. A transport with its own sockets (libcurl) is one; otherwise a condition variable.
class Poller {
  public:
    virtual ~Poller() = default;
    // Waits until wake() was called since the last wait, I/O was handled, or `timeout` passed. Completions of the
    // transport it serves are called from inside. Engine thread only.
    virtual void wait(Millis timeout) = 0;
    // Ends the current or the next wait; any thread.
    virtual void wake() = 0;
};

}  // namespace credit
