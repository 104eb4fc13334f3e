#include "tests/sim/plan.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "tests/sim/rng.h"

namespace credit::sim {
namespace {

constexpr std::array<std::int64_t, 4> kLives = {60'000, 120'000, 300'000, 1'800'000};
// One of these is in every schedule.
constexpr std::array<Step, 5> kTurns = {Step::end, Step::adopt, Step::cancel, Step::close,
                                        Step::hint};
constexpr std::array<Step, 8> kExtras = {Step::call,       Step::hint,  Step::hot_token,
                                         Step::token_long, Step::start, Step::reject,
                                         Step::cancel,     Step::token};

std::uint32_t word(Rng& rng) {
    return static_cast<std::uint32_t>(rng.next());
}

void add_steps(Plan& plan, Rng& rng) {
    const int rounds = static_cast<int>(rng.between(3, 5));
    const auto place = [&] {
        return static_cast<int>(rng.below(static_cast<unsigned>(plan.processes)));
    };
    const std::int64_t life = plan.life_ms;
    if (plan.processes > 1)
        plan.steps.push_back({rng.between(10, life), 0, Step::open_other, word(rng)});
    if (plan.processes > 2)
        plan.steps.push_back({rng.between(10, life), 0, Step::open_other, word(rng)});
    for (int round = 0; round < rounds; ++round) {
        // Some ask just before the end of a life, so that there is a refresh ahead, some long after.
        const std::int64_t base = life * (round + 1);
        const std::int64_t at = base + (rng.chance(400) ? -life / 20 : rng.between(1, life / 4));
        const int asks = static_cast<int>(rng.between(1, 3));
        for (int i = 0; i < asks; ++i)
            plan.steps.push_back({at + rng.between(0, 900) * (rng.chance(300) ? 30 : 1), place(),
                                  Step::token, word(rng)});
        if (rng.chance(600)) {
            plan.steps.push_back({at + rng.between(0, life / 2), place(),
                                  kExtras[rng.below(kExtras.size())], word(rng)});
        }
    }
    const std::int64_t end = life * (rounds + 1);
    plan.steps.push_back(
        {rng.between(life / 2, end), place(), kTurns[rng.below(kTurns.size())], word(rng)});
    // Cancelling is about something that is under way.
    for (std::size_t i = plan.steps.size(); i-- > 0;) {
        if (plan.steps[i].what != Step::cancel) continue;
        const PlannedStep asked{plan.steps[i].at - rng.between(0, 120), plan.steps[i].place,
                                rng.chance(500) ? Step::token : Step::call, word(rng)};
        plan.steps.push_back(asked);
    }
    std::sort(plan.steps.begin(), plan.steps.end(), [](const PlannedStep& a, const PlannedStep& b) {
        return std::tie(a.at, a.place, a.what, a.param) < std::tie(b.at, b.place, b.what, b.param);
    });
}

// Passed once or twice in a schedule, if at all.
bool is_rare(Boundary where) {
    constexpr std::array<Boundary, 10> kRare = {
        Boundary::cancelled,      Boundary::closed,         Boundary::clean_before,
        Boundary::clean_after,    Boundary::second_before,  Boundary::second_inside,
        Boundary::provider_asked, Boundary::provider_mints, Boundary::provider_answers,
        Boundary::provider_taken};
    return std::find(kRare.begin(), kRare.end(), where) != kRare.end();
}

void add_faults(Plan& plan, Rng& rng) {
    const int count = static_cast<int>(rng.between(2, 5));
    for (int i = 0; i < count; ++i) {
        PlannedFault fault;
        fault.kind = static_cast<Fault>(rng.below(kFaultCount));
        fault.where = static_cast<Boundary>(rng.below(kBoundaryCount));
        fault.nth = static_cast<std::uint32_t>(rng.between(1, is_rare(fault.where) ? 2 : 12));
        fault.param = word(rng);
        plan.faults.push_back(fault);
    }
}

}  // namespace

Plan make_plan(std::uint64_t seed, const PlanLimits& limits) {
    Rng rng(seed ^ 0x5eed5eed5eedULL);
    Plan plan;
    plan.seed = seed;
    plan.dates = seed % 8 != 7;
    plan.model = static_cast<Model>(rng.below(kModelCount));
    plan.semantics = static_cast<Semantics>(rng.below(kSemanticsCount));
    plan.processes = rng.chance(500) ? 1 : (rng.chance(800) ? 2 : 3);
    if (limits.model) plan.model = *limits.model;
    if (limits.semantics) plan.semantics = *limits.semantics;
    if (limits.processes) plan.processes = *limits.processes;
    const std::uint64_t provider = rng.below(10);
    plan.provider = provider < 6   ? ProviderKind::port
                    : provider < 8 ? ProviderKind::partner_url
                                   : ProviderKind::none;
    plan.background = rng.chance(500);
    plan.starts_by_adopt = plan.provider == ProviderKind::none || rng.chance(300);
    plan.life_ms = kLives[rng.below(kLives.size())];
    plan.drift_ppm = static_cast<int>(rng.between(-300, 300));
    add_steps(plan, rng);
    add_faults(plan, rng);
    return plan;
}

Plan plain_plan(std::uint64_t seed, Model model, Semantics semantics) {
    Plan plan;
    plan.seed = seed;
    plan.model = model;
    plan.semantics = semantics;
    plan.background = seed % 2 == 0;
    plan.life_ms = 300'000;
    Rng rng(seed);
    for (int round = 1; round <= 3; ++round) {
        plan.steps.push_back({plan.life_ms * round + 1000, 0, Step::token, word(rng)});
        plan.steps.push_back({plan.life_ms * round + 30'000, 0, Step::call, word(rng)});
    }
    return plan;
}

Plan without(const Plan& plan, const std::set<int>& steps, const std::set<int>& faults) {
    Plan out = plan;
    out.steps.clear();
    out.faults.clear();
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        if (steps.count(static_cast<int>(i)) == 0) out.steps.push_back(plan.steps[i]);
    }
    for (std::size_t i = 0; i < plan.faults.size(); ++i) {
        if (faults.count(static_cast<int>(i)) == 0) out.faults.push_back(plan.faults[i]);
    }
    return out;
}

}  // namespace credit::sim
