// The system's clocks: wall time, time since boot counting sleep, and which boot this is (R31).
#pragma once

#include "core/ports/clock.h"

namespace credit {

class PosixClock : public Clock {
  public:
    PosixClock();
    Now now() noexcept override;
    ElapsedTime elapsed() noexcept override;

  private:
    BootID boot_;
};

}  // namespace credit
