// What a target says when a property does not hold. It aborts: libFuzzer, ctest and a debugger all understand that.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace credit::fuzz {

[[noreturn]] inline void property_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: property does not hold: %s\n", file, line, what);
    std::abort();
}

}  // namespace credit::fuzz

#define FUZZ_CHECK(property)                                                             \
    do {                                                                                 \
        if (!(property)) ::credit::fuzz::property_failed(#property, __FILE__, __LINE__); \
    } while (false)
