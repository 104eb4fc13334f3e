// The side of MemoryDisk that tests hold: faults, backups, counters.
#include <utility>

#include "platform/memory/memory_disk.h"

namespace credit {

void MemoryDisk::answer_next(Operation operation, StoreAnswer answer, unsigned times) {
    const std::lock_guard<std::mutex> hold(mutex_);
    answers_[operation] = {answer, times};
}

void MemoryDisk::set_locked(bool locked) {
    const std::lock_guard<std::mutex> hold(mutex_);
    locked_ = locked;
}

void MemoryDisk::tear_slot_write(StoreAnswer answer, unsigned skip) {
    const std::lock_guard<std::mutex> hold(mutex_);
    tear_ = {answer, 1};
    tear_after_ = skip;
}

void MemoryDisk::damage(const std::string& name, std::size_t slot) {
    const std::lock_guard<std::mutex> hold(mutex_);
    const auto found = records_.find(name);
    if (found == records_.end()) return;
    Slot& hit = found->second.slots.at(slot);
    if (hit.state == Slot::State::valid) hit.state = Slot::State::damaged;
}

void MemoryDisk::make_newer(const std::string& name) {
    const std::lock_guard<std::mutex> hold(mutex_);
    for (Slot& slot : records_[name].slots)
        slot.state = Slot::State::newer;
}

void MemoryDisk::lose(const std::string& name) {
    const std::lock_guard<std::mutex> hold(mutex_);
    records_.erase(name);
}

void MemoryDisk::set_lock_wait(Millis wait) {
    const std::lock_guard<std::mutex> hold(mutex_);
    lock_wait_ = wait;
}

MemoryDisk::Image MemoryDisk::image() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return records_;
}

void MemoryDisk::restore(Image image) {
    const std::lock_guard<std::mutex> hold(mutex_);
    records_ = std::move(image);
}

std::uint64_t MemoryDisk::slot_writes() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return slot_writes_;
}

}  // namespace credit
