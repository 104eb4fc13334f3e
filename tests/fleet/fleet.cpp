#include "tests/fleet/fleet.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "tests/fleet/device.h"
#include "tests/fleet/naive_client.h"
#include "tests/fleet/sdk_client.h"

namespace credit::fleet {
namespace {

constexpr const char* kSdk = "sdk";
constexpr const char* kSdkAlone = "sdk-no-provider";

constexpr double kMostSeconds = 30.0 * 86'400;
constexpr std::array<std::pair<std::string_view, Millis Policy::*>, 11> kTimes = {{
    {"refresh_ahead", &Policy::refresh_ahead},
    {"settle_window", &Policy::settle_window},
    {"settle_floor", &Policy::settle_floor},
    {"settle_cap", &Policy::settle_cap},
    {"breaker_floor", &Policy::breaker_floor},
    {"breaker_cap", &Policy::breaker_cap},
    {"heal_spread", &Policy::heal_spread},
    {"heal_spread_waiting", &Policy::heal_spread_waiting},
    {"suspect_retry", &Policy::suspect_retry},
    {"stuck_after", &Policy::stuck_after},
    {"retry_after_cap_waiting", &Policy::retry_after_cap_waiting},
}};

std::unique_ptr<Client> client_of(const RunSetup& setup, Device& device) {
    if (const auto rules = naive_rules(setup.client))
        return std::make_unique<NaiveClient>(device, *rules);
    return std::make_unique<SdkClient>(device, setup.policy, setup.client == kSdk,
                                       setup.always_ask);
}

void run_borrower(const RunSetup& setup, std::uint64_t number, std::uint8_t devices, Tally& tally) {
    Platform platform(tally.scenario);
    Agenda agenda;
    std::vector<std::unique_ptr<Device>> owned;
    for (std::uint8_t i = 0; i < devices; ++i) {
        owned.push_back(std::make_unique<Device>(i, setup.seed, number, platform, agenda, tally));
        owned.back()->begin(client_of(setup, *owned.back()));
    }
    while (!agenda.empty() && agenda.next() < tally.scenario.to) {
        const Happening next = agenda.take();
        owned[next.device]->happens(next);
    }
}

}  // namespace

bool client_known(const std::string& name) {
    return name == kSdk || name == kSdkAlone || naive_rules(name).has_value();
}

bool change_policy(Policy& policy, const std::string& change) {
    const std::size_t equals = change.find('=');
    if (equals == std::string::npos) return false;
    const std::string name = change.substr(0, equals);
    const auto it = std::find_if(kTimes.begin(), kTimes.end(),
                                 [&name](const auto& time) { return time.first == name; });
    const char* text = change.c_str() + equals + 1;
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (it == kTimes.end() || end == text || *end != '\0' || !(value >= 0) || value > kMostSeconds)
        return false;
    policy.*it->second = Millis{static_cast<std::int64_t>(value * 1000)};
    return true;
}

void run(const RunSetup& setup, Tally& tally) {
    const bool siblings = setup.scenario.trouble == Trouble::siblings;
    for (std::uint64_t number = 0; tally.devices < setup.devices; ++number) {
        const bool two = siblings && tally.devices + 1 < setup.devices &&
                         Chance(setup.seed, ~number).happens(kSiblingShare);
        run_borrower(setup, number, two ? 2 : 1, tally);
    }
}

}  // namespace credit::fleet
