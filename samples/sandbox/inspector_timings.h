#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace credit::sandbox {

// How long the last 20,000 requests took, by requestID. In memory only: the ledger is about what
// happened and is closed before a reply is on its way.
class InspectorTimings {
  public:
    void note(const std::string& request_id, std::int64_t microseconds);
    std::optional<std::int64_t> of(const std::string& request_id) const;
    // Changes with every note().
    std::int64_t version() const;

  private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::int64_t> times_;
    std::deque<std::string> order_;
    std::int64_t version_ = 0;
};

}  // namespace credit::sandbox
