// credit-sim: see tests/sim/README.md.
#include <cstdio>
#include <exception>

#include "tests/sim/commands.h"
#include "tests/sim/options.h"

int main(int argc, char** argv) {
    using namespace credit::sim;
    try {
        Options options;
        const std::string wrong = parse_options(argc, argv, options);
        if (!wrong.empty()) {
            std::fprintf(stderr, "credit-sim: %s\n%s", wrong.c_str(), usage());
            return 2;
        }
        return run_command(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "credit-sim: %s\n", error.what());
        return 1;
    }
}
