#include "core/base/arena.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

namespace credit::arena {
namespace {

// Cells of 512 bytes, handed out in runs: a token takes one to a few, a 1 KB token three.
constexpr std::size_t kCellBytes = 512;
constexpr std::size_t kMaxCells = kRegionBytes / kCellBytes;

class Cells {
  public:
    void install(void* region, std::size_t size, bool locked) noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (region_ != nullptr || region == nullptr) return;
        region_ = static_cast<char*>(region);
        cells_ = std::min(size / kCellBytes, kMaxCells);
        locked_ = locked;
    }

    void* take(std::size_t size) noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        const std::size_t wanted = (size + kCellBytes - 1) / kCellBytes;
        const std::size_t first = find_run(wanted);
        if (first == cells_) {
            ++spilled_;
            return nullptr;
        }
        for (std::size_t i = first; i < first + wanted; ++i)
            used_[i] = true;
        in_use_ += wanted * kCellBytes;
        return region_ + first * kCellBytes;
    }

    bool give_back(void* data, std::size_t size) noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        const char* p = static_cast<char*>(data);
        if (region_ == nullptr || p < region_ || p >= region_ + cells_ * kCellBytes) return false;
        const std::size_t first = static_cast<std::size_t>(p - region_) / kCellBytes;
        const std::size_t count = (size + kCellBytes - 1) / kCellBytes;
        for (std::size_t i = first; i < first + count; ++i)
            used_[i] = false;
        in_use_ -= count * kCellBytes;
        return true;
    }

    Report report() noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        return {cells_ * kCellBytes, in_use_, spilled_, locked_};
    }

  private:
    // The first cell of `wanted` free neighbours, or cells_ when there is no such run.
    std::size_t find_run(std::size_t wanted) const noexcept {
        std::size_t run = 0;
        for (std::size_t i = 0; i < cells_; ++i) {
            run = used_[i] ? 0 : run + 1;
            if (run == wanted) return i + 1 - wanted;
        }
        return cells_;
    }

    std::mutex mutex_;
    char* region_ = nullptr;
    std::size_t cells_ = 0;
    std::size_t in_use_ = 0;
    std::uint64_t spilled_ = 0;
    bool locked_ = false;
    std::array<bool, kMaxCells> used_{};
};

// Never destroyed: secrets held by statics of the host app may outlive ours.
Cells& cells() noexcept {
    alignas(Cells) static unsigned char storage[sizeof(Cells)];
    static Cells* const instance = new (storage) Cells;
    return *instance;
}

}  // namespace

void install(void* region, std::size_t size, bool locked) noexcept {
    cells().install(region, size, locked);
}

void* allocate(std::size_t size) {
    if (size == 0) size = 1;
    void* data = cells().take(size);
    if (data == nullptr) data = std::malloc(size);
    if (data == nullptr) throw std::bad_alloc();
    std::memset(data, 0, size);
    return data;
}

void* allocate_outside(std::size_t size) {
    void* data = std::calloc(1, size == 0 ? 1 : size);
    if (data == nullptr) throw std::bad_alloc();
    return data;
}

void release(void* data, std::size_t size) noexcept {
    if (data == nullptr) return;
    if (size == 0) size = 1;
    sodium_memzero(data, size);
    if (!cells().give_back(data, size)) std::free(data);
}

Report report() noexcept {
    return cells().report();
}

}  // namespace credit::arena
