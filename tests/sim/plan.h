// A schedule before it runs: who is there, what the app does, what goes wrong where. Made from one seed, so that a part of
// it can be left out to see whether the rest still fails.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "tests/sim/names.h"

namespace credit::sim {

enum class ProviderKind : std::uint8_t { port, partner_url, none };

struct PlannedStep {
    std::int64_t at = 0;
    int place = 0;  // which of the app's processes
    Step what = Step::token;
    std::uint32_t param = 0;
};

struct PlannedFault {
    Fault kind = Fault::p1_kill;
    Boundary where = Boundary::job_before;
    std::uint32_t nth = 1;  // sets in when the boundary is passed for the nth time
    std::uint32_t param = 0;
    bool in_recovery = false;  // counts only after another fault has set in
};

struct Plan {
    std::uint64_t seed = 0;
    Model model = Model::replay;
    Semantics semantics = Semantics::durable;
    int processes = 1;
    ProviderKind provider = ProviderKind::port;
    bool background = false;
    bool starts_by_adopt = false;
    std::int64_t life_ms = 300'000;
    std::int64_t grace_ms = 120'000;
    std::int64_t key_life_ms = 86'400'000;
    int drift_ppm = 0;
    bool dates = true;  // replies carry the HTTP header Date
    int least_rotations = 3;
    std::vector<PlannedStep> steps;
    std::vector<PlannedFault> faults;
};

struct PlanLimits {
    std::optional<Model> model;
    std::optional<Semantics> semantics;
    std::optional<int> processes;
};

Plan make_plan(std::uint64_t seed, const PlanLimits& limits);
// Two processes or one, no faults: what grids add their own to.
Plan plain_plan(std::uint64_t seed, Model model, Semantics semantics);
// Leaves out the steps and faults whose indices are named.
Plan without(const Plan& plan, const std::set<int>& steps, const std::set<int>& faults);

}  // namespace credit::sim
