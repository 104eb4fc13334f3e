// One token bucket for all sessions of the process (R38): retries stop while more than half of it
// is spent.
#pragma once

#include <mutex>

namespace credit {

class RetryBudget {
  public:
    // gRPC's numbers: ten tokens, a failure costs one, a success gives back a tenth.
    static constexpr int kMaxMilliTokens = 10'000;
    static constexpr int kFailureCost = 1'000;
    static constexpr int kSuccessGain = 100;

    bool may_retry() const noexcept;
    void on_failure() noexcept;
    void on_success() noexcept;
    // Regained with time as well, so that an idle process is not locked out: 1 token per 10 s.
    void on_elapsed(long long elapsed_ms) noexcept;

  private:
    mutable std::mutex mutex_;
    int milli_tokens_ = kMaxMilliTokens;
    long long last_elapsed_ms_ = -1;  // -1: no reading yet
};

}  // namespace credit
