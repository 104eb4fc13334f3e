// The bounded, secret-free diary that lives in the record and explains every sign-out (R37).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "core/base/code.h"
#include "core/base/fixed_text.h"
#include "core/base/time.h"

namespace credit {

// X(name, value). Names are what people read in diagnostics; values are stored and never
// renumbered.
// clang-format off
#define CREDIT_JOURNAL_EVENTS(X) \
    X(started, 1) \
    X(adopted, 2) \
    X(refresh_marked, 3) \
    X(refresh_sent, 4) \
    X(refresh_committed, 5) \
    X(refresh_failed, 6) \
    X(refresh_unsent, 7) \
    X(refresh_replayed, 8) \
    X(verdict, 9) \
    X(suspected, 10) \
    X(heal_asked, 11) \
    X(healed, 12) \
    X(heal_failed, 13) \
    X(heal_given_up, 14) \
    X(ended, 15) \
    X(rejected, 16) \
    X(breaker_opened, 17) \
    X(storage_failed, 18) \
    X(storage_recovered, 19) \
    X(storage_lost, 20) \
    X(storage_rolled_back, 21) \
    X(conflict, 22) \
    X(lease_waited, 23) \
    X(stuck, 24) \
    X(late_reply_dropped, 25) \
    X(alternate_tried, 26) \
    X(memory_not_locked, 27) \
    X(internal_error, 28) \
    X(key_epoch_bumped, 29) \
    X(suspect_retried, 30) \
    X(suspect_revived, 31) \
    X(partner_unauthorized, 32) \
    X(stale_adopt_refused, 33) \
    X(kept_in_memory, 34)
// clang-format on

enum class JournalEvent : std::uint8_t {
#define X(name, value) name = value,
    CREDIT_JOURNAL_EVENTS(X)
#undef X
};
std::string_view journal_event_name(JournalEvent event) noexcept;  // "unknown" for others

// A request or correlation id as records keep it; longer ones are cut.
using JournalID = FixedText<64>;

struct JournalEntry {
    WallTime at;
    JournalEvent what = JournalEvent::internal_error;
    Code why = Code::ok;
    std::uint64_t generation = 0;
    JournalID request_id;
    JournalID correlation_id;
    bool operator==(const JournalEntry&) const = default;
};

// Lies inside its record, so that adding an entry and copying a record allocate nothing (R22).
class Journal {
  public:
    static constexpr std::size_t kMaxEntries = 64;
    static constexpr std::size_t kMaxIDBytes = JournalID::kMaxBytes;

    Journal() noexcept {}
    Journal(const Journal& other) noexcept { *this = other; }
    Journal& operator=(const Journal& other) noexcept;
    ~Journal() = default;

    // Drops the oldest entry when full. An entry equal to the newest in all but time only moves the
    // time.
    void add(const JournalEntry& entry) noexcept;
    std::span<const JournalEntry> entries() const noexcept {
        return {room_.entries.data(), count_};
    }
    void clear() noexcept { count_ = 0; }
    bool operator==(const Journal& other) const noexcept;

  private:
    // Ten kilobytes that are only touched as far as there are entries.
    union Room {
        Room() noexcept {}
        std::array<JournalEntry, kMaxEntries> entries;
    };
    static_assert(std::is_trivially_destructible_v<JournalEntry>);

    Room room_;  // oldest first; those from count_ on are not there
    std::size_t count_ = 0;
};

}  // namespace credit
