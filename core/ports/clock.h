#pragma once

#include "core/base/time.h"

namespace credit {

// All clocks, read together. Thread-safe, never blocks (R31).
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Now now() noexcept = 0;
};

}  // namespace credit
