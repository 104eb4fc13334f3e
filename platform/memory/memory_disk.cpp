#include "platform/memory/memory_disk.h"

#include <chrono>
#include <utility>

#include "core/base/check.h"

namespace credit {
namespace {

using Slot = MemoryDisk::Slot;
using State = MemoryDisk::Slot::State;

constexpr std::size_t kMostQuarantined = 2;

bool is_record_of(const Slot& slot, const RecordKey& key) {
    return slot.state == State::valid && slot.header.environment == key.environment &&
           slot.header.origin == key.origin && slot.header.borrower == key.borrower;
}

// The index of the newest valid slot, or -1.
int newest_of(const MemoryDisk::Record& record, const RecordKey& key) {
    int newest = -1;
    for (int i = 0; i < 2; ++i) {
        const Slot& slot = record.slots[static_cast<std::size_t>(i)];
        if (!is_record_of(slot, key)) continue;
        const bool newer =
            newest < 0 ||
            slot.header.write_seq > record.slots[static_cast<std::size_t>(newest)].header.write_seq;
        if (newer) newest = i;
    }
    return newest;
}

bool holds_newer_format(const MemoryDisk::Record& record) {
    return record.slots[0].state == State::newer || record.slots[1].state == State::newer;
}

bool is_empty(const MemoryDisk::Record& record) {
    return record.slots[0].state == State::empty && record.slots[1].state == State::empty;
}

void quarantine(MemoryDisk::Record& record) {
    for (Slot& slot : record.slots) {
        if (slot.state == State::empty) continue;
        if (record.quarantine.size() == kMostQuarantined) record.quarantine.pop_back();
        record.quarantine.push_back(std::exchange(slot, Slot{}));
    }
}

}  // namespace

std::optional<StoreResult> MemoryDisk::injected(Operation operation) {
    const auto found = answers_.find(operation);
    if (found != answers_.end() && found->second.left > 0) {
        --found->second.left;
        return StoreResult{found->second.answer, "injected"};
    }
    if (locked_) return StoreResult{StoreAnswer::locked, "the device is locked"};
    return std::nullopt;
}

StoreResult MemoryDisk::load(const RecordKey& key, RecordHeader& header, SecretBuffer& body) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (auto early = injected(Operation::load)) return *early;
    const auto found = records_.find(key.name);
    if (found == records_.end()) return {StoreAnswer::absent, {}};
    Record& record = found->second;
    if (is_empty(record)) {  // what was set aside is not empty until something is stored
        if (record.quarantine.empty()) return {StoreAnswer::absent, {}};
        return {StoreAnswer::corrupt, "a damaged record is quarantined"};
    }
    if (holds_newer_format(record)) return {StoreAnswer::newer_format, "written by a newer SDK"};
    const int newest = newest_of(record, key);
    if (newest < 0) {
        quarantine(record);
        return {StoreAnswer::corrupt, "no slot holds a valid record; quarantined"};
    }
    const Slot& slot = record.slots[static_cast<std::size_t>(newest)];
    header = slot.header;
    body.clear();
    body.append(slot.body->view());
    return {StoreAnswer::present, {}};
}

StorePeek MemoryDisk::peek(const RecordKey& key) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (auto early = injected(Operation::peek)) return {early->answer, {}};
    const auto found = records_.find(key.name);
    if (found == records_.end() || is_empty(found->second)) return {StoreAnswer::absent, {}};
    if (holds_newer_format(found->second)) return {StoreAnswer::newer_format, {}};
    const int newest = newest_of(found->second, key);
    if (newest < 0) return {StoreAnswer::corrupt, {}};
    return {StoreAnswer::present, found->second.slots[static_cast<std::size_t>(newest)].header};
}

StoreResult MemoryDisk::write_slot(Slot& slot, const RecordHeader& header, const SecretRef& body) {
    if (tear_.left > 0 && tear_after_ == 0) {
        tear_.left = 0;
        slot = Slot{State::damaged, header, nullptr};
        return {tear_.answer, "a slot write was torn"};
    }
    if (tear_.left > 0) --tear_after_;
    ++slot_writes_;
    slot = Slot{State::valid, header, body};
    return {StoreAnswer::done, {}};
}

StoreResult MemoryDisk::replace(const RecordKey& key, const RecordHeader& header,
                                const SecretBuffer& body, bool both_slots) {
    CREDIT_CHECK(body.size() <= RecordHeader::kMaxBodyBytes);
    const std::lock_guard<std::mutex> hold(mutex_);
    if (auto early = injected(Operation::replace)) return *early;
    Record& record = records_[key.name];
    if (holds_newer_format(record)) return {StoreAnswer::newer_format, "written by a newer SDK"};
    const int newest = newest_of(record, key);
    if (newest < 0) quarantine(record);
    const std::size_t target = newest == 0 ? 1 : 0;
    if (newest >= 0 && header.write_seq <= record.slots[1 - target].header.write_seq) {
        return {StoreAnswer::transient, "write_seq is not newer"};
    }
    RecordHeader written = header;
    written.body_size = static_cast<std::uint32_t>(body.size());
    const SecretRef copy = Secret::copy_of(body.view());
    StoreResult first = write_slot(record.slots[target], written, copy);
    if (first.answer != StoreAnswer::done || !both_slots) return first;
    return write_slot(record.slots[1 - target], written, copy);
}

StoreResult MemoryDisk::erase(const RecordKey& key) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (auto early = injected(Operation::erase)) return *early;
    const auto found = records_.find(key.name);
    if (found == records_.end()) return {StoreAnswer::done, {}};
    if (holds_newer_format(found->second))
        return {StoreAnswer::newer_format, "written by a newer SDK"};
    records_.erase(found);
    return {StoreAnswer::done, {}};
}

StoreResult MemoryDisk::erase_quarantine(const RecordKey& key) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (auto early = injected(Operation::erase_quarantine)) return *early;
    const auto found = records_.find(key.name);
    if (found != records_.end()) found->second.quarantine.clear();
    return {StoreAnswer::done, {}};
}

StoreResult MemoryDisk::lock(const std::string& name, std::uint64_t process, const void* holder) {
    std::unique_lock<std::mutex> hold(mutex_);
    if (auto early = injected(Operation::lock)) return *early;
    const auto is_free = [&] { return !holders_.contains(name); };
    CREDIT_CHECK(is_free() || holders_[name].accessor != holder);
    if (!released_.wait_for(hold, std::chrono::milliseconds(lock_wait_.count), is_free)) {
        return {StoreAnswer::transient, "commit lock is busy"};
    }
    holders_[name] = {process, holder};
    return {StoreAnswer::done, {}};
}

void MemoryDisk::unlock(const std::string& name, const void* holder) {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        const auto found = holders_.find(name);
        if (found == holders_.end() || found->second.accessor != holder) return;
        holders_.erase(found);
    }
    released_.notify_all();
}

std::uint64_t MemoryDisk::start_process() {
    const std::lock_guard<std::mutex> hold(mutex_);
    processes_.insert(++last_process_);
    return last_process_;
}

void MemoryDisk::end_process(std::uint64_t process) {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        processes_.erase(process);
        std::erase_if(holders_, [&](const auto& held) { return held.second.process == process; });
    }
    released_.notify_all();
}

bool MemoryDisk::process_gone(std::uint64_t process) {
    const std::lock_guard<std::mutex> hold(mutex_);
    return process != 0 && !processes_.contains(process);
}

}  // namespace credit
