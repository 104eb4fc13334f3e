// One open session as the C API sees it: thread-safe, never blocks; answers come on the engine thread.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/issued.h"
#include "core/base/result.h"
#include "core/engine/session_config.h"
#include "core/engine/token_handle.h"
#include "core/platform_api/contract.h"
#include "core/session/event.h"
#include "core/session/state.h"

namespace credit {

// Exactly one of value/error. Called once, on the engine thread, never inside the call that started it.
using DoneCallback = std::function<void(const Error* error)>;
using TokenCallback =
    std::function<void(const TokenRef& token, TokenSource source, const Error* error)>;
using TextCallback = std::function<void(const std::string& text, const Error* error)>;
// journey without a value and no error: there is no active journey.
using JourneyCallback =
    std::function<void(const std::optional<Journey>& journey, const Error* error)>;
using StateCallback = std::function<void(const StateInfo& info)>;

struct CallRequest {
    std::string method;
    std::string path;
    std::vector<HttpHeader> headers;
    SecretBuffer body;
    bool has_body = false;
    std::string content_type;
    std::string idempotency_key;
    std::string correlation_id;
    std::int64_t deadline_ms = 0;
    std::size_t max_reply_bytes = 0;
    bool one_shot = false;
};

struct CallResponse {
    HttpResponse http;
    Envelope envelope;
    std::string correlation_id;  // the envelope's, else the one that was sent
    int attempts = 1;
};
using CallCallback =
    std::function<void(std::shared_ptr<const CallResponse> response, const Error* error)>;

class SessionCore;  // engine-internal

class Session {
  public:
    // R10: the registry's entry for (storage identity, environment, borrower), or a new one. Codes: invalid_borrower,
    // config_conflict, and what check_* found.
    static Result<std::shared_ptr<Session>> open(SessionConfig config,
                                                 std::string borrower_external_id);

    explicit Session(std::shared_ptr<SessionCore> core);
    ~Session();  // closes without a callback
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    StateInfo state() const noexcept;
    std::uint64_t subscribe(StateCallback callback, std::function<void()> on_last);
    void unsubscribe(std::uint64_t id);

    // The functions below return misuse (session_spent, invalid_argument, invalid_header, ...) at once; then the callback
    // never comes.
    Result<OpID> start(StartOptions options, bool replace, std::int64_t deadline_ms,
                       DoneCallback done);
    Result<OpID> adopt_json(SecretBuffer json, bool replace, DoneCallback done);
    Status end(DoneCallback done);  // R35: this process's token is gone when it returns
    Status close(DoneCallback done);
    Result<OpID> get_token(std::int64_t minimum_lifetime_ms, std::int64_t deadline_ms,
                           TokenCallback done);
    Result<OpID> send(CallRequest request, CallCallback done);
    Result<OpID> journey(bool known_only, std::int64_t deadline_ms, JourneyCallback done);
    Result<OpID> diagnostics(TextCallback done);
    Status reject_token(std::uint64_t generation);
    Status cancel(OpID op);
    Status notify(Hint hint);

    // Hot path: lock-free, no allocation, no system call. Codes: ok, no_live_token, session_spent, buffer_too_small.
    // `generation` may be null. `out` is set with ok alone, and then carries one hold.
    Code current_token(std::int64_t minimum_lifetime_ms, TokenHandle*& out) noexcept;
    Code copy_token(std::int64_t minimum_lifetime_ms, char* buffer, std::size_t capacity,
                    std::size_t& size, std::uint64_t* generation) noexcept;

  private:
    std::shared_ptr<SessionCore> core_;
    std::list<std::function<void()>> closing_;  // posted by the destructor, which cannot fail
};

// Erases what is stored for the borrower; config_conflict while the session is open.
Status erase_storage(SessionConfig config, std::string borrower_external_id, DoneCallback done);

// Gives the engine what it waits on; once, by the composition root, before the first open. Later calls are ignored.
void install_poller(std::shared_ptr<Poller> poller);

}  // namespace credit
