// What callers and the world say to the machine: mostly data to remember; decide() acts on it.
#include <algorithm>

#include "core/base/mutant.h"
#include "core/session/lifetime.h"
#include "core/session/machine.h"

namespace credit {

void Machine::on(const event::Opened&, const Now& now, Effects&) {
    opened_ = now.wall;
    load_wanted_ = true;
    load_not_before_ = now.elapsed;
}

void Machine::on(const event::TimerFired&, const Now& now, Effects&) {
    timer_ = TokenWaiters::kNever;
    if ((peek_running_ || load_running_) &&
        now.elapsed >= peek_deadline_) {  // the store hangs: memory answers
        peek_done_ = peek_wanted_;
        peek_deadline_ = TokenWaiters::kNever;
    }
}

void Machine::on(const event::TokenAsked& asked, const Now& now, Effects& fx) {
    if (leaving()) {
        const Code code = closing_ ? Code::closed : Code::session_ended;
        fx.push_back(effect::FailOp{asked.op, Error(code, "the session is over")});
        return;
    }
    if (waiters_.full()) {
        fx.push_back(effect::FailOp{
            asked.op, Error(Code::too_many_waiters, "too many callers wait for a token")});
        return;
    }
    // One look at the store serves all who ask before it starts (R35). Nobody waits for a store that hangs.
    if (peek_wanted_ == peek_started_ && !store_hangs()) ++peek_wanted_;
    const std::uint64_t round = store_hangs() ? peek_done_ : peek_wanted_;
    if (!known_ && failing_) {
        load_wanted_ = true;
        load_not_before_ = now.elapsed;
    }
    waiters_.add({asked.op, asked.minimum, asked.deadline, record_.version.generation, round,
                  flight_.failures});
}

void Machine::on(const event::RefreshAheadAsked&, const Now& now, Effects&) {
    if (near_end(now)) ahead_wanted_ = true;
}

void Machine::on(const event::StartAsked& asked, const Now& now, Effects& fx) {
    if (leaving()) {
        fx.push_back(effect::FailOp{
            asked.op, Error(Code::session_spent, "the session is over; open a new one")});
        return;
    }
    if (too_many_callers()) {
        fx.push_back(effect::FailOp{
            asked.op, Error(Code::too_many_waiters, "too many callers wait for a session")});
        return;
    }
    if (!known_ && failing_) {
        load_wanted_ = true;
        load_not_before_ = now.elapsed;
    }
    starts_.push_back({asked.op, asked.replace, asked.deadline, false});
}

void Machine::on(const event::AdoptAsked& asked, const Now&, Effects& fx) {
    if (leaving()) {
        fx.push_back(effect::FailOp{
            asked.op, Error(Code::session_spent, "the session is over; open a new one")});
        return;
    }
    if (too_many_callers()) {
        fx.push_back(effect::FailOp{
            asked.op, Error(Code::too_many_waiters, "too many callers wait for a session")});
        return;
    }
    adopts_.push_back({asked.op, asked.replace, asked.received, asked.issued, false});
}

void Machine::on(const event::EndAsked& asked, const Now& now, Effects& fx) {
    if (ended_) {
        fx.push_back(effect::FinishOp{asked.op});
        return;
    }
    enders_.push_back(asked.op);
    save_not_before_ = now.elapsed;
    if (ending_) return;
    ending_ = true;
    end_asked_ = now.wall;
    saved();
    alternate_.reset();
    note(now, JournalEvent::ended);
    fail_all(Error(Code::session_ended, "the session was ended"), fx);
    fx.push_back(effect::Spent{});
}

void Machine::on(const event::CloseAsked&, const Now&, Effects& fx) {
    if (closing_) return;
    closing_ = true;
    fail_all(Error(Code::closed, "the session was closed"), fx);
    if (flight_.step == FlightStep::lease_wait || flight_.step == FlightStep::background) land(fx);
}

void Machine::on(const event::RejectAsked& asked, const Now& now, Effects&) {
    const bool current = asked.generation == record_.version.generation && has_live_pair();
    if (!current || rejected_ == asked.generation)
        return;  // R29: an older generation needs no refresh
    rejected_ = asked.generation;
    note(now, JournalEvent::rejected);
    const bool young = passed_since(record_.pair->sent, now) < setup_.policy.breaker_window;
    if (!young) breaker_ = Millis{0};  // it did its work for a while
    if (!young || accepted_ == asked.generation) return;
    // Fresh and refused: the fault is not the token's age. Slow down instead of refreshing in a circle.
    breaker_ = breaker_.count == 0 ? setup_.policy.breaker_floor
                                   : min(breaker_ * 2, setup_.policy.breaker_cap);
    flight_.not_before = std::max(flight_.not_before, now.elapsed + breaker_);
    note(now, JournalEvent::breaker_opened);
}

void Machine::on(const event::CallAccepted& accepted, const Now&, Effects&) {
    if (accepted.generation != record_.version.generation) return;
    accepted_ = accepted.generation;
    breaker_ = Millis{0};
    record_.heal.accepted_since =
        true;  // written with the next record; only slows healing down if lost
}

void Machine::on(const event::CancelAsked& asked, const Now&, Effects& fx) {
    const Error cancelled(Code::cancelled, "cancelled by the caller");
    if (mutant(Mutant::cancel_cancels_flight) && flight_.step == FlightStep::sending)
        flight_.step = FlightStep::idle;
    waiters_.sweep([&](const TokenWaiter& waiter) {
        if (waiter.op != asked.op) return false;
        fx.push_back(effect::FailOp{waiter.op, cancelled});
        return true;
    });
    for (auto it = starts_.begin(); it != starts_.end(); ++it) {
        if (it->op != asked.op) continue;
        fx.push_back(effect::FailOp{it->op, cancelled});
        starts_.erase(it);  // what the provider still brings is committed for whoever comes next
        return;
    }
    for (auto it = adopts_.begin(); it != adopts_.end(); ++it) {
        if (it->op != asked.op || it->running) continue;
        fx.push_back(effect::FailOp{it->op, cancelled});
        adopts_.erase(it);
        return;
    }
}

void Machine::on(const event::Hinted& hinted, const Now& now, Effects&) {
    switch (hinted.hint) {
        case Hint::partner_credentials:
            flight_.blocked = false;
            heal_.blocked = false;
            heal_.not_before = now.elapsed;
            flight_.not_before = now.elapsed;
            break;
        case Hint::foreground:
            if (peek_wanted_ == peek_started_) ++peek_wanted_;  // R35
            [[fallthrough]];
        case Hint::network_available:
            // Waiting of our own making ends; what a server asked for is kept (R38).
            if (offline_) flight_.not_before = now.elapsed;
            if (record_.intent && has_live_pair())
                ahead_wanted_ = true;  // R19: settle at the next hint
            if (heal_.failures_in_row > 0 && !heal_.blocked && offline_)
                heal_.not_before = now.elapsed;
            break;
        default:  // storage_unlocked, clock_changed: what follows is all
            break;
    }
    if (!known_) {
        load_wanted_ = true;
        load_not_before_ = now.elapsed;
    }
    save_not_before_ = std::min(save_not_before_, now.elapsed);
}

}  // namespace credit
