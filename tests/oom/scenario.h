// The scenarios of the sweeps. Each is run again and again, every time with another allocation refused, so each step has
// to take no for an answer.
#pragma once

#include <ostream>
#include <span>

#include "tests/oom/scene.h"

namespace credit::oom {

struct Scenario {
    const char* name = "";
    Setup setup;
    void (*play)(Scene& scene) = nullptr;
};

// For gtest's messages.
inline void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

std::span<const Scenario> config_scenarios();
std::span<const Scenario> session_scenarios();
std::span<const Scenario> refresh_scenarios();
std::span<const Scenario> call_scenarios();
std::span<const Scenario> store_scenarios();

}  // namespace credit::oom
