#include "tests/unit/capi_fake_session.h"

#include <map>

#include "core/engine/executor.h"

namespace credit {
namespace {

struct Entry {
    std::weak_ptr<Session> session;
    std::string fingerprint;
};

std::map<std::string, Entry>& registry() {
    static std::map<std::string, Entry> sessions;
    return sessions;
}

std::weak_ptr<SessionCore>& last_core() {
    static std::weak_ptr<SessionCore> core;
    return core;
}

std::shared_ptr<Poller>& poller() {
    static std::shared_ptr<Poller> installed;
    return installed;
}

template <class Value>
Result<Value> answer(Code misuse, Value value) {
    if (misuse != Code::ok) return Error(misuse, "misuse");
    return value;
}

constexpr OpID kOp = 7;

}  // namespace

namespace fake {
std::shared_ptr<SessionCore> last_opened() {
    return last_core().lock();
}
Erased& last_erased() {
    static Erased erased;
    return erased;
}
std::shared_ptr<Poller> installed_poller() {
    return poller();
}
}  // namespace fake

// The fake has no threads to prepare.
void set_thread_start_hook(void (*)()) noexcept {}

void install_poller(std::shared_ptr<Poller> given) {
    poller() = std::move(given);
}

Status erase_storage(SessionConfig config, std::string borrower, DoneCallback done) {
    fake::last_erased() = {std::move(borrower), config.settings.storage_identity, std::move(done)};
    return Unit{};
}

Result<std::shared_ptr<Session>> Session::open(SessionConfig config, std::string borrower) {
    Entry& entry = registry()[config.settings.storage_identity + "\n" + borrower];
    if (auto open = entry.session.lock()) {
        if (entry.fingerprint == config.settings.fingerprint) return open;
        return Error(Code::config_conflict, "open with another configuration");
    }
    auto core = std::make_shared<SessionCore>();
    core->config = std::move(config);
    core->borrower = std::move(borrower);
    last_core() = core;
    auto session = std::make_shared<Session>(core);
    entry = {session, core->config.settings.fingerprint};
    return session;
}

Session::Session(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}
Session::~Session() = default;

StateInfo Session::state() const noexcept {
    return core_->state;
}

std::uint64_t Session::subscribe(StateCallback callback, std::function<void()> on_last) {
    if (core_->misuse != Code::ok) return 0;
    core_->on_state = std::move(callback);
    core_->on_last = std::move(on_last);
    return core_->next_subscription++;
}

void Session::unsubscribe(std::uint64_t id) {
    core_->unsubscribed = id;
    if (core_->on_last) core_->on_last();
}

Result<OpID> Session::start(StartOptions options, bool replace, std::int64_t deadline_ms,
                            DoneCallback done) {
    core_->start_options = std::move(options);
    core_->replace = replace;
    core_->deadline_ms = deadline_ms;
    core_->done = std::move(done);
    return answer(core_->misuse, kOp);
}

Result<OpID> Session::adopt_json(SecretBuffer json, bool replace, DoneCallback done) {
    core_->adopted = std::string(json.view());
    core_->replace = replace;
    core_->done = std::move(done);
    return answer(core_->misuse, kOp);
}

Status Session::end(DoneCallback done) {
    core_->done = std::move(done);
    return answer(core_->misuse, Unit{});
}

Status Session::close(DoneCallback done) {
    core_->done = std::move(done);
    return answer(core_->misuse, Unit{});
}

Result<OpID> Session::get_token(std::int64_t minimum_lifetime_ms, std::int64_t deadline_ms,
                                TokenCallback done) {
    core_->minimum_lifetime_ms = minimum_lifetime_ms;
    core_->deadline_ms = deadline_ms;
    core_->token_done = std::move(done);
    return answer(core_->misuse, kOp);
}

Result<OpID> Session::send(CallRequest request, CallCallback done) {
    core_->request = std::move(request);
    core_->call_done = std::move(done);
    return answer(core_->misuse, kOp);
}

Result<OpID> Session::journey(bool known_only, std::int64_t deadline_ms, JourneyCallback done) {
    core_->known_only = known_only;
    core_->deadline_ms = deadline_ms;
    core_->journey_done = std::move(done);
    return answer(core_->misuse, kOp);
}

Result<OpID> Session::diagnostics(TextCallback done) {
    core_->text_done = std::move(done);
    return answer(core_->misuse, kOp);
}

Status Session::reject_token(std::uint64_t generation) {
    core_->rejected = generation;
    return answer(core_->misuse, Unit{});
}

Status Session::cancel(OpID op) {
    core_->cancelled = op;
    return answer(core_->misuse, Unit{});
}

Status Session::notify(Hint hint) {
    core_->hints.push_back(hint);
    return answer(core_->misuse, Unit{});
}

Code Session::current_token(std::int64_t, TokenHandle*& out) noexcept {
    if (core_->token_code == Code::ok) {
        out = TokenHandle::make();
        out->fill(core_->token, TokenSource::cache);
    }
    return core_->token_code;
}

Code Session::copy_token(std::int64_t, char* buffer, std::size_t capacity, std::size_t& size,
                         std::uint64_t* generation) noexcept {
    if (core_->token_code != Code::ok) return core_->token_code;
    size = core_->token->value->size();
    if (capacity <= size) return Code::buffer_too_small;
    if (generation != nullptr) *generation = core_->token->generation;
    core_->token->value->view().copy(buffer, size);
    buffer[size] = '\0';
    return Code::ok;
}

}  // namespace credit
