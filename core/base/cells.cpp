#include "core/base/cells.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

namespace credit::arena {
namespace {

std::size_t cells_for(std::size_t size) noexcept {
    return size / Cells::kCellBytes + (size % Cells::kCellBytes == 0 ? 0 : 1);
}

}  // namespace

void Cells::install(void* memory, std::size_t size) noexcept {
    memory_ = static_cast<char*>(memory);
    count_ = std::min(size / kCellBytes, kMaxCells);
}

void* Cells::remove() noexcept {
    count_ = 0;
    return std::exchange(memory_, nullptr);
}

void* Cells::take(std::size_t size) noexcept {
    const std::size_t wanted = cells_for(size);
    if (wanted > count_ - used_count_) return nullptr;
    const std::size_t first = find_run(wanted);
    if (first == count_) return nullptr;
    std::fill_n(used_.begin() + static_cast<std::ptrdiff_t>(first), wanted, true);
    used_count_ += wanted;
    char* data = memory_ + first * kCellBytes;
    std::memset(data, 0, size);
    return data;
}

void Cells::give_back(void* data, std::size_t size) noexcept {
    const auto first = static_cast<std::size_t>(static_cast<char*>(data) - memory_) / kCellBytes;
    const std::size_t count = cells_for(size);
    std::fill_n(used_.begin() + static_cast<std::ptrdiff_t>(first), count, false);
    used_count_ -= count;
}

bool Cells::holds(const void* data) const noexcept {
    const std::less<> before;
    return memory_ != nullptr && !before(data, memory_) && before(data, memory_ + capacity());
}

// The first cell of `wanted` free neighbours, or count_ when there is no such run.
std::size_t Cells::find_run(std::size_t wanted) const noexcept {
    std::size_t run = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        run = used_[i] ? 0 : run + 1;
        if (run == wanted) return i + 1 - wanted;
    }
    return count_;
}

}  // namespace credit::arena
