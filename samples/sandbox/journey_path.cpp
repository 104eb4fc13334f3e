#include "sandbox/journey_path.h"

#include <algorithm>
#include <array>

namespace credit::sandbox {

namespace {

struct Station {
    const char* status;
    bool moves_alone;
    const char* next_action;
    const char* pending_operation;
    bool in_gold_loan;
};

// In the documented order. Account Aggregators, e-mandates and agreements are not simulated: these
// states pass as if the borrower had done what they ask for.
constexpr std::array<Station, 13> way = {{
    {"STARTED", false, "FILL_PROFILE", nullptr, true},
    {"PROFILE_REQUIRED", false, "FILL_PROFILE", nullptr, true},
    {"PROFILE_SUBMITTED", true, "WAIT_FOR_OFFERS", "PROFILE_SUBMISSION", true},
    {"OFFERS_PENDING", true, "WAIT_FOR_OFFERS", "PROFILE_SUBMISSION", true},
    {"OFFERS_AVAILABLE", false, "VIEW_OFFERS", nullptr, true},
    {"OFFER_SELECTED", true, nullptr, "SELECT_DISPATCH", true},
    {"AA_REQUIRED", true, "COMPLETE_AA", nullptr, false},
    {"KYC_PENDING", false, "COMPLETE_STEP", nullptr, true},
    {"BANK_MANDATE_PENDING", false, "COMPLETE_STEP", nullptr, false},
    {"E_MANDATE_PENDING", true, "COMPLETE_STEP", nullptr, false},
    {"LOAN_AGREEMENT_PENDING", true, "COMPLETE_STEP", nullptr, true},
    {"LENDER_PROCESSING", true, nullptr, nullptr, true},
    {"DISBURSED", false, nullptr, nullptr, true},
}};

constexpr std::array<const char*, 3> ends = {"REJECTED", "EXPIRED", "CLOSED"};

const Station* station(const std::string& status) {
    const auto found =
        std::find_if(way.begin(), way.end(), [&](const Station& s) { return status == s.status; });
    return found == way.end() ? nullptr : &*found;
}

}  // namespace

bool is_journey_status(const std::string& status) {
    return station(status) != nullptr || has_ended(status);
}

std::string journey_statuses() {
    std::string all;
    for (const auto& station : way)
        all += std::string(station.status) + ", ";
    return all + "REJECTED, EXPIRED, CLOSED";
}

bool has_ended(const std::string& status) {
    return std::find(ends.begin(), ends.end(), status) != ends.end();
}

bool moves_alone(const std::string& status) {
    const Station* here = station(status);
    return here != nullptr && here->moves_alone;
}

bool comes_before(const std::string& status, const std::string& other) {
    const Station* here = station(status);
    const Station* there = station(other);
    return here != nullptr && there != nullptr && here < there;
}

std::optional<std::string> status_after(const std::string& status, const std::string& type,
                                        bool aa_required) {
    const Station* here = station(status);
    if (here == nullptr) return std::nullopt;
    for (const Station* next = here + 1; next != way.data() + way.size(); ++next) {
        if (type == "GOLD_LOAN" && !next->in_gold_loan) continue;
        if (!aa_required && next->status == std::string("AA_REQUIRED")) continue;
        return next->status;
    }
    return std::nullopt;
}

std::optional<std::string> next_action_of(const std::string& status) {
    const Station* here = station(status);
    if (here == nullptr || here->next_action == nullptr) return std::nullopt;
    return here->next_action;
}

std::vector<std::string> pending_operations_of(const std::string& status) {
    const Station* here = station(status);
    if (here == nullptr || here->pending_operation == nullptr) return {};
    return {here->pending_operation};
}

}  // namespace credit::sandbox
