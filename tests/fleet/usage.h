// When and how long people have the app in front of them: mostly in the evening, some often, most rarely.
#pragma once

#include "tests/fleet/chance.h"

namespace credit::fleet {

class Usage {
  public:
    explicit Usage(Chance& chance);

    // When the app comes to the front next, after `now`.
    Time next_visit(Time now, Chance& chance) const;
    // How long it stays there.
    static Time stay(Chance& chance);
    // From one call of the app to the next, while it is in front.
    static Time pause(Chance& chance);
    // Calls that the first screen makes at once.
    static int first_calls(Chance& chance);

    // Visits a day, of all devices together, divided by the number of devices.
    static double mean_visits();
    // Share of a day's mean rate at this time of the day.
    static double tide(Time now) noexcept;

  private:
    double visits_a_day_;
};

}  // namespace credit::fleet
