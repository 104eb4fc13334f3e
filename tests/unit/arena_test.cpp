// The one arena that secrets live in (R39).
#include "core/base/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>
#include <vector>

namespace credit {
namespace {

alignas(64) std::array<char, arena::kRegionBytes> region{};

bool in_region(const void* data) {
    const char* at = static_cast<const char*>(data);
    return at >= region.data() && at < region.data() + region.size();
}

class Arena : public testing::Test {
  protected:
    static void SetUpTestSuite() { arena::install(region.data(), region.size(), true); }
    void SetUp() override { ASSERT_EQ(arena::report().in_use, 0u); }
    void TearDown() override {
        EXPECT_EQ(arena::report().in_use, 0u);
        EXPECT_TRUE(std::all_of(region.begin(), region.end(), [](char c) { return c == 0; }));
    }
};

TEST_F(Arena, ReportsWhatItWasGiven) {
    const arena::Report report = arena::report();
    EXPECT_EQ(report.capacity, arena::kRegionBytes);
    EXPECT_TRUE(report.locked);
}

TEST_F(Arena, ASecondRegionIsIgnored) {
    static char other[4096];
    arena::install(other, sizeof other, false);
    EXPECT_EQ(arena::report().capacity, arena::kRegionBytes);
    EXPECT_TRUE(arena::report().locked);
}

TEST_F(Arena, HandsOutZeroedMemoryOfTheRegion) {
    for (const std::size_t size : {0u, 1u, 512u, 513u, 5000u}) {
        auto* data = static_cast<char*>(arena::allocate(size));
        ASSERT_TRUE(in_region(data));
        EXPECT_TRUE(std::all_of(data, data + size, [](char c) { return c == 0; }));
        std::memset(data, 'x', size);
        EXPECT_GE(arena::report().in_use, size);
        arena::release(data, size);
    }
}

TEST_F(Arena, WipesOnRelease) {
    auto* data = static_cast<char*>(arena::allocate(1000));
    std::memset(data, 's', 1000);
    arena::release(data, 1000);
    EXPECT_TRUE(std::all_of(data, data + 1000, [](char c) { return c == 0; }));
}

TEST_F(Arena, PiecesDoNotOverlap) {
    std::vector<char*> pieces;
    for (std::size_t i = 0; i < 16; ++i) {
        pieces.push_back(static_cast<char*>(arena::allocate(1500)));
        std::memset(pieces.back(), static_cast<int>('a' + i), 1500);
    }
    for (std::size_t i = 0; i < 16; ++i) {
        const char letter = static_cast<char>('a' + i);
        EXPECT_TRUE(std::all_of(pieces[i], pieces[i] + 1500, [=](char c) { return c == letter; }));
        arena::release(pieces[i], 1500);
    }
}

TEST_F(Arena, WhatDoesNotFitGoesToTheHeapAndIsCounted) {
    const std::uint64_t before = arena::report().spilled;
    void* all = arena::allocate(arena::kRegionBytes);
    EXPECT_TRUE(in_region(all));
    EXPECT_EQ(arena::report().spilled, before);
    auto* spilled = static_cast<char*>(arena::allocate(100));
    EXPECT_FALSE(in_region(spilled));
    EXPECT_TRUE(std::all_of(spilled, spilled + 100, [](char c) { return c == 0; }));
    EXPECT_EQ(arena::report().spilled, before + 1);
    EXPECT_EQ(arena::report().in_use, arena::kRegionBytes);
    arena::release(spilled, 100);
    arena::release(all, arena::kRegionBytes);
    void* too_large = arena::allocate(arena::kRegionBytes + 1);
    EXPECT_FALSE(in_region(too_large));
    arena::release(too_large, arena::kRegionBytes + 1);
}

TEST_F(Arena, GapsAreUsedAgain) {
    std::vector<void*> cells;
    for (std::size_t i = 0; i < arena::kRegionBytes / 512; ++i)
        cells.push_back(arena::allocate(512));
    for (std::size_t i = 0; i < cells.size(); i += 2)
        arena::release(cells[i], 512);
    void* wide = arena::allocate(1024);  // no two neighbours are free
    EXPECT_FALSE(in_region(wide));
    arena::release(wide, 1024);
    void* narrow = arena::allocate(512);
    EXPECT_TRUE(in_region(narrow));
    arena::release(narrow, 512);
    for (std::size_t i = 1; i < cells.size(); i += 2)
        arena::release(cells[i], 512);
}

TEST_F(Arena, NullMayBeReleased) {
    arena::release(nullptr, 100);
}

TEST_F(Arena, ThreadsDoNotShareCells) {
    std::vector<std::thread> threads;
    for (int id = 1; id <= 4; ++id) {
        threads.emplace_back([id] {
            for (std::size_t i = 0; i < 2000; ++i) {
                const std::size_t size = 1 + i % 1200;
                auto* data = static_cast<char*>(arena::allocate(size));
                std::memset(data, id, size);
                const auto foreign =
                    std::count_if(data, data + size, [id](char c) { return c != id; });
                EXPECT_EQ(foreign, 0);
                arena::release(data, size);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace credit
