// The thread-safe face of a session: checks misuse, posts to the engine, reads the hot path.
#include "core/engine/session.h"

#include <cstring>
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
        made->post([made] { made->open(); });
        return std::make_shared<Session>(made);
    });
}

Session::Session(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {
    CREDIT_CHECK(core_ != nullptr);
}

Session::~Session() {
    try {
        core_->post([core = core_] { core->close(nullptr); });
    } catch (
        const std::
            bad_alloc&) {  // stays open inside until the process ends; a destructor cannot tell anybody
    }
}

StateInfo Session::state() const noexcept {
    return core_->snapshot();
}

std::uint64_t Session::subscribe(StateCallback callback, std::function<void()> on_last) {
    const OpID id = core_->next_op();
    core_->post([core = core_, id, callback = std::move(callback), on_last = std::move(on_last)] {
        core->subscribe(id, callback, on_last);
    });
    return id;
}

void Session::unsubscribe(std::uint64_t id) {
    core_->post([core = core_, id] { core->unsubscribe(id); });
}

Result<OpID> Session::start(StartOptions options, bool replace, std::int64_t deadline_ms,
                            DoneCallback done) {
    if (core_->spent()) return spent_error();
    const OpID op = core_->next_op();
    core_->post([=, core = core_, options = std::move(options), done = std::move(done)] {
        core->start(op, options, replace, deadline_ms, done);
    });
    return op;
}

Result<OpID> Session::adopt_json(SecretBuffer json, bool replace, DoneCallback done) {
    if (core_->spent()) return spent_error();
    const OpID op = core_->next_op();
    auto shared = std::make_shared<SecretBuffer>(std::move(json));
    core_->post([=, core = core_, done = std::move(done)] {
        core->adopt(op, std::move(*shared), replace, done);
    });
    return op;
}

Status Session::end(DoneCallback done) {
    if (core_->spent()) return spent_error();
    core_->spend();                     // R35: gone in this process when end() returns
    Registry::shared().remove(*core_);  // R28: opening from here on gives a fresh handle
    const OpID op = core_->next_op();
    core_->post([=, core = core_, done = std::move(done)] {
        core->end(op, done ? done : [](const Error*) {});
    });
    return Unit{};
}

Status Session::close(DoneCallback done) {
    Registry::shared().remove(
        *core_);  // opening from here on does not give a session that is about to be closed
    core_->post([core = core_, done = std::move(done)] { core->close(done); });
    return Unit{};
}

Result<OpID> Session::get_token(std::int64_t minimum_lifetime_ms, std::int64_t deadline_ms,
                                TokenCallback done) {
    if (core_->spent()) return spent_error();
    if (minimum_lifetime_ms < 0 || deadline_ms < 0) {
        return Error(Code::invalid_argument,
                     "minimum_lifetime_ms and deadline_ms must not be negative");
    }
    const OpID op = core_->next_op();
    core_->post([=, core = core_, done = std::move(done)] {
        core->get_token(op, Millis{minimum_lifetime_ms}, deadline_ms, done);
    });
    return op;
}

Result<OpID> Session::send(CallRequest request, CallCallback done) {
    if (core_->spent()) return spent_error();
    const OpID op = core_->next_op();
    auto shared = std::make_shared<CallRequest>(std::move(request));
    core_->post(
        [=, core = core_, done = std::move(done)] { core->send(op, std::move(*shared), done); });
    return op;
}

Result<OpID> Session::journey(bool known_only, std::int64_t deadline_ms, JourneyCallback done) {
    if (core_->spent()) return spent_error();
    const OpID op = core_->next_op();
    core_->post([=, core = core_, done = std::move(done)] {
        core->journey(op, known_only, deadline_ms, done);
    });
    return op;
}

Result<OpID> Session::diagnostics(TextCallback done) {
    const OpID op = core_->next_op();
    core_->post([=, core = core_, done = std::move(done)] { core->diagnostics(op, done); });
    return op;
}

Status Session::reject_token(std::uint64_t generation) {
    if (core_->spent()) return spent_error();
    if (generation == 0) return Error(Code::invalid_argument, "generation must not be 0");
    core_->post([=, core = core_] { core->reject(generation); });
    return Unit{};
}

Status Session::cancel(OpID op) {
    core_->post([=, core = core_] { core->cancel(op); });
    return Unit{};
}

Status Session::notify(Hint hint) {
    if (core_->spent()) return spent_error();
    core_->post([=, core = core_] { core->notify(hint); });
    return Unit{};
}

Code Session::current_token(std::int64_t minimum_lifetime_ms, TokenRef& out) noexcept {
    if (minimum_lifetime_ms < 0) return Code::invalid_argument;
    bool renew = false;
    const auto read = core_->cell().read(Millis{minimum_lifetime_ms}, core_->elapsed_now(), renew,
                                         [&](const TokenRef& token) { out = token; });
    if (renew || read == TokenCell::Read::too_short) core_->poke_renewal();
    if (read == TokenCell::Read::ok) return Code::ok;
    return core_->spent() ? Code::session_spent : Code::no_live_token;
}

Code Session::copy_token(std::int64_t minimum_lifetime_ms, char* buffer, std::size_t capacity,
                         std::size_t& size, std::uint64_t& generation) noexcept {
    if (minimum_lifetime_ms < 0) return Code::invalid_argument;
    bool renew = false;
    bool fits = false;
    const auto copy = [&](const TokenRef& token) {
        size = token->value->size();
        generation = token->generation;
        fits = size < capacity;
        if (fits) std::memcpy(buffer, token->value->data(), size + 1);  // secrets end in NUL
    };
    const auto read =
        core_->cell().read(Millis{minimum_lifetime_ms}, core_->elapsed_now(), renew, copy);
    if (renew || read == TokenCell::Read::too_short) core_->poke_renewal();
    if (read != TokenCell::Read::ok)
        return core_->spent() ? Code::session_spent : Code::no_live_token;
    return fits ? Code::ok : Code::buffer_too_small;
}

Status erase_storage(SessionConfig config, std::string borrower_external_id, DoneCallback done) {
    const Status borrower = check_borrower_id(borrower_external_id);
    if (!borrower.ok()) return borrower.error();
    if (Registry::shared().open(registry_key(config.settings, borrower_external_id))) {
        return Error(Code::config_conflict, "the session is open; close it first");
    }
    const RecordKey key = record_key(config.settings, borrower_external_id);
    Engine& engine = Engine::shared();
    // By way of the engine: what a session that was just closed still has to write comes first.
    engine.post([&engine, key, store = config.ports.store, done = std::move(done)] {
        engine.storage().run([&engine, key, store, done] {
            const Error error = erase_record(*store, key);
            engine.post([done, error] { done(error.code == Code::ok ? nullptr : &error); });
        });
    });
    return Unit{};
}

}  // namespace credit
