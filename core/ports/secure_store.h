// Where a session's record lives. Implementations may block; every call comes from the storage thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/record_header.h"
#include "core/base/secret.h"
#include "core/base/store_answer.h"

namespace credit {

// Names one record: (environment, borrower). `name` is a keyed hash, safe in file and item names.
struct RecordKey {
    Environment environment = Environment::test;
    RecordHeader::Hash origin{};
    RecordHeader::Hash borrower{};
    std::string name;  // 32 lower-case hex digits
};

// One reading of the store without opening the record: enough to see that nothing changed.
struct StorePeek {
    StoreAnswer answer = StoreAnswer::transient;
    RecordHeader header;  // when present
};

// One record of one session. Not thread-safe: used by one thread at a time.
class RecordStore {
  public:
    virtual ~RecordStore() = default;

    // Reads the newest valid record: header and plain body. Never changes a valid record; may quarantine damage.
    virtual StoreResult load(RecordHeader& header, SecretBuffer& body) = 0;
    // Reads the newest header only; cheap. May be ahead of load()'s judgement, so it only ever causes a load.
    virtual StorePeek peek() = 0;
    // Durably writes header and body as the newest record; header.write_seq must be larger than any stored one.
    // Never touches the slot that holds the newest durable record, unless `both_slots`: then that one is overwritten
    // second, after the first write is durable (R2, R4). Called with the commit lock held.
    virtual StoreResult replace(const RecordHeader& header, const SecretBuffer& body,
                                bool both_slots) = 0;
    // Removes record, quarantined copies and everything else of this key. Absent afterwards.
    virtual StoreResult erase() = 0;
    // Erases quarantined copies only (R4).
    virtual StoreResult erase_quarantine() = 0;
    // The commit lock (R8): held for microseconds around re-read, compare and write. Excludes other processes.
    virtual StoreResult lock() = 0;
    virtual void unlock() = 0;
    // Identity of this process as a lease holder; not 0.
    virtual std::uint64_t owner_id() = 0;
    // True only when it is certain that the process with that id is gone.
    virtual bool owner_gone(std::uint64_t owner_id) = 0;
};

class SecureStore {
  public:
    virtual ~SecureStore() = default;
    // Makes the accessor of one record; does no I/O.
    virtual std::unique_ptr<RecordStore> open_record(const RecordKey& key) = 0;
};

}  // namespace credit
