#include "tests/oom/sweep.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>

namespace credit::oom {
namespace {

using Clock = std::chrono::steady_clock;
using test::MemoryGate;
using Refuse = MemoryGate::Refuse;

constexpr int kRepeats = 3;  // what grows only once is a cache, not a leak
constexpr std::chrono::milliseconds kSettle{300};

struct Run {
    std::uint64_t allocations = 0;
    std::int64_t grown = 0;  // blocks
    std::string fault;
};

// The engine's threads let go of what they held a moment after the last answer.
std::int64_t grown_since(std::uint64_t before) {
    const auto until = Clock::now() + kSettle;
    std::int64_t grown = 0;
    do {
        grown = static_cast<std::int64_t>(MemoryGate::live() - before);
        if (grown <= 0) return 0;
        std::this_thread::yield();
    } while (Clock::now() < until);
    return grown;
}

Run play(const Scenario& scenario, Refuse refuse, std::uint64_t nth) {
    Run run;
    const std::uint64_t before = MemoryGate::live();
    {
        const auto scene = std::make_unique<Scene>(scenario.setup);
        MemoryGate::open(refuse, nth);
        scenario.play(*scene);
        scene->finish();
        run.allocations = MemoryGate::close();
        scene->check_afterwards();
        if (!scene->fault().empty()) run.fault = scene->fault();
    }
    if (run.fault.empty()) run.grown = grown_since(before);
    return run;
}

// True when the run was good.
bool judge(const Scenario& scenario, Refuse refuse, std::uint64_t nth) {
    Run run = play(scenario, refuse, nth);
    int leaks = run.grown > 0 ? 1 : 0;
    while (run.fault.empty() && run.grown > 0 && leaks < kRepeats) {
        run = play(scenario, refuse, nth);
        if (run.grown > 0) ++leaks;
    }
    const bool leaked = run.grown > 0 && leaks == kRepeats;
    if (run.fault.empty() && !leaked) return true;
    const char* how = refuse == Refuse::once ? "once" : "for ever from";
    ADD_FAILURE() << scenario.name << ", allocation " << nth << " refused " << how << " there: "
                  << (leaked ? std::to_string(run.grown) + " blocks are left" : run.fault);
    return false;
}

std::uint64_t stride_for(std::uint64_t end, std::uint64_t most_points) {
    if (const char* most = std::getenv("CREDIT_OOM_MOST"))
        most_points = std::strtoull(most, nullptr, 10);
    if (most_points == 0 || most_points >= end) return 1;
    return (end + most_points - 1) / most_points;
}

// One allocation, for finding out: CREDIT_OOM_AT=n.
std::optional<std::uint64_t> wanted_point() {
    const char* at = std::getenv("CREDIT_OOM_AT");
    if (at == nullptr) return std::nullopt;
    return std::strtoull(at, nullptr, 10);
}

}  // namespace

void sweep(const Scenario& scenario, std::uint64_t most_points) {
    constexpr int kWarmUps = 3;
    constexpr int kMostFailures = 5;
    const MemoryGate::Own own;
    const auto begun = Clock::now();
    Scene::keep_engine();
    std::uint64_t count = 0;
    for (int i = 0; i < kWarmUps; ++i) {
        const Run run = play(scenario, Refuse::none, 0);
        ASSERT_EQ(run.fault, "") << scenario.name << " with enough memory";
        count = std::max(count, run.allocations);
    }
    const std::uint64_t end = count + count / 16 + 4;  // threads interleave
    const std::uint64_t stride = stride_for(end, most_points);
    int failures = 0;
    std::uint64_t points = 0;
    for (const Refuse refuse : {Refuse::once, Refuse::for_ever}) {
        // The two kinds look at different allocations where not all are looked at.
        for (std::uint64_t nth = refuse == Refuse::once ? 0 : stride / 2;
             nth < end && failures < kMostFailures; nth += stride) {
            if (wanted_point().value_or(nth) != nth) continue;
            if (std::getenv("CREDIT_OOM_TRACE") != nullptr)
                std::fprintf(stderr, "%s %llu\n", refuse == Refuse::once ? "once" : "for ever",
                             static_cast<unsigned long long>(nth));
            failures += judge(scenario, refuse, nth) ? 0 : 1;
            ++points;
        }
    }
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
    std::printf("%-34s allocations %5llu, every %3llu., runs %5llu, %6lld ms\n", scenario.name,
                static_cast<unsigned long long>(count), static_cast<unsigned long long>(stride),
                static_cast<unsigned long long>(points), static_cast<long long>(took));
}

}  // namespace credit::oom
