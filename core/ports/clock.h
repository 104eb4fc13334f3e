#pragma once

#include "core/base/time.h"

namespace credit {

// All clocks, read together. Thread-safe, never blocks (R31).
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Now now() noexcept = 0;
    // That part of now() alone, for whoever asks often: one clock less to read.
    virtual ElapsedTime elapsed() noexcept { return now().elapsed; }
};

}  // namespace credit
