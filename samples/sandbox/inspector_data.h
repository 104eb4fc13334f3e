#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/inspector_timings.h"
#include "sandbox/inspector_views.h"
#include "sandbox/platform_api.h"
#include "sandbox/webhook_faults.h"

namespace credit::sandbox {

// What the inspector's page shows: a summary of everything and one page of one list.
class InspectorData {
  public:
    InspectorData(Sandbox sandbox, const WebhookFaults& webhook_faults,
                  const InspectorTimings& timings)
        : sandbox_(std::move(sandbox)), webhook_faults_(webhook_faults), timings_(timings) {}

    // Stays the same as long as answer() would say the same: cheap enough to be asked every second.
    std::string version(const std::string& view, const InspectorPage& page);

    // `view`: requests, sessions, journeys, hosted or webhooks. Throws std::out_of_range for
    // another one.
    nlohmann::ordered_json answer(const std::string& view, const InspectorPage& page);

  private:
    nlohmann::ordered_json summary();

    Sandbox sandbox_;
    const WebhookFaults& webhook_faults_;
    const InspectorTimings& timings_;
};

}  // namespace credit::sandbox
