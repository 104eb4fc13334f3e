#include "tests/sim/commands.h"

#include <cinttypes>
#include <cstdio>
#include <fstream>

#include "tests/sim/report.h"
#include "tests/sim/runner.h"
#include "tests/sim/shrink.h"
#include "tests/sim/workers.h"

namespace credit::sim {
namespace {

std::string mutant_name(const Options& options) {
    return options.mutant == Mutant::none ? std::string() : std::string(name_of(options.mutant));
}

}  // namespace

int run_command(const Options& options) {
    set_mutant(options.mutant);
    switch (options.command) {
        case Command::schedules:
            return run_schedules(options);
        case Command::one_seed:
            return run_one_seed(options);
        case Command::seeds_file:
            return run_seeds_file(options);
        case Command::grid:
            return run_grid(options);
        case Command::compound:
            return run_compound(options);
        case Command::device_days:
            return run_device_days(options);
        case Command::mutants:
            return run_mutants(options);
    }
    return 2;
}

// What is found is made small, which takes a while each.
constexpr std::size_t kShrunk = 20;

int run_schedules(const Options& options) {
    const std::size_t enough = options.keep_going ? SIZE_MAX : 5;
    const Fleet fleet = run_fleet(
        options.schedules, options.jobs, options.progress, enough,
        [&](std::uint64_t index, Tally& tally) {
            return run_plan(make_plan(options.from + index, options.limits), tally, nullptr);
        });
    if (options.histogram) print_histogram(fleet.tally);
    print_models(fleet.tally);
    print_rules(fleet);
    for (std::size_t i = 0; i < fleet.failures.size() && i < kShrunk; ++i) {
        const Plan plan = make_plan(options.from + fleet.failures[i].index, options.limits);
        const Shrunk small = shrink(plan);
        std::printf("seed %" PRIu64 " breaks %s: %s\n  %s\n", plan.seed, small.rule.c_str(),
                    small.text.c_str(), command_for(plan, small, mutant_name(options)).c_str());
    }
    if (!fleet.whole) std::printf("a worker died\n");
    print_last_line(fleet.tally);
    return fleet.tally.violations == 0 && fleet.whole ? 0 : 1;
}

int run_one_seed(const Options& options) {
    Tally tally;
    const Plan plan =
        without(make_plan(options.seed, options.limits), options.drop_steps, options.drop_faults);
    if (options.trace) print_plan(plan);
    const RunResult result = run_plan(plan, tally, options.trace ? stdout : nullptr);
    if (result.broken) std::printf("breaks %s: %s\n", result.rule.c_str(), result.text.c_str());
    std::printf("seed=%" PRIu64 " hash=%016" PRIx64 "\n", options.seed, result.hash);
    print_last_line(tally);
    return result.broken ? 1 : 0;
}

int run_seeds_file(const Options& options) {
    std::ifstream file(options.seeds_file);
    if (!file) {
        std::fprintf(stderr, "credit-sim: the file of seeds cannot be read\n");
        return 2;
    }
    Tally tally;
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line[0] == '#') continue;
        const std::uint64_t seed = std::stoull(line);
        const RunResult result = run_plan(make_plan(seed, options.limits), tally, nullptr);
        if (result.broken)
            std::printf("seed %" PRIu64 " breaks %s: %s\n", seed, result.rule.c_str(),
                        result.text.c_str());
    }
    print_last_line(tally);
    return tally.violations == 0 && tally.schedules > 0 ? 0 : 1;
}

}  // namespace credit::sim
