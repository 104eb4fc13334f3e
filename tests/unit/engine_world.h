// A whole engine without threads, sockets or a real clock: fakes for every port, and a platform
// that rotates tokens.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/session.h"
#include "core/engine/session_core.h"
#include "platform/memory/counting_entropy.h"
#include "platform/memory/manual_clock.h"
#include "platform/memory/memory_store.h"

namespace credit::test {

std::string iso_time(std::int64_t ms);
std::string header_of(const HttpRequest& request, std::string_view name);
HttpOutcome reply(int status, const std::string& body, std::vector<HttpHeader> headers = {});
HttpOutcome no_reply(HttpFailure failure, bool maybe_sent);
std::string error_body(const std::string& code, const std::string& correlation_id = {});

// Waits for nothing; counts.
class FakePoller : public Poller {
  public:
    void wait(Millis) override {
        ++waits;
        if (on_wait) on_wait();
    }
    void wake() override { ++wakes; }
    std::atomic<int> waits{0};
    std::atomic<int> wakes{0};
    std::function<void()> on_wait;
};

// Keeps jobs until the test runs them.
class QueuedExecutor : public Executor {
  public:
    void take(Jobs jobs) override;
    bool run_one();
    std::size_t waiting();

  private:
    std::mutex mutex_;
    Jobs jobs_;
};

// Hands every request to `answer`; nothing from it leaves the request open until complete().
class FakeTransport : public Transport {
  public:
    enum class When { later, inside_start, other_thread };
    struct Sent {
        RequestID id = 0;
        HttpRequest request;
        Completion done;
        bool cancelled = false;
    };
    using Answer = std::function<std::optional<HttpOutcome>(const HttpRequest&)>;

    RequestID start(HttpRequest request, Completion done) override;
    void cancel(RequestID id) override;

    // Delivers what is answered; false when there was nothing.
    bool deliver();
    void complete(std::size_t index, HttpOutcome outcome);
    std::size_t open() const;
    // Requests whose URL ends in `path`, in order.
    std::vector<const Sent*> to(std::string_view path) const;

    When when = When::later;
    Answer answer;
    bool out_of_memory = false;
    std::deque<Sent> sent;  // references stay good

  private:
    struct Answered {
        std::size_t index;
        HttpOutcome outcome;
    };
    std::deque<Answered> answered_;
};

// The platform and the partner behind the fake transport: one borrower per token family.
class FakePlatform {
  public:
    explicit FakePlatform(std::shared_ptr<Clock> clock) : clock_(std::move(clock)) {}
    using Override = std::function<std::optional<HttpOutcome>(const HttpRequest&)>;

    std::optional<HttpOutcome> answer(const HttpRequest& request);
    // Asked before the platform itself, for the next request whose URL ends in `path`; gone after
    // one use.
    void next(const std::string& path, Override override) {
        overrides_.push_back({path, std::move(override)});
    }
    void next(const std::string& path, HttpOutcome (*make)());
    // A session minted without the network, as the partner's flat shape.
    std::string flat(const std::string& borrower, bool with_refresh_token = true);
    std::string envelope(const std::string& data, const std::string& correlation_id);

    std::int64_t life_ms = 1'800'000;
    std::string journey_id = "journey-1";
    bool backend_managed = false;  // the partner keeps the refresh token
    int rotations = 0;
    int replays = 0;
    int minted = 0;
    std::string session_token;  // the one that is good
    std::string refresh_token;
    std::vector<std::string> secrets;  // every token there ever was

  private:
    struct Waiting {
        std::string path;
        Override override;
    };
    void mint();
    std::string pair_fields(bool with_refresh_token);
    HttpOutcome refresh(const HttpRequest& request, bool with_refresh_token);
    std::shared_ptr<Clock> clock_;
    std::deque<Waiting> overrides_;
    std::map<std::string, std::string> kept_;  // replies by idempotency key
    int serial_ = 0;
};

// A store whose operations a test can interrupt.
class HookedStore : public SecureStore {
  public:
    explicit HookedStore(std::shared_ptr<SecureStore> real)
        : real_(std::move(real)), hook_(std::make_shared<Hook>()) {}
    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override;
    // Called with the operation's name before it; may throw what a port may throw.
    struct Hook {
        std::function<void(const std::string&)> before;
        std::map<std::string, int> calls;
    };
    Hook& hook() { return *hook_; }

  private:
    std::shared_ptr<SecureStore> real_;
    std::shared_ptr<Hook> hook_;
};

class HookedEntropy : public Entropy {
  public:
    explicit HookedEntropy(std::uint64_t seed) : real_(seed) {}
    void fill(std::span<std::byte> out) override {
        if (fail) check_failed("entropy", __FILE__, __LINE__);
        real_.fill(out);
    }
    bool fail = false;

  private:
    CountingEntropy real_;
};

class FakeProvider : public SessionProvider {
  public:
    void provide(const ProviderRequest& request, Completion done) override;
    std::function<std::optional<ProviderOutcome>(const ProviderRequest&)> answer;
    std::vector<ProviderRequest> asked;
    std::vector<Completion> open;
};
ProviderOutcome provided(const std::string& json);

class FakePartnerAuth : public PartnerAuth {
  public:
    void headers(Completion done) override;
    std::function<std::optional<Answer>()> answer;
    int asked = 0;
    std::vector<Completion> open;
};

class CollectingLogger : public Logger {
  public:
    void log(LogLevel, std::string_view line) noexcept override {
        lines += std::string(line) + "\n";
    }
    std::string lines;
};

// What a callback brought; `calls` must be 1 in the end.
struct Outcome {
    int calls = 0;
    std::function<void()> then;  // what the app does inside the callback
    std::optional<Error> error;
    TokenRef token;
    TokenSource source = TokenSource::cache;
    std::string text;
    std::optional<Journey> journey;
    std::shared_ptr<const CallResponse> response;
    Code code() const { return error ? error->code : Code::ok; }
    std::string value() const { return token ? std::string(token->value->view()) : std::string(); }
};
using OutcomeRef = std::shared_ptr<Outcome>;

class World {
  public:
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // One process's configuration: ports of its own, a store of its own on the shared disk.
    SessionConfig config();
    std::shared_ptr<Session> open(SessionConfig config, const std::string& borrower = "borrower-1");
    std::shared_ptr<Session> open() { return open(config()); }
    // Opened, and with a session adopted from what the partner's server would have said.
    std::shared_ptr<Session> open_active();

    // Everything that can happen without time passing. Fails when it never ends, and when a session
    // stays due.
    void settle();
    // Time passes, timer by timer.
    void advance(Millis by);

    OutcomeRef adopt(Session& session, const std::string& json, bool replace = false);
    OutcomeRef start(Session& session, StartOptions options = {}, bool replace = false);
    OutcomeRef get_token(Session& session, std::int64_t minimum = 0, std::int64_t deadline = 0,
                         OpID* op = nullptr);
    OutcomeRef send(Session& session, CallRequest request, OpID* op = nullptr);
    OutcomeRef end(Session& session);
    OutcomeRef close(Session& session);
    OutcomeRef diagnostics(Session& session);
    OutcomeRef journey(Session& session, bool known_only = false, std::int64_t deadline = 0,
                       OpID* op = nullptr);
    Code copy(Session& session, std::string& out, std::int64_t minimum = 0);
    static CallRequest get(const std::string& path = "/api/v1/headless/journeys");
    static CallRequest post(const std::string& path, const std::string& body);
    // The record as the disk has it.
    std::optional<Record> stored(const std::string& borrower = "borrower-1");
    std::string journal_of(Session& session);

    std::shared_ptr<FakePoller> poller;
    std::shared_ptr<QueuedExecutor> storage;
    Engine engine;
    std::shared_ptr<ManualClock> clock;
    std::shared_ptr<MemoryDisk> disk;
    std::shared_ptr<FakeTransport> wire;
    std::shared_ptr<FakePlatform> platform;
    std::shared_ptr<HookedEntropy> entropy;
    std::shared_ptr<CollectingLogger> logger;
    std::vector<std::shared_ptr<SessionCore>> cores;
    int depth = 0;  // of callbacks: they come one after the other

  private:
    DoneCallback done(const OutcomeRef& outcome);
    void came(const OutcomeRef& outcome, const Error* error);
    bool round();
    Millis next_due();
};

}  // namespace credit::test
