#include "core/session/journal.h"

#include <algorithm>
#include <memory>

namespace credit {
namespace {

bool equal_but_for_time(const JournalEntry& a, const JournalEntry& b) noexcept {
    return a.what == b.what && a.why == b.why && a.generation == b.generation &&
           a.request_id == b.request_id && a.correlation_id == b.correlation_id;
}

}  // namespace

std::string_view journal_event_name(JournalEvent event) noexcept {
    switch (event) {
#define X(name, value)       \
    case JournalEvent::name: \
        return #name;
        CREDIT_JOURNAL_EVENTS(X)
#undef X
    }
    return "unknown";
}

Journal& Journal::operator=(const Journal& other) noexcept {
    if (this != &other) {
        std::uninitialized_copy_n(other.room_.entries.begin(), other.count_, room_.entries.begin());
        count_ = other.count_;
    }
    return *this;
}

bool Journal::operator==(const Journal& other) const noexcept {
    return std::ranges::equal(entries(), other.entries());
}

void Journal::add(const JournalEntry& entry) noexcept {
    // Without this a fault that repeats every few seconds would push out what explains it.
    auto& kept = room_.entries;
    if (count_ != 0 && equal_but_for_time(kept[count_ - 1], entry)) {
        kept[count_ - 1].at = entry.at;
        return;
    }
    if (count_ == kMaxEntries) {
        std::move(kept.begin() + 1, kept.end(), kept.begin());
        --count_;
    }
    std::construct_at(&kept[count_++], entry);
}

}  // namespace credit
