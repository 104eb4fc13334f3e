// The thread-safe face of a session: checks misuse, posts to the engine, reads the hot path.
#include "core/engine/session.h"

#include <cstring>
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/registry.h"
#include "core/engine/session_core.h"
#include "core/platform_api/token_rules.h"

namespace credit {
namespace {

std::string registry_key(const SessionSettings& settings, const std::string& borrower) {
    return settings.storage_identity + '\n' + record_key(settings, borrower).name;
}

Error spent_error() {
    return {Code::session_spent, "this session was ended or closed; open a new one"};
}

// What the engine thread takes over without needing memory.
template <class Map, class Value>
std::shared_ptr<Map> boxed(std::uint64_t id, Value value) {
    auto box = std::make_shared<Map>();
    box->emplace(id, std::move(value));
    return box;
}

}  // namespace

void install_poller(std::shared_ptr<Poller> poller) {
    Engine::install_poller(std::move(poller));
}

Result<std::shared_ptr<Session>> Session::open(SessionConfig config,
                                               std::string borrower_external_id) {
    const Status borrower = check_borrower_id(borrower_external_id);
    if (!borrower.ok()) return borrower.error();
    const std::string key = registry_key(config.settings, borrower_external_id);
    const std::string fingerprint = config.settings.fingerprint;
    return Registry::shared().find_or_make(key, fingerprint, [&](const SessionCore*& core) {
        auto made = std::make_shared<SessionCore>(Engine::shared(), std::move(config),
                                                  std::move(borrower_external_id));
        core = made.get();
        auto session = std::make_shared<Session>(made);  // before there is something to close
        made->post([made] { made->open(); });
        return session;
    });
}

Session::Session(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {
    CREDIT_CHECK(core_ != nullptr);
    closing_ =
        core_->as_tasks([core = core_.get(), none = std::make_shared<SessionCore::Closers>()] {
            core->close(*none);
        });
}

Session::~Session() {
    try {
        core_->engine().take(std::move(closing_));
    } catch (const std::bad_alloc&) {
        // Only an engine that has stopped needs memory for this, and then the session is closed.
    }
}

StateInfo Session::state() const noexcept {
    return core_->snapshot();
}

std::uint64_t Session::subscribe(StateCallback callback, std::function<void()> on_last) {
    const OpID id = core_->next_op();
    auto box = boxed<SessionCore::Observers>(
        id, SessionCore::Observer{std::move(callback), std::move(on_last)});
    core_->post([core = core_, box] { core->subscribe(*box); });
    return id;
}

void Session::unsubscribe(std::uint64_t id) {
    core_->post([core = core_, id] { core->unsubscribe(id); });
}

Result<OpID> Session::start(StartOptions options, bool replace, std::int64_t deadline_ms,
                            DoneCallback done) {
    if (core_->refuses()) return spent_error();
    const OpID op = core_->next_op();
    auto box =
        boxed<SessionCore::Ops>(op, SessionCore::StartOp{std::move(options), std::move(done)});
    core_->post([=, core = core_] { core->start(op, *box, replace, deadline_ms); });
    return op;
}

Result<OpID> Session::adopt_json(SecretBuffer json, bool replace, DoneCallback done) {
    if (core_->refuses()) return spent_error();
    const OpID op = core_->next_op();
    auto shared = std::make_shared<const SecretBuffer>(std::move(json));
    auto box = boxed<SessionCore::Ops>(op, std::move(done));
    core_->post([=, core = core_] { core->adopt(op, *box, *shared, replace); });
    return op;
}

Status Session::end(DoneCallback done) {
    if (core_->refuses()) return spent_error();
    const OpID op = core_->next_op();
    if (!done) done = [](const Error*) {};
    auto box = boxed<SessionCore::Ops>(op, std::move(done));
    Engine::Tasks tasks = core_->as_tasks([=, core = core_] { core->end(op, *box); });
    // Nothing below needs memory: the handle is not spent for an end that was not taken on.
    core_->spend();                     // R35: gone in this process when end() returns
    Registry::shared().remove(*core_);  // R28: opening from here on gives a fresh handle
    core_->engine().take(std::move(tasks));
    return Unit{};
}

Status Session::close(DoneCallback done) {
    auto box = std::make_shared<SessionCore::Closers>();
    if (done) box->push_back(std::move(done));
    Engine::Tasks tasks = core_->as_tasks([core = core_, box] { core->close(*box); });
    core_->begin_closing();
    // Opening from here on does not give a session that is about to be closed.
    Registry::shared().remove(*core_);
    core_->engine().take(std::move(tasks));
    return Unit{};
}

Result<OpID> Session::get_token(std::int64_t minimum_lifetime_ms, std::int64_t deadline_ms,
                                TokenCallback done) {
    if (core_->refuses()) return spent_error();
    if (minimum_lifetime_ms < 0 || deadline_ms < 0) {
        return Error(Code::invalid_argument,
                     "minimum_lifetime_ms and deadline_ms must not be negative");
    }
    const OpID op = core_->next_op();
    auto box = boxed<SessionCore::Ops>(op, std::move(done));
    core_->post(
        [=, core = core_] { core->get_token(op, *box, Millis{minimum_lifetime_ms}, deadline_ms); });
    return op;
}

Result<OpID> Session::send(CallRequest request, CallCallback done) {
    if (core_->refuses()) return spent_error();
    const OpID op = core_->next_op();
    PendingCall call;
    call.request = std::move(request);
    call.done = std::move(done);
    auto box = boxed<SessionCore::Calls>(op, std::move(call));
    core_->post([=, core = core_] { core->send(op, *box); });
    return op;
}

Result<OpID> Session::journey(bool known_only, std::int64_t deadline_ms, JourneyCallback done) {
    if (core_->refuses()) return spent_error();
    const OpID op = core_->next_op();
    auto box = boxed<SessionCore::Loads>(
        op, SessionCore::LoadWaiter{
                SessionCore::JourneyAsk{known_only, deadline_ms, std::move(done)}, {}});
    core_->post([=, core = core_] { core->ask_loaded(op, *box); });
    return op;
}

Result<OpID> Session::diagnostics(TextCallback done) {
    if (core_->closing()) return spent_error();
    const OpID op = core_->next_op();
    auto box = boxed<SessionCore::Loads>(op, SessionCore::LoadWaiter{std::move(done), {}});
    core_->post([=, core = core_] { core->ask_loaded(op, *box); });
    return op;
}

Status Session::reject_token(std::uint64_t generation) {
    if (core_->refuses()) return spent_error();
    if (generation == 0) return Error(Code::invalid_argument, "generation must not be 0");
    core_->cell().reject(generation);  // for whoever reads on this thread next; the rest follows
    core_->post([=, core = core_] { core->reject(generation); });
    return Unit{};
}

Status Session::cancel(OpID op) {
    core_->post([=, core = core_] { core->cancel(op); });
    return Unit{};
}

Status Session::notify(Hint hint) {
    if (core_->refuses()) return spent_error();
    core_->post([=, core = core_] { core->notify(hint); });
    return Unit{};
}

Code Session::current_token(std::int64_t minimum_lifetime_ms, TokenHandle*& out) noexcept {
    if (minimum_lifetime_ms < 0) return Code::invalid_argument;
    const auto hold = [&](TokenRack& rack, std::size_t place) { out = rack.take(place); };
    return core_->read_token(Millis{minimum_lifetime_ms}, hold);
}

Code Session::copy_token(std::int64_t minimum_lifetime_ms, char* buffer, std::size_t capacity,
                         std::size_t& size, std::uint64_t* generation) noexcept {
    if (minimum_lifetime_ms < 0) return Code::invalid_argument;
    bool fits = false;
    const auto copy = [&](const TokenRack& rack, std::size_t) {
        const std::size_t needed = rack.size();
        size = needed;
        if (generation != nullptr) *generation = rack.generation();
        fits = needed < capacity;
        if (fits) [[likely]]
            std::memcpy(buffer, rack.bytes(), needed + 1);  // secrets end in NUL
    };
    const Code read = core_->read_token(Millis{minimum_lifetime_ms}, copy);
    return read != Code::ok || fits ? read : Code::buffer_too_small;
}

Status erase_storage(SessionConfig config, std::string borrower_external_id, DoneCallback done) {
    const Status borrower = check_borrower_id(borrower_external_id);
    if (!borrower.ok()) return borrower.error();
    if (Registry::shared().open(registry_key(config.settings, borrower_external_id))) {
        return Error(Code::config_conflict, "the session is open; close it first");
    }
    struct Erasure {
        std::shared_ptr<SecureStore> store;
        RecordKey key;
        DoneCallback done;
        Error error;
        void tell() { done(error.code == Code::ok ? nullptr : &error); }
    };
    auto work = std::make_shared<Erasure>();
    work->store = std::move(config.ports.store);
    work->key = record_key(config.settings, borrower_external_id);
    work->done = std::move(done);
    Engine& engine = Engine::shared();
    // The whole way is made now: once this was taken on nobody could be told that there is no memory to go on (R34).
    Engine::Tasks back;
    back.emplace_back([work] { work->tell(); });
    Executor::Jobs job;
    job.emplace_back([&engine, work, back = std::move(back)]() mutable {
        work->error = erase_record(*work->store, work->key);
        try {
            engine.take(std::move(back));
        } catch (const std::bad_alloc&) {  // no engine thread to be had: told from here
            work->tell();
        }
    });
    // By way of the engine: what a session that was just closed still has to write comes first.
    Engine::Tasks first;
    first.emplace_back([&engine, work, job = std::move(job)]() mutable {
        try {
            engine.storage().take(std::move(job));
        } catch (const std::bad_alloc&) {
            work->error = spare_error(Code::out_of_memory, "out of memory");
            work->tell();
        }
    });
    engine.take(std::move(first));
    return Unit{};
}

}  // namespace credit
