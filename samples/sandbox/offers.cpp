#include "sandbox/offers.h"

#include "sandbox/authentication.h"
#include "sandbox/envelope.h"
#include "sandbox/journey_call.h"
#include "sandbox/journey_moves.h"
#include "sandbox/journey_path.h"
#include "sandbox/quote.h"
#include "sandbox/validation.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_reason = 254;

const char* aa_state(const Journey& journey, const Offer& offer) {
    if (!offer.aa_required) return "NOT_REQUIRED";
    const bool past =
        journey.locked_offer_id == offer.id && comes_before("AA_REQUIRED", journey.status);
    return past ? "CONFIRMED" : "REQUIRED";
}

Json aa_json(const Journey& journey, const Offer& offer) {
    const bool now = journey.status == "AA_REQUIRED" && journey.locked_offer_id == offer.id;
    return {{"required", offer.aa_required},
            {"state", aa_state(journey, offer)},
            {"actionRequired", now ? "WAIT" : "NONE"}};
}

Json card(const Work& work, const Journey& journey, const Offer& offer) {
    const bool received = offer.status == "OFFER_RECEIVED";
    Json json;
    json["lenderID"] = offer.lender_id;
    json["lenderName"] = offer.lender_name;
    json["offerID"] = offer.id;
    json["status"] = offer.status;
    json["amountPrincipal"] = nullptr;
    json["interestRate"] = nullptr;
    json["offerTerm"] = nullptr;
    json["keyFactsStatementLink"] = nullptr;
    if (received) {
        json["amountPrincipal"] = std::to_string(offer.amount);
        json["interestRate"] = std::to_string(offer.interest_percent);
        json["offerTerm"] = std::to_string(offer.term_months);
        json["keyFactsStatementLink"] = work.origin.get() + "/lender/key-facts/" + offer.id;
    }
    json["aa"] = aa_json(journey, offer);
    json["lenderStateReason"] = nullable(offer.lender_state_reason);
    return json;
}

Json boundary_state(const Journey& journey, const Offer& offer) {
    if (!journey.locked_offer_id) return nullptr;
    return *journey.locked_offer_id == offer.id ? "LOCKED" : "LOCKED_TO_DIFFERENT_OFFER";
}

Json proceeded(const Journey& journey, const Offer& offer) {
    Json json;
    json["journeyID"] = journey.id;
    json["offerID"] = offer.id;
    json["status"] = "PROCEEDED";
    json["proceeded"] = true;
    json["proceedBoundaryState"] = "LOCKED";
    json["offerSelectionLock"] = {
        {"lockedAt", kit::iso8601_ms(journey.locked_at_ms.value_or(journey.updated_at_ms))},
        {"lockSource", "OFFER_DETAILS_PROCEED"}};
    return json;
}

Refusal lock_conflict() {
    return {409,
            "OFFER_LOCK_CONFLICT",
            "Another offer of this journey has been proceeded with.",
            false,
            {{"proceedBoundaryState", "LOCKED_TO_DIFFERENT_OFFER"}}};
}

void check_choice_is_open(const Work& work, const Journey& journey, const Offer& offer) {
    if (journey.locked_offer_id && *journey.locked_offer_id != offer.id) throw lock_conflict();
    if (moves_alone(journey.status) && comes_before(journey.status, "OFFERS_AVAILABLE")) {
        throw still_pending(work);
    }
    if (journey.status != "OFFERS_AVAILABLE" || offer.status != "OFFER_RECEIVED") {
        throw wrong_state("This offer cannot be proceeded with.");
    }
}

std::string required_text(const nlohmann::json& body, const char* field) {
    const auto found = body.find(field);
    const std::string text =
        found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
    if (text.empty() || characters(text) > max_reason) {
        throw invalid_field(field, std::string(field) + " must be text of 1 to 254 characters.");
    }
    return text;
}

// The journey goes back to the other offers; without any, the borrower has ended it.
void leave_offer(const Work& work, const JourneyContext& context, Journey& journey,
                 const Offer& offer) {
    const bool others = first_received(work.database, journey.id).has_value();
    if (!others) {
        enter_status(context, journey, "CLOSED", "journey.offer.updated");
    } else if (journey.locked_offer_id == offer.id) {
        enter_status(context, journey, "OFFERS_AVAILABLE", "journey.offer.updated");
    } else {
        save_change(context, journey, "journey.offer.updated");
    }
}

}  // namespace

Reply list_offers(Work& work) {
    const Token token = authenticated_session(work);
    const Journey journey = journey_of_call(work, token);
    Json items = Json::array();
    for (const auto& offer : offers_of(work.database, journey.id))
        items.push_back(card(work, journey, offer));
    return success(work.call, {{"items", items}});
}

Reply show_offer(Work& work) {
    const Token token = authenticated_session(work);
    const Journey journey = journey_of_call(work, token);
    const Offer offer = offer_of_call(work, journey);
    Json json = card(work, journey, offer);
    json.update(quote_json(offer));
    json["proceedBoundaryState"] = boundary_state(journey, offer);
    return success(work.call, json);
}

Reply proceed_with_offer(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        Journey journey = journey_of_call(work, token);
        const Offer offer = offer_of_call(work, journey);
        optional_body(work.call);
        // Who has won once wins again: the lock is the borrower's own.
        if (journey.locked_offer_id == offer.id && !has_ended(journey.status)) {
            return success(work.call, proceeded(journey, offer));
        }
        check_choice_is_open(work, journey, offer);
        journey.locked_offer_id = offer.id;
        journey.locked_at_ms = work.call.now_ms;
        enter_status(context_of(work), journey, "OFFER_SELECTED", "journey.offer.updated");
        return success(work.call, proceeded(journey, offer));
    });
}

Reply reject_offer(Work& work, const Reply* instead) {
    return once(work, instead, [&](const Token& token) {
        Journey journey = journey_of_call(work, token);
        Offer offer = offer_of_call(work, journey);
        const auto body = parse_object(work.call.body);
        offer.rejected_stage = required_text(body, "rejectedStage");
        offer.rejection_reason = required_text(body, "rejectionReason");
        const bool open = !has_ended(journey.status) && journey.status != "DISBURSED";
        if (!open || offer.status != "OFFER_RECEIVED") {
            throw wrong_state("This offer cannot be rejected.");
        }
        offer.status = "NO_OFFER_AVAILABLE";
        offer.lender_state_reason = "REJECTED_BY_BORROWER";
        save_offer(work.database, offer);
        leave_offer(work, context_of(work), journey, offer);
        Json json;
        json["journeyID"] = journey.id;
        json["offerID"] = offer.id;
        json["status"] = "REJECTED";
        json["rejectedStage"] = *offer.rejected_stage;
        json["rejectionReason"] = *offer.rejection_reason;
        return success(work.call, json);
    });
}

}  // namespace credit::sandbox
