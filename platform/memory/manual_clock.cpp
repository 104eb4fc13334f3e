#include "platform/memory/manual_clock.h"

namespace credit {

Now ManualClock::now() noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    return now_;
}

void ManualClock::advance(Millis by) {
    const std::lock_guard<std::mutex> hold(mutex_);
    now_.wall = now_.wall + by;
    now_.elapsed = now_.elapsed + by;
}

void ManualClock::set_wall(WallTime wall) {
    const std::lock_guard<std::mutex> hold(mutex_);
    now_.wall = wall;
}

void ManualClock::reboot(BootID boot, Millis off) {
    const std::lock_guard<std::mutex> hold(mutex_);
    now_.wall = now_.wall + off;
    now_.elapsed = ElapsedTime{0};
    now_.boot = boot;
}

}  // namespace credit
