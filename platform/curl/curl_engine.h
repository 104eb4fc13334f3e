// The transport over libcurl: one multi handle, driven by whoever calls wait().
#pragma once

#include <memory>

#include "core/ports/clock.h"
#include "core/ports/logger.h"
#include "core/ports/transport.h"

namespace credit {

// Threads: everything on the engine thread, except wake(), which any thread may call. libcurl and
// TLS are initialised by the first start(); until then wait() and wake() work on a condition
// variable.
//
// Completions run inside wait() only. A request that fails at once is completed by the next wait(),
// which then does not block. Destroying the transport ends open transfers without calling their
// completions.
//
// Delivery: a request goes out at most once if it asked for a fresh connection, if it carries a
// send_before, or if it is a mutation (anything but GET, HEAD, OPTIONS, TRACE) without an
// Idempotency-Key header. Any other request may travel on a kept connection, and libcurl then
// repeats it by itself when that connection dies before the first byte of a reply.
//
// SIGPIPE: libcurl is told to leave signals alone, and OpenSSL writes with write(2), so a peer that
// closed raises SIGPIPE. The engine thread, and whichever thread destroys the transport, must have
// SIGPIPE blocked.
//
// Secrets: what this adapter allocates is wiped. libcurl and OpenSSL copy header and body into
// buffers of their own and free those without wiping; only a private libcurl with wiping allocators
// could change that.
class CurlTransport final : public Transport, public Poller {
  public:
    // More requests than this at one time fail as unsent (HttpFailure::connect).
    static constexpr std::size_t kMaxTransfers = 512;

    CurlTransport(std::shared_ptr<Clock> clock, std::shared_ptr<Logger> logger);
    ~CurlTransport() override;
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    // Throws std::bad_alloc only before the request was taken on; `done` is then never called.
    RequestID start(HttpRequest request, Completion done) override;
    void cancel(RequestID id) override;
    void wait(Millis timeout) override;
    void wake() override;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace credit
