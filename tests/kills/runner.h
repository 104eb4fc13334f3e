// Runs one case and judges it.
#pragma once

#include <string>
#include <vector>

#include "tests/kills/case.h"
#include "tests/kills/device.h"

namespace credit::test {

struct Outcome {
    int kills = 0;
    bool fired = false;
    // The session did not go on, though the platform would have let it (or nobody had ended it).
    bool lost = false;
    // It did not, because the platform rotated, the reply was gone, and the platform forgives
    // nothing. Healed: a new session carries the same journey on.
    bool unavoidable = false;
    bool healed = false;
    bool corrupt = false;
    bool reuse = false;
    std::vector<std::string> problems;
    bool good() const { return !lost && !corrupt && !reuse && problems.empty(); }
};

Outcome run_case(Device& device, const Case& one);

}  // namespace credit::test
