#pragma once

#include <cstddef>
#include <span>

namespace credit {

// Unpredictable bytes. Thread-safe.
class Entropy {
  public:
    virtual ~Entropy() = default;
    virtual void fill(std::span<std::byte> out) = 0;
};

}  // namespace credit
