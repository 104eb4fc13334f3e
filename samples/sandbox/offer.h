#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/journey.h"
#include "server_kit/sqlite.h"

namespace credit::sandbox {

// A lender's answer to a profile.
struct Offer {
    std::string id;
    std::string journey_id;
    std::int64_t position = 0;
    std::string lender_id;
    std::string lender_name;
    std::string status;  // OFFER_AWAITED, OFFER_RECEIVED or NO_OFFER_AVAILABLE
    std::int64_t amount = 0;
    std::int64_t interest_percent = 0;  // a year
    std::int64_t term_months = 0;
    bool aa_required = false;
    std::optional<std::string> lender_state_reason;
    std::optional<std::string> rejected_stage;
    std::optional<std::string> rejection_reason;
};

std::optional<Offer> find_offer(kit::Database& database, const std::string& id);
std::vector<Offer> offers_of(kit::Database& database, const std::string& journey_id);
void save_offer(kit::Database& database, const Offer& offer);

// Asks the lenders: one awaited offer each. Asked again, they answer anew.
void ask_lenders(kit::Database& database, const Journey& journey);

// What the lenders that have not answered yet say to the profile; asks them if nobody has. False
// if there is no offer. README.md has the rules.
bool make_offers(kit::Database& database, const Journey& journey);

// Takes the first offer there is for the borrower; nothing if there is none.
std::optional<Offer> first_received(kit::Database& database, const std::string& journey_id);

}  // namespace credit::sandbox
