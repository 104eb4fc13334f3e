#include "platform/memory/memory_store.h"

#include <utility>

#include "core/base/check.h"

namespace credit {
namespace {

class MemoryRecord : public RecordStore {
  public:
    MemoryRecord(std::shared_ptr<MemoryDisk> disk, std::uint64_t process, RecordKey key)
        : disk_(std::move(disk)), process_(process), key_(std::move(key)) {}
    ~MemoryRecord() override { disk_->unlock(key_.name, this); }

    StoreResult load(RecordHeader& header, SecretBuffer& body) override {
        return disk_->load(key_, header, body);
    }
    StorePeek peek() override { return disk_->peek(key_); }
    StoreResult replace(const RecordHeader& header, const SecretBuffer& body,
                        bool both_slots) override {
        CREDIT_CHECK(held_);
        return disk_->replace(key_, header, body, both_slots);
    }
    StoreResult erase() override { return disk_->erase(key_); }
    StoreResult erase_quarantine() override { return disk_->erase_quarantine(key_); }
    StoreResult lock() override {
        CREDIT_CHECK(!held_);
        StoreResult result = disk_->lock(key_.name, process_, this);
        held_ = result.answer == StoreAnswer::done;
        return result;
    }
    void unlock() override {
        CREDIT_CHECK(held_);
        held_ = false;
        disk_->unlock(key_.name, this);
    }
    std::uint64_t owner_id() override { return process_; }
    bool owner_gone(std::uint64_t owner_id) override { return disk_->process_gone(owner_id); }

  private:
    const std::shared_ptr<MemoryDisk> disk_;
    const std::uint64_t process_;
    const RecordKey key_;
    bool held_ = false;
};

}  // namespace

MemoryStore::MemoryStore() : MemoryStore(std::make_shared<MemoryDisk>()) {}

MemoryStore::MemoryStore(std::shared_ptr<MemoryDisk> disk)
    : disk_(std::move(disk)), process_(disk_->start_process()) {}

MemoryStore::~MemoryStore() {
    disk_->end_process(process_);
}

std::unique_ptr<RecordStore> MemoryStore::open_record(const RecordKey& key) {
    return std::make_unique<MemoryRecord>(disk_, process_, key);
}

}  // namespace credit
