#include "tests/fuzz/support/deterministic_random.h"

#include <sodium.h>

#include "core/base/jitter.h"

namespace credit::fuzz {
namespace {

Jitter& state() {
    static Jitter jitter(1);
    return jitter;
}

const char* name() {
    return "fuzz";
}

std::uint32_t next() {
    return static_cast<std::uint32_t>(state().next());
}

void fill(void* const out, const std::size_t size) {
    auto* const bytes = static_cast<unsigned char*>(out);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<unsigned char>(next());
}

}  // namespace

void seed_random(std::uint64_t seed) {
    static randombytes_implementation repeatable = {&name, &next, nullptr, nullptr, &fill, nullptr};
    randombytes_set_implementation(&repeatable);
    state() = Jitter(seed);
}

}  // namespace credit::fuzz
