// The exhaustive grids: every fault at every effect boundary for every model and kind of storage, and every crash in the
// recovery from every crash.
#include <cinttypes>
#include <cstdio>

#include "tests/sim/commands.h"
#include "tests/sim/report.h"
#include "tests/sim/runner.h"
#include "tests/sim/workers.h"

namespace credit::sim {
namespace {

constexpr std::uint64_t kBoundaries = kBoundaryCount;

struct Cell {
    Model model;
    Semantics semantics;
};

Cell cell_of(std::uint64_t& index) {
    const auto model = static_cast<Model>(index % kModelCount);
    index /= kModelCount;
    const auto semantics = static_cast<Semantics>(index % kSemanticsCount);
    index /= kSemanticsCount;
    return {model, semantics};
}

// A schedule in which every boundary is passed: another process, an end and a new start, a close.
Plan grid_plan(std::uint64_t seed, const Cell& cell) {
    Plan plan = plain_plan(seed, cell.model, cell.semantics);
    plan.processes = 2;
    plan.background = true;
    const std::int64_t life = plan.life_ms;
    plan.steps.push_back({life / 2, 0, Step::open_other, 0});
    plan.steps.push_back({life * 2 + 1000, 1, Step::token, 0});
    plan.steps.push_back({life * 2 + 1020, 1, Step::token, 0});
    plan.steps.push_back({life * 2 + 1030, 1, Step::cancel, 0});
    plan.steps.push_back({life * 3 + 100'000, 1, Step::close, 1});
    plan.steps.push_back({life * 3 + 150'000, 0, Step::end, 1000});
    plan.steps.push_back({life * 3 + 170'000, 0, Step::start, 1});
    plan.steps.push_back({life * 4 + 200'000, 0, Step::token, 0});
    return plan;
}

int finish(const Fleet& fleet, const char* name) {
    print_models(fleet.tally);
    print_rules(fleet);
    if (!fleet.whole) std::printf("a worker died\n");
    std::printf("%s: ", name);
    print_last_line(fleet.tally);
    return fleet.tally.violations == 0 && fleet.whole ? 0 : 1;
}

Plan single(std::uint64_t index) {
    const std::uint64_t seed = index * 7 + 11;
    const Cell cell = cell_of(index);
    Plan plan = grid_plan(seed, cell);
    PlannedFault fault;
    fault.kind = static_cast<Fault>(index % kFaultCount);
    index /= kFaultCount;
    fault.where = static_cast<Boundary>(index % kBoundaries);
    index /= kBoundaries;
    // The first time, and the second: the boundary of a refresh rather than of the start.
    fault.nth = index == 0 ? 1 : 4;
    fault.param = static_cast<std::uint32_t>(seed * 2654435761U);
    plan.faults = {fault};
    return plan;
}

Plan pair_of_crashes(std::uint64_t index) {
    const std::uint64_t seed = index * 13 + 5;
    const Cell cell = cell_of(index);
    Plan plan = grid_plan(seed, cell);
    PlannedFault first;
    first.kind = Fault::p1_kill;
    first.where = static_cast<Boundary>(index % kBoundaries);
    index /= kBoundaries;
    first.nth = 3;
    first.param = static_cast<std::uint32_t>(seed * 40503U);
    PlannedFault second = first;
    second.in_recovery = true;
    second.where = static_cast<Boundary>(index % kBoundaries);
    index /= kBoundaries;
    second.nth = 1;
    second.kind = index == 0 ? Fault::p1_kill : Fault::p2_power_cut;
    plan.faults = {first, second};
    return plan;
}

int run(const Options& options, std::uint64_t count, Plan (*make)(std::uint64_t),
        const char* name) {
    const std::size_t enough = options.keep_going ? SIZE_MAX : 20;
    const Fleet fleet = run_fleet(
        count, options.jobs, options.progress, enough, [&](std::uint64_t index, Tally& tally) {
            const Plan plan = make(index);
            const bool skipped =
                (options.limits.model && *options.limits.model != plan.model) ||
                (options.limits.semantics && *options.limits.semantics != plan.semantics);
            return skipped ? RunResult{} : run_plan(plan, tally, nullptr);
        });
    if (options.histogram) print_histogram(fleet.tally);
    return finish(fleet, name);
}

}  // namespace

int run_grid(const Options& options) {
    const std::uint64_t count = kModelCount * kSemanticsCount * kFaultCount * kBoundaries * 2;
    if (options.trace) {
        Tally tally;
        const Plan plan = single(options.from);
        print_plan(plan);
        return run_plan(plan, tally, stdout).broken ? 1 : 0;
    }
    return run(options, count, single, "grid");
}

int run_compound(const Options& options) {
    const std::uint64_t count = kModelCount * kSemanticsCount * kBoundaries * kBoundaries * 2;
    if (options.trace) {
        Tally tally;
        const Plan plan = pair_of_crashes(options.from);
        print_plan(plan);
        return run_plan(plan, tally, stdout).broken ? 1 : 0;
    }
    return run(options, count, pair_of_crashes, "compound");
}

}  // namespace credit::sim
