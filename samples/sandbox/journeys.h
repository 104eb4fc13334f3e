#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// The oldest journey of this kind that has not ended, in the short form of a session reply; null
// if there is none.
nlohmann::ordered_json active_journey(Work& work, const std::string& external_id,
                                      const std::string& type);

std::string create_journey(Work& work, const std::string& external_id, const std::string& type);

// The three routes below /journeys; each takes a session token.
Reply list_journeys(Work& work);
Reply start_journey(Work& work, const Reply* instead);
Reply show_journey(Work& work);

}  // namespace credit::sandbox
