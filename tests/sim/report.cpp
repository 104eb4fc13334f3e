#include "tests/sim/report.h"

#include <cinttypes>
#include <cstdio>
#include <map>

namespace credit::sim {
namespace {

int length(std::string_view text) {
    return static_cast<int>(text.size());
}

}  // namespace

void print_plan(const Plan& plan) {
    std::printf(
        "seed %" PRIu64
        "  model %.*s  storage %.*s  processes %d  provider %d  background %d  life %" PRId64
        " ms  drift %d ppm\n",
        plan.seed, length(name_of(plan.model)), name_of(plan.model).data(),
        length(name_of(plan.semantics)), name_of(plan.semantics).data(), plan.processes,
        static_cast<int>(plan.provider), plan.background ? 1 : 0, plan.life_ms, plan.drift_ppm);
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const PlannedStep& step = plan.steps[i];
        std::printf("  step %zu  %10.3f s  place %d  %.*s  %u\n", i,
                    static_cast<double>(step.at) / 1000.0, step.place, length(name_of(step.what)),
                    name_of(step.what).data(), step.param);
    }
    for (std::size_t i = 0; i < plan.faults.size(); ++i) {
        const PlannedFault& fault = plan.faults[i];
        std::printf("  fault %zu  %.*s at %.*s number %u  %u\n", i, length(name_of(fault.kind)),
                    name_of(fault.kind).data(), length(name_of(fault.where)),
                    name_of(fault.where).data(), fault.nth, fault.param);
    }
}

void print_histogram(const Tally& tally) {
    std::printf("onsets of faults by effect boundary (columns in the order of the list below)\n");
    for (std::size_t b = 0; b < kBoundaryCount; ++b) {
        std::printf("%s%zu %.*s (%" PRIu64 ")", b == 0 ? "  " : ", ", b + 1,
                    length(kBoundaryNames[b]), kBoundaryNames[b].data(), tally.passed[b]);
    }
    std::printf("\n");
    int empty = 0;
    for (std::size_t f = 0; f < kFaultCount; ++f) {
        std::printf("%-26.*s felt %7" PRIu64 " |", length(kFaultNames[f]), kFaultNames[f].data(),
                    tally.felt[f]);
        for (std::size_t b = 0; b < kBoundaryCount; ++b) {
            std::printf(" %" PRIu64, tally.onsets[f][b]);
            empty += tally.onsets[f][b] == 0 ? 1 : 0;
        }
        std::printf("\n");
    }
    std::printf("cells: %zu, hit: %zu, empty: %d\n", kFaultCount * kBoundaryCount,
                kFaultCount * kBoundaryCount - static_cast<std::size_t>(empty), empty);
}

void print_models(const Tally& tally) {
    std::printf("%-22s %10s %12s %9s %10s %10s\n", "model", "schedules", "unavoidable", "healed",
                "restarted", "avoidable");
    for (std::size_t m = 0; m < kModelCount; ++m) {
        const ModelTally& one = tally.models[m];
        if (one.schedules == 0) continue;
        std::printf("%-22.*s %10" PRIu64 " %12" PRIu64 " %9" PRIu64 " %10" PRIu64 " %10" PRIu64
                    "\n",
                    length(kModelNames[m]), kModelNames[m].data(), one.schedules, one.unavoidable,
                    one.healed, one.restarted, one.avoidable);
    }
    std::printf("rotations %" PRIu64 ", faults %" PRIu64 ", events %" PRIu64 ", operations %" PRIu64
                ", with two or three processes %" PRIu64 "\n",
                tally.rotations, tally.faults, tally.events, tally.operations, tally.two_processes);
}

void print_rules(const Fleet& fleet) {
    std::map<std::string, std::pair<int, std::uint64_t>> rules;
    for (const Failure& failure : fleet.failures) {
        auto& entry = rules[failure.rule + ": " + failure.text];
        if (entry.first++ == 0) entry.second = failure.index;
    }
    for (const auto& [rule, entry] : rules)
        std::printf("%6d x %s (first index %" PRIu64 ")\n", entry.first, rule.c_str(),
                    entry.second);
}

void print_last_line(const Tally& tally) {
    std::printf("schedules=%" PRIu64 " violations=%" PRIu64 " lost=%" PRIu64 "\n", tally.schedules,
                tally.violations, tally.lost);
}

}  // namespace credit::sim
