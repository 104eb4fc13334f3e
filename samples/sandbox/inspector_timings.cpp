#include "sandbox/inspector_timings.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_times = 20000;

}  // namespace

void InspectorTimings::note(const std::string& request_id, std::int64_t microseconds) {
    const std::lock_guard lock(mutex_);
    ++version_;
    if (!times_.emplace(request_id, microseconds).second) return;
    order_.push_back(request_id);
    if (order_.size() <= max_times) return;
    times_.erase(order_.front());
    order_.pop_front();
}

std::optional<std::int64_t> InspectorTimings::of(const std::string& request_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = times_.find(request_id);
    return found == times_.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t InspectorTimings::version() const {
    const std::lock_guard lock(mutex_);
    return version_;
}

}  // namespace credit::sandbox
