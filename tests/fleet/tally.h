// What a run counted. Tallies of parts of a fleet add up to that of the whole.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tests/fleet/scenario.h"

namespace credit::fleet {

// Lengths of time in buckets that grow by a tenth, from 1 ms to beyond an hour.
class Spans {
  public:
    void add(Time length) noexcept;
    std::uint64_t count() const noexcept { return count_; }
    Time longest() const noexcept { return longest_; }
    // The upper end of the bucket in which this share of all lies; 0 when there are none.
    Time share(double part) const noexcept;

  private:
    static constexpr std::size_t kBuckets = 180;
    static std::size_t bucket_of(Time length) noexcept;
    std::array<std::uint64_t, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
    Time longest_ = 0;
};

class Tally {
  public:
    explicit Tally(const Scenario& scenario);

    // A request on the platform's authentication routes, when it arrives there.
    void refresh_arrives(Time now) noexcept { arrive(refreshes_, now); }
    void start_arrives(Time now) noexcept { arrive(starts_, now); }
    const std::vector<std::uint32_t>& refreshes() const noexcept { return refreshes_; }
    const std::vector<std::uint32_t>& starts() const noexcept { return starts_; }
    std::uint64_t refreshes_sent() const noexcept;

    std::uint64_t devices = 0;
    std::uint64_t visits = 0;
    std::uint64_t calls = 0;
    std::uint64_t calls_failed = 0;     // no token, or refused twice
    std::uint64_t tokens_obtained = 0;  // by refresh
    std::uint64_t least_refreshes = 0;  // that the lifetime and the margin allow
    std::uint64_t least_without_margin = 0;
    std::uint64_t radio = 0;             // times that it had to be woken
    std::uint64_t radio_for_tokens = 0;  // of them with no call of the app near
    std::uint64_t sessions_lost = 0;     // the borrower has to sign in again
    std::uint64_t sessions_healed = 0;   // minted again without the borrower
    std::uint64_t hit = 0;               // in front, in want of a token when the trouble ended
    std::uint64_t left = 0;              // of them: put away before it came
    Spans drain;                         // of the others: from the trouble's end to a token
    Spans waits;                         // of calls, while the trouble lasts and half an hour on
    std::uint64_t trouble_calls = 0;     // in the same time
    std::uint64_t trouble_failed = 0;

    const Scenario scenario;

  private:
    void arrive(std::vector<std::uint32_t>& load, Time now) noexcept;
    std::vector<std::uint32_t> refreshes_;  // by second since the run's begin
    std::vector<std::uint32_t> starts_;
};

}  // namespace credit::fleet
