// The same for a process that has just begun: what the library makes once, its threads, its locked memory. Each run is a
// process of its own, forked from one that has never called the library.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "tests/oom/scenario.h"

namespace credit::oom {
namespace {

using test::MemoryGate;
using Refuse = MemoryGate::Refuse;

constexpr unsigned kPatienceSeconds = 60;
constexpr int kBad = 3;

struct Outcome {
    int status = 0;
    std::uint64_t allocations = 0;
};

// In the child. What it finds out goes to `out`.
[[noreturn]] void play(const Scenario& scenario, Refuse refuse, std::uint64_t nth, int out) {
    ::alarm(kPatienceSeconds);
    const MemoryGate::Own own;
    Scene scene(scenario.setup);
    MemoryGate::open(refuse, nth);
    scenario.play(scene);
    scene.finish();
    const std::uint64_t allocations = MemoryGate::close();
    scene.check_afterwards();
    if (::write(out, &allocations, sizeof allocations) != sizeof allocations) ::_exit(kBad);
    if (scene.fault().empty()) {
        scene.remove_folder();
        ::_exit(0);
    }
    std::fprintf(stderr, "%s\n", scene.fault().c_str());
    ::_exit(kBad);
}

Outcome run(const Scenario& scenario, Refuse refuse, std::uint64_t nth) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child == 0) play(scenario, refuse, nth, ends[1]);
    ::close(ends[1]);
    Outcome outcome;
    if (::read(ends[0], &outcome.allocations, sizeof outcome.allocations) < 0)
        outcome.allocations = 0;
    ::close(ends[0]);
    ::waitpid(child, &outcome.status, 0);
    return outcome;
}

std::vector<Scenario> chosen() {
    std::vector<Scenario> out;
    for (const auto& group : {session_scenarios(), store_scenarios()}) {
        for (const Scenario& one : group) {
            const std::string_view name = one.name;
            if (name == "adopted" || name == "started_by_partner" || name == "store_erased" ||
                name == "files_used_and_opened_again")
                out.push_back(one);
        }
    }
    return out;
}

class OomCold : public ::testing::TestWithParam<Scenario> {};

TEST_P(OomCold, R34_R36) {
    const Scenario& scenario = GetParam();
    const Outcome calm = run(scenario, Refuse::none, 0);
    ASSERT_EQ(calm.status, 0) << scenario.name << " with enough memory";
    ASSERT_GT(calm.allocations, 100u);
    const std::uint64_t end = calm.allocations + 8;
    int points = 0;
    for (const Refuse refuse : {Refuse::once, Refuse::for_ever}) {
        for (std::uint64_t nth = 0; nth < end; ++nth, ++points) {
            ASSERT_EQ(run(scenario, refuse, nth).status, 0)
                << scenario.name << ", allocation " << nth << " refused "
                << (refuse == Refuse::once ? "once" : "for ever from there");
        }
    }
    std::printf("cold %-29s allocations %5llu, processes %d\n", scenario.name,
                static_cast<unsigned long long>(calm.allocations), points);
}

INSTANTIATE_TEST_SUITE_P(Memory, OomCold, ::testing::ValuesIn(chosen()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace credit::oom
