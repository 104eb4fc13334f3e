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
};

}  // namespace credit
