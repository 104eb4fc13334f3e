// A store whose records live in a MemoryDisk. Each store plays one process; the disk outlives them.
#pragma once

#include <memory>

#include "platform/memory/memory_disk.h"

namespace credit {

class MemoryStore : public SecureStore {
  public:
    // A store with a disk of its own: nothing survives it.
    MemoryStore();
    explicit MemoryStore(std::shared_ptr<MemoryDisk> disk);
    // The process ends here: its locks are free again and owner_gone() of its id becomes true.
    ~MemoryStore() override;
    MemoryStore(const MemoryStore&) = delete;
    MemoryStore& operator=(const MemoryStore&) = delete;

    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override;

  private:
    std::shared_ptr<MemoryDisk> disk_;
    std::uint64_t process_;
};

}  // namespace credit
