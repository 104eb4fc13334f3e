#include "tests/fleet/tally.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace credit::fleet {
namespace {

constexpr double kGrowth = 1.1;

}  // namespace

std::size_t Spans::bucket_of(Time length) noexcept {
    if (length <= 1) return 0;
    const double steps = std::log(static_cast<double>(length)) / std::log(kGrowth);
    return std::min(static_cast<std::size_t>(std::ceil(steps)), kBuckets - 1);
}

void Spans::add(Time length) noexcept {
    ++buckets_[bucket_of(length)];
    ++count_;
    longest_ = std::max(longest_, length);
}

Time Spans::share(double part) const noexcept {
    const double wanted = part * static_cast<double>(count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
        seen += buckets_[i];
        if (seen == 0 || static_cast<double>(seen) < wanted) continue;
        const auto end = static_cast<Time>(std::pow(kGrowth, static_cast<double>(i)));
        return std::min(end, longest_);
    }
    return longest_;
}

Tally::Tally(const Scenario& which) : scenario(which) {
    const auto length = static_cast<std::size_t>((scenario.to - scenario.from) / kSecond);
    refreshes_.resize(length);
    starts_.resize(length);
}

void Tally::arrive(std::vector<std::uint32_t>& load, Time now) noexcept {
    if (now < scenario.from || now >= scenario.to) return;
    ++load[static_cast<std::size_t>((now - scenario.from) / kSecond)];
}

std::uint64_t Tally::refreshes_sent() const noexcept {
    return std::accumulate(refreshes_.begin(), refreshes_.end(), std::uint64_t{0});
}

}  // namespace credit::fleet
