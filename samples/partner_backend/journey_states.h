#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "partner_backend/crash_points.h"
#include "partner_backend/shared_database.h"
#include "partner_backend/webhook_event.h"

namespace credit::partner {

// What became of a genuine webhook.
enum class WebhookOutcome {
    applied,
    duplicate,   // this event_id was taken in before
    superseded,  // a newer snapshot was taken in before: nothing is overwritten
    ignored      // of a type that says nothing to us; remembered all the same
};

// Where every journey stands, as the platform's snapshots say. They come at least once and in any
// order.
class JourneyStates {
  public:
    JourneyStates(SharedDatabase& shared, CrashPoints& crash_points);

    // In one transaction, which is durable when this returns.
    WebhookOutcome take_in(const WebhookEvent& event);
    nlohmann::json list();

  private:
    bool is_known(const std::string& event_id);
    bool is_newer(const WebhookEvent& event, const JourneySnapshot& journey);
    void write(const WebhookEvent& event, const JourneySnapshot& journey);
    WebhookOutcome apply(const WebhookEvent& event);

    SharedDatabase& shared_;
    CrashPoints& crash_points_;
};

}  // namespace credit::partner
