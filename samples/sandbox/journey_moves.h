#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sandbox/journey.h"
#include "sandbox/journey_events.h"
#include "sandbox/settings.h"
#include "sandbox/work.h"

namespace credit::sandbox {

// What changing a journey needs, within one transaction.
struct JourneyContext {
    kit::Database& database;
    const Settings& settings;
    const std::string& environment;
    JourneyEvents& events;
    std::int64_t now_ms;
};

JourneyContext context_of(Work& work);

// Another journey of the borrower, in STARTED, with the profile the borrower came with.
Journey create_journey(const JourneyContext& context, const std::string& borrower_id,
                       const std::string& type);

// Keeps a change of `journey`, counts it and tells it. Its time to expire starts anew.
void save_change(const JourneyContext& context, Journey& journey, const std::string& trigger);

// Moves the journey into a state, with all that begins there (offers asked for, offers made, a
// page to redirect to), keeps and tells it. Where no lender makes an offer, OFFERS_AVAILABLE
// becomes REJECTED.
void enter_status(const JourneyContext& context, Journey& journey, const std::string& status,
                  const std::string& trigger);

// One step on the way to DISBURSED, in the place of whoever has to act. False at its end.
bool move_on(const JourneyContext& context, Journey& journey);

// Everything that is due by now, in the order and at the time it was due.
void move_due(JourneyContext context);

}  // namespace credit::sandbox
