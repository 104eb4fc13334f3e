#include "tests/sim/disk.h"

namespace credit::sim {
namespace {

bool readable(const Disk::Slot& slot, int key) {
    return slot.state == Disk::Slot::State::valid && slot.key == key;
}

}  // namespace

int Disk::newest() const {
    int best = -1;
    for (int i = 0; i < 2; ++i) {
        const Slot& slot = seen.slots[static_cast<std::size_t>(i)];
        if (!readable(slot, key)) continue;
        if (best < 0 ||
            slot.header.write_seq > seen.slots[static_cast<std::size_t>(best)].header.write_seq)
            best = i;
    }
    return best;
}

const Disk::Slot* Disk::newest_slot() const {
    const int at = newest();
    return at < 0 ? nullptr : &seen.slots[static_cast<std::size_t>(at)];
}

int Disk::newest_synced() const {
    int best = -1;
    for (int i = 0; i < 2; ++i) {
        const Slot& slot = seen.slots[static_cast<std::size_t>(i)];
        if (!readable(slot, key) || !slot.synced) continue;
        if (best < 0 ||
            slot.header.write_seq > seen.slots[static_cast<std::size_t>(best)].header.write_seq)
            best = i;
    }
    return best;
}

std::uint64_t Disk::newest_seq() const {
    const Slot* slot = newest_slot();
    return slot == nullptr ? 0 : slot->header.write_seq;
}

std::uint64_t Disk::newest_synced_seq() const {
    const int at = newest_synced();
    return at < 0 ? 0 : seen.slots[static_cast<std::size_t>(at)].header.write_seq;
}

bool Disk::empty() const {
    return seen.slots[0].state == Slot::State::empty && seen.slots[1].state == Slot::State::empty;
}

std::optional<StoreAnswer> Disk::refuses(std::int64_t now) {
    if (trouble.locked_until > now) return StoreAnswer::locked;
    if (trouble.wrong_key_until > now) return StoreAnswer::wrong_key;
    if (trouble.busy > 0) {
        --trouble.busy;
        return StoreAnswer::transient;
    }
    return std::nullopt;
}

StoreAnswer Disk::judge() const {
    if (newest() >= 0) return StoreAnswer::present;
    if (empty()) return seen.quarantined == 0 ? StoreAnswer::absent : StoreAnswer::corrupt;
    for (const Slot& slot : seen.slots) {
        if (slot.state == Slot::State::valid && slot.key != key) return StoreAnswer::key_lost;
    }
    return StoreAnswer::corrupt;
}

void Disk::quarantine() {
    for (Slot& slot : seen.slots) {
        if (slot.state != Slot::State::damaged) continue;
        slot = Slot{};
        ++seen.quarantined;
    }
}

Disk::Outcome Disk::write(int slot, const RecordHeader& header, const BodyRef& body) {
    Slot& target = seen.slots[static_cast<std::size_t>(slot)];
    Slot made;
    made.state = Slot::State::valid;
    made.key = key;
    made.header = header;
    made.body = body;
    if (trouble.write_errors > 0) {
        --trouble.write_errors;
        if (trouble.tears)
            target.state = target.state == Slot::State::empty ? target.state : Slot::State::damaged;
        return {trouble.full ? StoreAnswer::full : StoreAnswer::transient, false,
                Fault::d1_write_error, true};
    }
    if (trouble.sync_errors > 0) {
        --trouble.sync_errors;
        const bool visible = rng_.chance(500);
        made.synced = false;
        if (visible) target = made;
        return {StoreAnswer::transient, visible, Fault::d2_sync_fails, true};
    }
    if (trouble.swallow > 0) {
        --trouble.swallow;
        return {StoreAnswer::done, false, Fault::d7_success_but_lost, true};
    }
    target = made;
    if (!flushes_late()) durable_ = seen;
    return {};
}

void Disk::torn(int slot, const RecordHeader& header, const BodyRef& body) {
    Slot& target = seen.slots[static_cast<std::size_t>(slot)];
    if (semantics_ == Semantics::torn) {
        target = Slot{};
        target.state = Slot::State::damaged;
    } else if (rng_.chance(500)) {
        target = Slot{Slot::State::valid, true, key, header, body};
    }
    if (!flushes_late()) durable_ = seen;
}

void Disk::power_cut() {
    if (semantics_ == Semantics::lying) {
        for (std::size_t i = 0; i < 2; ++i) {
            if (rng_.chance(500)) durable_.slots[i] = seen.slots[i];
        }
    }
    seen = durable_;
    lock_holder = 0;
}

void Disk::damage(int how) {
    const int at = newest();
    const auto hit = [this](int slot) {
        Slot& target = seen.slots[static_cast<std::size_t>(slot)];
        if (target.state == Slot::State::valid) target.state = Slot::State::damaged;
    };
    if (at < 0) return;
    if (how == 0) {
        hit(at);
    } else if (how ==
               1) {  // another borrower's or origin's record in its place fails the same check
        hit(0);
        hit(1);
    } else if (how == 3) {
        seen = Image{};
    } else if (!older_.empty()) {
        seen = older_[rng_.below(older_.size())];
    }
    durable_ = seen;
}

}  // namespace credit::sim
