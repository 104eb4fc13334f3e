// The clocks of Apple's systems (R31): wall time, and time since boot that counts sleep.
#pragma once

#include "core/ports/clock.h"

namespace credit {

class AppleClock : public Clock {
  public:
    AppleClock();
    Now now() noexcept override;
    ElapsedTime elapsed() noexcept override;

  private:
    const BootID boot_;
    // Of mach_continuous_time()'s ticks, as a fraction of nanoseconds.
    std::uint64_t numerator_ = 1;
    std::uint64_t denominator_ = 1;
};

}  // namespace credit
