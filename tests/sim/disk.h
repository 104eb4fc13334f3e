// The place of storage that all processes of the device share: two slots, a commit lock, and what a sick disk, a lost key
// or a power cut make of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/secure_store.h"
#include "tests/sim/plan.h"
#include "tests/sim/rng.h"

namespace credit::sim {

class Disk {
  public:
    // A record's body, and what the checks want to know of it.
    struct Body {
        std::string bytes;
        int pair = -1;  // its number, -1: none
        bool suspect = false;
        bool tombstone = false;
        std::int64_t ended_wall = 0;  // when the end was asked, by the device
    };
    using BodyRef = std::shared_ptr<const Body>;
    struct Slot {
        enum class State : std::uint8_t { empty, valid, damaged };
        State state = State::empty;
        bool synced = true;
        int key = 0;  // which sealing key it was written under
        RecordHeader header;
        BodyRef body;
    };
    struct Image {
        std::array<Slot, 2> slots;
        int quarantined = 0;
    };
    // What goes wrong until it is taken back or used up.
    struct Trouble {
        std::int64_t locked_until = 0;
        int busy = 0;
        int write_errors = 0;
        bool full = false;   // write errors answer full instead of transient
        bool tears = false;  // and leave half a slot behind
        int sync_errors = 0;
        int swallow = 0;  // acknowledged, nothing was written
        std::int64_t wrong_key_until = 0;
        std::int64_t hang_ms = 0;  // the next job on the storage thread takes that long to begin
        bool quiet(std::int64_t now) const {
            return locked_until <= now && busy + write_errors + sync_errors + swallow == 0 &&
                   wrong_key_until <= now && hang_ms == 0;
        }
    };

    Disk(Semantics semantics, std::uint64_t seed) : semantics_(semantics), rng_(seed) {}

    Trouble trouble;
    Image seen;                         // by whoever reads now
    std::uint64_t lock_holder = 0;      // process; 0: free
    std::int64_t lock_ghost_until = 0;  // a forked child keeps it
    int key = 0;

    // The slot that reading judges the newest valid one, or -1.
    int newest() const;
    const Slot* newest_slot() const;
    int newest_synced() const;
    bool empty() const;
    // Of the newest record that can be read, 0: none. Less than before means that something was lost.
    std::uint64_t newest_seq() const;
    std::uint64_t newest_synced_seq() const;
    std::optional<StoreAnswer> refuses(std::int64_t now);
    StoreAnswer judge() const;  // present, absent, corrupt, key_lost
    void quarantine();

    struct Outcome {
        StoreAnswer answer = StoreAnswer::done;
        bool visible = true;
        Fault felt = Fault::d1_write_error;
        bool faulty = false;
    };
    Outcome write(int slot, const RecordHeader& header, const BodyRef& body);
    // The process died in the middle of writing this slot.
    void torn(int slot, const RecordHeader& header, const BodyRef& body);
    void flush() { durable_ = seen; }  // everything written so far survives from here on
    bool flushes_late() const {
        return semantics_ == Semantics::not_durable || semantics_ == Semantics::lying;
    }
    void power_cut();
    void lose_key() { ++key; }
    // Damage at rest: 0 newest slot, 1 both, 2 rolled back to an older state, 3 gone.
    void damage(int how);
    void remember() { older_.push_back(seen); }
    // The names of new files were never synced: a power cut takes them.
    void unsynced_folder() { durable_ = Image{}; }

  private:
    const Semantics semantics_;
    Rng rng_;
    Image durable_;
    std::vector<Image> older_;
};

}  // namespace credit::sim
