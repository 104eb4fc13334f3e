#include "tests/sim/runner.h"

#include "core/base/check.h"
#include "tests/sim/world.h"

namespace credit::sim {

RunResult run_plan(const Plan& plan, Tally& tally, std::FILE* trace) {
    Trace to;
    to.print_to(trace);
    RunResult out;
    World world(plan, to, tally);
    try {
        world.run();
    } catch (const CheckFailed& failed) {
        world.breach("simulator", failed.what());
    }
    ++tally.schedules;
    ++tally.models[static_cast<std::size_t>(plan.model)].schedules;
    if (plan.processes > 1) ++tally.two_processes;
    out.broken = world.broken();
    out.hash = to.hash();
    if (!out.broken) return out;
    ++tally.violations;
    out.rule = world.breach().rule;
    out.text = world.breach().text;
    return out;
}

}  // namespace credit::sim
