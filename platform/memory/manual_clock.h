// A clock that moves only when told to.
#pragma once

#include <mutex>

#include "core/ports/clock.h"

namespace credit {

class ManualClock : public Clock {
  public:
    explicit ManualClock(Now start) : now_(start) {}
    Now now() noexcept override;

    void advance(Millis by);       // time passes: wall and elapsed move together
    void set_wall(WallTime wall);  // somebody sets the device's clock
    void reboot(
        BootID boot,
        Millis off);  // off for that long, then a new boot whose elapsed time starts at zero

  private:
    std::mutex mutex_;
    Now now_;
};

}  // namespace credit
