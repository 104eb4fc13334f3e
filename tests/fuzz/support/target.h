// A fuzz target: a function over one input. The same source serves libFuzzer (one target in a program) and the replay of the
// committed corpus (all targets in one program).
#pragma once

#include <string_view>
#include <vector>

#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/input.h"

namespace credit::fuzz {

struct Target {
    std::string_view name;
    void (*run)(std::string_view input);
};

std::vector<Target>& all_targets();

struct Registration {
    explicit Registration(Target target) { all_targets().push_back(target); }
};

}  // namespace credit::fuzz

#define CREDIT_FUZZ_TARGET(name)                                      \
    static void fuzz_##name(std::string_view input);                  \
    static const ::credit::fuzz::Registration registration_of_##name( \
        ::credit::fuzz::Target{#name, &fuzz_##name});                 \
    static void fuzz_##name(std::string_view input)
