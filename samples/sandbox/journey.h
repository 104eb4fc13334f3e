#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// A row of the table of journeys.
struct Journey {
    std::string id;
    std::string borrower_id;
    std::string type;
    std::string status;
    std::optional<std::string> next_action;
    std::string timeline_state;
    std::int64_t created_at_ms = 0;
    std::int64_t updated_at_ms = 0;
    std::int64_t sequence = 0;
    // The sections of the profile by name: profile, workProfile, address, goldLoan.
    nlohmann::json profile = nlohmann::json::object();
    // When the clock moves it: on, or, where the borrower has to act, to its expiry.
    std::optional<std::int64_t> due_at_ms;
    std::optional<std::string> operation_id;
    std::optional<std::string> locked_offer_id;
    std::optional<std::int64_t> locked_at_ms;
    // The unguessable name of the lender's page for the step that redirects.
    std::optional<std::string> redirect_id;
    bool redirect_opened = false;
    std::optional<std::string> last_completed_step;
    std::optional<std::string> last_viewed_offer_id;
};

std::optional<Journey> find_journey(kit::Database& database, const std::string& id);
std::optional<Journey> journey_of_redirect(kit::Database& database, const std::string& redirect_id);

// The borrower's journeys, of one type if one is given, oldest first.
std::vector<Journey> journeys_of(kit::Database& database, const std::string& borrower_id,
                                 const std::optional<std::string>& type);

// The oldest one of this type that has not ended.
std::optional<Journey> active_journey(kit::Database& database, const std::string& borrower_id,
                                      const std::string& type);

// The journey that is due first at this time.
std::optional<Journey> due_journey(kit::Database& database, std::int64_t now_ms);
std::optional<std::int64_t> next_due_ms(kit::Database& database);

// Inserts the journey or replaces what is kept of it.
void save_journey(kit::Database& database, const Journey& journey);

}  // namespace credit::sandbox
