// Storage: what may stand in the record, and when.
#include "tests/sim/checks.h"

#include "core/platform_api/idempotency.h"
#include "tests/sim/process.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

int pair_of(const Record& record) {
    return record.pair ? Ledger::number_of(view_or_empty(record.pair->session_token)) : -1;
}

}  // namespace

void Checks::before_write(Process& process, const Record& record) {
    const std::int64_t now = world_.now();
    world_.trace.add(now, process.place, "writes, lease of",
                     static_cast<std::int64_t>(record.lease.owner),
                     static_cast<std::int64_t>(record.lease.fence));
    if (world_.disk.lock_holder != process.serial)
        world_.breach("R8", "the record is written without the commit lock");
    const Disk::Slot* base = world_.disk.newest_slot();
    check_order(record, base == nullptr ? nullptr : &base->header);
    check_content(process, record, base);
    check_verdict(process, record, base);
    const int pair = pair_of(record);
    if (pair < 0) return;
    if (record.intent) first_marks_.emplace(world_.ledger.pair(pair).refresh, now);
    IssuedPair& issued = world_.ledger.pair(pair);
    if (issued.tried_at == kNever) issued.tried_at = now;
    const bool whole =
        Ledger::number_of(view_or_empty(record.pair->refresh_token)) == issued.refresh;
    if (!whole) world_.breach("R1", "a session token stands beside another pair's refresh token");
}

void Checks::check_order(const Record& record, const RecordHeader* base) {
    if (base == nullptr) return;
    const Disk::Slot* slot = world_.disk.newest_slot();
    const bool same = record.pair && slot->body->pair == pair_of(record) &&
                      record.version.epoch == base->version.epoch;
    if (same && record.version.generation != base->version.generation &&
        disk_event_at_ < written_at_)
        world_.breach("R9", "the generation grew without a new pair");
    if (record.version < base->version)
        world_.breach("R9", "an older version is written over a newer one");
    if (record.write_seq <= base->write_seq) world_.breach("R2", "write_seq did not grow");
}

void Checks::check_content(Process&, const Record& record, const Disk::Slot* base) {
    const bool had_pair = base != nullptr && base->body->pair >= 0;
    if (had_pair && !base->body->suspect && !record.pair && !record.tombstone)
        world_.breach("R3", "a live pair was deleted without an end");
    const bool installed_later =
        installed_by_ask_at_ > end_asked_at_ && had_pair && disk_event_at_ < installed_by_ask_at_;
    if (record.tombstone && installed_later && !base->body->tombstone)
        world_.breach("R28", "an end that came late buried a session that was started after it");
    if (record.tombstone && ended_asks_ == 0)
        world_.breach("R27", "a session was ended that nobody ended");
    if (record.pair &&
        (!record.journey || std::string_view(record.journey->journey_id) != kJourney))
        world_.breach("journey", "the record lost the borrower's journey");
    if (base == nullptr || !base->body->tombstone || !record.pair) return;
    if (record.version.epoch <= base->header.version.epoch)
        world_.breach("R28", "an ended session is back in the store");
    // Asked for after the end was asked for, though the store may have taken the end later.
    const auto asked = ends_.find(base->body->ended_wall);
    // A tombstone says by the wall clock when the end was asked; moved in between, it says nothing.
    const bool moved = jump_at_ >= install_asked_at_;
    if (asked != ends_.end() && install_asked_at_ < asked->second && !moved)
        world_.breach("R28", "a session was stored over an end, and nobody asked for one");
}

// R23, R24: a suspect has had a verdict, and the platform had a reason that no client could have prevented.
void Checks::check_verdict(Process& process, const Record& record, const Disk::Slot* base) {
    if (!record.suspect || !record.pair) return;
    const int pair = pair_of(record);
    if (base != nullptr && base->body->suspect && base->body->pair == pair) return;
    const IssuedPair& issued = world_.ledger.pair(pair);
    if (process.condemned == pair || issued.condemned) return;
    if (process.verdict_for != issued.refresh)
        return world_.breach("R24", "a pair was condemned without a verdict on it");
    const Family& family = world_.ledger.families[static_cast<std::size_t>(issued.family)];
    if (family.excuse == Excuse::none)
        world_.breach(
            "loss", "the session is lost, and the oracle finds no reason that could not be helped");
}

void Checks::after_write(Process& process, const Record& record, const Disk::Outcome& outcome) {
    const std::int64_t now = world_.now();
    const int pair = pair_of(record);
    const bool done = outcome.answer == StoreAnswer::done;
    if (!done) refused(process);
    if (pair >= 0) {
        IssuedPair& issued = world_.ledger.pair(pair);
        if (done && issued.durable_at == kNever) issued.durable_at = now;
        if (!done) issued.refused = true;
        if (done && !outcome.visible) issued.lost_on_disk = true;
    }
    if (done && !outcome.visible) {
        if (record.intent) mark_lost_at_ = now;
        storage_event();
    }
    if (!done) return;
    if (record.suspect && pair >= 0) {
        process.condemned = pair;
        process.condemned_at = now;
        world_.ledger.pair(pair).condemned = true;
    }
    if (record.tombstone && tomb_at_ < 0) tomb_at_ = now;
    if (record.tombstone && current_family_ >= 0) buried_ = std::max(buried_, current_family_);
    check_mark(process, record);
    if (pair >= 0 && outcome.visible) note_install(process, record, nullptr);
    if (outcome.visible) written_at_ = now;
    world_.disk.remember();
}

void Checks::check_mark(Process& process, const Record& record) {
    if (!record.intent || !record.pair) return;
    const Intent& intent = *record.intent;
    const std::string_view token = view_or_empty(record.pair->refresh_token);
    if (intent.key_epoch > 1) world_.breach("R14", "the key grew more than once");
    if (intent.idempotency_key == nullptr) return;
    if (std::string_view(intent.fingerprint) != token_fingerprint(token))
        world_.breach("R12", "the mark is not for the token it stands beside");
    marked_.insert(std::string(intent.idempotency_key->view()));
    process.marked_at[Ledger::number_of(token)] = world_.now();
    process.leased_at = world_.now();
    process.attempts[Ledger::number_of(token)] = static_cast<std::size_t>(intent.attempts);
}

// Another family than before: a session was installed, and the one before it is lost if it was not the app's wish.
void Checks::note_install(Process& process, const Record& record, const Disk::Slot*) {
    const int family = world_.ledger.pair(pair_of(record)).family;
    ever_installed_ = true;
    if (family <= current_family_) return;
    const int before = current_family_;
    current_family_ = family;
    installed_at_[family] = world_.now();
    const std::int64_t wall = world_.device_now().wall.ms;
    looks_older_ = wall < newest_install_wall_;
    newest_install_wall_ = std::max(newest_install_wall_, wall);
    // Healing alone writes down when it was done.
    const bool healed = record.heal.last.ms != 0 && heal_stamps_.insert(record.heal.last.ms).second;
    // Only a start or adopt that was asked after the last end counts as another session.
    const std::int64_t issued_at = world_.ledger.pair(pair_of(record)).at;
    if (!healed && issued_at > end_asked_at_) installed_by_ask_at_ = issued_at;
    if (tomb_at_ >= 0) tomb_at_ = -1;
    if (healed) {
        const std::int64_t now = world_.now();
        int today = 0;
        for (const std::int64_t at : heals_)
            today += now - at < 86'400'000 ? 1 : 0;
        heals_.push_back(now);
        // A healed session that died young is waited for a minute at least.
        const bool hasty = heals_.size() > 1 && now - heals_[heals_.size() - 2] < 50'000;
        if (today >= 8 || hasty) world_.breach("R25", "healing knows no limit");
    }
    if (before < 0 || before <= buried_) return;
    Family& old = world_.ledger.families[static_cast<std::size_t>(before)];
    if (old.replaced) return;
    old.replaced = true;
    Excuse why = old.excuse;
    if (why == Excuse::none && storage_loss_at_ >= installed_at_[before])
        why = Excuse::storage_lost;
    if (healed) {
        if (why == Excuse::none && stuck_seen(before)) why = Excuse::stuck;
        return count_loss(process, why, true);
    }
    if (why != Excuse::none)
        count_loss(process, why, false);  // else the app replaced a live session by its own wish
}

bool Checks::stuck_seen(int family) const {
    for (const auto& [refresh, sends] : sends_) {
        if (world_.ledger.pair(refresh).family == family && sends.answers_without_tokens >= 5)
            return true;
    }
    return false;
}

void Checks::count_loss(Process& process, Excuse excuse, bool healed) {
    ModelTally& tally = world_.tally.models[static_cast<std::size_t>(world_.plan.model)];
    world_.trace.add(world_.now(), process.place, "session lost",
                     static_cast<std::int64_t>(excuse));
    if (excuse == Excuse::none) {
        ++tally.avoidable;
        ++world_.tally.lost;
        return world_.breach("loss", "a session was replaced by healing that was not lost");
    }
    ++tally.unavoidable;
    healed ? ++tally.healed : ++tally.restarted;
}

void Checks::refused(Process& process) {
    process.refused_at = world_.now();
    ++refusals_;
}

void Checks::erased(Process&) {
    world_.breach("R3", "the record was erased");
}

// How often was healed stands in the record, and by the device's clock.
void Checks::clock_jumped() noexcept {
    jump_at_ = world_.now();
    heals_.clear();
    if (!world_.plan.dates) offset_wrong_ = true;  // what was learned of the server's clock
}

void Checks::rebooted() noexcept {
    reboot_at_ = world_.now();
}

// What the disk lost counts as lost from here on, unless it is found again.
void Checks::storage_event() {
    disk_event_at_ = world_.now();
    heals_.clear();
    const Disk::Slot* newest = world_.disk.newest_slot();
    const int there = newest == nullptr ? -1 : newest->body->pair;
    bool lost = newest == nullptr && ever_installed_;
    for (std::size_t i = 0; i < world_.ledger.pairs.size(); ++i) {
        IssuedPair& pair = world_.ledger.pairs[i];
        if (pair.durable_at == kNever || static_cast<int>(i) <= there) continue;
        pair.lost_on_disk = true;
        lost = true;
    }
    if (newest != nullptr && !newest->body->tombstone && ended_asks_ > 0 && tomb_at_ >= 0)
        lost = true;
    if (!lost) return;
    ++storage_losses_;
    storage_loss_at_ = world_.now();
}

}  // namespace credit::sim
