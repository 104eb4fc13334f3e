// What the test and the app it watches share: canaries for the app to use, needles, and what was found. The app maps it
// with MADV_DONTDUMP, so that nothing in here is in its dump.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "tests/secrets/needles.h"

namespace credit::secrets {

constexpr std::size_t kFrames = 16;
using Frames = std::array<std::uintptr_t, kFrames>;  // the innermost first; 0: no more

// One block of the heap: who asked for it, and whether it was given back.
struct Block {
    std::atomic<std::uintptr_t> at{0};
    std::uint64_t size = 0;
    bool live = false;
    Frames frames{};
};

// A canary in a block at the moment it was freed.
struct Finding {
    std::uintptr_t at = 0;
    std::uint64_t block_size = 0;
    std::uint64_t size = 0;
    std::uint32_t secret = 0;
    Spelling spelling = Spelling::raw;
    Frames asked{};
    Frames freed{};
};

struct Shared {
    static constexpr std::size_t kBlocks = 256 * 1024;
    static constexpr std::size_t kFindings = 4096;

    NeedleTable needles;
    std::array<char, 512> profile_json{};
    std::array<char, 128> login{};
    std::array<std::uint8_t, 32> storage_key{};

    // Blocks are cleared when they are handed out, so that what is in them later was put there by their owner. It also
    // hides what an app really leaves behind, so it is off where that is measured.
    bool clears_blocks = false;
    bool wants_wiping_allocators = false;  // for libcurl, see wiping_allocators.h

    std::atomic<std::uint64_t> frees{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> untracked{0};  // blocks the table had no room for
    std::atomic<std::uint32_t> finding_count{0};
    std::array<Finding, kFindings> findings{};
    std::array<Block, kBlocks> blocks{};
};

}  // namespace credit::secrets
