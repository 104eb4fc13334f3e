// What keeps a session's trouble its own: failed checks (R36), and waits for a store or an app that end by themselves.
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/session_core.h"

namespace credit {

void SessionCore::post(Engine::Task task) {
    engine_.post([self = shared_from_this(), task = std::move(task)] { self->guarded(task); });
}

void SessionCore::guarded(const Engine::Task& task) {
    try {
        task();
    } catch (const CheckFailed& failed) {
        broken(Code::internal, failed.what());
    } catch (const std::bad_alloc&) {
        broken(Code::out_of_memory, "out of memory");
    }
}

// R36: the session closes, the app lives. What is stored stays, so opening again goes on from there.
void SessionCore::broken(Code code, const char* what) {
    if (closed_) return;
    feeding_ = false;
    queued_.clear();
    failed_check_ = what;
    if (config_.ports.logger) {
        config_.ports.logger->log(LogLevel::error,
                                  std::string("session closed by a failed check: ") + what);
    }
    journal_failure(code);
    const Error error(code, std::string("internal check failed: ") + what);
    fail_everything(error);
    StateInfo last;
    last.state = PublicState::closed;
    last.reason = code;
    take_snapshot(last);
    announce(last);
    finish_closing();
}

void SessionCore::fail_everything(const Error& error) {
    std::vector<OpID> all;
    for (const auto& [op, pending] : ops_)
        all.push_back(op);
    for (const OpID op : all)
        fail_op(op, error);
    all.clear();
    for (const auto& [op, call] : calls_)
        all.push_back(op);
    for (const OpID op : all)
        finish_call(op, nullptr, &error);
}

// Runs when the store was read, or could not be; with an error when that took too long.
void SessionCore::when_loaded(OpID op, ElapsedTime deadline, WhenLoaded go) {
    const StateInfo info = machine_.info(now());
    if (closed_ || info.state != PublicState::loading || info.reason != Code::ok)
        return go(nullptr);
    load_waiters_.push_back({op, deadline, std::move(go)});
}

bool SessionCore::cancel_load_wait(OpID op) {
    for (auto it = load_waiters_.begin(); it != load_waiters_.end(); ++it) {
        if (it->op != op) continue;
        const WhenLoaded go = std::move(it->go);
        load_waiters_.erase(it);
        const Error error(Code::cancelled, "cancelled by the caller");
        go(&error);
        return true;
    }
    return false;
}

void SessionCore::expire_load_waits() {
    const ElapsedTime current = elapsed_now();
    std::vector<LoadWaiter> late;
    std::vector<LoadWaiter> kept;
    for (LoadWaiter& waiter : load_waiters_)
        (waiter.deadline <= current ? late : kept).push_back(std::move(waiter));
    load_waiters_ = std::move(kept);
    const Error error(Code::deadline, "the store did not answer in time");
    for (const LoadWaiter& waiter : late)
        waiter.go(&error);
}

void SessionCore::diagnostics(OpID op, TextCallback done) {
    when_loaded(op, deadline_after(0),
                [self = shared_from_this(), done = std::move(done)](const Error* error) {
                    const bool cancelled = error != nullptr && error->code == Code::cancelled;
                    if (cancelled) return done({}, error);
                    done(self->diagnostics_text(),
                         nullptr);  // of a store that hangs, what is known without it
                });
}

}  // namespace credit
