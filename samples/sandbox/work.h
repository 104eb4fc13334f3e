#pragma once

#include <string>

#include "sandbox/call.h"
#include "sandbox/journey_events.h"
#include "sandbox/public_origin.h"
#include "sandbox/settings.h"
#include "server_kit/sqlite.h"

namespace credit::sandbox {

// What handling one call needs, all of it within one transaction.
struct Work {
    kit::Database& database;
    const Settings& settings;
    const std::string& environment;
    Call& call;
    JourneyEvents& events;
    const PublicOrigin& origin;
};

}  // namespace credit::sandbox
