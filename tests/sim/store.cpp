// The simulated record store: R2's two slots over the shared disk, with a boundary before and after everything it does.
#include <new>
#include <utility>

#include "core/base/check.h"
#include "tests/sim/mutants.h"
#include "tests/sim/ports.h"

namespace credit::sim {
namespace {

Disk::BodyRef body_of(const Record& record, const SecretBuffer& bytes) {
    auto out = std::make_shared<Disk::Body>();
    out->bytes = std::string(bytes.view());
    if (record.pair) out->pair = Ledger::number_of(view_or_empty(record.pair->session_token));
    out->suspect = record.suspect.has_value();
    out->tombstone = record.tombstone.has_value();
    if (record.tombstone) out->ended_wall = record.tombstone->at.ms;
    return out;
}

class SimRecord : public RecordStore {
  public:
    explicit SimRecord(Process& process) : process_(process), world_(process.world) {}

    StoreResult load(RecordHeader& header, SecretBuffer& body) override {
        at(Boundary::load_before);
        out_of_memory();
        StoreResult result{StoreAnswer::transient, {}};
        if (const auto refusal = refuses()) {
            result.answer = *refusal;
        } else {
            result.answer = disk().judge();
            if (result.answer == StoreAnswer::corrupt) disk().quarantine();
            if (result.answer == StoreAnswer::present) hand_out(header, body);
        }
        spoil(result);
        at(Boundary::load_after);
        return result;
    }

    StorePeek peek() override {
        at(Boundary::peek_before);
        StorePeek out;
        if (const auto refusal = refuses()) {
            out.answer = *refusal;
        } else {
            out.answer = disk().judge();
            if (out.answer == StoreAnswer::present) out.header = newest().header;
        }
        if (mutant(Mutant::locked_reads_as_empty) && out.answer == StoreAnswer::locked)
            out.answer = StoreAnswer::absent;
        at(Boundary::peek_after);
        return out;
    }

    StoreResult replace(const RecordHeader& header, const SecretBuffer& body,
                        bool both_slots) override {
        CREDIT_CHECK(held_);
        Record record;
        CREDIT_CHECK(decode_record(header, body, record) == RecordFault::none);
        world_.checks.before_write(process_, record);
        at(Boundary::write_before);
        out_of_memory();
        if (const auto refusal = refuses()) return {*refusal, "simulated"};
        disk().quarantine();
        Disk& d = disk();
        const int keep =
            mutant(Mutant::overwrites_newest_slot) ? 1 - d.newest_synced() : d.newest_synced();
        const int target = keep == 0 ? 1 : 0;
        const Disk::BodyRef bytes = body_of(record, body);
        if (mutant(Mutant::deletes_then_adds)) {
            d.seen = Disk::Image{};
            if (!d.flushes_late()) d.flush();
        }
        StoreResult first = write_slot(target, header, bytes, record, Boundary::write_inside);
        at(Boundary::write_after);
        if (first.answer != StoreAnswer::done || !both_slots || mutant(Mutant::end_writes_one_slot))
            return first;
        at(Boundary::second_before);
        StoreResult second = write_slot(1 - target, header, bytes, record, Boundary::second_inside);
        at(Boundary::second_after);
        return second;
    }

    StoreResult erase() override {
        world_.checks.erased(process_);
        return {StoreAnswer::denied, "simulated"};
    }

    StoreResult erase_quarantine() override {
        at(Boundary::clean_before);
        if (const auto refusal = refuses()) return {*refusal, "simulated"};
        disk().seen.quarantined = 0;
        at(Boundary::clean_after);
        return {StoreAnswer::done, {}};
    }

    StoreResult lock() override {
        CREDIT_CHECK(!held_);
        at(Boundary::lock_before);
        out_of_memory();
        if (const auto refusal = refuses()) return {*refusal, "simulated"};
        const bool ghost = disk().lock_ghost_until > world_.now();
        const bool taken = disk().lock_holder != 0 && disk().lock_holder != process_.serial;
        if ((ghost || taken) && !mutant(Mutant::no_commit_lock)) {
            world_.checks.refused(process_);
            return {StoreAnswer::transient, "the commit lock is busy"};
        }
        disk().lock_holder = process_.serial;
        held_ = true;
        try {
            at(Boundary::lock_after);
        } catch (const ProcessDied&) {
            held_ = false;
            throw;
        }
        return {StoreAnswer::done, {}};
    }

    // Comes from a destructor: whoever dies here dies at the next step.
    void unlock() override {
        held_ = false;
        if (process_.dying) return;
        world_.at(process_, Boundary::unlock_before, false);
        const bool keeps = mutant(Mutant::lock_held_across_callback);
        if (!process_.dying && !keeps && disk().lock_holder == process_.serial)
            disk().lock_holder = 0;
        world_.at(process_, Boundary::unlock_after, false);
    }

    std::uint64_t owner_id() override { return process_.serial; }
    bool owner_gone(std::uint64_t owner) override {
        return mutant(Mutant::owner_always_gone) || world_.owner_gone(owner, 0);
    }

  private:
    Disk& disk() { return world_.disk; }
    Disk::Slot& newest() { return disk().seen.slots[static_cast<std::size_t>(disk().newest())]; }
    void at(Boundary boundary) { world_.at(process_, boundary); }

    // An adapter that has no memory says so by throwing; the record of a rotation comes with memory of its own (R22).
    void out_of_memory() {
        if (!process_.memory_fails || process_.flying_until >= 0) return;
        process_.memory_fails = false;
        throw std::bad_alloc();
    }

    std::optional<StoreAnswer> refuses() {
        const auto answer = disk().refuses(world_.now());
        if (!answer) return std::nullopt;
        world_.felt(*answer == StoreAnswer::locked ? Fault::d3_locked : Fault::d4_busy);
        world_.checks.refused(process_);
        return answer;
    }

    void hand_out(RecordHeader& header, SecretBuffer& body) {
        const Disk::Slot& slot = newest();
        header = slot.header;
        body.clear();
        body.append(slot.body->bytes);
    }

    void spoil(StoreResult& result) {
        if (mutant(Mutant::locked_reads_as_empty) && result.answer == StoreAnswer::locked)
            result.answer = StoreAnswer::absent;
        if (mutant(Mutant::transient_reads_as_empty) && result.answer == StoreAnswer::transient)
            result.answer = StoreAnswer::absent;
        const bool crypto =
            result.answer == StoreAnswer::wrong_key || result.answer == StoreAnswer::key_lost;
        if (mutant(Mutant::deletes_on_crypto_error) && crypto) {
            disk().seen = Disk::Image{};
            disk().flush();
            result.answer = StoreAnswer::absent;
        }
    }

    StoreResult write_slot(int slot, const RecordHeader& header, const Disk::BodyRef& bytes,
                           const Record& record, Boundary inside) {
        try {
            at(inside);
        } catch (const ProcessDied&) {
            const std::uint64_t before = disk().newest_seq();
            disk().torn(slot, header, bytes);
            if (disk().newest_seq() < before) world_.checks.storage_event();
            throw;
        }
        const bool first_ever = disk().empty();
        Disk::Outcome outcome = disk().write(slot, header, bytes);
        if (outcome.faulty) world_.felt(outcome.felt);
        if (mutant(Mutant::no_folder_sync) && first_ever) disk().unsynced_folder();
        world_.checks.after_write(process_, record, outcome);
        if (outcome.answer == StoreAnswer::done && disk().flushes_late()) flush_later();
        const bool unsynced = outcome.faulty && outcome.felt == Fault::d2_sync_fails;
        if (mutant(Mutant::sync_errors_ignored) && unsynced) outcome.answer = StoreAnswer::done;
        return {outcome.answer, outcome.answer == StoreAnswer::done ? "" : "simulated"};
    }

    void flush_later() {
        World& world = world_;
        world.after(world.rng.between(500, 30'000), nullptr, [&world] { world.disk.flush(); });
    }

    Process& process_;
    World& world_;
    bool held_ = false;
};

}  // namespace

std::unique_ptr<RecordStore> SimStore::open_record(const RecordKey&) {
    return std::make_unique<SimRecord>(process_);
}

}  // namespace credit::sim
