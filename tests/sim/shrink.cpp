#include "tests/sim/shrink.h"

#include "tests/sim/runner.h"

namespace credit::sim {
namespace {

std::string list(const std::set<int>& numbers) {
    std::string out;
    for (const int number : numbers)
        out += (out.empty() ? "" : ",") + std::to_string(number);
    return out;
}

}  // namespace

Shrunk shrink(const Plan& plan) {
    Shrunk out;
    Tally unused;
    const RunResult whole = run_plan(plan, unused, nullptr);
    ++out.runs;
    out.rule = whole.rule;
    out.text = whole.text;
    if (!whole.broken) return out;
    const auto still_fails = [&](const std::set<int>& steps, const std::set<int>& faults) {
        ++out.runs;
        const RunResult less = run_plan(without(plan, steps, faults), unused, nullptr);
        if (!less.broken || less.rule != out.rule) return false;
        out.text = less.text;
        return true;
    };
    const auto pass = [&](std::set<int>& left_out, std::size_t count) {
        bool any = false;
        for (int i = 0; i < static_cast<int>(count); ++i) {
            if (left_out.count(i) != 0) continue;
            left_out.insert(i);
            if (still_fails(out.steps, out.faults)) {
                any = true;
            } else {
                left_out.erase(i);
            }
        }
        return any;
    };
    // What is left out may make something else unnecessary.
    while (pass(out.faults, plan.faults.size()) || pass(out.steps, plan.steps.size())) {
    }
    return out;
}

std::string command_for(const Plan& plan, const Shrunk& shrunk, const std::string& mutant) {
    std::string out = "credit-sim --seed " + std::to_string(plan.seed) + " --trace";
    if (!shrunk.faults.empty()) out += " --drop-faults " + list(shrunk.faults);
    if (!shrunk.steps.empty()) out += " --drop-steps " + list(shrunk.steps);
    if (!mutant.empty()) out += " --mutant " + mutant;
    return out;
}

}  // namespace credit::sim
