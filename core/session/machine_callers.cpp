// Those who wait: for a token, for a start, for an adoption.
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/session/lifetime.h"
#include "core/session/machine.h"

namespace credit {

void Machine::fail_all(const Error& error, Effects& fx) {
    waiters_.sweep([&](const TokenWaiter& waiter) {
        fx.push_back(effect::FailOp{waiter.op, error});
        return true;
    });
    for (const StartWaiter& start : starts_)
        fx.push_back(effect::FailOp{start.op, error});
    for (const AdoptWaiter& adopt : adopts_)
        fx.push_back(effect::FailOp{adopt.op, error});
    starts_.clear();
    adopts_.clear();
}

bool Machine::too_many_callers() const {
    return starts_.size() + adopts_.size() >= setup_.policy.max_waiters;
}

void Machine::serve_waiters(const Now& now, Effects& fx, bool newest_only) {
    const auto visit = [&](const TokenWaiter& waiter) { return serve(waiter, now, fx); };
    if (newest_only && now.elapsed < waiters_.earliest_deadline())
        return waiters_.visit_newest(visit);
    refresh_wanted_ = false;
    waiters_.sweep(visit);
}

// True: the waiter has its answer. A live token beats an error (R20), also at its deadline.
bool Machine::serve(const TokenWaiter& waiter, const Now& now, Effects& fx) {
    const bool late = now.elapsed >= waiter.deadline;
    const bool live = usable(now);
    // Who asked before the store was read has not seen anything change yet.
    const bool newer = record_.version.generation > std::max(waiter.generation, loaded_generation_);
    const auto give = [&] {
        const TokenSource source = !newer                     ? TokenSource::cache
                                   : record_.pair->from_start ? TokenSource::start
                                                              : TokenSource::refresh;
        if (near_end(now)) ahead_wanted_ = true;
        fx.push_back(effect::GiveToken{waiter.op, source});
        return true;
    };
    if (late && !live) {
        // A death that is being healed is not the app's to act on.
        const bool healing = !has_live_pair() && heal_wanted();
        const bool failed = flight_.failures > waiter.failures && !healing;
        fx.push_back(effect::FailOp{
            waiter.op, failed ? flight_.error : Error(Code::deadline, "no token came in time")});
        return true;
    }
    if (late) return give();
    if (known_ && waiter.peek_round > peek_done_) return false;
    if (!live) return serve_without_token(waiter, now, fx);
    const auto left = life_left(*record_.pair, now);
    const bool enough =
        !left || *left >= effective_minimum(*record_.pair, waiter.minimum, setup_.policy);
    const bool tried = flight_.failures > waiter.failures;
    const bool may_try = now.elapsed >= flight_.not_before && !flight_.blocked;
    // An unsettled refresh may have ended the old token's life: settle first, if that can be tried now. One that is on
    // its way for the first time delays nobody.
    const bool unsettled =
        record_.intent && (record_.intent->attempts > 1 || flight_.step != FlightStep::sending);
    if ((enough && !unsettled) || newer || tried || !may_try) return give();
    refresh_wanted_ = true;
    return false;
}

bool Machine::serve_without_token(const TokenWaiter& waiter, const Now& now, Effects& fx) {
    const auto fail = [&](Error error) {
        fx.push_back(effect::FailOp{waiter.op, std::move(error)});
        return true;
    };
    const bool coming = !starts_.empty() || !adopts_.empty() || ask_running_ || start_running_;
    if (!known_) {
        if (coming) return false;
        const bool passing = answer_ == StoreAnswer::transient && load_failures_ < 3;
        if (!failing_ || load_running_ || passing) return false;
        return fail(Error(code_of(answer_), "the store cannot be read: " + detail_));
    }
    if (!has_live_pair())
        return coming && heal_.step == HealStep::idle ? false
                                                      : serve_without_session(waiter, now, fx);
    // Expired or refused: a refresh has to bring one.
    refresh_wanted_ = true;
    if (coming) return false;
    if (!refreshable())
        return fail(
            Error(Code::no_live_token, "there is no refresh token to renew the session with"));
    if (stuck(now) && !heal_possible(now)) {
        return fail(Error(Code::session_stuck,
                          "the platform answers but gives no token; a new session is needed"));
    }
    if (flight_.blocked) return fail(flight_.error);
    const bool tried = flight_.failures > waiter.failures;
    const bool idle = flight_.step == FlightStep::idle;
    if (tried && flight_.failure == Failure::final) return fail(flight_.error);
    if (tried && idle && !flight_.settle_until) return fail(flight_.error);
    if (flight_.failures > 0 && idle && flight_.not_before >= waiter.deadline)
        return fail(flight_.error);
    return false;
}

// Nothing is stored, or it is a pair with a verdict: what comes now comes from the provider, or from a second try.
bool Machine::serve_without_session(const TokenWaiter& waiter, const Now& now, Effects& fx) {
    const auto fail = [&](Error error) {
        fx.push_back(effect::FailOp{waiter.op, std::move(error)});
        return true;
    };
    if (failing_ && !record_.pair && !record_.tombstone) {  // R3: what cannot be read is not empty
        return fail(Error(code_of(answer_), "the store cannot be read: " + detail_));
    }
    // Nor is what cannot be looked at: another process may have started a session since.
    if (store_hangs() && !record_.pair && !record_.tombstone) {
        return fail(Error(Code::storage_transient, "the store does not answer"));
    }
    const bool second_try = suspect_retry_due(now);  // R24
    if (second_try) refresh_wanted_ = true;
    if (!heal_wanted() || !heal_possible(now)) {
        const bool idle = flight_.step == FlightStep::idle;
        const bool failed =
            idle && (flight_.failures > waiter.failures || flight_.not_before >= waiter.deadline);
        return !second_try || failed || flight_.blocked ? fail(why_no_session(now)) : false;
    }
    if (heal_.blocked) return fail(heal_.error);
    if (heal_.step != HealStep::idle) return false;
    // Healing has failed and is not tried again at once, or has to wait longer than this caller does.
    if (heal_.failures_in_row > 0 && now.elapsed < heal_.not_before) return fail(heal_.error);
    if (heal_due() < waiter.deadline) return false;
    return fail(Error(Code::no_live_token,
                      "the platform ended this session; a new one is asked for later"));
}

bool Machine::no_network(const Error& error) {
    constexpr int kNetworkBlock = 3;
    return static_cast<int>(error.code) / 1000 == kNetworkBlock && error.http_status == 0;
}

// R16: judged before it is committed.
std::optional<Error> Machine::judge_issued(const Issued& issued) const {
    // Both documented shapes name the borrower; only the one that carries a session token alone may leave it out.
    if (issued.borrower_external_id.empty()) {
        if (!setup_.backend_managed)
            return Error(Code::contract_missing_field, "borrowerExternalID is missing");
    } else if (issued.borrower_external_id != setup_.borrower_external_id) {
        return Error(Code::contract_wrong_borrower, "borrowerExternalID is another borrower's");
    }
    CREDIT_CHECK(issued.session_token != nullptr);
    if (setup_.backend_managed && issued.refresh_token != nullptr) {
        return Error(Code::contract_unexpected_refresh_token,
                     "refreshToken came in backend-managed mode");
    }
    if (record_.suspect) {
        const bool same = same_secret(issued.session_token, record_.pair->session_token) ||
                          (issued.refresh_token != nullptr &&
                           same_secret(issued.refresh_token, record_.pair->refresh_token));
        if (same)
            return Error(Code::contract_same_dead_token,
                         "sessionToken or refreshToken is the dead one again");
    }
    return std::nullopt;
}

Record Machine::installed(const Issued& issued, const Stamp& sent) const {
    Record out = record_;
    out.pair = pair_from(issued, sent, nullptr, record_, setup_.policy);
    out.intent.reset();
    out.suspect.reset();
    out.tombstone.reset();
    if (!issued.borrower_id.empty()) out.borrower_id = issued.borrower_id;
    if (issued.has_journey) out.journey = issued.journey;
    if (const auto offset = offset_from(issued, sent)) {
        out.offset_known = true;
        out.offset_ms = *offset;
    }
    return out;
}

void Machine::progress_adopt(const Now& now, Effects& fx) {
    if (adopts_.empty() || adopts_.front().running) return;
    AdoptWaiter& adopt = adopts_.front();
    const auto fail = [&](Error error) {
        fx.push_back(effect::FailOp{adopt.op, std::move(error)});
        adopts_.pop_front();
    };
    if (!known_ && !failing_) return;  // the first load decides
    if (!known_ && !writable()) {
        if (load_running_) return;
        return fail(Error(code_of(answer_), "the store cannot be written: " + detail_));
    }
    if (auto refused = judge_issued(adopt.issued)) return fail(std::move(*refused));
    adopt.running = true;
    note(now, JournalEvent::adopted);
    run_txn(TxnKind::adopt, installed(adopt.issued, adopt.received), fx, 0, adopt.replace);
}

void Machine::progress_start(const Now& now, Effects& fx) {
    for (auto it = starts_.begin(); it != starts_.end();) {
        if (now.elapsed < it->deadline) {
            ++it;
            continue;
        }
        fx.push_back(
            effect::FailOp{it->op, Error(Code::deadline, "the session did not start in time")});
        it = starts_.erase(it);
    }
    if (starts_.empty() || ask_running_ || start_running_ || heal_.step != HealStep::idle) return;
    if (!known_ && (!failing_ || load_running_)) return;
    if (!known_ && !writable()) {
        const Error error(code_of(answer_), "the store cannot be written: " + detail_);
        return finish_starts(&error, fx, false);
    }
    if (known_ && has_live_pair()) {
        for (auto it = starts_.begin(); it != starts_.end();) {
            if (it->replace) {
                ++it;
                continue;
            }
            fx.push_back(effect::FinishOp{it->op});
            it = starts_.erase(it);
        }
        if (starts_.empty()) return;
    }
    if (!setup_.has_provider) {
        const Error error(Code::provider_missing,
                          "neither partner_url nor session_provider is configured");
        return finish_starts(&error, fx, false);
    }
    for (StartWaiter& start : starts_)
        start.asked = true;
    ask_provider(starts_.front().op, false, fx);
}

void Machine::ask_provider(OpID op, bool healing, Effects& fx) {
    ask_running_ = true;
    asked_at_ = record_.version;
    fx.push_back(effect::AskProvider{++ask_, op, healing});
}

void Machine::finish_starts(const Error* error, Effects& fx, bool only_asked) {
    for (auto it = starts_.begin(); it != starts_.end();) {
        if (only_asked && !it->asked) {
            ++it;
            continue;
        }
        if (error != nullptr) {
            fx.push_back(effect::FailOp{it->op, *error});
        } else {
            fx.push_back(effect::FinishOp{it->op});
        }
        it = starts_.erase(it);
    }
}

void Machine::on(const event::ProviderAnswered& answered, const Now& now, Effects& fx) {
    if (!ask_running_ || answered.ask != ask_) return;
    ask_running_ = false;
    if (leaving()) {  // R28
        heal_.step = HealStep::idle;
        return;
    }
    if (record_.tombstone && record_.version > asked_at_ &&
        !mutant(Mutant::heals_after_end)) {  // R28: ended elsewhere while the question was out
        note(now, JournalEvent::late_reply_dropped);
        heal_.step = HealStep::idle;
        const Error ended = why_no_session(now);
        return finish_starts(&ended, fx, true);
    }
    // Healing is for what has died; the app has handed in or started something since.
    const bool healed_already = heal_.step == HealStep::asking && record_.version != asked_at_;
    if (healed_already) {
        note(now, JournalEvent::late_reply_dropped);
        heal_.step = HealStep::idle;
        run_txn(TxnKind::note, record_, fx, heal_.fence);  // the lease is free again
        return;
    }
    if (heal_.step == HealStep::asking) return on_heal_answered(answered, now, fx);
    on_start_answered(answered, now, fx);
}

void Machine::on_start_answered(const event::ProviderAnswered& answered, const Now& now,
                                Effects& fx) {
    if (!answered.ok) {
        offline_ = no_network(answered.error);
        return finish_starts(&answered.error, fx, true);
    }
    if (const auto refused = judge_issued(answered.issued))
        return finish_starts(&*refused, fx, true);
    start_running_ = true;
    note(now, JournalEvent::started);
    Record proposal = installed(answered.issued, answered.sent);
    proposal.heal = HealCounters{};
    run_txn(TxnKind::start, proposal, fx);
}

void Machine::on_install_done(const TxnResult& result, const Now& now, Effects& fx) {
    const bool adopting = result.kind == TxnKind::adopt;
    if (!adopting) start_running_ = false;
    if (over()) return;
    std::optional<Error> error;
    switch (result.outcome) {
        case TxnOutcome::applied:
            record_ = result.record;
            known_ = true;
            saved();
            succeed(now);
            break;
        case TxnOutcome::stale:
            note(now, JournalEvent::stale_adopt_refused);
            error = Error(Code::stale_adopt, "what was handed in is older than the live session");
            break;
        case TxnOutcome::newer:
            adopt_stored(result.record, now);
            if (record_.tombstone)
                error = why_no_session(now);  // R28: ended meanwhile, by another process
            break;
        default:
            if (result.answer == StoreAnswer::locked || result.answer == StoreAnswer::full ||
                result.answer == StoreAnswer::transient) {
                keep_install(result, true, now);
                succeed(now);
            } else {
                storage_trouble(result.answer, result.detail, now);
                error = Error(code_of(result.answer),
                              "the store did not take the session: " + result.detail);
            }
            break;
    }
    if (!adopting) return finish_starts(error ? &*error : nullptr, fx, true);
    if (adopts_.empty()) return;  // closed meanwhile
    CREDIT_CHECK(adopts_.front().running);
    const OpID op = adopts_.front().op;
    adopts_.pop_front();
    if (error) {
        fx.push_back(effect::FailOp{op, std::move(*error)});
    } else {
        fx.push_back(effect::FinishOp{op});
    }
}

}  // namespace credit
