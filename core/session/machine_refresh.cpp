// One refresh: mark, send, commit, or learn why not (R12 to R27).
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/session/lifetime.h"
#include "core/session/machine.h"

namespace credit {
namespace {

constexpr int kMostDoublings = 16;  // of a wait; far beyond every cap
constexpr std::size_t kNotesOfACommit = 4;

Millis clamped_retry_after(std::int64_t wanted_ms, bool waiting, const Policy& policy) {
    return min(Millis{wanted_ms},
               waiting ? policy.retry_after_cap_waiting : policy.retry_after_cap);
}

}  // namespace

Machine::Need Machine::need(const Now& now) const {
    if (!known_ || leaving() || !refreshable()) return Need::none;
    // R24: the second try of a pair with a verdict comes by itself; when it stays unanswered it is like any other.
    const bool second_try = record_.suspect && suspect_retry_due(now);
    if (record_.suspect && !second_try) return Need::none;
    if (second_try && !record_.intent) return Need::required;
    if (refresh_wanted_ || settling()) return Need::required;
    return ahead_wanted_ ? Need::ahead : Need::none;
}

bool Machine::refreshable() const {
    return record_.pair && (record_.pair->refresh_token != nullptr || setup_.backend_managed);
}

// R19: an unanswered refresh is asked again by itself for a while, with or without a caller.
bool Machine::settling() const {
    return record_.intent && flight_.settle_until;
}

// R26: when the server gives nothing it is healing's turn; when that fails both take turns.
bool Machine::may_fly(const Now& now) const {
    const bool healing_first = stuck(now) && heal_possible(now) && heal_.failures_in_row == 0;
    return heal_.step == HealStep::idle && !flight_.blocked && !healing_first;
}

void Machine::progress_refresh(const Now& now, Effects& fx) {
    begin_refresh(now, fx);
    // Granted, but meanwhile nobody needs it any more.
    if (flight_.step == FlightStep::idle && flight_.background_held) land(fx);
}

void Machine::begin_refresh(const Now& now, Effects& fx) {
    if (flight_.settle_until && now.elapsed >= *flight_.settle_until) {
        flight_.settle_until.reset();
        // The window is over for everybody who waited in it (R19).
        serve_waiters(now, fx);
    }
    if (flight_.step == FlightStep::lease_wait && now.elapsed >= flight_.not_before) {
        if (need(now) == Need::none) return land(fx);
        return mark(now, fx);
    }
    if (flight_.step != FlightStep::idle || !may_fly(now)) return;
    const Need wanted = need(now);
    if (wanted == Need::none || now.elapsed < flight_.not_before) return;
    if (setup_.has_background && !flight_.background_held && !flight_.background_refused) {
        flight_.step = FlightStep::background;
        fx.push_back(effect::BeginBackground{});
        return;
    }
    if (flight_.background_refused && wanted == Need::ahead) {  // R22
        ahead_wanted_ = false;
        flight_.background_refused = false;
        return;
    }
    mark(now, fx);
}

void Machine::on(const event::BackgroundAnswered& answered, const Now&, Effects& fx) {
    if (flight_.step != FlightStep::background) {
        if (answered.granted) fx.push_back(effect::EndBackground{});
        return;
    }
    flight_.step = FlightStep::idle;
    flight_.background_held = answered.granted;
    flight_.background_refused = !answered.granted;
}

void Machine::mark(const Now& now, Effects& fx) {
    CREDIT_CHECK(record_.pair.has_value());
    Record proposal = record_;
    if (!proposal.intent) {
        Intent fresh;
        fresh.n = record_.pair->kept;
        fresh.first = Stamp::of(now);
        proposal.intent = fresh;
    }
    // R30: a life nobody knows is worth one refresh; what that brings is used until a 401, known or not.
    if (!life_left(*record_.pair, now)) unknown_life_tried_ = record_.version.generation + 1;
    Intent& intent = *proposal.intent;
    intent.attempts += 1;
    // Should this process die now, nobody can say that nothing left the device; an attempt that is known to have stayed
    // takes this back.
    flight_.sent_before = intent.maybe_sent;
    intent.maybe_sent = true;
    // R19: should this process die now, the next one waits a little longer each time.
    const Policy& policy = setup_.policy;
    const int deaths =
        static_cast<int>(std::min<std::uint32_t>(intent.attempts - 1, kMostDoublings));
    intent.not_before = now.wall + jitter_.backoff(deaths, policy.settle_floor,
                                                   policy.settle_floor * 2, policy.settle_cap);
    flight_.step = FlightStep::marking;
    if (!flight_.waited) {
        if (record_.suspect) note(now, JournalEvent::suspect_retried);
        note(now,
             intent.attempts > 1 ? JournalEvent::refresh_replayed : JournalEvent::refresh_marked);
    }
    run_txn(TxnKind::mark, proposal, fx, std::max(flight_.fence, heal_.fence));
}

void Machine::land(Effects& fx) {
    flight_.step = FlightStep::idle;
    flight_.background_refused = false;
    flight_.waited = false;
    flight_.received = Pair{};
    if (flight_.background_held) fx.push_back(effect::EndBackground{});
    flight_.background_held = false;
}

// What stands in the mark; attempts that this session did not count are those of another process, which may have sent.
void Machine::take_mark(const Record& marked) {
    CREDIT_CHECK(marked.intent.has_value());
    const std::uint32_t own = record_.intent ? record_.intent->attempts + 1 : 1;
    if (marked.intent->attempts > own) flight_.sent_before = true;
    record_ = marked;
}

void Machine::on_marked(const TxnResult& result, const Now& now, Effects& fx) {
    CREDIT_CHECK(flight_.step == FlightStep::marking);
    if (over()) return land(fx);
    switch (result.outcome) {
        case TxnOutcome::applied:
            flight_.fence = result.record.lease.fence;
            if (result.record.version < record_.version)
                return land(fx);                         // installed something newer meanwhile
            renumber(result.record.version.generation);  // a mark leaves the pair as it was
            take_mark(result.record);
            saved();
            flight_.marked = record_.version;
            flight_.lease_until = record_.lease.deadline;
            if (closing_) {  // nothing was sent: whoever opens the session next need not wait for the lease
                record_.intent->maybe_sent = flight_.sent_before;
                run_txn(TxnKind::note, record_, fx, flight_.fence);
                return land(fx);
            }
            flight_.step = FlightStep::sending;
            ahead_wanted_ = false;
            diary_.reserve(diary_.size() + kNotesOfACommit);  // R22
            fx.push_back(effect::SendRefresh{
                ++flight_.id, std::make_shared<const Intent>(*record_.intent),
                record_.pair->refresh_token, flight_.lease_until, record_.intent->attempts > 1});
            return;
        case TxnOutcome::newer: {
            const bool ours =
                same_pair(record_.pair.value_or(Pair{}), result.record.pair.value_or(Pair{}));
            adopt_stored(result.record, now);
            // Somebody else's rotation is as good as ours; our own pair under another number is no rotation.
            if (!ours) succeed(now);
            return land(fx);
        }
        case TxnOutcome::busy:
            if (closing_) return land(fx);
            if (!flight_.waited) note(now, JournalEvent::lease_waited);
            flight_.waited = true;
            flight_.step = FlightStep::lease_wait;
            flight_.not_before = now.elapsed + min(max(result.busy_for, Millis{1}),
                                                   jitter_.between(setup_.policy.lease_poll / 2,
                                                                   setup_.policy.lease_poll));
            return;
        default:  // R7: without a mark nothing is sent, and the live token is served
            storage_trouble(result.answer, result.detail, now);
            fail_attempt(
                Failure::final,
                Error(code_of(result.answer), "the store did not take the mark: " + result.detail));
            flight_.not_before =
                now.elapsed + jitter_.backoff(flight_.tries++, setup_.policy.storage_retry_floor,
                                              setup_.policy.storage_retry_floor * 2,
                                              setup_.policy.storage_retry_cap);
            ahead_wanted_ = false;
            return land(fx);
    }
}

void Machine::fail_attempt(Failure failure, Error error) {
    ++flight_.failures;
    flight_.failure = failure;
    flight_.error = std::move(error);
}

void Machine::on(const event::RefreshAnswered& answered, const Now& now, Effects& fx) {
    if (flight_.step != FlightStep::sending || answered.flight != flight_.id) return;
    if (over()) {  // R18, R28
        note(now, JournalEvent::late_reply_dropped);
        return land(fx);
    }
    const RefreshAnswer& answer = answered.answer;
    if (record_.version != flight_.marked) return overtaken(answered, now, fx);
    offline_ = !answer.reachable && answer.kind != AnswerKind::issued;
    if (answer.kind == AnswerKind::issued) {
        if (mutant(Mutant::drops_short_pair) && wants_longer(answer.issued)) {
            fail_attempt(Failure::final, Error(Code::contract_expired_pair, "too short a life"));
            return land(fx);
        }
        // R16: committed before it is judged. R22: nothing between here and the write decides anything.
        flight_.step = FlightStep::saving;
        const Stamp issued = issue_instant(answer.issued, answered.sent, record_);
        flight_.received = pair_from(answer.issued, issued, &*record_.pair, record_, setup_.policy);
        Record proposal = record_;
        proposal.pair = flight_.received;
        proposal.intent.reset();
        if (record_.suspect) note(now, JournalEvent::suspect_revived);
        proposal.suspect.reset();
        if (answer.issued.has_journey) proposal.journey = answer.issued.journey;
        if (!answer.issued.borrower_id.empty()) proposal.borrower_id = answer.issued.borrower_id;
        if (const auto offset = offset_from(answer.issued, issued)) {
            proposal.offset_known = true;
            proposal.offset_ms = *offset;
        }
        note(now, JournalEvent::refresh_committed, Code::ok, answer.issued.request_id,
             answer.issued.correlation_id);
        run_txn(TxnKind::commit, proposal, fx, flight_.fence, false, answered.room);
        if (mutant(Mutant::publishes_before_commit)) {
            record_.pair = flight_.received;
            record_.intent.reset();
            serve_waiters(now, fx);
        }
        return;
    }
    if (answer.kind == AnswerKind::dead) return condemn(answer.error, now, fx);
    attempt_failed(answer, now, fx);
}

// Only a seeded mistake asks this.
bool Machine::wants_longer(const Issued& issued) {
    bool longer = false;
    const std::int64_t life = issued.session_expires_at_ms - issued.server_time_ms;
    waiters_.sweep([&](const TokenWaiter& waiter) {
        longer = longer || waiter.minimum.count >= life;
        return false;
    });
    return longer;
}

// While the request was out the session moved on: adopted, started, or rotated by another process.
void Machine::overtaken(const event::RefreshAnswered& answered, const Now& now, Effects& fx) {
    note(now, JournalEvent::late_reply_dropped);
    const bool same_epoch = record_.version.epoch == flight_.marked.epoch;
    if (answered.answer.kind == AnswerKind::issued &&
        same_epoch) {  // R11: received, so not forgotten
        set_aside(
            pair_from(answered.answer.issued, answered.sent, nullptr, record_, setup_.policy));
    }
    land(fx);
}

// R14: the same stored 5xx for a quarter of an hour says that the key is pinned to it.
void Machine::count_stored_answer(const RefreshAnswer& answer, const Now& now) {
    Intent& intent = *record_.intent;
    const Policy& policy = setup_.policy;
    const bool again = answer.body_digest != 0 && answer.body_digest == intent.last_digest;
    intent.same_digest = again ? intent.same_digest + 1 : 1;
    intent.last_digest = answer.body_digest;
    const bool pinned = answer.body_digest != 0 && intent.key_epoch == 0 &&
                        intent.same_digest >= static_cast<std::uint32_t>(policy.pinned_answers) &&
                        passed_since(intent.first, now) >= policy.pinned_after;
    if (pinned) bump_key(now);
}

void Machine::attempt_failed(const RefreshAnswer& answer, const Now& now, Effects& fx) {
    CREDIT_CHECK(record_.intent.has_value());
    Intent& intent = *record_.intent;
    const Policy& policy = setup_.policy;
    note(now,
         answer.kind == AnswerKind::unsent ? JournalEvent::refresh_unsent
                                           : JournalEvent::refresh_failed,
         answer.error);
    if (mutant(Mutant::failed_renewal_drops_token)) rejected_ = record_.version.generation;
    if (answer.reachable) {
        intent.answered += 1;
        flight_.answered_at = now.elapsed;
    }
    if (answer.kind == AnswerKind::unsent) intent.maybe_sent = flight_.sent_before;
    Failure failure = Failure::ambiguous;
    Millis wait = jitter_.backoff(flight_.tries++, policy.settle_floor, policy.settle_floor * 2,
                                  policy.settle_cap);
    bool settle = true;
    switch (answer.kind) {
        case AnswerKind::unsent:  // R15: starts no settling, but does not stop one either
            failure = intent.maybe_sent ? Failure::ambiguous : Failure::final;
            settle = intent.maybe_sent && flight_.settle_until.has_value();
            break;
        case AnswerKind::refused:
            failure = Failure::final;
            settle = false;
            wait = minutes(1);  // no retry loop: once a minute if callers keep asking
            break;
        case AnswerKind::unauthorized:
            failure = Failure::final;
            settle = false;
            flight_.blocked = true;
            note(now, JournalEvent::partner_unauthorized, answer.error);
            break;
        case AnswerKind::malformed:
            if (++flight_.malformed > policy.malformed_replays) {
                failure = Failure::final;
                settle = false;
                wait = minutes(1);
                flight_.malformed = 0;
            }
            break;
        case AnswerKind::key_mismatch:
            if (intent.key_epoch != 0) return condemn(answer.error, now, fx);
            bump_key(now);
            wait = Millis{0};
            break;
        default:
            count_stored_answer(answer, now);
            break;
    }
    if (answer.retry_after_ms >= 0) {
        wait = max(wait, clamped_retry_after(answer.retry_after_ms, !waiters_.empty(), policy));
    }
    if (mutant(Mutant::no_backoff)) wait = Millis{0};
    if (settle && !flight_.settle_until) flight_.settle_until = now.elapsed + policy.settle_window;
    if (!settle) flight_.settle_until.reset();
    flight_.not_before = now.elapsed + wait;
    intent.not_before = now.wall + wait;
    ahead_wanted_ = false;
    fail_attempt(failure, answer.error);
    if (answer.retry_after_ms >= 0) flight_.error.retry_after_ms = wait.count;
    // What was learned survives a restart, and the lease is free for others (R8, R19).
    run_txn(TxnKind::note, record_, fx, flight_.fence);
    land(fx);
}

void Machine::bump_key(const Now& now) {
    Intent& intent = *record_.intent;
    intent.key_epoch += 1;
    intent.idempotency_key = nullptr;  // the driver derives it anew from n and key_epoch
    intent.last_digest = 0;
    intent.same_digest = 0;
    note(now, JournalEvent::key_epoch_bumped);
}

// A verdict is believed under the lease, after the store was read again at the same generation (R24); an alternate pair
// is tried first (R11).
void Machine::condemn(const Error& error, const Now& now, Effects& fx) {
    note(now, JournalEvent::verdict, error);
    flight_.step = FlightStep::judging;
    flight_.error = error;
    Record proposal = record_;
    if (alternate_) {
        note(now, JournalEvent::alternate_tried);
        proposal.pair = alternate_;
        proposal.intent.reset();
        proposal.suspect.reset();
        run_txn(TxnKind::swap, proposal, fx, flight_.fence);
        return;
    }
    Suspect suspect;
    suspect.since = record_.suspect ? record_.suspect->since : Stamp::of(now);
    suspect.retried = record_.suspect.has_value();
    suspect.reason = Code::session_dead;
    suspect.request_id = error.request_id;
    suspect.correlation_id = error.correlation_id;
    if (!record_.suspect) note_death(proposal.heal, now);
    proposal.suspect = suspect;
    run_txn(TxnKind::suspect, proposal, fx, flight_.fence);
}

void Machine::on_judged(const TxnResult& result, const Now& now, Effects& fx) {
    CREDIT_CHECK(flight_.step == FlightStep::judging);
    if (over()) return land(fx);
    switch (result.outcome) {
        case TxnOutcome::applied:
            if (result.record.version < record_.version) break;
            flight_.not_before = now.elapsed;
            flight_.settle_until.reset();
            flight_.tries = 0;
            if (result.kind == TxnKind::swap) {
                alternate_.reset();
            } else {
                note(now, JournalEvent::suspected);
            }
            // A second verdict on the same pair is no second death (R25).
            if (!record_.suspect) heal_ = Heal{};
            record_ = result.record;
            break;
        case TxnOutcome::
            busy:  // the lease lapsed and is somebody else's: this verdict does not count (R9)
            flight_.not_before = now.elapsed + jitter_.between(setup_.policy.lease_poll / 2,
                                                               setup_.policy.lease_poll);
            break;
        case TxnOutcome::
            newer:  // somebody else holds a newer pair: the verdict was about an old one
            adopt_stored(result.record, now);
            succeed(now);
            break;
        default:
            storage_trouble(result.answer, result.detail, now);
            fail_attempt(Failure::final, Error(code_of(result.answer),
                                               "the store cannot be read again: " + result.detail));
            flight_.not_before = now.elapsed + setup_.policy.settle_cap;
            break;
    }
    land(fx);
}

void Machine::on_committed(const TxnResult& result, const Now& now, Effects& fx) {
    CREDIT_CHECK(flight_.step == FlightStep::saving);
    if (over()) return land(fx);
    switch (result.outcome) {
        case TxnOutcome::applied:
            if (result.record.version < record_.version) break;
            record_ = result.record;
            saved();
            alternate_.reset();  // the winner's next success (R11)
            succeed(now);
            break;
        case TxnOutcome::newer: {
            note(now, JournalEvent::conflict);
            const bool same_epoch = result.record.version.epoch == flight_.marked.epoch;
            const Pair received = flight_.received;
            adopt_stored(result.record, now);
            if (same_epoch) set_aside(received);
            succeed(now);
            break;
        }
        default: {
            if (record_.version != flight_.marked) {
                if (record_.version.epoch == flight_.marked.epoch) set_aside(flight_.received);
                break;
            }
            Record kept = record_;
            kept.pair = flight_.received;
            kept.intent.reset();
            kept.suspect.reset();
            kept.offset_known = result.record.offset_known;
            kept.offset_ms = result.record.offset_ms;
            kept.journey = result.record.journey;
            kept.version.generation += 1;
            keep_in_memory(kept, result.answer, now);
            succeed(now);
            break;
        }
    }
    land(fx);
}

// New tokens are in place, whoever brought them.
void Machine::succeed(const Now& now) {
    const Policy& policy = setup_.policy;
    flight_.tries = 0;
    flight_.malformed = 0;
    flight_.settle_until.reset();
    flight_.failure = Failure::none;
    flight_.blocked = false;
    flight_.not_before = now.elapsed;
    offline_ = false;
    ahead_wanted_ = false;
    rejected_ = 0;
    forget_death();
    if (breaker_.count != 0) flight_.not_before = now.elapsed + breaker_;
    if (!record_.pair) return;
    const auto left = life_left(*record_.pair, now);
    if (left && left->count <= 0) {
        short_wait_ = short_wait_.count == 0 ? policy.short_token_floor
                                             : min(short_wait_ * 2, policy.short_token_cap);
        flight_.not_before = now.elapsed + short_wait_;
        // What waiting callers are told is not the failure of some session before this one.
        flight_.error = Error(Code::no_live_token, "the platform's new token was over on arrival");
    } else {
        short_wait_ = Millis{0};
    }
}

}  // namespace credit
