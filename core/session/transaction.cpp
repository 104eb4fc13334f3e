#include "core/session/transaction.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/session/lifetime.h"

namespace credit {
namespace {

bool takes_lease(TxnKind kind) {
    return kind == TxnKind::mark || kind == TxnKind::heal_mark;
}

bool lease_held_by_other(const Txn& txn, const Lease& lease, const Now& now,
                         const std::function<bool(std::uint64_t)>& owner_gone) {
    // Its own only if it took it itself: a handle that is closing may still have its refresh on the wire when the same
    // process opens the session again.
    if (lease.owner == 0 || (lease.owner == txn.owner && lease.fence == txn.fence)) return false;
    if (!lease.boot.same_boot(now.boot) || now.elapsed >= lease.deadline) return false;
    return !owner_gone(lease.owner);
}

// What the store holds decides over what the session believes; absent and damaged count as nothing.
Record base_of(const Txn& txn, const std::optional<Record>& stored) {
    Record base = stored ? *stored : Record{};
    base.environment = txn.proposal.environment;
    base.origin = txn.proposal.origin;
    base.borrower = txn.proposal.borrower;
    base.write_seq = std::max(base.write_seq, txn.proposal.write_seq);
    return base;
}

void take_lease(Record& out, const Txn& txn, const Now& now) {
    out.lease.fence = next_after(std::max(out.lease.fence, txn.proposal.lease.fence), now);
    out.lease.owner = txn.owner;
    out.lease.boot = now.boot;
    out.lease.deadline = now.elapsed + txn.lease;
}

// R9: nobody took the lease since this session got it, or last looked.
bool fence_holds(const Record& stored, const Txn& txn) {
    return stored.lease.fence == txn.fence;
}

// A lease that somebody else took meanwhile stays theirs.
void release_lease(Record& out, const Txn& txn) {
    if (out.lease.owner == txn.owner && fence_holds(out, txn)) out.lease.owner = 0;
}

// An intent that another process left for the same token goes on: its key, its request and its count of attempts (R12, R13).
Intent merged_intent(const Intent& mine, const std::optional<Intent>& stored) {
    if (!stored || stored->fingerprint != mine.fingerprint || stored->n != mine.n) return mine;
    const std::uint32_t attempts = std::max(mine.attempts, stored->attempts + 1);
    Intent out = stored->key_epoch >= mine.key_epoch ? *stored : mine;
    out.attempts = attempts;
    out.not_before = mine.not_before;
    out.answered = std::max(mine.answered, stored->answered);
    out.maybe_sent = mine.maybe_sent || stored->maybe_sent;
    return out;
}

// What another process counted meanwhile is not forgotten by a session that did not know of it (R25).
HealCounters merged_heal(const HealCounters& mine, const HealCounters& stored) {
    HealCounters out = mine;
    if (stored.day > mine.day) {
        out.day = stored.day;
        out.today = stored.today;
    } else if (stored.day == mine.day) {
        out.today = std::max(mine.today, stored.today);
    }
    out.last = std::max(mine.last, stored.last);
    out.not_before = std::max(mine.not_before, stored.not_before);
    out.wait_ms = std::max(mine.wait_ms, stored.wait_ms);
    return out;
}

void install(Record& out, const Txn& txn, const Now& now) {
    const Version seen = std::max(out.version, txn.expected);
    out.version = {next_after(seen.epoch, now),
                   std::max(out.version.generation, txn.expected.generation) + 1};
    out.pair = txn.proposal.pair;
    out.intent.reset();
    out.suspect.reset();
    out.tombstone.reset();
    out.borrower_id = txn.proposal.borrower_id;
    out.journey = txn.proposal.journey;
    out.offset_known = txn.proposal.offset_known;
    out.offset_ms = txn.proposal.offset_ms;
    out.heal = txn.proposal.heal;
}

void bury(Record& out, const Txn& txn, const Now& now) {
    const std::uint64_t generation = std::max(out.version.generation, txn.expected.generation);
    out.version = {next_after(std::max(out.version.epoch, txn.expected.epoch), now), generation};
    out.pair.reset();
    out.intent.reset();
    out.suspect.reset();
    out.journey.reset();
    out.borrower_id.clear();
    out.heal = HealCounters{};
    out.tombstone = txn.proposal.tombstone;
    out.lease.owner = 0;
}

void commit(Record& out, const Txn& txn) {
    out.version = {txn.expected.epoch,
                   std::max(out.version.generation, txn.expected.generation) + 1};
    out.pair = txn.proposal.pair;
    out.intent.reset();
    out.suspect.reset();
    out.borrower_id = txn.proposal.borrower_id;
    out.journey = txn.proposal.journey;
    out.offset_known = txn.proposal.offset_known;
    out.offset_ms = txn.proposal.offset_ms;
    out.heal = txn.proposal.heal;
}

// The store lost or rolled back what the session holds: the session's own fields come back under its own version.
void restore(Record& out, const Txn& txn) {
    // A generation names one pair for ever: not the one that was stored under an older epoch meanwhile.
    const bool overtaken = txn.unstored && supersedes(out, txn.unstored->over);
    const bool same_epoch = out.version.epoch == txn.expected.epoch && !overtaken;
    const std::uint64_t free = same_epoch ? 0 : out.version.generation + 1;
    const std::uint64_t epoch =
        overtaken ? std::max(txn.expected.epoch, out.version.epoch + 1) : txn.expected.epoch;
    const Lease lease = out.lease;
    const std::uint64_t seq = out.write_seq;
    const Journal journal = out.journal.entries().empty() ? txn.proposal.journal : out.journal;
    out = txn.proposal;
    out.version = {epoch, std::max(txn.expected.generation, free)};
    out.write_seq = seq;
    out.journal = journal;
    // Somebody else's lease stays theirs (R8).
    if (lease.owner != 0 && lease.fence > out.lease.fence) out.lease = lease;
    out.lease.fence = std::max(out.lease.fence, lease.fence);
}

void apply(Record& out, const Txn& txn, const Now& now) {
    switch (txn.kind) {
        case TxnKind::mark:
            CREDIT_CHECK(txn.proposal.intent.has_value());
            out.intent = merged_intent(*txn.proposal.intent, out.intent);
            // R31: a wall clock that went back over a restart; what counts from here counts anew, or it never would.
            if (passed_since(out.intent->first, now).count < 0) out.intent->first = Stamp::of(now);
            out.heal.accepted_since = out.heal.accepted_since || txn.proposal.heal.accepted_since;
            take_lease(out, txn, now);
            if (mutant(Mutant::mark_bumps_generation)) out.version.generation += 1;
            break;
        case TxnKind::commit:
        case TxnKind::swap:
            commit(out, txn);
            release_lease(out, txn);
            break;
        case TxnKind::suspect:
            out.suspect = txn.proposal.suspect;
            out.intent.reset();
            out.heal = txn.proposal.heal;
            release_lease(out, txn);
            break;
        case TxnKind::heal_mark:
            out.heal = txn.proposal.heal;
            take_lease(out, txn, now);
            break;
        case TxnKind::heal:
            install(out, txn, now);
            release_lease(out, txn);
            break;
        case TxnKind::start:
            install(out, txn, now);
            break;
        case TxnKind::adopt: {
            const HealCounters stored = out.heal;
            install(out, txn, now);
            out.heal = merged_heal(txn.proposal.heal, stored);
            break;
        }
        case TxnKind::end:
            bury(out, txn, now);
            break;
        case TxnKind::note:
            if (!fence_holds(out, txn))
                break;  // somebody else is at it: what they marked and counted stays
            out.pair = txn.proposal.pair;  // differs only when a suspect's day is over (R24)
            out.heal = txn.proposal.heal;
            out.intent = txn.proposal.intent;
            out.suspect = txn.proposal.suspect;
            release_lease(out, txn);
            break;
        default:  // write_back: restored already
            break;
    }
}

bool bound_to_version(TxnKind kind) {
    return kind != TxnKind::end && kind != TxnKind::adopt;
}

// Seeded mistakes that forget to look at what is stored.
bool careless(TxnKind kind, const Record& stored) {
    return (mutant(Mutant::gives_up_without_rereading) && kind == TxnKind::suspect) ||
           (mutant(Mutant::generation_unchecked) && kind == TxnKind::commit && !stored.tombstone) ||
           (mutant(Mutant::late_reply_after_end) && kind == TxnKind::commit && stored.tombstone) ||
           (mutant(Mutant::heals_after_end) && kind == TxnKind::heal && stored.tombstone);
}

// Kinds that write both slots before they are done, so that no old slot can bring an older session back (R4).
bool both(TxnKind kind) {
    return kind == TxnKind::end || kind == TxnKind::start || kind == TxnKind::adopt ||
           kind == TxnKind::heal;
}

// Events that speak of the pair they bring, not of the one before.
bool brings_pair(JournalEvent what) {
    return what == JournalEvent::started || what == JournalEvent::adopted ||
           what == JournalEvent::healed || what == JournalEvent::refresh_committed;
}

// What the session knew to be stored: the numbers of what it holds in memory alone say nothing about that.
Version known_version(const Txn& txn) {
    return txn.unstored ? txn.unstored->over : txn.expected;
}

// Kinds that bring a session of their own, whatever memory holds.
bool installs(TxnKind kind) {
    return kind == TxnKind::start || kind == TxnKind::adopt;
}

// Adopting over something newer than the session knew of: fine, unless that was an end (R28) or a younger session.
TxnOutcome judge_adopt(const Txn& txn, const Record& stored) {
    if (stored.tombstone && supersedes(stored, known_version(txn))) return TxnOutcome::newer;
    if (!stored.pair || stored.suspect || txn.replace) return TxnOutcome::applied;
    const bool older = issued_before(*txn.proposal.pair, *stored.pair);
    return older ? TxnOutcome::stale : TxnOutcome::applied;
}

// Kinds whose proposal holds the pair that the session believes to be stored.
bool believes_pair(TxnKind kind) {
    return kind == TxnKind::mark || kind == TxnKind::suspect || kind == TxnKind::heal_mark ||
           kind == TxnKind::write_back;
}

// R11: another process stored a pair of its own under the same version; it was first, so it counts as newer. R24: or it
// dropped the pair, whose day as a suspect was over.
bool another_pair(const Txn& txn, const Record& stored) {
    if (!believes_pair(txn.kind) || stored.version != txn.expected || !txn.proposal.pair)
        return false;
    if (!stored.pair) return txn.kind == TxnKind::mark || txn.kind == TxnKind::suspect;
    return !same_pair(*stored.pair, *txn.proposal.pair);
}

// R9, R24: a verdict counts under the lease only.
bool needs_lease(TxnKind kind) {
    return kind == TxnKind::suspect || kind == TxnKind::swap;
}

// R28: the store took the end late, and the borrower has started or handed in another session since it was asked for. The
// clock alone decides nothing, it may have been moved: the session the handle knew is ended whatever the journal says.
bool started_since(const Record& stored, const Txn& txn, const Now& now) {
    CREDIT_CHECK(txn.proposal.tombstone.has_value());
    if (!stored.pair || stored.version.epoch <= txn.expected.epoch) return false;
    return std::ranges::any_of(stored.journal.entries(), [&](const JournalEntry& entry) {
        const bool installs =
            entry.what == JournalEvent::started || entry.what == JournalEvent::adopted;
        return installs && entry.at > txn.proposal.tombstone->at && entry.at <= now.wall;
    });
}

// What is stored goes before what the session wants to write.
bool overtaken(const Txn& txn, const Record& stored) {
    if (txn.unstored && !installs(txn.kind))
        return !still_wanted(*txn.unstored, txn.proposal, stored);
    return supersedes(stored, known_version(txn)) || another_pair(txn, stored);
}

}  // namespace

std::uint64_t next_after(std::uint64_t seen, const Now& now) noexcept {
    const auto clock = static_cast<std::uint64_t>(std::max<std::int64_t>(now.wall.ms, 0));
    return std::max(seen + 1, clock);
}

bool may_write_over(TxnKind kind, StoreAnswer answer) noexcept {
    switch (answer) {
        case StoreAnswer::present:
        case StoreAnswer::absent:
            return true;
        case StoreAnswer::corrupt:  // quarantined by the store, so nothing is lost by writing
        case StoreAnswer::key_lost:
            return kind != TxnKind::mark && kind != TxnKind::note && kind != TxnKind::heal_mark &&
                   kind != TxnKind::suspect;
        default:
            return false;
    }
}

TxnPlan plan(const Txn& txn, StoreAnswer answer, const std::optional<Record>& stored,
             const Now& now, const std::function<bool(std::uint64_t)>& owner_gone) {
    TxnPlan out;
    if (!may_write_over(txn.kind, answer)) return out;
    if (stored && bound_to_version(txn.kind) && !careless(txn.kind, *stored) &&
        overtaken(txn, *stored)) {
        out.outcome = TxnOutcome::newer;
        out.record = *stored;
        return out;
    }
    if (stored && txn.kind == TxnKind::end && started_since(*stored, txn, now)) {
        out.outcome = TxnOutcome::newer;
        out.record = *stored;
        return out;
    }
    if (stored && txn.kind == TxnKind::adopt) {
        out.outcome = judge_adopt(txn, *stored);
        out.record = *stored;
        if (out.outcome != TxnOutcome::applied) return out;
    }
    const Record base = base_of(txn, stored);
    const bool lapsed = stored && needs_lease(txn.kind) && !fence_holds(*stored, txn) &&
                        !careless(txn.kind, *stored);
    if (lapsed ||
        (takes_lease(txn.kind) && lease_held_by_other(txn, base.lease, now, owner_gone))) {
        out.outcome = TxnOutcome::busy;
        out.busy_for = base.lease.deadline - now.elapsed;
        out.record = base;
        return out;
    }
    out.outcome = TxnOutcome::applied;
    out.write = true;
    out.both_slots = both(txn.kind) || txn.unstored.has_value();
    out.erase_quarantine = txn.kind == TxnKind::end;
    out.record = base;
    // Less than what the session holds: lost or rolled back behind our back (R4, R5). What memory holds is the base then.
    const bool lost =
        txn.kind != TxnKind::end && txn.expected != Version{} &&
        (!stored || stored->version < txn.expected || (txn.unstored && !installs(txn.kind)));
    if (lost || txn.kind == TxnKind::write_back) restore(out.record, txn);
    apply(out.record, txn, now);
    for (JournalEntry entry : txn.journal) {
        if (brings_pair(entry.what)) entry.generation = out.record.version.generation;
        out.record.journal.add(entry);
    }
    out.record.write_seq = next_after(out.record.write_seq, now);
    return out;
}

}  // namespace credit
