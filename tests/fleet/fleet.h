// A fleet: many borrowers, one after the other. What happens to the platform is written down beforehand, so that no device
// feels another, and a million of them need no more memory than one.
#pragma once

#include <string>

#include "core/session/policy.h"
#include "tests/fleet/tally.h"

namespace credit::fleet {

struct RunSetup {
    Scenario scenario;
    std::string client = "sdk";  // "sdk", "sdk-no-provider" or a naive one by name
    Policy policy;               // of the SDK's machine
    std::uint64_t seed = 1;
    std::uint64_t devices = 1000;
    bool always_ask = false;  // the SDK: through the machine even when a published token would do
};

bool client_known(const std::string& name);

// "settle_cap=30": changes one of the policy's times, in seconds; false: no such name, or no number.
bool change_policy(Policy& policy, const std::string& change);

// Adds what these devices do to `tally`. One thread; deterministic.
void run(const RunSetup& setup, Tally& tally);

}  // namespace credit::fleet
