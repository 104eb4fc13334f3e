#include "core/session/journal.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/base/fixed_text.h"

namespace credit {
namespace {

JournalEntry entry(std::int64_t at, std::uint64_t generation) {
    return {{at}, JournalEvent::refresh_failed, Code::network_timeout, generation, "req", "cor"};
}

TEST(JournalTest, R37_HoldsTheNewest64Entries) {
    Journal journal;
    for (std::uint64_t i = 0; i < Journal::kMaxEntries; ++i)
        journal.add(entry(0, i));
    EXPECT_EQ(journal.entries().size(), 64U);
    EXPECT_EQ(journal.entries().front().generation, 0U);
    journal.add(entry(0, 64));
    EXPECT_EQ(journal.entries().size(), 64U);
    EXPECT_EQ(journal.entries().front().generation, 1U);
    EXPECT_EQ(journal.entries().back().generation, 64U);
    journal.clear();
    EXPECT_TRUE(journal.entries().empty());
}

TEST(JournalTest, R37_RepetitionOnlyMovesTheTime) {
    Journal journal;
    journal.add(entry(1, 5));
    journal.add(entry(9, 5));
    ASSERT_EQ(journal.entries().size(), 1U);
    EXPECT_EQ(journal.entries().back().at.ms, 9);
}

TEST(JournalTest, R37_AnyDifferenceIsANewEntry) {
    const JournalEntry first = entry(1, 5);
    std::vector<JournalEntry> others(5, first);
    others[0].what = JournalEvent::verdict;
    others[1].why = Code::session_dead;
    others[2].generation = 6;
    others[3].request_id = "other";
    others[4].correlation_id = "other";
    for (const JournalEntry& other : others) {
        Journal journal;
        journal.add(first);
        journal.add(other);
        EXPECT_EQ(journal.entries().size(), 2U);
        journal.add(first);  // equal to an older one, not to the newest
        EXPECT_EQ(journal.entries().size(), 3U);
    }
}

TEST(JournalTest, R37_LongIDsAreCut) {
    Journal journal;
    JournalEntry long_ids = entry(1, 5);
    long_ids.request_id = std::string(64, 'a');
    long_ids.correlation_id = std::string(10'000, 'b');
    journal.add(long_ids);
    EXPECT_EQ(journal.entries().back().request_id, std::string(64, 'a'));
    EXPECT_EQ(journal.entries().back().correlation_id, std::string(64, 'b'));
    journal.add(long_ids);  // compared as cut
    EXPECT_EQ(journal.entries().size(), 1U);
}

TEST(JournalTest, CutSplitsNoCharacter) {
    EXPECT_EQ(cut_length("", 0), 0U);
    EXPECT_EQ(cut_length("abc", 3), 3U);
    EXPECT_EQ(cut_length("abcd", 3), 3U);
    EXPECT_EQ(cut_length("ab\xc3\xa9", 3), 2U);                // e acute
    EXPECT_EQ(cut_length("ab\xe2\x82\xac", 4), 2U);            // euro sign
    EXPECT_EQ(cut_length("ab\xf0\x9f\x99\x82", 5), 2U);        // smiley
    EXPECT_EQ(cut_length("ab\xf0\x9f\x99\x82z", 6), 6U);       // whole
    EXPECT_EQ(cut_length("\xa9\xa9\xa9\xa9\xa9\xa9", 5), 5U);  // no UTF-8
    EXPECT_EQ(cut_length("\xa9\xa9\xa9", 1), 1U);
    EXPECT_EQ(cut_length("\xc3\xa9", 1), 0U);
    EXPECT_EQ(cut_length("abc", 0), 0U);
}

TEST(JournalTest, EveryEventHasItsOwnName) {
    std::set<std::string_view> names;
    int unknown = 0;
    for (int value = 0; value < 256; ++value) {
        const auto name = journal_event_name(static_cast<JournalEvent>(value));
        if (name == "unknown") {
            ++unknown;
        } else {
            EXPECT_TRUE(names.insert(name).second) << name;
        }
    }
    EXPECT_EQ(names.size(), 34U);
    EXPECT_EQ(unknown, 256 - 34);
    EXPECT_EQ(journal_event_name(JournalEvent::started), "started");
    EXPECT_EQ(journal_event_name(static_cast<JournalEvent>(34)), "kept_in_memory");
}

}  // namespace
}  // namespace credit
