// The storage half of the machine's world: what the driver does between lock and unlock, on a disk
// of one record.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/machine_world.h"

namespace credit::test {

void FakeDisk::fail(Op op, StoreAnswer answer, int times) {
    next_[op].insert(next_[op].end(), static_cast<std::size_t>(times), answer);
}

StoreAnswer FakeDisk::answer(Op op) {
    const bool reads = op == Op::load || op == Op::peek;
    if (sick) return *sick;
    auto& queue = next_[op];
    if (!queue.empty()) {
        const StoreAnswer out = queue.front();
        queue.pop_front();
        return out;
    }
    if (reads && damage) return *damage;
    if (reads) return record ? StoreAnswer::present : StoreAnswer::absent;
    return StoreAnswer::done;
}

// What must hold for every write there ever is.
void FakeDisk::check_write(const Record& next) const {
    EXPECT_GE(next.version, high_water_) << "the version on disk went back";
    EXPECT_GE(next.version.epoch, high_water_.epoch);
    if (record && !damage) {
        EXPECT_GT(next.write_seq, record->write_seq);
    }
    for (const JournalEntry& entry : next.journal.entries()) {  // R37, R40
        for (const std::string_view text : {entry.request_id.view(), entry.correlation_id.view()}) {
            EXPECT_EQ(text.find("st-"), std::string_view::npos);
            EXPECT_EQ(text.find("rt-"), std::string_view::npos);
        }
    }
    EXPECT_FALSE(next.tombstone && next.pair);
}

void FakeDisk::write(Record wanted, bool both_slots, std::uint64_t owner) {
    RecordHeader header;
    SecretBuffer body;
    encode_record(wanted, header, body);  // fails a check for a record that contradicts itself
    Record stored;
    ASSERT_EQ(decode_record(header, body, stored), RecordFault::none);
    ASSERT_TRUE(same_record(wanted, stored));
    check_write(stored);
    high_water_ = stored.version;
    other = both_slots ? stored : record;
    record = stored;
    damage.reset();
    last_write_by = owner;
    ++writes;
}

void FakeDisk::roll_back() {
    record = other;
    forget_high_water();
}

void FakeDisk::put(const Record& wanted) {
    forget_high_water();
    record = wanted;
    other = wanted;
    high_water_ = wanted.version;
}

void Process::do_storage() {
    const Effect effect = storage_.front();
    storage_.pop_front();
    FakeDisk& disk = world_.disk;
    if (std::holds_alternative<effect::Load>(effect)) {
        ++disk.loads;
        const StoreAnswer answer = disk.answer(FakeDisk::Op::load);
        event::Loaded loaded{answer, "fake", std::nullopt};
        if (answer == StoreAnswer::present) loaded.record = disk.record;
        return feed(loaded);
    }
    if (const auto* peek = std::get_if<effect::Peek>(&effect)) {
        const StoreAnswer answer = disk.answer(FakeDisk::Op::peek);
        event::Peeked peeked{peek->round, answer, {}, 0};
        if (answer == StoreAnswer::present) {
            peeked.version = disk.record->version;
            peeked.write_seq = disk.record->write_seq;
        }
        return feed(peeked);
    }
    const TxnRef work = std::get<effect::RunTxn>(effect).work;
    execute(*work);
    feed(event::TxnDone{work});
}

// As core/engine/session_storage.cpp does it.
void Process::execute(TxnWork& work) {
    FakeDisk& disk = world_.disk;
    Txn& txn = work.txn;
    dress(txn.proposal);
    TxnResult& result = work.result;
    result.id = txn.id;
    result.kind = txn.kind;
    result.record = txn.proposal;
    result.answer = disk.answer(FakeDisk::Op::lock);
    if (result.answer != StoreAnswer::done) return;
    txn.owner = owner;
    const bool eligible = txn.kind == TxnKind::commit || txn.kind == TxnKind::note;
    StoreAnswer answer = StoreAnswer::present;
    std::optional<Record> read;
    if (eligible && disk.record && !disk.damage && disk.record->version == txn.expected &&
        disk.record->write_seq == txn.proposal.write_seq) {
        read = txn.proposal;
        read->version = txn.expected;
    } else {
        answer = disk.answer(FakeDisk::Op::load);
        if (answer == StoreAnswer::present) read = disk.record;
    }
    TxnPlan planned = plan(txn, answer, read, world_.now,
                           [&](std::uint64_t id) { return world_.gone.count(id) != 0; });
    result.outcome = planned.outcome;
    result.answer = answer;
    result.busy_for = planned.busy_for;
    if (planned.write) {
        result.answer = disk.answer(FakeDisk::Op::write);
        if (result.answer == StoreAnswer::done) {
            disk.write(planned.record, planned.both_slots, owner);
            if (planned.erase_quarantine) {
                result.answer = disk.answer(FakeDisk::Op::erase_quarantine);
                if (result.answer == StoreAnswer::done) disk.quarantined = 0;
            }
        }
        if (result.answer != StoreAnswer::done) result.outcome = TxnOutcome::storage;
    }
    if (result.outcome != TxnOutcome::storage) result.record = std::move(planned.record);
}

void Process::dress(Record& dressed) const {
    if (!dressed.intent || !dressed.pair) return;
    Intent& intent = *dressed.intent;
    const SecretRef& credential = dressed.pair->refresh_token != nullptr
                                      ? dressed.pair->refresh_token
                                      : dressed.pair->session_token;
    const std::string of = text_of(credential);
    if (intent.idempotency_key == nullptr) {
        intent.idempotency_key = secret("key " + of + " " + std::to_string(intent.n) + " " +
                                        std::to_string(intent.key_epoch));
    }
    if (intent.fingerprint.empty()) intent.fingerprint = "print of " + of;
    if (intent.shape.empty()) intent.shape = "shape";
}

}  // namespace credit::test
