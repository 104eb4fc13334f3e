// Randomness of one device: everything that happens to it comes from the run's seed and its number.
#pragma once

#include <cmath>

#include "tests/fleet/times.h"
#include "tests/sim/rng.h"

namespace credit::fleet {

class Chance {
  public:
    Chance(std::uint64_t seed, std::uint64_t stream) noexcept
        : rng_(sim::Rng(seed ^ (stream * 0xd1342543de82ef95ULL)).next()) {}

    std::uint64_t bits() noexcept { return rng_.next(); }
    double unit() noexcept { return static_cast<double>(rng_.next() >> 11) * 0x1.0p-53; }
    bool happens(double share) noexcept { return unit() < share; }
    Time between(Time low, Time high) noexcept { return rng_.between(low, high); }
    // Exponentially distributed.
    Time gap(Time mean) noexcept {
        return static_cast<Time>(-std::log1p(-unit()) * static_cast<double>(mean));
    }
    // Log-normal with this median; `sigma` of the logarithm.
    Time around(Time median, double sigma) noexcept {
        const double radius = std::sqrt(-2 * std::log1p(-unit()));
        const double normal = radius * std::cos(2 * kPi * unit());
        return static_cast<Time>(static_cast<double>(median) * std::exp(sigma * normal));
    }

  private:
    static constexpr double kPi = 3.14159265358979323846;
    sim::Rng rng_;
};

}  // namespace credit::fleet
