// Healing: a session the platform ended is minted again through the provider, carefully (R24 to R26).
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/session/machine.h"

namespace credit {

bool Machine::heal_wanted() const {
    if (!known_ || ended_ || ending_ || closing_) return false;
    return record_.suspect.has_value() || heal_.step != HealStep::idle || heal_.since.ms != INT64_MIN;
}

bool Machine::heal_possible() const { return setup_.has_provider && !heal_.given_up; }

// R24: the condemned pair is tried once more when healing does not work; one bad deployment must not cost a fleet.
bool Machine::suspect_retry_due(const Now& now) const {
    if (!record_.suspect || record_.suspect->retried || !record_.pair) return false;
    if (setup_.has_provider && heal_.failures == 0 && !heal_.given_up) return false;
    const Stamp& since = record_.suspect->since;
    const Millis passed = since.boot.same_boot(now.boot) ? now.elapsed - since.elapsed : now.wall - since.wall;
    return passed >= setup_.policy.suspect_retry;
}

// R25: died young or without one accepted call: wait twice as long as the last time.
void Machine::note_death(HealCounters& heal, const Now& now) const {
    if (heal.last.ms == 0) return;
    const bool young = now.wall - heal.last < setup_.policy.heal_young;
    if (!young && heal.accepted_since) {
        heal.wait_ms = 0;
        heal.not_before = WallTime{};
        return;
    }
    const Millis doubled = heal.wait_ms == 0 ? setup_.policy.heal_again_floor : Millis{heal.wait_ms} * 2;
    heal.wait_ms = min(doubled, setup_.policy.heal_again_cap).count;
    heal.not_before = now.wall + Millis{heal.wait_ms};
}

ElapsedTime Machine::heal_due(const Now& now) const {
    const Policy& policy = setup_.policy;
    const ElapsedTime since = heal_.since.ms == INT64_MIN ? now.elapsed : heal_.since;
    const bool waiting = !waiters_.empty() || !starts_.empty();
    const Millis span = min(policy.heal_spread, waiting ? policy.heal_spread_waiting : policy.heal_spread);
    ElapsedTime due = since + span * static_cast<std::int64_t>(heal_.spread) / 1024;
    due = std::max(due, heal_.not_before);
    // The record's own wait is on the wall clock; one that was set far ahead is not believed beyond its cap.
    const Millis wait = min(record_.heal.not_before - now.wall, policy.heal_again_cap);
    return std::max(due, now.elapsed + max(wait, Millis{0}));
}

void Machine::progress_heal(const Now& now, Effects& fx) {
    if (stuck(now) && setup_.has_provider && !heal_wanted() && !closing_) {
        note(now, JournalEvent::stuck, Code::session_stuck);
        heal_.since = now.elapsed;
        heal_.spread = jitter_.next() % 1024;
    }
    if (!heal_wanted()) return;
    if (heal_.since.ms == INT64_MIN) {  // found dead in the store
        heal_.since = now.elapsed;
        heal_.spread = jitter_.next() % 1024;
    }
    const bool keep_over = record_.suspect && record_.pair &&
                           now.wall - record_.suspect->since.wall >= setup_.policy.suspect_keep;
    if (keep_over && heal_.step == HealStep::idle && flight_.step == FlightStep::idle) {  // R24: 24 hours
        record_.pair.reset();
        record_.intent.reset();
        record_.suspect.reset();
        forget_death();
        run_txn(TxnKind::note, record_, fx);
        return;
    }
    if (!heal_possible() || heal_.step != HealStep::idle || heal_.blocked || ask_running_ || start_running_) return;
    if (flight_.step != FlightStep::idle || now.elapsed < heal_due(now)) return;
    Record proposal = record_;
    HealCounters& heal = proposal.heal;
    if (heal.day.ms == 0 || now.wall - heal.day >= days(1) || now.wall < heal.day) {
        heal.day = now.wall;
        heal.today = 0;
    }
    if (heal.today >= static_cast<std::uint32_t>(setup_.policy.heal_per_day)) {
        heal_.given_up = true;
        note(now, JournalEvent::heal_given_up, Code::session_superseded);
        serve_waiters(now, fx);
        return;
    }
    heal.not_before = now.wall + setup_.policy.heal_spread_waiting;  // a crash loop does not become a storm
    heal_.step = HealStep::marking;
    note(now, JournalEvent::heal_asked);
    run_txn(TxnKind::heal_mark, std::move(proposal), fx, heal_.fence);
}

void Machine::on_heal_marked(const TxnResult& result, const Now& now, Effects& fx) {
    CREDIT_CHECK(heal_.step == HealStep::marking);
    heal_.step = HealStep::idle;
    if (ended_ || ending_ || closing_) return;
    switch (result.outcome) {
        case TxnOutcome::applied:
            record_ = result.record;
            heal_.fence = record_.lease.fence;
            heal_.step = HealStep::asking;
            ask_running_ = true;
            fx.push_back(effect::AskProvider{++ask_, 0, true});
            return;
        case TxnOutcome::newer:
            adopt_stored(result.record, now);
            succeed(now);
            return;
        case TxnOutcome::busy:
            heal_.not_before = now.elapsed + jitter_.between(setup_.policy.lease_poll / 2, setup_.policy.lease_poll);
            return;
        default:
            storage_trouble(result.answer, result.detail, now);
            heal_failed(Error(code_of(result.answer), "the store did not take the mark: " + result.detail), now, fx);
            return;
    }
}

void Machine::on_heal_answered(const event::ProviderAnswered& answered, const Now& now, Effects& fx) {
    heal_.step = HealStep::idle;
    if (ended_ || ending_ || closing_) return;  // R28
    if (!answered.ok) return heal_failed(answered.error, now, fx);
    if (const auto refused = judge_issued(answered.issued)) return heal_failed(*refused, now, fx);
    Record proposal = installed(answered.issued, answered.sent);
    HealCounters& heal = proposal.heal;
    heal.today += 1;
    heal.last = now.wall;
    heal.not_before = WallTime{};
    heal.accepted_since = false;
    heal_.step = HealStep::installing;
    Error ids;
    ids.request_id = answered.issued.request_id;
    ids.correlation_id = answered.issued.correlation_id;
    note(now, JournalEvent::healed, Code::ok, &ids);
    run_txn(TxnKind::heal, std::move(proposal), fx, heal_.fence);
}

void Machine::on_healed(const TxnResult& result, const Now& now, Effects&) {
    CREDIT_CHECK(heal_.step == HealStep::installing);
    heal_.step = HealStep::idle;
    if (ended_ || ending_) return;
    if (result.outcome == TxnOutcome::applied) {
        record_ = result.record;
    } else if (result.outcome == TxnOutcome::newer) {
        adopt_stored(result.record, now);
    } else {
        Record kept = result.record;
        kept.version = {record_.version.epoch + 1, record_.version.generation + 1};
        keep_in_memory(kept, result.answer, now);
    }
    succeed(now);
}

void Machine::heal_failed(const Error& error, const Now& now, Effects& fx) {
    const Policy& policy = setup_.policy;
    note(now, JournalEvent::heal_failed, error.code, &error);
    ++heal_.failures;
    heal_.error = error;
    heal_.blocked = error.code == Code::partner_unauthorized;
    const int group = static_cast<int>(error.code) / 1000;
    offline_ = group == 3 && error.http_status == 0;
    const bool passing = code_is_retryable(error.code);
    const Millis base = passing ? seconds(2) : policy.heal_again_floor;
    const Millis cap = passing ? minutes(1) : policy.heal_again_cap;
    Millis wait = jitter_.backoff(heal_.failures_in_row++, base / 2, base, cap);
    if (error.retry_after_ms > 0) wait = max(wait, min(Millis{error.retry_after_ms}, policy.retry_after_cap));
    heal_.not_before = now.elapsed + wait;
    record_.heal.not_before = WallTime{};
    run_txn(TxnKind::note, record_, fx, heal_.fence);  // the lease is free again
}

}  // namespace credit
