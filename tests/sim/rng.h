// Randomness of a schedule: everything in it comes from one seed.
#pragma once

#include <cstdint>

namespace credit::sim {

class Rng {
  public:
    explicit Rng(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {  // SplitMix64
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t count) noexcept { return count == 0 ? 0 : next() % count; }
    // Uniform in [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
        if (high <= low) return low;
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }
    bool chance(unsigned per_mille) noexcept { return below(1000) < per_mille; }

  private:
    std::uint64_t state_;
};

}  // namespace credit::sim
