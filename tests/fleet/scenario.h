// What goes wrong, when, and for whom. One run is one scenario.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "tests/fleet/chance.h"

namespace credit::fleet {

enum class Trouble {
    none,      // ordinary days
    outage,    // the platform answers nothing, or a gateway says 503
    region,    // the network of one region is gone
    keys,      // every session token is refused, fresh ones as well; refreshing works
    verdicts,  // every refresh is answered with a verdict; starting sessions works
    clock,     // the server's clock, its Date and its expiries are an hour behind
    siblings,  // some borrowers have two devices, and the platform keeps one session for each borrower
};

struct Scenario {
    std::string_view name;
    std::string_view what;
    Trouble trouble = Trouble::none;
    Time from = 0;  // the run
    Time to = 0;
    Time start = kNever;  // the trouble
    Time end = kNever;

    bool at(Trouble which, Time now) const noexcept {
        return trouble == which && now >= start && now < end;
    }
};

// Share of devices in the region that loses its network, and of borrowers with a second device.
inline constexpr double kRegionShare = 0.2;
inline constexpr double kSiblingShare = 0.05;
// How far behind the server's clock is while it is wrong.
inline constexpr Time kClockBehind = kHour;

// A scenario by name, with `days` for those that run for whole days.
std::optional<Scenario> scenario(std::string_view name, Time days);
// All of them, ordinary days first.
const std::array<std::string_view, 7>& scenario_names();

}  // namespace credit::fleet
