// Randomness that a seed replays: the machine draws its jitter from here and from nowhere else.
#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace credit {

class Jitter {
  public:
    explicit Jitter(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {  // SplitMix64
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    // Uniform in [low, high]; low when high <= low.
    Millis between(Millis low, Millis high) noexcept {
        if (high <= low) return low;
        const auto span = static_cast<std::uint64_t>(high.count - low.count) + 1;
        return {low.count + static_cast<std::int64_t>(next() % span)};
    }

    // Full jitter: uniform in [floor, min(cap, base * 2^attempt)]. attempt counts from 0.
    Millis backoff(int attempt, Millis floor, Millis base, Millis cap) noexcept {
        Millis ceiling = base;
        for (int i = 0; i < attempt && ceiling < cap; ++i)
            ceiling = ceiling * 2;
        return between(floor, min(ceiling, cap));
    }

  private:
    std::uint64_t state_;
};

}  // namespace credit
