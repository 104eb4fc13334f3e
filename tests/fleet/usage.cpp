#include "tests/fleet/usage.h"

#include <algorithm>
#include <array>

namespace credit::fleet {
namespace {

// Weight of each hour of the day: nights are quiet, the evening is busiest.
constexpr std::array<double, 24> kHours = {0.35, 0.20, 0.12, 0.10, 0.12, 0.25, 0.50, 0.80,
                                           1.05, 1.20, 1.25, 1.25, 1.30, 1.25, 1.15, 1.15,
                                           1.25, 1.40, 1.60, 1.80, 1.85, 1.75, 1.35, 0.80};

constexpr double sum_of_hours() {
    double sum = 0;
    for (const double hour : kHours)
        sum += hour;
    return sum;
}
constexpr double kMeanHour = sum_of_hours() / 24;
constexpr double kBusiest = *std::max_element(kHours.begin(), kHours.end());

// Half of the people look in every other day, a third a few times a day, the rest have a journey to finish.
struct Habit {
    double share;
    double visits;
};
constexpr std::array<Habit, 3> kHabits = {{{0.50, 0.5}, {0.35, 3.0}, {0.15, 10.0}}};

constexpr Time kUsualStay = 90 * kSecond;
constexpr double kStaySpread = 1.1;
constexpr Time kLongestStay = kHour;
constexpr Time kMeanPause = 15 * kSecond;

}  // namespace

Usage::Usage(Chance& chance) : visits_a_day_(kHabits.back().visits) {
    double drawn = chance.unit();
    for (const Habit& habit : kHabits) {
        if (drawn < habit.share) {
            visits_a_day_ = habit.visits;
            return;
        }
        drawn -= habit.share;
    }
}

double Usage::tide(Time now) noexcept {
    return kHours[static_cast<std::size_t>(now % kDay / kHour)] / kMeanHour;
}

double Usage::mean_visits() {
    double mean = 0;
    for (const Habit& habit : kHabits)
        mean += habit.share * habit.visits;
    return mean;
}

// A Poisson process whose rate follows the tide, by thinning one that always runs at the busiest hour's rate.
Time Usage::next_visit(Time now, Chance& chance) const {
    const double busiest = kBusiest / kMeanHour;
    const auto mean = static_cast<Time>(static_cast<double>(kDay) / (visits_a_day_ * busiest));
    Time at = now;
    do {
        at += std::max<Time>(chance.gap(mean), 1);
    } while (!chance.happens(tide(at) / busiest));
    return at;
}

Time Usage::stay(Chance& chance) {
    return std::clamp(chance.around(kUsualStay, kStaySpread), 5 * kSecond, kLongestStay);
}

Time Usage::pause(Chance& chance) {
    return 2 * kSecond + chance.gap(kMeanPause - 2 * kSecond);
}

int Usage::first_calls(Chance& chance) {
    return static_cast<int>(chance.between(1, 3));
}

}  // namespace credit::fleet
