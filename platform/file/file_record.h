// The accessor of one record in a FileStore.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "core/ports/secure_store.h"
#include "platform/file/commit_lock.h"
#include "platform/file/file_store_parts.h"
#include "platform/file/record_names.h"
#include "platform/file/slot.h"
#include "platform/file/verdict.h"

namespace credit {

// Slots are opened for each operation and closed after it: a process may have a thousand sessions
// and a thousand descriptors, and a descriptor kept open would not notice that its file was
// replaced. If none is to be had at a commit the answer is `transient`, and the write is tried
// again (R17).
class FileRecord : public RecordStore {
  public:
    FileRecord(std::shared_ptr<FileStoreParts> parts, const RecordKey& key);

    StoreResult load(RecordHeader& header, SecretBuffer& body) override;
    StorePeek peek() override;
    StoreResult replace(const RecordHeader& header, const SecretBuffer& body,
                        bool both_slots) override;
    StoreResult erase() override;
    StoreResult erase_quarantine() override;
    StoreResult lock() override;
    void unlock() override;
    std::uint64_t owner_id() override;
    bool owner_gone(std::uint64_t owner_id) override;

  private:
    struct Scan {
        SlotPair slots;
        int newest = -1;  // index of the newest valid slot
    };

    // Reads and judges both slots into the scratch buffers. Answers `present`, or why there is no
    // key; then filled slots stay `filled`.
    StoreResult scan(int folder, Scan& out);
    void distrust_failed_write(std::size_t index, Slot& slot);
    StoreResult absent_unless_locked();
    StoreResult load_from(int folder, bool locked, RecordHeader& header, SecretBuffer& body,
                          bool& settled);
    StoreResult set_aside_damage(int folder, Scan& found);
    StoreResult refusal_to_write(const Scan& found, const RecordHeader& header) const;
    StoreResult make_ready(int folder, Scan& found);
    StoreResult write_slot(int folder, std::size_t index, Slot& slot, bool other_is_durable,
                           const RecordHeader& header, const SecretBuffer& body);
    StoreResult erase_files(int folder);
    // Takes the commit lock if this accessor does not hold it, for the time of `taken`.
    StoreResult borrow_lock(int folder, std::optional<CommitLock>& taken);

    const std::shared_ptr<FileStoreParts> parts_;
    const RecordKey key_;
    const RecordNames names_;
    bool hidden_ = false;  // the last load found no folder and a locked key; a peek asks for no key
    CommitLock lock_;
    // The stamp of a write that was not made durable, while the slot may still show it.
    std::array<std::optional<SlotStamp>, 2> failed_;
    // The stamp of a slot that load() judged unusable, so that peek() does not offer it again and
    // again.
    std::array<std::optional<SlotStamp>, 2> passed_over_;
};

}  // namespace credit
