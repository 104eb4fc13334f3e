// R39, R40: what a core dump of an app shows, and what its freed memory held, with real TLS over libcurl.
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/secrets/findings.h"

namespace credit::secrets {
namespace {

void print(const std::string& title, const Findings& findings) {
    std::cout << title << ": " << findings.summary() << '\n' << findings.text() << std::flush;
}

void expect_all(const Findings& findings, const std::vector<std::string>& secrets) {
    for (const std::string& name : secrets)
        EXPECT_TRUE(findings.has(name)) << name;
}

// The engine's thread lets go of a session a moment after it has told so.
void expect_wiped(WatchedApp& app) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Findings kept = search_kept_out(app);
    while (kept.count() != 0 && std::chrono::steady_clock::now() < deadline)
        kept = search_kept_out(app);
    EXPECT_EQ(kept.count(), 0u) << kept.text();
}

TEST(SecretsInADump, R39_NoneIsOurs) {
    WatchedApp app;
    app.wait_for("started");
    expect_all(search_kept_out(app), {"session token 1", "refresh token 1", "storage key"});
    const Findings started = search_dump(app);
    print("dump after the start", started);
    EXPECT_EQ(started.count_ours(), 0u);
    app.go_on();

    app.wait_for("refreshed");
    EXPECT_EQ(app.platform().refreshes(), 1);
    EXPECT_EQ(app.platform().wrong_keys(), 0);
    EXPECT_EQ(app.platform().sessions(), 1);
    EXPECT_TRUE(app.platform().saw_profile("+91"));
    expect_all(search_kept_out(app), {"session token 2", "refresh token 2", "storage key"});
    const Findings refreshed = search_dump(app);
    print("dump after calls and a refresh", refreshed);
    EXPECT_EQ(refreshed.count_ours(), 0u);
    app.go_on();

    app.wait_for("ended");
    const Findings ended = search_dump(app);
    print("dump after the end", ended);
    EXPECT_EQ(ended.count_ours(), 0u);
    expect_wiped(app);
    EXPECT_EQ(app.shared().untracked, 0u);
    app.go_on();
    EXPECT_EQ(app.end(), 0) << app.errors();
}

// Plays the whole life; everything that was freed in it.
Findings freed_in_a_life(WatchedApp& app) {
    for (const char* step : {"started", "refreshed"}) {
        app.wait_for(step);
        app.go_on();
    }
    app.wait_for("ended");
    const Owners owners(mappings_of(std::to_string(app.pid())));
    app.go_on();
    EXPECT_EQ(app.end(), 0) << app.errors();
    EXPECT_EQ(app.shared().untracked, 0u);
    EXPECT_LT(app.shared().finding_count, Shared::kFindings);
    EXPECT_GT(app.shared().frees, 1000u);
    std::cout << "blocks freed: " << app.shared().frees << ", bytes: " << app.shared().bytes
              << '\n';
    return search_freed(app.shared(), app.names(), owners);
}

TEST(SecretsInFreedMemory, R39_NoneIsOurs) {
    WatchedApp app({.clears_blocks = true});
    const Findings freed = freed_in_a_life(app);
    print("freed memory", freed);
    EXPECT_EQ(freed.count_ours(), 0u);
    EXPECT_EQ(freed.count(), freed.count_of("libcurl.so"));  // docs/secrets.md says what and why
}

// What docs/secrets.md tells apps that want nothing left.
TEST(SecretsInFreedMemory, R39_NoneIsAnybodysWithWipingAllocators) {
    WatchedApp app({.clears_blocks = true, .wants_wiping_allocators = true});
    const Findings freed = freed_in_a_life(app);
    EXPECT_EQ(freed.count(), 0u) << freed.text();
}

// Where the loader binds at the first call it leaves registers on stacks, and memcpy uses wide ones. That is the app's to
// choose; what is measured is that nothing else comes with it.
TEST(SecretsInADump, R39_WhatALazyLoaderLeaves) {
    constexpr std::size_t kWidestRegister = 64;
    WatchedApp app({.binds_lazily = true});
    for (const char* step : {"started", "refreshed", "ended"}) {
        app.wait_for(step);
        const Findings found = search_dump(app);
        print(std::string("dump of a lazily bound app, ") + step, found);
        EXPECT_EQ(found.count_ours(), found.count_of("nobody"));
        EXPECT_LE(found.longest_of("nobody"), kWidestRegister);
        app.go_on();
    }
}

// The core file the kernel has written into this folder; empty: none.
std::string core_file(const std::string& folder) {
    std::ostringstream text;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename().string().rfind("core", 0) == 0)
            text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return text.str();
}

// Where a core file holds the threads' registers. The last piece of memory that was copied lies in those for vectors, and
// stays until something else is: no memory of anybody's, and out of a program's reach.
std::pair<std::size_t, std::size_t> registers_of(const std::string& core) {
    Elf64_Ehdr head{};
    if (core.size() < sizeof head) return {0, 0};
    std::memcpy(&head, core.data(), sizeof head);
    for (std::size_t i = 0; i < head.e_phnum; ++i) {
        Elf64_Phdr part{};
        const std::size_t at = head.e_phoff + i * sizeof part;
        if (at + sizeof part > core.size()) break;
        std::memcpy(&part, core.data() + at, sizeof part);
        if (part.p_type == PT_NOTE) return {part.p_offset, part.p_offset + part.p_filesz};
    }
    return {0, 0};
}

bool core_files_come_here() {
    std::string pattern;
    std::getline(std::ifstream("/proc/sys/kernel/core_pattern"), pattern);
    return pattern.rfind("core", 0) == 0 && pattern.find('/') == std::string::npos;
}

// What the kernel itself writes holds no more than what was read. Where its files go elsewhere there is nothing to compare,
// and the reading, which the other tests judge, stands alone.
TEST(SecretsInADump, R39_TheKernelsOwnHoldsNoMore) {
    WatchedApp app;
    app.wait_for("started");
    app.go_on();
    app.wait_for("refreshed");
    const Findings read = search_dump(app);
    EXPECT_EQ(read.count_ours(), 0u) << read.text();
    app.abort_now();
    EXPECT_EQ(app.end(), 128 + SIGABRT);
    const std::string core = core_files_come_here() ? core_file(app.folder()) : std::string();
    if (core.empty()) {
        std::cout << "no core file to compare with: core_pattern or the limit sends it elsewhere\n";
        return;
    }
    Findings found(app.names());
    Findings in_registers(app.names());
    const auto [from, to] = registers_of(core);
    EXPECT_LT(from, to) << "a core file without registers";
    app.shared().needles.search(core.data() + from, to - from, [&](const NeedleTable::Hit& hit) {
        in_registers.add("the core file", "registers", hit);
    });
    app.shared().needles.search(
        core.data() + to, core.size() - to,
        [&](const NeedleTable::Hit& hit) { found.add("the core file", "memory", hit); });
    std::cout << "core file of " << core.size() << " bytes: " << found.count()
              << " found in memory, where reading it had found " << read.count() << "; "
              << in_registers.count() << " in registers\n"
              << found.text() << in_registers.text();
    EXPECT_GT(core.size(), 1'000'000u);
    EXPECT_LE(found.count(), read.count());
}

}  // namespace
}  // namespace credit::secrets
