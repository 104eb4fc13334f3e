#include "core/http/retry_budget.h"

#include <algorithm>

namespace credit {
namespace {

constexpr long long kMillisPerMilliToken = 10;  // one token (1000) per 10 s (10000 ms)

}  // namespace

bool RetryBudget::may_retry() const noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    return milli_tokens_ > kMaxMilliTokens / 2;
}

void RetryBudget::on_failure() noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    milli_tokens_ = std::max(0, milli_tokens_ - kFailureCost);
}

void RetryBudget::on_success() noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    milli_tokens_ = std::min(kMaxMilliTokens, milli_tokens_ + kSuccessGain);
}

void RetryBudget::on_elapsed(long long elapsed_ms) noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (last_elapsed_ms_ < 0 || elapsed_ms < last_elapsed_ms_) {
        last_elapsed_ms_ = elapsed_ms;
        return;
    }
    const long long gain = (elapsed_ms - last_elapsed_ms_) / kMillisPerMilliToken;
    last_elapsed_ms_ += gain * kMillisPerMilliToken;  // keeps the remainder for the next call
    milli_tokens_ = static_cast<int>(std::min<long long>(kMaxMilliTokens, milli_tokens_ + gain));
}

}  // namespace credit
