// Counts of many schedules; plain data, so that workers can hand theirs over through a pipe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tests/sim/names.h"

namespace credit::sim {

struct ModelTally {
    std::uint64_t schedules = 0;
    std::uint64_t unavoidable = 0;  // sessions lost that the oracle excuses
    std::uint64_t healed = 0;       // of those, minted again by the SDK's own healing
    std::uint64_t restarted =
        0;  // of those, started again by the app because there is no provider or it gave up
    std::uint64_t avoidable = 0;  // sessions lost that it does not excuse
};

struct Tally {
    std::uint64_t schedules = 0;
    std::uint64_t violations = 0;
    std::uint64_t lost = 0;  // journeys, and sessions without excuse
    std::uint64_t events = 0;
    std::uint64_t rotations = 0;
    std::uint64_t faults = 0;
    std::uint64_t two_processes = 0;
    std::uint64_t operations = 0;
    std::array<ModelTally, kModelCount> models{};
    std::array<std::uint64_t, kBoundaryCount> passed{};
    // Onsets by fault and boundary, and how often a fault that set in was then felt.
    std::array<std::array<std::uint64_t, kBoundaryCount>, kFaultCount> onsets{};
    std::array<std::uint64_t, kFaultCount> felt{};

    void add(const Tally& other) {
        schedules += other.schedules;
        violations += other.violations;
        lost += other.lost;
        events += other.events;
        rotations += other.rotations;
        faults += other.faults;
        two_processes += other.two_processes;
        operations += other.operations;
        for (std::size_t i = 0; i < kModelCount; ++i) {
            models[i].schedules += other.models[i].schedules;
            models[i].unavoidable += other.models[i].unavoidable;
            models[i].healed += other.models[i].healed;
            models[i].restarted += other.models[i].restarted;
            models[i].avoidable += other.models[i].avoidable;
        }
        for (std::size_t i = 0; i < kBoundaryCount; ++i)
            passed[i] += other.passed[i];
        for (std::size_t f = 0; f < kFaultCount; ++f) {
            felt[f] += other.felt[f];
            for (std::size_t b = 0; b < kBoundaryCount; ++b)
                onsets[f][b] += other.onsets[f][b];
        }
    }
};

}  // namespace credit::sim
