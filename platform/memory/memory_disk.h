// A disk in memory that several stores, each playing a process, share; with the faults a real one
// has, on demand.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/ports/secure_store.h"

namespace credit {

class MemoryDisk {
  public:
    enum class Operation { load, peek, replace, erase, erase_quarantine, lock };

    // --- What tests do to it. Thread-safe.

    // The next `times` calls of the operation, by any store, answer this and do nothing else.
    void answer_next(Operation operation, StoreAnswer answer, unsigned times = 1);
    // While the device is locked every operation on records answers `locked`.
    void set_locked(bool locked);
    // After `skip` more slots were written, the next slot write is torn: it damages the slot and
    // answers `answer`.
    void tear_slot_write(StoreAnswer answer, unsigned skip = 0);
    // Damages a slot at rest (0 or 1); does nothing to a slot never written.
    void damage(const std::string& name, std::size_t slot);
    // Makes both slots those of a newer SDK.
    void make_newer(const std::string& name);
    // The record is gone, as if somebody had deleted its files.
    void lose(const std::string& name);
    // How long lock() waits for its holder before it answers transient.
    void set_lock_wait(Millis wait);

    struct Slot {
        enum class State { empty, valid, damaged, newer };
        State state = State::empty;
        RecordHeader header;
        SecretRef body;
    };
    struct Record {
        std::array<Slot, 2> slots;
        std::vector<Slot> quarantine;
    };
    using Image = std::map<std::string, Record>;
    // A backup of everything, and its return: what a restored device or a rolled-back virtual
    // machine shows.
    Image image();
    void restore(Image image);
    std::uint64_t slot_writes();

    // --- What stores do with it.

    std::uint64_t start_process();
    // Its locks are released and its leases are known to be nobody's, as after a crash.
    void end_process(std::uint64_t process);
    bool process_gone(std::uint64_t process);

    StoreResult load(const RecordKey& key, RecordHeader& header, SecretBuffer& body);
    StorePeek peek(const RecordKey& key);
    StoreResult replace(const RecordKey& key, const RecordHeader& header, const SecretBuffer& body,
                        bool both_slots);
    StoreResult erase(const RecordKey& key);
    StoreResult erase_quarantine(const RecordKey& key);
    // `holder` tells two accessors of one process apart.
    StoreResult lock(const std::string& name, std::uint64_t process, const void* holder);
    void unlock(const std::string& name, const void* holder);

  private:
    struct Holder {
        std::uint64_t process = 0;
        const void* accessor = nullptr;
    };
    struct Answers {
        StoreAnswer answer = StoreAnswer::transient;
        unsigned left = 0;
    };

    std::optional<StoreResult> injected(Operation operation);
    StoreResult write_slot(Slot& slot, const RecordHeader& header, const SecretRef& body);

    std::mutex mutex_;
    std::condition_variable released_;
    Image records_;
    std::map<std::string, Holder> holders_;
    std::set<std::uint64_t> processes_;
    std::uint64_t last_process_ = 0;
    std::map<Operation, Answers> answers_;
    Answers tear_;
    unsigned tear_after_ = 0;
    bool locked_ = false;
    Millis lock_wait_ = seconds(2);
    std::uint64_t slot_writes_ = 0;
};

}  // namespace credit
