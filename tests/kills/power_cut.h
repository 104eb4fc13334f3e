// What a disk may hold after a power cut, from the shim's journal.
#pragma once

#include <cstdint>
#include <string>

namespace credit::test {

// Replaces everything in `folder` by a state that the journal allows: what was synced is there; of
// the rest the seed chooses what arrived, in sectors of 512 bytes and names one by one. Seeds 0 and
// 1 modulo 5 are the extremes: nothing of it, all of it.
void cut_power(const std::string& journal, const std::string& folder, std::uint64_t seed);

}  // namespace credit::test
