// The tools of the kill driver: what a power cut leaves behind, and cases as text.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "process.h"
#include "tests/kills/case.h"
#include "tests/kills/journal_format.h"
#include "tests/kills/power_cut.h"

namespace credit::test {
namespace {

constexpr std::uint64_t kSeeds = 60;

// A journal as the shim would write it, and the disk after a power cut.
class PowerCut : public ::testing::Test {
  protected:
    PowerCut() { std::filesystem::create_directory(folder()); }

    std::string folder() const { return place_.path() + "/disk"; }

    void note(Change change, std::uint64_t inode, std::uint64_t offset, const std::string& path,
              const std::string& other = {}, const std::string& data = {}) {
        ChangeHead head{change,
                        static_cast<std::uint32_t>(path.size()),
                        static_cast<std::uint32_t>(other.size()),
                        static_cast<std::uint32_t>(data.size()),
                        inode,
                        offset};
        bytes_.append(reinterpret_cast<const char*>(&head), sizeof head);
        bytes_ += path + other + data;
    }
    // A folder and a file in it, all durable.
    void durable_file(const std::string& content) {
        note(Change::make_folder, 0, 0, "s");
        note(Change::sync_folder, 0, 0, "");
        note(Change::create, 7, 0, "s/a");
        note(Change::write, 7, 0, "", "", content);
        note(Change::sync_file, 7, 0, "");
        note(Change::sync_folder, 0, 0, "s");
    }
    std::string after(std::uint64_t seed, const std::string& path) {
        const std::string journal = place_.path() + "/journal";
        std::ofstream(journal, std::ios::binary) << bytes_;
        cut_power(journal, folder(), seed);
        if (!std::filesystem::exists(folder() + "/" + path)) return "missing";
        std::ifstream file(folder() + "/" + path, std::ios::binary);
        std::ostringstream out;
        out << file.rdbuf();
        return out.str();
    }
    std::set<std::string> all_after(const std::string& path) {
        std::set<std::string> seen;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
            seen.insert(after(seed, path));
        return seen;
    }

    std::string bytes_;
    e2e::TemporaryFolder place_;
};

TEST_F(PowerCut, WhatWasSyncedStays) {
    durable_file("old");
    EXPECT_EQ(all_after("s/a"), std::set<std::string>{"old"});
}

TEST_F(PowerCut, ContentWithoutASyncMayBeMissing) {
    durable_file("old");
    note(Change::write, 7, 0, "", "", "new");
    EXPECT_EQ(all_after("s/a"), (std::set<std::string>{"old", "new"}));
}

TEST_F(PowerCut, SectorsArriveOneByOne) {
    const std::string a(1024, 'a');
    durable_file(a);
    note(Change::write, 7, 0, "", "", std::string(1024, 'b'));
    const std::string half(512, 'b');
    const std::set<std::string> wanted = {a, std::string(1024, 'b'), half + a.substr(512),
                                          a.substr(512) + half};
    EXPECT_EQ(all_after("s/a"), wanted);
}

TEST_F(PowerCut, ANameWithoutItsFoldersSyncMayBeMissing) {
    durable_file("old");
    note(Change::create, 8, 0, "s/new");
    note(Change::write, 8, 0, "", "", "content");
    note(Change::sync_file, 8, 0, "");
    EXPECT_EQ(all_after("s/new"), (std::set<std::string>{"missing", "content"}));
    EXPECT_EQ(all_after("s/a"), std::set<std::string>{"old"});
}

TEST_F(PowerCut, ARenameHappensWhollyOrNot) {
    durable_file("old");
    note(Change::create, 8, 0, "s/new");
    note(Change::write, 8, 0, "", "", "fresh");
    note(Change::sync_file, 8, 0, "");
    note(Change::rename, 0, 0, "s/new", "s/a");
    EXPECT_EQ(all_after("s/a"), (std::set<std::string>{"old", "fresh"}));
}

TEST_F(PowerCut, AFailedSyncIsNotMadeGoodByALaterOne) {
    durable_file("old");
    note(Change::write, 7, 0, "", "", "new");
    note(Change::failed_sync, 7, 0, "");
    note(Change::sync_file, 7, 0, "");
    EXPECT_EQ(all_after("s/a"), (std::set<std::string>{"old", "new"}));
}

TEST_F(PowerCut, AnInodeThatComesAgainIsAnotherFile) {
    durable_file("old");
    note(Change::unlink, 0, 0, "s/a");
    note(Change::create, 7, 0, "s/b");
    note(Change::write, 7, 0, "", "", "second");
    note(Change::sync_file, 7, 0, "");
    note(Change::sync_folder, 0, 0, "s");
    EXPECT_EQ(all_after("s/b"), std::set<std::string>{"second"});
    EXPECT_EQ(all_after("s/a"), std::set<std::string>{"missing"});
}

TEST_F(PowerCut, AJournalCutShortIsRefused) {
    durable_file("old");
    bytes_.pop_back();
    EXPECT_THROW(after(0, "s/a"), std::runtime_error);
}

TEST(KillCase, TextAndBack) {
    const Case one{"token", "replay", {{"kill-before", 17, 0}, {"timed", 0, 1200}}};
    const std::string text = "token/replay/kill-before.17.0+timed.0.1200";
    EXPECT_EQ(text_of(one), text);
    EXPECT_EQ(text_of(case_of(text)), text);
}

TEST(KillCase, WhatIsNoCaseIsRefused) {
    for (const char* text : {"", "token", "token/replay", "token/replay/", "sleep/replay/none.0.0",
                             "token/none/none.0.0", "token/replay/kill.1.0", "token/replay/torn.1",
                             "token/replay/torn.x.1", "token/replay/torn..1",
                             "token/replay/torn.1.-1", "token/replay/none.0.0/x"}) {
        EXPECT_THROW(case_of(text), std::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace credit::test
