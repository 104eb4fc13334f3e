#include "tests/fleet/scenario.h"

#include <algorithm>

namespace credit::fleet {
namespace {

// Trouble comes in the busiest hour; the run begins early enough for every token to have been renewed once.
constexpr Time kFrom = 18 * kHour;
constexpr Time kTo = 24 * kHour;
constexpr Time kStart = 20 * kHour;

Scenario evening(std::string_view name, std::string_view what, Trouble trouble, Time lasts) {
    return {name, what, trouble, kFrom, kTo, kStart, kStart + lasts};
}

}  // namespace

const std::array<std::string_view, 7>& scenario_names() {
    static constexpr std::array<std::string_view, 7> kNames = {
        "calm", "outage", "region", "keys", "verdicts", "clock", "siblings"};
    return kNames;
}

std::optional<Scenario> scenario(std::string_view name, Time days) {
    if (name == "calm")
        return Scenario{"calm", "ordinary days", Trouble::none, 0, days * kDay, kNever, kNever};
    if (name == "outage")
        return evening("outage", "the platform is down for 10 minutes", Trouble::outage,
                       10 * kMinute);
    if (name == "region")
        return evening("region", "a fifth of the devices has no network for 10 minutes",
                       Trouble::region, 10 * kMinute);
    if (name == "keys")
        return evening("keys", "every session token is refused for 10 minutes", Trouble::keys,
                       10 * kMinute);
    if (name == "verdicts")
        return evening("verdicts", "every refresh gets a verdict for 5 minutes", Trouble::verdicts,
                       5 * kMinute);
    if (name == "clock")
        return evening("clock", "the server's clock is an hour behind for 30 minutes",
                       Trouble::clock, 30 * kMinute);
    if (name == "siblings")
        return Scenario{"siblings",
                        "a twentieth of the borrowers has two devices, one session",
                        Trouble::siblings,
                        0,
                        days * kDay,
                        0,
                        kNever};
    return std::nullopt;
}

}  // namespace credit::fleet
