// Which cases there are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/kills/case.h"
#include "tests/kills/device.h"

namespace credit::test {

// One storage call of a run without faults.
struct Listed {
    std::uint64_t number = 0;
    std::string call;
    std::string kind;  // open-read, open-write, look, read, write, sync, space, name, lock, close
    std::uint64_t size = 0;
};
using Calls = std::map<std::string, std::vector<Listed>>;  // by command

// Runs each command once and writes down what it does. Throws if one does not succeed.
Calls list_calls(Device& device);

enum class Depth {
    refresh_path,  // what scripts/test has time for
    whole,         // every command, every errno everywhere
};

// `models`: those beside replay get the refresh path's kills and power cuts.
std::vector<Case> systematic_cases(const Calls& calls, Depth depth,
                                   const std::vector<std::string>& models);
// Number `index` of the random cases of a seed.
Case random_case(const Calls& calls, std::uint64_t seed, std::uint64_t index,
                 const std::vector<std::string>& models);

}  // namespace credit::test
