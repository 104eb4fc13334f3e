// One run and what befalls it.
//   timed        SIGKILL from outside, `value` microseconds after the start
//   power-cut    dies before call `at` (0: after its end), and only what was durable is left
//   pair         stops before call `at`; a second process starts and makes `value` calls or ends;
//                then the first one is killed, and the second one must succeed
//   pair-waiter  stops before call `at`; a second process is killed before its call `value`; then
//                the first one goes on, and must succeed
//   suspend      stops before call `at`, sleeps for 8 hours while a second process works, goes on
// Every other kind is the shim's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/kills/case.h"
#include "tests/kills/device.h"

namespace credit::test {

struct Suffered {
    Answer answer;  // of the process that suffered
    int kills = 0;
    bool fired = false;  // whether the run got as far as the fault
    std::vector<std::string> problems;
};

// `at_death` is called when a process of a pair is as good as dead, before the other one goes on.
Suffered suffer(Device& device, const std::vector<std::string>& arguments, const Fault& fault,
                const std::function<void()>& at_death);

}  // namespace credit::test
