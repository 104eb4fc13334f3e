#pragma once

#include <string>

#include "sandbox/clock.h"
#include "sandbox/journey_events.h"

namespace credit::sandbox {

// Writes a journey.snapshot for the subscriber into the queue, in the transaction of the change
// itself: none is lost, and none tells of what did not happen.
class WebhookOutbox {
  public:
    // `first_secret` signs from the start, if it is not empty.
    WebhookOutbox(const Clock& clock, std::string first_secret)
        : clock_(clock), first_secret_(std::move(first_secret)) {}

    // A JourneyObserver. Without a subscription nothing is written.
    void note(kit::Database& database, const JourneyEvent& event) const;

    const std::string& first_secret() const { return first_secret_; }

  private:
    const Clock& clock_;
    const std::string first_secret_;
};

}  // namespace credit::sandbox
