#include "core/base/arena.h"

#include <sodium.h>

#include <mutex>
#include <new>

#include "core/base/cells.h"
#include "core/base/spill.h"

namespace credit::arena {
namespace {

static_assert(kRegionBytes <= Cells::kMaxBytes);

class Arena {
  public:
    void install(void* region, std::size_t size, bool locked) noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (cells_.installed() || region == nullptr) return;
        cells_.install(region, size < kRegionBytes ? size : kRegionBytes);
        locked_ = locked;
    }

    void* take(std::size_t size) noexcept {
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            if (void* data = cells_.take(size)) return data;
            ++spilled_;
        }
        return spill_.take(size);
    }

    void give_back(void* data, std::size_t size) noexcept {
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            if (cells_.holds(data)) return cells_.give_back(data, size);
        }
        spill_.give_back(data, size);
    }

    Report report() noexcept {
        Report out;
        out.outside_bytes = spill_.in_use();
        out.out_of_dumps = spill_.has_pages();
        const std::lock_guard<std::mutex> hold(mutex_);
        out.capacity = cells_.capacity();
        out.in_use = cells_.in_use();
        out.spilled = spilled_;
        out.locked = locked_;
        return out;
    }

    Spill& spill() noexcept { return spill_; }

  private:
    std::mutex mutex_;
    Cells cells_;
    Spill spill_;
    std::uint64_t spilled_ = 0;
    bool locked_ = false;
};

// Never destroyed: secrets held by statics of the host app may outlive ours.
Arena& instance() noexcept {
    alignas(Arena) static unsigned char storage[sizeof(Arena)];
    static Arena* const made = new (storage) Arena;
    return *made;
}

}  // namespace

void install(void* region, std::size_t size, bool locked) noexcept {
    instance().install(region, size, locked);
}

void install_pages(Pages pages) noexcept {
    instance().spill().install(pages);
}

void* allocate(std::size_t size) {
    if (size == 0) size = 1;
    void* data = instance().take(size);
    if (data == nullptr) throw std::bad_alloc();
    return data;
}

void* allocate_outside(std::size_t size) {
    void* data = instance().spill().take(size == 0 ? 1 : size);
    if (data == nullptr) throw std::bad_alloc();
    return data;
}

void release(void* data, std::size_t size) noexcept {
    release(data, size, size);
}

void release(void* data, std::size_t size, std::size_t written) noexcept {
    if (data == nullptr) return;
    if (size == 0) size = 1;
    sodium_memzero(data, written < size ? written : size);
    instance().give_back(data, size);
}

Report report() noexcept {
    return instance().report();
}

}  // namespace credit::arena
