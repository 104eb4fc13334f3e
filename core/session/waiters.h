// Callers who wait for a token: bounded, in order of arrival, in blocks (R34).
#pragma once

#include <cstdint>
#include <deque>

#include "core/base/time.h"

namespace credit {

using OpID = std::uint64_t;

struct TokenWaiter {
    OpID op = 0;
    Millis minimum;  // 0: the policy's
    ElapsedTime deadline;
    std::uint64_t generation =
        0;  // the newest when it asked: a later one satisfies it whatever its life
    std::uint64_t peek_round = 0;  // served only after this look at the store (R35)
    std::uint64_t failures = 0;    // refresh failures of the session when it asked
};

class TokenWaiters {
  public:
    explicit TokenWaiters(std::size_t limit) : limit_(limit) {}

    bool full() const noexcept { return queue_.size() >= limit_; }
    bool empty() const noexcept { return queue_.empty(); }

    void add(const TokenWaiter& waiter) {
        queue_.push_back(waiter);
        if (waiter.deadline < earliest_) earliest_ = waiter.deadline;
    }

    // Not after the earliest deadline; may be early after removals, never late.
    ElapsedTime earliest_deadline() const noexcept { return queue_.empty() ? kNever : earliest_; }

    // Offers only the one that came last.
    template <class Visit>
    void visit_newest(Visit visit) {
        if (queue_.empty() || !visit(queue_.back())) return;
        queue_.pop_back();
    }

    // Offers every waiter to `visit`, which returns true when it has finished it. Allocates nothing (R22).
    template <class Visit>
    void sweep(Visit visit) {
        auto kept = queue_.begin();
        ElapsedTime earliest = kNever;
        for (const TokenWaiter& waiter : queue_) {
            if (visit(waiter)) continue;
            if (waiter.deadline < earliest) earliest = waiter.deadline;
            *kept++ = waiter;
        }
        queue_.erase(kept, queue_.end());
        earliest_ = earliest;
    }

    static constexpr ElapsedTime kNever{INT64_MAX};

  private:
    std::size_t limit_;
    ElapsedTime earliest_ = kNever;
    std::deque<TokenWaiter> queue_;
};

}  // namespace credit
