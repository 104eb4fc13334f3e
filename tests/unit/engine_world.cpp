#include "tests/unit/engine_world.h"

#include <ctime>
#include <thread>
#include <utility>

namespace credit::test {
namespace {

constexpr std::int64_t kStartMs = 1'780'000'000'000;
constexpr int kMostRounds = 20'000;

std::string in_quotes(const std::string& text) {
    return '"' + text + '"';
}

}  // namespace

std::string iso_time(std::int64_t ms) {
    const std::time_t seconds_part = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds_part, &parts);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::string tail = std::to_string(1000 + ms % 1000);
    tail[0] = '.';
    return std::string(text, size) + tail + "Z";
}

std::string header_of(const HttpRequest& request, std::string_view name) {
    for (const HttpHeader& header : request.headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

HttpOutcome reply(int status, const std::string& body, std::vector<HttpHeader> headers) {
    HttpOutcome outcome;
    outcome.ok = true;
    outcome.response.status = status;
    outcome.response.headers = std::move(headers);
    outcome.response.body.append(body);
    return outcome;
}

HttpOutcome no_reply(HttpFailure failure, bool maybe_sent) {
    HttpOutcome outcome;
    outcome.failure = failure;
    outcome.maybe_sent = maybe_sent;
    return outcome;
}

std::string error_body(const std::string& code, const std::string& correlation_id) {
    return R"({"requestID":"req_error","correlationID":)" +
           (correlation_id.empty() ? std::string("null") : in_quotes(correlation_id)) +
           R"(,"timestamp":"2026-03-05T16:10:10.123Z","data":null,"error":{"code":")" + code +
           R"(","message":"refused","retryable":false,"details":{}}})";
}

void QueuedExecutor::take(Jobs jobs) {
    const std::lock_guard<std::mutex> hold(mutex_);
    jobs_.splice(jobs_.end(), jobs);
}

bool QueuedExecutor::run_one() {
    Jobs one;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (jobs_.empty()) return false;
        one.splice(one.end(), jobs_, jobs_.begin());
    }
    one.front()();
    return true;
}

std::size_t QueuedExecutor::waiting() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return jobs_.size();
}

Transport::RequestID FakeTransport::start(HttpRequest request, Completion done) {
    if (out_of_memory) throw std::bad_alloc();
    sent.push_back({sent.size() + 1, std::move(request), std::move(done), false});
    Sent& one = sent.back();
    std::optional<HttpOutcome> outcome = answer ? answer(one.request) : std::nullopt;
    if (!outcome) return one.id;
    if (when == When::later) {
        answered_.push_back({sent.size() - 1, std::move(*outcome)});
    } else if (when == When::inside_start) {
        complete(sent.size() - 1, std::move(*outcome));
    } else {
        std::thread([&] { complete(one.id - 1, std::move(*outcome)); }).join();
    }
    return one.id;
}

void FakeTransport::cancel(RequestID id) {
    if (id == 0 || id > sent.size()) return;
    Sent& one = sent[id - 1];
    one.cancelled = true;
    if (one.done) answered_.push_back({id - 1, no_reply(HttpFailure::cancelled, true)});
}

bool FakeTransport::deliver() {
    bool any = false;
    while (!answered_.empty()) {
        Answered next = std::move(answered_.front());
        answered_.pop_front();
        complete(next.index, std::move(next.outcome));
        any = true;
    }
    return any;
}

void FakeTransport::complete(std::size_t index, HttpOutcome outcome) {
    Completion done = std::exchange(sent.at(index).done, nullptr);
    if (done) done(std::move(outcome));
}

std::size_t FakeTransport::open() const {
    std::size_t count = 0;
    for (const Sent& one : sent)
        count += one.done ? 1 : 0;
    return count;
}

std::vector<const FakeTransport::Sent*> FakeTransport::to(std::string_view path) const {
    std::vector<const Sent*> out;
    for (const Sent& one : sent) {
        if (one.request.url.ends_with(path)) out.push_back(&one);
    }
    return out;
}

namespace {

class HookedRecord : public RecordStore {
  public:
    HookedRecord(std::unique_ptr<RecordStore> real, std::shared_ptr<HookedStore::Hook> hook)
        : real_(std::move(real)), hook_(std::move(hook)) {}
    StoreResult load(RecordHeader& header, SecretBuffer& body) override {
        before("load");
        return real_->load(header, body);
    }
    StorePeek peek() override {
        before("peek");
        return real_->peek();
    }
    StoreResult replace(const RecordHeader& header, const SecretBuffer& body, bool both) override {
        before("replace");
        return real_->replace(header, body, both);
    }
    StoreResult erase() override {
        before("erase");
        return real_->erase();
    }
    StoreResult erase_quarantine() override {
        before("erase_quarantine");
        return real_->erase_quarantine();
    }
    StoreResult lock() override {
        before("lock");
        const StoreResult result = real_->lock();
        if (result.answer == StoreAnswer::done) ++hook_->calls["locked"];
        return result;
    }
    void unlock() override {
        real_->unlock();
        ++hook_->calls["unlock"];
    }
    std::uint64_t owner_id() override { return real_->owner_id(); }
    bool owner_gone(std::uint64_t owner) override { return real_->owner_gone(owner); }

  private:
    void before(const std::string& operation) {
        ++hook_->calls[operation];
        if (hook_->before) hook_->before(operation);
    }
    std::unique_ptr<RecordStore> real_;
    std::shared_ptr<HookedStore::Hook> hook_;
};

}  // namespace

std::unique_ptr<RecordStore> HookedStore::open_record(const RecordKey& key) {
    return std::make_unique<HookedRecord>(real_->open_record(key), hook_);
}

void FakeProvider::provide(const ProviderRequest& request, Completion done) {
    asked.push_back(request);
    std::optional<ProviderOutcome> outcome = answer ? answer(request) : std::nullopt;
    if (outcome) {
        done(std::move(*outcome));
    } else {
        open.push_back(std::move(done));
    }
}

ProviderOutcome provided(const std::string& json) {
    ProviderOutcome outcome;
    outcome.ok = true;
    outcome.json.append(json);
    return outcome;
}

void FakePartnerAuth::headers(Completion done) {
    ++asked;
    std::optional<Answer> said = answer ? answer() : std::nullopt;
    if (said) {
        done(std::move(*said));
    } else {
        open.push_back(std::move(done));
    }
}

World::World()
    : poller(std::make_shared<FakePoller>()),
      storage(std::make_shared<QueuedExecutor>()),
      engine(poller, storage),
      clock(std::make_shared<ManualClock>(Now{{kStartMs}, {5'000'000}, {77}})),
      disk(std::make_shared<MemoryDisk>()),
      wire(std::make_shared<FakeTransport>()),
      platform(std::make_shared<FakePlatform>(clock)),
      entropy(std::make_shared<HookedEntropy>(42)),
      logger(std::make_shared<CollectingLogger>()) {
    wire->answer = [this](const HttpRequest& request) { return platform->answer(request); };
}

// Nothing may be left behind: neither a job nor a session that does not let go.
World::~World() {
    entropy->fail = false;
    wire->answer = [](const HttpRequest&) {
        return std::optional<HttpOutcome>(no_reply(HttpFailure::connect, false));
    };
    for (std::size_t i = 0; i < wire->sent.size(); ++i)
        wire->complete(i, no_reply(HttpFailure::interrupted, true));
    for (const auto& core : cores) {
        engine.post([core] {
            SessionCore::Closers none;
            core->close(none);
        });
    }
    for (int i = 0; i < 200; ++i)
        round();
}

SessionConfig World::config() {
    SessionConfig out;
    out.settings.platform_url = "https://platform.example.com";
    out.settings.storage_identity = "memory";
    out.settings.fingerprint = "one";
    out.ports.store = std::make_shared<MemoryStore>(disk);
    out.ports.transport = wire;
    out.ports.clock = clock;
    out.ports.entropy = entropy;
    out.ports.logger = logger;
    out.ports.tls = std::make_shared<const TlsSettings>();
    return out;
}

std::shared_ptr<Session> World::open(SessionConfig config, const std::string& borrower) {
    auto core = std::make_shared<SessionCore>(engine, std::move(config), borrower);
    engine.post([core] { core->open(); });
    cores.push_back(core);
    return std::make_shared<Session>(core);
}

std::shared_ptr<Session> World::open_active() {
    auto session = open();
    const OutcomeRef adopted = adopt(*session, platform->flat("borrower-1"));
    settle();
    EXPECT_EQ(adopted->code(), Code::ok) << adopted->error->message;
    return session;
}

bool World::round() {
    engine.run_once(Millis{0});
    const bool ran = storage->run_one();
    const bool delivered = wire->deliver();
    return ran || delivered;
}

void World::settle() {
    int quiet = 0;
    for (int i = 0; i < kMostRounds && quiet < 3; ++i)
        quiet = round() ? 0 : quiet + 1;
    ASSERT_EQ(quiet, 3) << "the world never comes to rest";
    for (const auto& core : cores) {
        if (core->snapshot().state == PublicState::closed)
            continue;  // the engine does not ask it any more
        ASSERT_GT(core->until_due().count, 0)
            << "a session stays due: the engine's thread would spin";
    }
}

Millis World::next_due() {
    Millis due = Engine::kForever;
    for (const auto& core : cores)
        due = min(due, core->until_due());
    return max(due, Millis{1});
}

void World::advance(Millis by) {
    settle();
    while (by.count > 0) {
        const Millis step = min(by, next_due());
        clock->advance(step);
        by = by - step;
        settle();
        if (::testing::Test::HasFatalFailure()) return;
    }
}

void World::came(const OutcomeRef& outcome, const Error* error) {
    EXPECT_EQ(depth, 0) << "a callback inside a callback";
    ++outcome->calls;
    EXPECT_EQ(outcome->calls, 1);
    if (error != nullptr) outcome->error = *error;
    ++depth;
    if (outcome->then) outcome->then();
    --depth;
}

DoneCallback World::done(const OutcomeRef& outcome) {
    return [this, outcome](const Error* error) { came(outcome, error); };
}

namespace {

// The operation was taken on, and its callback has not come yet: never inside the call that started
// it.
template <class Started>
void expect_started(const Started& started, const OutcomeRef& outcome, OpID* op = nullptr) {
    EXPECT_EQ(outcome->calls, 0);
    if (!started.ok()) {
        outcome->error = started.error();
        outcome->calls = -1;
        return;
    }
    if constexpr (std::is_same_v<Started, Result<OpID>>) {
        EXPECT_NE(started.value(), 0u);
        if (op != nullptr) *op = started.value();
    }
}

}  // namespace

OutcomeRef World::adopt(Session& session, const std::string& json, bool replace) {
    auto outcome = std::make_shared<Outcome>();
    SecretBuffer bytes;
    bytes.append(json);
    expect_started(session.adopt_json(std::move(bytes), replace, done(outcome)), outcome);
    return outcome;
}

OutcomeRef World::start(Session& session, StartOptions options, bool replace) {
    auto outcome = std::make_shared<Outcome>();
    expect_started(session.start(std::move(options), replace, 0, done(outcome)), outcome);
    return outcome;
}

OutcomeRef World::get_token(Session& session, std::int64_t minimum, std::int64_t deadline,
                            OpID* op) {
    auto outcome = std::make_shared<Outcome>();
    const auto callback = [this, outcome](const TokenRef& token, TokenSource source,
                                          const Error* error) {
        came(outcome, error);
        outcome->token = token;
        outcome->source = source;
        EXPECT_EQ(token == nullptr, error != nullptr);
    };
    expect_started(session.get_token(minimum, deadline, callback), outcome, op);
    return outcome;
}

OutcomeRef World::send(Session& session, CallRequest request, OpID* op) {
    auto outcome = std::make_shared<Outcome>();
    const auto callback = [this, outcome](std::shared_ptr<const CallResponse> response,
                                          const Error* error) {
        came(outcome, error);
        outcome->response = std::move(response);
        EXPECT_EQ(outcome->response == nullptr, error != nullptr);
    };
    expect_started(session.send(std::move(request), callback), outcome, op);
    return outcome;
}

OutcomeRef World::end(Session& session) {
    auto outcome = std::make_shared<Outcome>();
    expect_started(session.end(done(outcome)), outcome);
    return outcome;
}

OutcomeRef World::close(Session& session) {
    auto outcome = std::make_shared<Outcome>();
    expect_started(session.close(done(outcome)), outcome);
    return outcome;
}

OutcomeRef World::diagnostics(Session& session) {
    auto outcome = std::make_shared<Outcome>();
    const auto callback = [this, outcome](const std::string& text, const Error* error) {
        came(outcome, error);
        outcome->text = text;
    };
    expect_started(session.diagnostics(callback), outcome);
    return outcome;
}

OutcomeRef World::journey(Session& session, bool known_only, std::int64_t deadline, OpID* op) {
    auto outcome = std::make_shared<Outcome>();
    const auto callback = [this, outcome](const std::optional<Journey>& journey,
                                          const Error* error) {
        came(outcome, error);
        outcome->journey = journey;
    };
    expect_started(session.journey(known_only, deadline, callback), outcome, op);
    return outcome;
}

Code World::copy(Session& session, std::string& out, std::int64_t minimum) {
    char buffer[512];
    std::size_t size = 0;
    std::uint64_t generation = 0;
    const Code code = session.copy_token(minimum, buffer, sizeof buffer, size, &generation);
    out = code == Code::ok ? std::string(buffer, size) : std::string();
    return code;
}

CallRequest World::get(const std::string& path) {
    CallRequest request;
    request.method = "GET";
    request.path = path;
    return request;
}

CallRequest World::post(const std::string& path, const std::string& body) {
    CallRequest request;
    request.method = "POST";
    request.path = path;
    request.body.append(body);
    request.has_body = true;
    return request;
}

std::optional<Record> World::stored(const std::string& borrower) {
    const SessionConfig settings = config();
    const auto store = settings.ports.store->open_record(record_key(settings.settings, borrower));
    RecordHeader header;
    SecretBuffer body;
    if (store->load(header, body).answer != StoreAnswer::present) return std::nullopt;
    Record record;
    EXPECT_EQ(decode_record(header, body, record), RecordFault::none);
    return record;
}

std::string World::journal_of(Session& session) {
    const OutcomeRef text = diagnostics(session);
    settle();
    return text->text;
}

}  // namespace credit::test
