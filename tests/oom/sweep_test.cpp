// Every allocation of every scenario fails, once and for ever from there on: no crash, no hang, no leak, every accepted
// operation answered exactly once, and the session afterwards is what it was before or what was asked for.
#include "tests/oom/sweep.h"

#include <gtest/gtest.h>

#include <vector>

namespace credit::oom {
namespace {

class OomSweep : public ::testing::TestWithParam<Scenario> {};

TEST_P(OomSweep, R34_R36) {
    sweep(GetParam());
}

std::vector<Scenario> all() {
    std::vector<Scenario> out;
    for (const auto& group : {config_scenarios(), session_scenarios(), refresh_scenarios(),
                              call_scenarios(), store_scenarios()})
        out.insert(out.end(), group.begin(), group.end());
    return out;
}

INSTANTIATE_TEST_SUITE_P(Memory, OomSweep, ::testing::ValuesIn(all()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(OomSweepList, ThereAreAtLeastThirty) {
    EXPECT_GE(all().size(), 30u);
}

}  // namespace
}  // namespace credit::oom
