// Bytes that look random and are the same for the same seed: for tests and replayed simulations,
// never for keys.
#pragma once

#include <cstdint>
#include <mutex>

#include "core/ports/entropy.h"

namespace credit {

class CountingEntropy : public Entropy {
  public:
    explicit CountingEntropy(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::byte> out) override;
    std::uint64_t bytes_drawn();

  private:
    std::mutex mutex_;
    std::uint64_t state_;
    std::uint64_t drawn_ = 0;
};

}  // namespace credit
