#include "tests/fuzz/support/target.h"

namespace credit::fuzz {

std::vector<Target>& all_targets() {
    static std::vector<Target> targets;
    return targets;
}

}  // namespace credit::fuzz
