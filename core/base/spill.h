// Where secrets go that the locked region has no room for (R39): pages that are in no core dump, bounded.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>

#include "core/base/arena.h"
#include "core/base/cells.h"

namespace credit::arena {

// Small blocks share pieces of memory in cells; large ones, and small ones when all pieces are full, get pages of their own.
// Without a source of pages (a core without its adapters, as in unit tests) everything comes from the heap. Thread-safe.
class Spill {
  public:
    static constexpr std::size_t kPieceBytes = Cells::kMaxBytes;
    static constexpr std::size_t kLargestInCells = 16 * 1024;
    static constexpr std::size_t kMaxPieces = 64;
    // Each takes up to three of the kernel's mappings, of which a process gets 65,530 by default.
    static constexpr std::size_t kMaxOwnPages = 4096;

    void install(Pages pages) noexcept;
    void* take(std::size_t size) noexcept;                  // zeroed; null: none to be had
    void give_back(void* data, std::size_t size) noexcept;  // already wiped

    bool has_pages() noexcept;
    std::size_t in_use() noexcept;  // bytes asked for and not given back

  private:
    // In front of each block outside of cells. All zero in a forked child, where pages are wiped: such a block is left alone.
    struct alignas(16) Header {
        std::size_t from_heap;
        std::size_t from_pages;
    };

    void* counted(void* data, std::size_t size) noexcept;
    void* take_cells(std::size_t size) noexcept;
    bool give_back_cells(void* data, std::size_t size) noexcept;
    void* take_own(std::size_t size) noexcept;
    void drop_if_spare(Cells& piece) noexcept;

    std::mutex mutex_;
    Pages pages_;
    std::array<Cells, kMaxPieces> pieces_;
    std::size_t own_pages_ = 0;
    std::size_t in_use_ = 0;
};

}  // namespace credit::arena
