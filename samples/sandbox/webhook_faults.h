#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace credit::sandbox {

// What goes wrong with deliveries, on demand. hosted.md tells the kinds apart.
struct WebhookFault {
    std::string kind;
    std::int64_t left = 1;
    std::int64_t ms = 0;
};

class WebhookFaults {
  public:
    // Takes the description of the admin API. Throws std::invalid_argument.
    void add(const nlohmann::json& description);
    void clear();
    nlohmann::ordered_json list() const;

    // The fault of the next attempt. `disorder` is no fault of one attempt and never comes here.
    std::optional<WebhookFault> take();

    // How many events wait for each other to go out in the wrong order; 0 if none.
    std::int64_t disorder() const;
    void end_disorder();

  private:
    mutable std::mutex mutex_;
    std::deque<WebhookFault> armed_;
};

}  // namespace credit::sandbox
