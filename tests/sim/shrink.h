// Makes a failing schedule small: leaves out steps and faults while it still breaks the same rule.
#pragma once

#include <set>
#include <string>

#include "tests/sim/plan.h"

namespace credit::sim {

struct Shrunk {
    std::set<int> steps;   // left out
    std::set<int> faults;  // left out
    std::string rule;
    std::string text;
    int runs = 0;
};

Shrunk shrink(const Plan& plan);
// What to type to see it again.
std::string command_for(const Plan& plan, const Shrunk& shrunk, const std::string& mutant);

}  // namespace credit::sim
