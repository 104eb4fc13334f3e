// Random bytes that are the same for every run of an input.
#pragma once

#include <cstdint>

namespace credit::fuzz {

// Makes libsodium, and with it the product's entropy, start anew from `seed`. For fuzzing only.
void seed_random(std::uint64_t seed);

}  // namespace credit::fuzz
