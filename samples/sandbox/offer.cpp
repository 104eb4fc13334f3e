#include "sandbox/offer.h"

#include <algorithm>
#include <array>

#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

struct Lender {
    const char* id;
    const char* name;
    std::int64_t interest_percent;
    std::int64_t term_months;
    bool asks_for_aa;
    bool takes_all;
};

// The last one never makes an offer, so that a list has every kind of card.
constexpr std::array<Lender, 3> lenders = {{
    {"lender-north", "North Sandbox Bank", 14, 12, false, true},
    {"lender-south", "South Sandbox Finance", 16, 24, true, true},
    {"lender-west", "West Sandbox Capital", 18, 36, false, false},
}};

constexpr std::int64_t least_income = 15'000;
constexpr std::int64_t most_income = 10'000'000;
constexpr std::int64_t least_gold_grams = 5;
constexpr std::int64_t most_gold_grams = 100'000;
constexpr std::int64_t income_for_nothing_said = 30'000;
constexpr std::int64_t gold_for_nothing_said = 50;

constexpr const char* select_offers =
    "SELECT id, journey_id, position, lender_id, lender_name, status, amount, interest_percent, "
    "term_months, aa_required, lender_state_reason, rejected_stage, rejection_reason FROM offers ";

Offer read(const kit::Statement& row) {
    Offer offer;
    offer.id = row.text(0);
    offer.journey_id = row.text(1);
    offer.position = row.integer(2);
    offer.lender_id = row.text(3);
    offer.lender_name = row.text(4);
    offer.status = row.text(5);
    offer.amount = row.integer(6);
    offer.interest_percent = row.integer(7);
    offer.term_months = row.integer(8);
    offer.aa_required = row.integer(9) != 0;
    offer.lender_state_reason = row.optional_text(10);
    offer.rejected_stage = row.optional_text(11);
    offer.rejection_reason = row.optional_text(12);
    return offer;
}

// A number of the profile, written as a number or as digits, without its fraction.
std::int64_t number(const Journey& journey, const char* section, const char* field,
                    std::int64_t missing, std::int64_t most) {
    const auto found = journey.profile.find(section);
    if (found == journey.profile.end() || !found->contains(field)) return missing;
    const auto& value = (*found)[field];
    const double amount =
        value.is_number() ? value.get<double>() : std::stod(value.get<std::string>());
    return static_cast<std::int64_t>(std::min(amount, static_cast<double>(most)));
}

// What a lender is ready to lend; 0 for nothing.
std::int64_t amount_for(const Journey& journey) {
    if (journey.type == "GOLD_LOAN") {
        const auto grams = number(journey, "goldLoan", "jewelleryWeightGrams",
                                  gold_for_nothing_said, most_gold_grams);
        return grams < least_gold_grams ? 0 : grams * 4000;
    }
    auto income = number(journey, "workProfile", "income", income_for_nothing_said, most_income);
    const auto work = journey.profile.find("workProfile");
    if (work != journey.profile.end() && work->value("incomeType", "") == "annual") income /= 12;
    return income < least_income ? 0 : income / 1000 * 10'000;
}

}  // namespace

std::optional<Offer> find_offer(kit::Database& database, const std::string& id) {
    auto query = database.prepare(std::string(select_offers) + "WHERE id = ?");
    if (!query.bind(1, id).step()) return std::nullopt;
    return read(query);
}

std::vector<Offer> offers_of(kit::Database& database, const std::string& journey_id) {
    auto query =
        database.prepare(std::string(select_offers) + "WHERE journey_id = ? ORDER BY position");
    query.bind(1, journey_id);
    std::vector<Offer> offers;
    while (query.step())
        offers.push_back(read(query));
    return offers;
}

void save_offer(kit::Database& database, const Offer& offer) {
    auto row = database.prepare(
        "INSERT OR REPLACE INTO offers (id, journey_id, position, lender_id, lender_name, status, "
        "amount, interest_percent, term_months, aa_required, lender_state_reason, rejected_stage, "
        "rejection_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, offer.id).bind(2, offer.journey_id).bind(3, offer.position);
    row.bind(4, offer.lender_id).bind(5, offer.lender_name).bind(6, offer.status);
    row.bind(7, offer.amount).bind(8, offer.interest_percent).bind(9, offer.term_months);
    row.bind(10, offer.aa_required).bind(11, offer.lender_state_reason);
    row.bind(12, offer.rejected_stage).bind(13, offer.rejection_reason).run();
}

void ask_lenders(kit::Database& database, const Journey& journey) {
    database.prepare("DELETE FROM offers WHERE journey_id = ?").bind(1, journey.id).run();
    std::int64_t position = 0;
    for (const auto& lender : lenders) {
        Offer offer;
        offer.id = kit::new_uuid();
        offer.journey_id = journey.id;
        offer.position = position++;
        offer.lender_id = lender.id;
        offer.lender_name = lender.name;
        offer.status = "OFFER_AWAITED";
        offer.interest_percent = lender.interest_percent;
        offer.term_months = lender.term_months;
        offer.aa_required = lender.asks_for_aa && journey.type != "GOLD_LOAN";
        save_offer(database, offer);
    }
}

bool make_offers(kit::Database& database, const Journey& journey) {
    const std::int64_t amount = amount_for(journey);
    if (offers_of(database, journey.id).empty()) ask_lenders(database, journey);
    for (auto& offer : offers_of(database, journey.id)) {
        if (offer.status != "OFFER_AWAITED") continue;
        const bool takes = lenders.at(static_cast<std::size_t>(offer.position)).takes_all;
        const bool made = takes && amount > 0;
        offer.status = made ? "OFFER_RECEIVED" : "NO_OFFER_AVAILABLE";
        if (made) offer.amount = amount;
        if (!made) offer.lender_state_reason = takes ? "PROFILE_NOT_ELIGIBLE" : "LENDER_POLICY";
        save_offer(database, offer);
    }
    return first_received(database, journey.id).has_value();
}

std::optional<Offer> first_received(kit::Database& database, const std::string& journey_id) {
    for (auto& offer : offers_of(database, journey_id)) {
        if (offer.status == "OFFER_RECEIVED") return offer;
    }
    return std::nullopt;
}

}  // namespace credit::sandbox
