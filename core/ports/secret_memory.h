#pragma once

#include <cstddef>

namespace credit {

// Pages for the secret arena (R39): zeroed, kept out of core dumps and, where the system allows, locked.
class SecretMemory {
  public:
    struct Region {
        void* data = nullptr;  // null: none could be had
        std::size_t size = 0;
        bool locked = false;
    };
    virtual ~SecretMemory() = default;
    // Once per process; the region is never given back.
    virtual Region acquire(std::size_t size) noexcept = 0;

    // For what the region has no room for: at least `size` bytes, zeroed, kept out of core dumps, not locked (what a
    // process may lock is little, and the app's). Null when there are none. Any thread.
    virtual void* acquire_more(std::size_t size) noexcept = 0;
    // `size` is what was asked for. Any thread.
    virtual void release_more(void* data, std::size_t size) noexcept = 0;
};

}  // namespace credit
