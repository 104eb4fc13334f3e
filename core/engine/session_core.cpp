#include "core/engine/session_core.h"

#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/registry.h"
#include "core/http/url.h"
#include "core/platform_api/idempotency.h"
#include "core/platform_api/token_rules.h"

namespace credit {
namespace {

constexpr std::size_t kUsualEffects = 8;  // of one step; those of many callers are more

std::uint64_t random_u64(Entropy& entropy) {
    std::uint64_t value = 0;
    entropy.fill(std::as_writable_bytes(std::span<std::uint64_t, 1>(&value, 1)));
    return value;
}

MachineSetup setup_for(const SessionConfig& config, const std::string& borrower) {
    const RecordKey key = record_key(config.settings, borrower);
    MachineSetup setup;
    setup.policy = config.settings.policy;
    // R9: what is left of the lease when the request goes out must exceed one attempt.
    setup.policy.lease = setup.policy.attempt_timeout + setup.policy.connect_timeout + seconds(3);
    setup.environment = config.settings.environment;
    setup.origin = key.origin;
    setup.borrower = key.borrower;
    setup.borrower_external_id = borrower;
    setup.has_provider = config.ports.provider != nullptr || !config.settings.partner_url.empty();
    setup.backend_managed = config.settings.route == RefreshRoute::backend_managed;
    setup.has_background = config.ports.background != nullptr;
    setup.seed = random_u64(*config.ports.entropy);
    return setup;
}

std::string hex_of(const RecordHeader::Hash& hash) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : hash) {
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
    return out;
}

}  // namespace

RecordKey record_key(const SessionSettings& settings, const std::string& borrower_external_id) {
    RecordKey key;
    key.environment = settings.environment;
    const auto url = parse_url(settings.platform_url, "platform_url");
    CREDIT_CHECK(url.ok());
    key.origin = label_hash("credit origin v1", url.value().origin());
    key.borrower = label_hash("credit borrower v1", borrower_external_id);
    std::string all(1, static_cast<char>(settings.environment));
    all.append(reinterpret_cast<const char*>(key.origin.data()), key.origin.size());
    all += borrower_external_id;
    key.name = hex_of(label_hash("credit record v1", all));
    return key;
}

SessionCore::SessionCore(Engine& engine, SessionConfig config, std::string borrower_external_id)
    : engine_(engine),
      config_(std::move(config)),
      borrower_(std::move(borrower_external_id)),
      // Operation ids start anywhere, so that nobody comes to rely on where.
      next_op_((random_u64(*config_.ports.entropy) >> 24) + 1),
      machine_(setup_for(config_, borrower_)) {
    effects_.reserve(kUsualEffects);
    store_ = config_.ports.store->open_record(record_key(config_.settings, borrower_));
    CREDIT_CHECK(store_ != nullptr);
}

StateInfo SessionCore::snapshot() const {
    const std::lock_guard<std::mutex> hold(snapshot_mutex_);
    return snapshot_;
}

OpID SessionCore::next_op() {
    return next_op_.fetch_add(1, std::memory_order_relaxed);
}

void SessionCore::spend() {
    spent_.store(true, std::memory_order_release);
    cell_.spend();
}

void SessionCore::poke_renewal() {
    if (!renewal_poked_.exchange(true, std::memory_order_acq_rel)) engine_.wake();
}

void SessionCore::open() {
    opened_ = true;
    engine_.add(shared_from_this());
    feed(event::Opened{});
}

// Events that callbacks cause while effects are being carried out wait their turn: the machine is not re-entered.
void SessionCore::feed(const Event& event) {
    if (closed_) return;
    if (feeding_) {
        queued_.push_back(event);
        return;
    }
    feeding_ = true;
    step(event);
    while (!queued_.empty() && !closed_) {
        const Event next = std::move(queued_.front());
        queued_.pop_front();
        step(next);
    }
    queued_.clear();
    feeding_ = false;
}

// The effects' memory is kept from step to step (R22).
void SessionCore::step(const Event& event) {
    effects_.clear();
    machine_.step(event, now(), effects_);
    carry_out(effects_);
    effects_.clear();
}

void SessionCore::carry_out(Effects& effects) {
    // Tokens are given out of what was published with the same step.
    for (Effect& effect : effects) {
        if (const auto* publication = std::get_if<effect::Publish>(&effect)) publish(*publication);
        // Whoever is told next may ask for the state, so it is the new one by then.
        if (const auto* news = std::get_if<effect::Announce>(&effect)) take_snapshot(news->info);
    }
    for (Effect& effect : effects)
        carry_out_one(effect);
}

void SessionCore::carry_out_one(Effect& effect) {
    struct Visitor {
        SessionCore& core;
        void operator()(effect::Load&) { core.load(); }
        void operator()(effect::Peek& e) { core.peek(e.round); }
        void operator()(effect::RunTxn& e) { core.run_txn(e.work); }
        void operator()(effect::BeginBackground&) {
            core.background_ = core.config_.ports.background->begin();
            core.feed(event::BackgroundAnswered{core.background_ != 0});
        }
        void operator()(effect::EndBackground&) {
            if (core.background_ != 0) core.config_.ports.background->end(core.background_);
            core.background_ = 0;
        }
        void operator()(effect::SendRefresh& e) { core.send_refresh(e); }
        void operator()(effect::AskProvider& e) { core.ask_provider(e); }
        void operator()(effect::Publish&) {}
        void operator()(effect::GiveToken& e) { core.give_token(e.op, e.source); }
        void operator()(effect::FailOp& e) { core.fail_op(e.op, e.error); }
        void operator()(effect::FinishOp& e) { core.finish_op(e.op); }
        void operator()(effect::Announce& e) { core.announce(e.info); }
        void operator()(effect::SetTimer& e) { core.timer_ = e.at; }
        void operator()(effect::Spent&) { Registry::shared().remove(core); }
        void operator()(effect::Closed&) { core.finish_closing(); }
    };
    std::visit(Visitor{*this}, effect);
}

void SessionCore::publish(const effect::Publish& publication) {
    if (publication.token == nullptr) {
        token_ = nullptr;
        cell_.clear();
        return;
    }
    auto token = std::make_shared<Token>();
    token->value = publication.token;
    token->expires_at_ms = publication.expires_at_ms;
    token->generation = publication.generation;
    token_ = token;
    cell_.publish(token_, {publication.ends, publication.renew_from, publication.default_minimum,
                           publication.life});
}

void SessionCore::give_token(OpID op, TokenSource source) {
    if (spent())
        return fail_op(
            op, Error(Code::session_ended, "the session was ended"));  // R35: end() has returned
    const auto it = ops_.find(op);
    if (it == ops_.end()) return;
    CREDIT_CHECK(token_ != nullptr);
    Pending pending = std::move(it->second);
    ops_.erase(it);
    if (std::holds_alternative<CallToken>(pending)) return call_token(op);
    std::get<TokenCallback>(pending)(token_, source, nullptr);
}

void SessionCore::fail_op(OpID op, const Error& error) {
    const auto it = ops_.find(op);
    if (it == ops_.end()) return;
    Pending pending = std::move(it->second);
    ops_.erase(it);
    if (std::holds_alternative<CallToken>(pending)) return call_failed(op, error);
    if (auto* token = std::get_if<TokenCallback>(&pending))
        return (*token)(nullptr, TokenSource::cache, &error);
    if (auto* start = std::get_if<StartOp>(&pending)) return start->done(&error);
    std::get<DoneCallback>(pending)(&error);
}

void SessionCore::finish_op(OpID op) {
    const auto it = ops_.find(op);
    if (it == ops_.end()) return;
    Pending pending = std::move(it->second);
    ops_.erase(it);
    if (auto* start = std::get_if<StartOp>(&pending)) return start->done(nullptr);
    if (auto* done = std::get_if<DoneCallback>(&pending)) return (*done)(nullptr);
}

void SessionCore::take_snapshot(const StateInfo& info) {
    const std::lock_guard<std::mutex> hold(snapshot_mutex_);
    snapshot_ = info;
}

void SessionCore::announce(const StateInfo& info) {
    if (info.state != PublicState::loading || info.reason != Code::ok) serve_loads();
    // What an observer asks for comes with a later task, so the list does not change meanwhile.
    for (const auto& [id, observer] : observers_)
        observer.callback(info);
}

void SessionCore::finish_closing() {
    closed_ = true;
    timer_ = ElapsedTime{INT64_MAX};
    cell_.spend();
    spent_.store(true, std::memory_order_release);
    token_ = nullptr;
    if (background_ != 0) config_.ports.background->end(std::exchange(background_, 0));
    Registry::shared().remove(*this);
    fail_everything(spare_error(Code::closed, "the session was closed"));
    serve_loads();
    logins_.clear();
    for (const auto& [exchange, request] : exchanges_)
        config_.ports.transport->cancel(request);
    for (auto& [id, observer] : std::exchange(observers_, {})) {
        if (observer.on_last) observer.on_last();
    }
    for (const DoneCallback& done : std::exchange(closers_, {}))
        done(nullptr);
    close_completed_.store(true, std::memory_order_release);
    engine_.remove(shared_from_this());
}

ElapsedTime SessionCore::deadline_after(std::int64_t deadline_ms) {
    const Millis wanted =
        deadline_ms > 0 ? min(Millis{deadline_ms}, days(1)) : config_.settings.policy.call_deadline;
    return now().elapsed + wanted;
}

void SessionCore::get_token(OpID op, Ops& accepted, Millis minimum, std::int64_t deadline_ms) {
    ops_.merge(accepted);
    if (closed_) return fail_op(op, spare_error(Code::closed, "the session was closed"));
    feed(event::TokenAsked{op, minimum, deadline_after(deadline_ms)});
}

void SessionCore::start(OpID op, Ops& accepted, bool replace, std::int64_t deadline_ms) {
    ops_.merge(accepted);
    if (closed_) return fail_op(op, spare_error(Code::session_spent, "the session was closed"));
    feed(event::StartAsked{op, replace, deadline_after(deadline_ms)});
}

void SessionCore::adopt(OpID op, Ops& accepted, const SecretBuffer& json, bool replace) {
    ops_.merge(accepted);
    if (closed_) return fail_op(op, spare_error(Code::session_spent, "the session was closed"));
    auto issued = parse_issued(json, provider_context());
    if (!issued.ok()) return fail_op(op, issued.error());
    feed(event::AdoptAsked{op, replace, Stamp::of(now()), std::move(issued).value()});
}

void SessionCore::end(OpID op, Ops& accepted) {
    ops_.merge(accepted);
    if (closed_) return fail_op(op, spare_error(Code::session_spent, "the session was closed"));
    const Error ended = spare_error(Code::session_ended, "the session was ended");
    while (!calls_.empty())
        finish_call(calls_.begin()->first, nullptr, &ended);
    feed(event::EndAsked{op});
}

void SessionCore::close(Closers& accepted) {
    closers_.splice(closers_.end(), accepted);
    if (opened_ && !closed_) return feed(event::CloseAsked{});
    if (!closed_) return finish_closing();  // there was no memory to open it
    for (const DoneCallback& done : std::exchange(closers_, {}))
        done(nullptr);
}

void SessionCore::cancel(OpID op) {
    const Error error = spare_error(Code::cancelled, "cancelled by the caller");
    if (loads_.count(op) != 0) return serve_load(op, &error);
    if (calls_.count(op) != 0) return finish_call(op, nullptr, &error);
    feed(event::CancelAsked{op});
}

void SessionCore::subscribe(Observers& accepted) {
    const Observer& observer = accepted.begin()->second;
    if (closed_) {
        StateInfo last;
        last.state = PublicState::closed;
        observer.callback(last);
        if (observer.on_last) observer.on_last();
        return;
    }
    observers_.merge(accepted);  // which leaves the reference good
    observer.callback(machine_.info(now()));
}

void SessionCore::unsubscribe(std::uint64_t id) {
    const auto observer = observers_.extract(id);
    if (!observer.empty() && observer.mapped().on_last) observer.mapped().on_last();
}

Millis SessionCore::until_due() noexcept {
    ElapsedTime due = timer_;
    const auto consider = [&due](ElapsedTime deadline) {
        if (deadline < due) due = deadline;
    };
    for (const auto& [op, call] : calls_)
        consider(call.deadline);
    for (const auto& [id, login] : logins_)
        consider(login.deadline);
    for (const auto& [op, waiter] : loads_)
        consider(waiter.deadline);
    if (due.ms == INT64_MAX) return Engine::kForever;
    return due - elapsed_now();
}

void SessionCore::on_due() {
    const Code failed = failed_elsewhere_.exchange(Code::ok, std::memory_order_acq_rel);
    if (failed != Code::ok) return broken(failed, failed_what_.load(std::memory_order_relaxed));
    const auto due = [this] {
        if (renewal_poked_.exchange(false, std::memory_order_acq_rel))
            feed(event::RefreshAheadAsked{});
        expire_load_waits();
        expire_logins();
        expire_calls();
        if (!closed_ && timer_ <= elapsed_now()) {
            timer_ = ElapsedTime{INT64_MAX};
            feed(event::TimerFired{});
        }
    };
    guarded(std::ref(due));
}

}  // namespace credit
