// A piece of memory handed out in runs of fixed cells: a token takes one to a few, a 1 KB token three.
#pragma once

#include <array>
#include <cstddef>

namespace credit::arena {

// Not thread-safe; its owner has a lock. Keeps nothing inside the memory itself, which may be gone in a forked child.
class Cells {
  public:
    static constexpr std::size_t kCellBytes = 512;
    static constexpr std::size_t kMaxCells = 256;
    static constexpr std::size_t kMaxBytes = kMaxCells * kCellBytes;

    // What is larger than kMaxBytes is not used beyond that.
    void install(void* memory, std::size_t size) noexcept;
    // The memory as it was given, after which there is none. Only while nothing is handed out.
    void* remove() noexcept;

    void* take(std::size_t size) noexcept;  // zeroed; null: no such run is free
    void give_back(void* data, std::size_t size) noexcept;

    bool installed() const noexcept { return memory_ != nullptr; }
    bool holds(const void* data) const noexcept;
    std::size_t capacity() const noexcept { return count_ * kCellBytes; }
    std::size_t in_use() const noexcept { return used_count_ * kCellBytes; }

  private:
    std::size_t find_run(std::size_t wanted) const noexcept;

    char* memory_ = nullptr;
    std::size_t count_ = 0;
    std::size_t used_count_ = 0;
    std::array<bool, kMaxCells> used_{};
};

}  // namespace credit::arena
