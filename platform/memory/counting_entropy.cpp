#include "platform/memory/counting_entropy.h"

namespace credit {
namespace {

// SplitMix64: one counter, one mixing function, well spread even for seeds 0, 1, 2.
std::uint64_t next(std::uint64_t& state) noexcept {
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

}  // namespace

void CountingEntropy::fill(std::span<std::byte> out) {
    const std::lock_guard<std::mutex> hold(mutex_);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (i % sizeof word == 0) word = next(state_);
        out[i] = static_cast<std::byte>(word & 0xff);
        word >>= 8;
    }
    drawn_ += out.size();
}

std::uint64_t CountingEntropy::bytes_drawn() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return drawn_;
}

}  // namespace credit
