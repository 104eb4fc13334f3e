// What keeps a session's trouble its own: failed checks (R36), and waits for a store or an app that end by themselves.
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/memory_notice.h"
#include "core/engine/session_core.h"

namespace credit {

Error spare_error(Code code, std::string_view text) noexcept {
    Error error;
    error.code = code;
    try {
        error.message = text;
    } catch (const std::bad_alloc&) {
        error.message.clear();
    }
    return error;
}

Engine::Tasks SessionCore::as_tasks(Engine::Task task) {
    Engine::Tasks one;
    one.emplace_back([self = shared_from_this(), task = std::move(task)] { self->guarded(task); });
    return one;
}

void SessionCore::guarded(const Engine::Task& task) {
    try {
        task();
        // Not between a refresh's reply and its commit, where nothing may be allocated (R22).
        if (landing_ == nullptr) tell_of_memory(config_.ports.logger.get());
    } catch (const CheckFailed& failed) {
        broken(Code::internal, failed.what());
    } catch (const std::bad_alloc&) {
        broken(Code::out_of_memory, "out of memory");
    }
}

// For other threads, which may have no memory to post with: the engine looks at it when it is woken.
void SessionCore::fail_soon(Code code, const char* what) noexcept {
    failed_what_.store(what, std::memory_order_relaxed);
    failed_elsewhere_.store(code, std::memory_order_release);
    engine_.wake();
}

// R36: the session closes, the app lives. What is stored stays, so opening again goes on from there. Needs no memory
// where there is none: whoever waits is told all the same.
void SessionCore::broken(Code code, const char* what) {
    const Error error = spare_error(code, what);
    fail_everything(error);
    if (closed_) return serve_loads();
    feeding_ = false;
    queued_.clear();
    effects_.clear();
    landing_ = nullptr;
    failed_check_ = what;
    log_failure(code, what);
    StateInfo last;
    last.state = PublicState::closed;
    last.reason = code;
    take_snapshot(last);
    announce(last);
    finish_closing();
}

void SessionCore::log_failure(Code code, const char* what) noexcept {
    try {
        if (config_.ports.logger) {
            config_.ports.logger->log(LogLevel::error,
                                      std::string("session closed by a failed check: ") + what);
        }
        journal_failure(code);
    } catch (const std::bad_alloc&) {  // then nobody can be told why
    }
}

void SessionCore::fail_everything(const Error& error) {
    while (!ops_.empty())
        fail_op(ops_.begin()->first, error);
    while (!calls_.empty())
        finish_call(calls_.begin()->first, nullptr, &error);
}

// The store was read, or could not be.
bool SessionCore::loaded() {
    const StateInfo info = machine_.info(now());
    return closed_ || info.state != PublicState::loading || info.reason != Code::ok;
}

void SessionCore::ask_loaded(OpID op, Loads& accepted) {
    loads_.merge(accepted);
    LoadWaiter& waiter = loads_.at(op);
    const auto* journey = std::get_if<JourneyAsk>(&waiter.ask);
    waiter.deadline = deadline_after(journey == nullptr ? 0 : journey->deadline_ms);
    if (loaded()) serve_load(op, nullptr);
}

void SessionCore::serve_loads() {
    while (!loads_.empty())
        serve_load(loads_.begin()->first, nullptr);
}

void SessionCore::expire_load_waits() {
    const ElapsedTime current = elapsed_now();
    const Error error = spare_error(Code::deadline, "the store did not answer in time");
    for (auto it = loads_.begin(); it != loads_.end();) {
        const OpID op = it->first;
        if (it->second.deadline <= current) serve_load(op, &error);
        it = loads_.upper_bound(op);
    }
}

// With an error when reading took too long or the caller does not want it any more.
void SessionCore::serve_load(OpID op, const Error* error) {
    auto node = loads_.extract(op);
    if (auto* journey = std::get_if<JourneyAsk>(&node.mapped().ask)) {
        if (error != nullptr) return journey->done(std::nullopt, error);
        return serve_journey(op, std::move(*journey));
    }
    const auto& done = std::get<TextCallback>(node.mapped().ask);
    std::string text;
    if (error != nullptr && error->code == Code::cancelled) return done(text, error);
    try {
        text = diagnostics_text();  // of a store that hangs, what is known without it
    } catch (const std::bad_alloc&) {
        const Error none = spare_error(Code::out_of_memory, "out of memory");
        return done({}, &none);
    }
    done(text, nullptr);
}

}  // namespace credit
