// The middle of "lock, read, mark, send, commit, announce, release": what may be written, given what the store holds now.
// Pure; runs between the store's lock and unlock, on whatever thread that is (DESIGN 1, R8, R9).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/secret_reserve.h"
#include "core/base/store_answer.h"
#include "core/session/policy.h"
#include "core/session/record.h"
#include "core/session/unstored.h"

namespace credit {

enum class TxnKind {
    mark,        // take the send lease and write the intent (R12)
    commit,      // store the pair a refresh brought
    swap,        // store the alternate pair in place of one the platform refused (R11)
    suspect,     // keep the pair, but as one with a verdict (R24)
    heal_mark,   // take the lease, before the provider is asked (R25)
    heal,        // store the session healing brought
    start,       // store the session a start brought
    adopt,       // store the session the app handed in
    end,         // tombstone (R4)
    write_back,  // store again what memory holds and the store lost or never took (R4, R5, R17)
    note,        // counters, lease release, journal
};

struct Txn {
    std::uint64_t id = 0;
    TxnKind kind = TxnKind::note;
    Version expected;                   // what the session believes is stored
    std::uint64_t fence = 0;            // of the lease it holds, 0: none
    std::uint64_t owner = 0;            // filled in by the driver: this process
    Record proposal;                    // the fields that this kind writes; see plan()
    std::vector<JournalEntry> journal;  // to be added
    bool replace = false;               // adopt: take it even if it is older
    std::optional<Unstored> unstored;   // what memory holds is an install that the store never took
    Millis lease;                       // mark, heal_mark: how long
};

enum class TxnOutcome {
    applied,  // written (or nothing needed writing); `record` is what is stored now
    newer,    // the store holds something newer; `record` is it; nothing was written
    busy,  // somebody else holds the lease until busy_for has passed, or took it from this session; nothing was written
    stale,    // adopt: what was handed in is older than what is stored
    storage,  // the store answered `answer`; nothing is known to be written
};

struct TxnPlan {
    TxnOutcome outcome = TxnOutcome::storage;
    bool write = false;
    bool both_slots = false;
    bool erase_quarantine = false;
    Record record;
    Millis busy_for;
};

// `answer` and `stored` are what loading said; owner_gone tells whether a lease holder is certainly dead.
TxnPlan plan(const Txn& txn, StoreAnswer answer, const std::optional<Record>& stored,
             const Now& now, const std::function<bool(std::uint64_t)>& owner_gone);

// The next epoch, fence or write_seq: at least the wall clock's milliseconds. A store that lost everything, or went back,
// cannot say how far the count had come; what is begun over it has to go before what another process still holds in
// memory, and a number given twice would name two leases, or two records.
std::uint64_t next_after(std::uint64_t seen, const Now& now) noexcept;

// True when this kind may write although the store answered that (R3, R6).
bool may_write_over(TxnKind kind, StoreAnswer answer) noexcept;

struct TxnResult {
    std::uint64_t id = 0;
    TxnKind kind = TxnKind::note;
    TxnOutcome outcome = TxnOutcome::storage;
    StoreAnswer answer = StoreAnswer::transient;
    std::string detail;
    Record
        record;  // applied: what was written; newer, stale, busy: what is stored; storage: the proposal
    Millis busy_for;
};

// One transaction on its way to the store and back, with the memory it takes: whoever makes one before it is needed can
// carry it out without allocating (R22).
struct TxnWork {
    Txn txn;
    TxnResult result;
    std::optional<Record> stored;  // as loaded under the lock
    SecretReserve secrets;         // for its tokens and its key
    SecretBuffer body;             // what is written, and what was read
    SecretBuffer large_body;       // for what does not fit there
    explicit TxnWork(std::size_t reserved_secrets = 0) : secrets(reserved_secrets) {}
};
using TxnRef = std::shared_ptr<TxnWork>;

}  // namespace credit
