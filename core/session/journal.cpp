#include "core/session/journal.h"

#include <utility>

#include "core/session/text_cut.h"

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

void Journal::add(JournalEntry entry) {
    cut_text(entry.request_id, kMaxIDBytes);
    cut_text(entry.correlation_id, kMaxIDBytes);
    // Without this a fault that repeats every few seconds would push out what explains it.
    if (!entries_.empty() && equal_but_for_time(entries_.back(), entry)) {
        entries_.back().at = entry.at;
        return;
    }
    if (entries_.size() == kMaxEntries) entries_.pop_front();
    entries_.push_back(std::move(entry));
}

}  // namespace credit
