// The machine's dealings with the store: loading, reconciling, writing back, ending.
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/session/machine.h"

namespace credit {

void Machine::run_txn(TxnKind kind, const Record& proposal, Effects& fx, std::uint64_t fence,
                      bool replace, TxnRef room) {
    TxnRef work = room != nullptr ? std::move(room) : std::make_shared<TxnWork>();
    Txn& txn = work->txn;
    txn.id = ++next_txn_;
    txn.kind = kind;
    txn.expected = record_.version;
    txn.fence = fence;
    txn.proposal = proposal;
    txn.replace = replace;
    if (unsaved_) txn.unstored = unstored_;
    txn.lease = setup_.policy.lease;
    txn.journal.swap(diary_);
    ++txns_running_;
    fx.push_back(effect::RunTxn{std::move(work)});
}

void Machine::progress_store(const Now& now, Effects& fx) {
    if (load_wanted_ && !load_running_ && !closing_ && now.elapsed >= load_not_before_) {
        load_wanted_ = false;
        load_running_ = true;
        peek_started_ = peek_wanted_;  // reading it all answers everybody who wanted a look
        peek_deadline_ = now.elapsed + setup_.policy.peek_patience;
        fx.push_back(effect::Load{});
    }
    if (peek_wanted_ > peek_started_ && !peek_running_ && !load_running_ && !load_wanted_ &&
        known_ && !closing_) {
        peek_running_ = true;
        peek_started_ = peek_wanted_;
        peek_deadline_ = now.elapsed + setup_.policy.peek_patience;
        fx.push_back(effect::Peek{peek_started_});
    }
    const bool last_try = closing_ && !close_saved_;
    const bool due = now.elapsed >= save_not_before_ || last_try;
    if (unsaved_ && !save_running_ && due && flight_.step != FlightStep::saving) {
        save_running_ = true;
        close_saved_ = closing_;
        run_txn(TxnKind::write_back, record_, fx);
    }
}

void Machine::progress_end(const Now& now, Effects& fx) {
    const bool last_try = closing_ && !close_saved_;
    if (!ending_ || end_running_ || (now.elapsed < save_not_before_ && !last_try)) return;
    end_running_ = true;
    close_saved_ = closing_;
    Record proposal = record_;
    proposal.pair.reset();
    proposal.intent.reset();
    proposal.suspect.reset();
    proposal.tombstone = Tombstone{Code::session_ended, end_asked_};
    run_txn(TxnKind::end, proposal, fx);
}

void Machine::on(const event::Loaded& loaded, const Now& now, Effects&) {
    load_running_ = false;
    peek_deadline_ = TokenWaiters::kNever;
    peek_done_ = std::max(peek_done_, peek_started_);
    if (over()) return;
    switch (loaded.answer) {
        case StoreAnswer::present:
            CREDIT_CHECK(loaded.record.has_value());
            store_well();
            reconcile(*loaded.record, now);
            break;
        case StoreAnswer::absent:
            store_well();
            if (mutant(Mutant::absent_means_ended) && record_.pair) {
                record_.pair.reset();
                record_.intent.reset();
            }
            if (record_.pair && !unsaved_) {  // R4: nobody ended it, so the store lost it
                note(now, JournalEvent::storage_lost);
                unsaved_ = true;
                save_not_before_ = now.elapsed;
            }
            known_ = true;
            break;
        default:
            storage_trouble(loaded.answer, loaded.detail, now);
            break;
    }
}

// What the store holds against what memory holds; (epoch, generation) decides (PROTOCOL, "Words").
void Machine::reconcile(const Record& stored, const Now& now) {
    const bool wanted = unstored_ && still_wanted(*unstored_, record_, stored);
    const bool passed = unstored_ ? !wanted : supersedes(stored, record_.version);
    if (!known_ || passed) {
        adopt_stored(stored, now);
        return;
    }
    if (wanted || stored.version < record_.version) {
        if (!unsaved_) note(now, JournalEvent::storage_rolled_back);  // R5
        unsaved_ = true;
        save_not_before_ = now.elapsed;
        record_.write_seq = std::max(record_.write_seq, stored.write_seq);
        return;
    }
    // The same session: another process may have marked, counted or written its journal. A flight of our own is ahead.
    if (flight_.step != FlightStep::idle || heal_.step != HealStep::idle || unsaved_) return;
    const bool accepted = record_.heal.accepted_since;
    record_ = stored;
    record_.heal.accepted_since = record_.heal.accepted_since || accepted;
}

void Machine::adopt_stored(const Record& stored, const Now& now) {
    const bool first = !known_;
    // R11: a received pair that lost the race is not forgotten before the winner has proved itself once more.
    std::optional<Pair> lost;
    const bool same = record_.pair && stored.pair && same_pair(*record_.pair, *stored.pair);
    const bool refused = same && rejected_ == record_.version.generation;
    if (unsaved_ && stored.version.epoch == record_.version.epoch) lost = record_.pair;
    alternate_.reset();
    record_ = stored;
    if (lost) set_aside(std::move(*lost));
    known_ = true;
    saved();
    ahead_wanted_ = false;
    rejected_ =
        refused ? stored.version.generation : 0;  // R29: the same tokens under another number
    forget_death();
    if (first) loaded_generation_ = stored.version.generation;
    if (first && stored.intent) {  // R19: attempts and not_before survive restarts
        const Millis wait = stored.intent->not_before - now.wall;
        flight_.not_before =
            now.elapsed + max(Millis{0}, min(wait, setup_.policy.retry_after_cap_waiting));
        flight_.tries = static_cast<int>(std::min<std::uint32_t>(stored.intent->attempts, 16));
        // And it is settled at the next start, with or without a caller, background assertion and network at once.
        flight_.settle_until = flight_.not_before + setup_.policy.settle_window;
    }
}

// R11: tokens that were received, but are not the session's.
void Machine::set_aside(Pair pair) {
    if (!record_.pair) return;  // ended meanwhile
    if (pair.refresh_token == nullptr || same_pair(pair, *record_.pair)) return;
    alternate_ = std::move(pair);
}

// A look at the store takes longer than callers are made to wait for it.
bool Machine::store_hangs() const {
    return (peek_running_ || load_running_) && peek_deadline_ == TokenWaiters::kNever;
}

// There is a session again: nothing is left to heal. A question to the provider that is under way goes on.
void Machine::forget_death() {
    Heal fresh;
    fresh.step = heal_.step;
    fresh.fence = heal_.fence;
    fresh.failures = heal_.failures;
    heal_ = std::move(fresh);
}

void Machine::store_well() {
    failing_ = false;
    load_failures_ = 0;
    detail_.clear();
    answer_ = StoreAnswer::present;
}

void Machine::store_recovered(const Now& now) {
    if (!failing_) return;
    note(now, JournalEvent::storage_recovered);
    store_well();
}

void Machine::storage_trouble(StoreAnswer answer, const std::string& detail, const Now& now) {
    if (!failing_ || answer_ != answer) note(now, JournalEvent::storage_failed, code_of(answer));
    failing_ = true;
    answer_ = answer;
    detail_ = detail;
    ++load_failures_;
    const bool passing = answer == StoreAnswer::locked || answer == StoreAnswer::transient;
    // R4: damage that was set aside, or a lost key: what this process holds is written again.
    if (known_ && record_.pair && !unsaved_ && !ending_ &&
        may_write_over(TxnKind::write_back, answer)) {
        note(now, JournalEvent::storage_lost, code_of(answer));
        unsaved_ = true;
        save_not_before_ = now.elapsed;
    }
    if (!known_ && passing) {
        load_wanted_ = true;  // L4: comes back by itself once the store does
        load_not_before_ =
            now.elapsed + jitter_.backoff(load_failures_, setup_.policy.storage_retry_floor,
                                          setup_.policy.storage_retry_floor * 2,
                                          setup_.policy.storage_retry_cap);
    }
}

void Machine::on(const event::Peeked& peeked, const Now& now, Effects&) {
    peek_running_ = false;
    peek_deadline_ = TokenWaiters::kNever;
    if (over()) return;
    const bool same = peeked.answer == StoreAnswer::present && peeked.version == record_.version;
    const bool both_empty = peeked.answer == StoreAnswer::absent && record_.version == Version{};
    const bool trouble =
        peeked.answer != StoreAnswer::present && peeked.answer != StoreAnswer::absent;
    const bool behind =
        unsaved_ && peeked.version < record_.version;  // known, and being written again
    // A live token does not wait for a sick store; but damage is looked at.
    const bool sick =
        trouble && record_.pair && !may_write_over(TxnKind::write_back, peeked.answer);
    if (both_empty) store_recovered(now);
    // Looking is not reading: after trouble with reading, a record that looks the same is read again.
    if ((same && !failing_) || both_empty || behind || sick) {
        peek_done_ = std::max(peek_done_, peeked.round);
        return;
    }
    load_wanted_ = true;
    load_not_before_ = now.elapsed;
}

void Machine::on(const event::TxnDone& done, const Now& now, Effects& fx) {
    CREDIT_CHECK(txns_running_ > 0 && done.work != nullptr);
    --txns_running_;
    const TxnResult& result = done.work->result;
    if (result.outcome != TxnOutcome::applied) {  // not written: keep it for the next one
        const std::vector<JournalEntry>& unwritten = done.work->txn.journal;
        diary_.insert(diary_.begin(), unwritten.begin(), unwritten.end());
    }
    if (result.outcome == TxnOutcome::applied) store_recovered(now);
    switch (result.kind) {
        case TxnKind::mark:
            return on_marked(result, now, fx);
        case TxnKind::commit:
            return on_committed(result, now, fx);
        case TxnKind::swap:
        case TxnKind::suspect:
            return on_judged(result, now, fx);
        case TxnKind::heal_mark:
            return on_heal_marked(result, now, fx);
        case TxnKind::heal:
            return on_healed(result, now, fx);
        case TxnKind::start:
        case TxnKind::adopt:
            return on_install_done(result, now, fx);
        case TxnKind::end:
            return on_end_done(result, now, fx);
        case TxnKind::write_back:
            return on_saved(result, now);
        case TxnKind::note:
            if (over()) return;
            if (result.outcome == TxnOutcome::newer) adopt_stored(result.record, now);
            if (result.outcome == TxnOutcome::applied && result.record.version == record_.version) {
                record_.write_seq = result.record.write_seq;
                record_.lease = result.record.lease;
                record_.journal = result.record.journal;
            }
            return;
    }
}

// The same pair under another number: what is known of it by number goes with it (R29).
void Machine::renumber(std::uint64_t generation) {
    for (std::uint64_t* known : {&rejected_, &accepted_, &unknown_life_tried_}) {
        if (*known == record_.version.generation) *known = generation;
    }
}

void Machine::on_saved(const TxnResult& result, const Now& now) {
    save_running_ = false;
    if (over()) return;
    switch (result.outcome) {
        case TxnOutcome::applied:
            save_failures_ = 0;
            if (result.record.version < record_.version)
                return;  // something newer is in memory by now
            saved();
            renumber(result.record.version.generation);
            record_.version = result.record.version;
            record_.write_seq = result.record.write_seq;
            record_.journal = result.record.journal;
            record_.lease = result.record.lease;
            return;
        case TxnOutcome::newer:
            note(now, JournalEvent::conflict);
            adopt_stored(result.record, now);
            return;
        default:
            storage_trouble(result.answer, result.detail, now);
            save_not_before_ =
                now.elapsed + jitter_.backoff(save_failures_++, setup_.policy.storage_retry_floor,
                                              setup_.policy.storage_retry_floor * 2,
                                              setup_.policy.storage_retry_cap);
            return;
    }
}

// Memory holds nothing that the store has not.
void Machine::saved() {
    unsaved_ = false;
    unstored_.reset();
}

// A start, adopt or heal that the store did not take. Of several in a row the store knows none.
void Machine::keep_install(const TxnResult& result, bool asked, const Now& now) {
    const Version over = unstored_ ? unstored_->over : record_.version;
    unstored_ = Unstored{over, opened_, asked};
    Record kept = result.record;
    kept.version = {next_after(record_.version.epoch, now), record_.version.generation + 1};
    keep_in_memory(kept, result.answer, now);
}

// R17: tokens that could not be written are held, served and written again.
void Machine::keep_in_memory(const Record& kept, StoreAnswer answer, const Now& now) {
    record_ = kept;
    known_ = true;
    unsaved_ = !mutant(Mutant::forgets_unsaved_pair);
    rejected_ = 0;
    note(now, JournalEvent::kept_in_memory, code_of(answer));
    storage_trouble(answer, {}, now);
    save_failures_ = 0;
    save_not_before_ = now.elapsed + setup_.policy.storage_retry_floor;
}

void Machine::on_end_done(const TxnResult& result, const Now& now, Effects& fx) {
    end_running_ = false;
    const std::vector<OpID> enders = std::exchange(enders_, {});
    const bool overtaken =
        result.outcome == TxnOutcome::newer;  // by a session that is not this handle's to end
    if (result.outcome == TxnOutcome::applied || overtaken) {
        ending_ = false;
        ended_ = true;
        if (!overtaken) record_ = result.record;
        known_ = true;
        for (const OpID op : enders)
            fx.push_back(effect::FinishOp{op});
        return;
    }
    // Whoever waits is told; ending goes on until the store takes the tombstone (R4).
    storage_trouble(result.answer, result.detail, now);
    save_not_before_ =
        now.elapsed + jitter_.backoff(save_failures_++, setup_.policy.storage_retry_floor,
                                      setup_.policy.storage_retry_floor * 2,
                                      setup_.policy.storage_retry_cap);
    for (const OpID op : enders) {
        fx.push_back(effect::FailOp{
            op, Error(code_of(result.answer), "the store did not take the end of the session")});
    }
}

}  // namespace credit
