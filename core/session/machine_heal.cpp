// Healing: a session the platform ended is minted again through the provider, carefully (R24 to R26).
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/session/lifetime.h"
#include "core/session/machine.h"

namespace credit {

bool Machine::heal_wanted() const {
    if (!known_ || leaving()) return false;
    if (mutant(Mutant::heals_after_end) && record_.tombstone) return true;
    if (heal_.step != HealStep::idle || record_.suspect) return true;
    return record_.pair && heal_.since.ms != INT64_MIN;  // stuck
}

// R25: four a day are enough. A clock that was put back starts a new day.
bool Machine::heal_spent(const Now& now) const {
    if (mutant(Mutant::unlimited_healing)) return false;
    const HealCounters& heal = record_.heal;
    const bool running = now.wall >= heal.day && now.wall - heal.day < days(1);
    return running && heal.today >= static_cast<std::uint32_t>(setup_.policy.heal_per_day);
}

bool Machine::heal_possible(const Now& now) const {
    return setup_.has_provider && !heal_spent(now);
}

bool Machine::may_heal(const Now& now) const {
    return heal_wanted() && heal_possible(now) && heal_.step == HealStep::idle && !heal_.blocked &&
           !ask_running_ && !start_running_ && flight_.step == FlightStep::idle;
}

// A death is seen for the first time, by its verdict or in the store. From here on only the elapsed clock counts: a
// wait on a wall clock that somebody put back would never end (R32).
void Machine::begin_death(const Now& now) {
    heal_.since = now.elapsed;
    heal_.spread = jitter_.next() % 1024;
    const Policy& policy = setup_.policy;
    const Millis longest =
        min(max(Millis{record_.heal.wait_ms}, policy.heal_spread_waiting), policy.heal_again_cap);
    heal_.not_before =
        now.elapsed + max(Millis{0}, min(record_.heal.not_before - now.wall, longest));
}

// R24: the condemned pair is tried once more when healing does not work; one bad deployment must not cost a fleet.
bool Machine::suspect_retry_due(const Now& now) const {
    if (!record_.suspect || record_.suspect->retried) return false;
    if (heal_possible(now) && heal_.failures == 0) return false;
    return passed_since(record_.suspect->since, now) >= setup_.policy.suspect_retry;
}

// R24: a pair with a verdict is kept for a day; longer only while the provider has not had its say.
bool Machine::keep_over(const Now& now) const {
    // After a long sleep the day is over at once; the provider is asked first.
    if (!record_.suspect || (heal_possible(now) && !heal_.answered)) return false;
    return passed_since(record_.suspect->since, now) >= setup_.policy.suspect_keep;
}

// The next instant at which something becomes due for a pair with a verdict.
void Machine::consider_suspect(const Now& now, ElapsedTime& at) const {
    if (!known_ || leaving() || !record_.suspect) return;
    const Millis passed = passed_since(record_.suspect->since, now);
    for (const Millis when : {setup_.policy.suspect_retry, setup_.policy.suspect_keep}) {
        if (passed < when) at = std::min(at, now.elapsed + (when - passed));
    }
}

// R25: died young or without one accepted call: wait twice as long as the last time.
void Machine::note_death(HealCounters& heal, const Now& now) const {
    if (heal.last.ms == 0 || mutant(Mutant::unlimited_healing)) return;
    const bool young = now.wall - heal.last < setup_.policy.heal_young;
    if (!young && heal.accepted_since) {
        heal.wait_ms = 0;
        heal.not_before = WallTime{};
        return;
    }
    const Millis doubled =
        heal.wait_ms == 0 ? setup_.policy.heal_again_floor : Millis{heal.wait_ms} * 2;
    heal.wait_ms = min(doubled, setup_.policy.heal_again_cap).count;
    heal.not_before = now.wall + Millis{heal.wait_ms};
}

ElapsedTime Machine::heal_due() const {
    const Policy& policy = setup_.policy;
    const Millis span =
        waiters_.empty() ? policy.heal_spread : min(policy.heal_spread, policy.heal_spread_waiting);
    const ElapsedTime due = heal_.since + span * static_cast<std::int64_t>(heal_.spread) / 1024;
    return std::max(due, heal_.not_before);
}

// Before callers are looked at: what they may expect depends on it.
void Machine::notice_death(const Now& now) {
    if (!known_ || leaving() || heal_.since.ms != INT64_MIN) return;
    if (record_.suspect) begin_death(now);  // by a verdict just now, or found so in the store
    if (!stuck(now) || !heal_possible(now)) return;
    note(now, JournalEvent::stuck, Code::session_stuck);
    begin_death(now);
}

void Machine::progress_heal(const Now& now, Effects& fx) {
    if (!heal_wanted()) return;
    if (keep_over(now) && heal_.step == HealStep::idle && flight_.step == FlightStep::idle) {
        record_.pair.reset();
        record_.intent.reset();
        record_.suspect.reset();
        forget_death();
        run_txn(TxnKind::note, record_, fx, record_.lease.fence);
        return;
    }
    if (heal_spent(now) && !heal_.given_up) {
        heal_.given_up = true;
        note(now, JournalEvent::heal_given_up, Code::session_superseded);
    }
    if (!may_heal(now) || now.elapsed < heal_due()) return;
    Record proposal = record_;
    HealCounters& heal = proposal.heal;
    if (now.wall - heal.day >= days(1) || now.wall < heal.day) {
        heal.day = now.wall;
        heal.today = 0;
    }
    heal.not_before =
        now.wall + setup_.policy.heal_spread_waiting;  // a crash loop does not become a storm
    heal_.step = HealStep::marking;
    note(now, JournalEvent::heal_asked);
    run_txn(TxnKind::heal_mark, proposal, fx, std::max(flight_.fence, heal_.fence));
}

void Machine::on_heal_marked(const TxnResult& result, const Now& now, Effects& fx) {
    CREDIT_CHECK(heal_.step == HealStep::marking);
    heal_.step = HealStep::idle;
    if (leaving()) return;
    switch (result.outcome) {
        case TxnOutcome::applied:
            renumber(result.record.version.generation);
            record_ = result.record;
            heal_.fence = record_.lease.fence;
            heal_.step = HealStep::asking;
            ask_provider(0, true, fx);
            return;
        case TxnOutcome::newer:
            adopt_stored(result.record, now);
            succeed(now);
            return;
        case TxnOutcome::busy:
            heal_.not_before = now.elapsed + jitter_.between(setup_.policy.lease_poll / 2,
                                                             setup_.policy.lease_poll);
            return;
        default:
            storage_trouble(result.answer, result.detail, now);
            heal_failed(
                Error(code_of(result.answer), "the store did not take the mark: " + result.detail),
                now, fx);
            return;
    }
}

void Machine::on_heal_answered(const event::ProviderAnswered& answered, const Now& now,
                               Effects& fx) {
    heal_.step = HealStep::idle;
    heal_.answered = true;
    if (!answered.ok) return heal_failed(answered.error, now, fx);
    if (const auto refused = judge_issued(answered.issued)) return heal_failed(*refused, now, fx);
    Record proposal = installed(answered.issued, answered.sent);
    HealCounters& heal = proposal.heal;
    heal.today += 1;
    heal.last = now.wall;
    heal.not_before = WallTime{};
    heal.accepted_since = false;
    heal_.step = HealStep::installing;
    note(now, JournalEvent::healed, Code::ok, answered.issued.request_id,
         answered.issued.correlation_id);
    run_txn(TxnKind::heal, proposal, fx, heal_.fence);
}

void Machine::on_healed(const TxnResult& result, const Now& now, Effects&) {
    CREDIT_CHECK(heal_.step == HealStep::installing);
    heal_.step = HealStep::idle;
    if (over()) return;
    if (result.outcome == TxnOutcome::applied) {
        record_ = result.record;
    } else if (result.outcome == TxnOutcome::newer) {
        adopt_stored(result.record, now);
    } else {
        keep_install(result, false, now);
    }
    succeed(now);
}

void Machine::heal_failed(const Error& error, const Now& now, Effects& fx) {
    const Policy& policy = setup_.policy;
    note(now, JournalEvent::heal_failed, error);
    ++heal_.failures;
    heal_.error = error;
    heal_.blocked = error.code == Code::partner_unauthorized;
    offline_ = no_network(error);
    const bool passing = code_is_retryable(error.code);
    const Millis base = passing ? seconds(2) : policy.heal_again_floor;
    const Millis cap = passing ? minutes(1) : policy.heal_again_cap;
    Millis wait = jitter_.backoff(heal_.failures_in_row++, base / 2, base, cap);
    if (error.retry_after_ms > 0)
        wait = max(wait, min(Millis{error.retry_after_ms}, policy.retry_after_cap));
    heal_.not_before = now.elapsed + wait;
    record_.heal.not_before = WallTime{};
    run_txn(TxnKind::note, record_, fx, heal_.fence);  // the lease is free again
}

}  // namespace credit
