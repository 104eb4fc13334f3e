#include "sandbox/journey_moves.h"

#include "sandbox/applications.h"
#include "sandbox/journey_path.h"
#include "sandbox/offer.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

struct Borrower {
    std::string application_id;
    std::string external_id;
    nlohmann::json profile;
};

Borrower borrower_with(kit::Database& database, const std::string& id) {
    auto query =
        database.prepare("SELECT application_id, external_id, profile FROM borrowers WHERE id = ?");
    query.bind(1, id).step();
    return {query.text(0), query.text(1), nlohmann::json::parse(query.text(2))};
}

nlohmann::ordered_json snapshot(kit::Database& database, const std::string& borrower_id,
                                const std::string& external_id) {
    nlohmann::ordered_json journeys = nlohmann::ordered_json::array();
    for (const auto& journey : journeys_of(database, borrower_id, std::nullopt)) {
        nlohmann::ordered_json entry;
        entry["journeyID"] = journey.id;
        entry["status"] = journey.status;
        entry["nextAction"] = nullptr;
        if (journey.next_action) entry["nextAction"] = *journey.next_action;
        journeys.push_back(std::move(entry));
    }
    nlohmann::ordered_json all;
    all["borrowerExternalID"] = external_id;
    all["journeys"] = std::move(journeys);
    return all;
}

void announce(const JourneyContext& context, const Journey& journey, const std::string& trigger) {
    const Borrower borrower = borrower_with(context.database, journey.borrower_id);
    const auto application = find_application(context.database, borrower.application_id);
    JourneyEvent event;
    event.environment = context.environment;
    event.tenant_id = application ? application->tenant_id : "";
    event.application_id = borrower.application_id;
    event.borrower_id = journey.borrower_id;
    event.borrower_external_id = borrower.external_id;
    event.journey_id = journey.id;
    event.type = journey.type;
    event.status = journey.status;
    event.sequence = journey.sequence;
    event.trigger = trigger;
    event.at_ms = context.now_ms;
    event.snapshot = snapshot(context.database, journey.borrower_id, borrower.external_id);
    context.events.announce(context.database, event);
}

std::optional<std::int64_t> due_after(const JourneyContext& context, const std::string& status) {
    if (has_ended(status) || status == "DISBURSED") return std::nullopt;
    const auto wait =
        moves_alone(status) ? context.settings.journey_step_ms : context.settings.journey_ttl_ms;
    return context.now_ms + wait;
}

bool aa_required(kit::Database& database, const Journey& journey) {
    if (!journey.locked_offer_id) return false;
    const auto offer = find_offer(database, *journey.locked_offer_id);
    return offer && offer->aa_required;
}

// Whoever skips the borrower's choice, or the lenders' answers, gets both.
void lock_first_offer(const JourneyContext& context, Journey& journey) {
    if (journey.locked_offer_id) return;
    make_offers(context.database, journey);
    if (const auto offer = first_received(context.database, journey.id)) {
        journey.locked_offer_id = offer->id;
        journey.locked_at_ms = context.now_ms;
    }
}

void release_lock(Journey& journey) {
    journey.locked_offer_id.reset();
    journey.locked_at_ms.reset();
}

const char* trigger_of(const std::string& status) {
    if (status == "OFFERS_PENDING" || status == "OFFERS_AVAILABLE" || status == "OFFER_SELECTED") {
        return "journey.offer.updated";
    }
    return comes_before("OFFER_SELECTED", status) ? "journey.step.updated"
                                                  : "journey.status.updated";
}

}  // namespace

JourneyContext context_of(Work& work) {
    return {work.database, work.settings, work.environment, work.events, work.call.now_ms};
}

Journey create_journey(const JourneyContext& context, const std::string& borrower_id,
                       const std::string& type) {
    Journey journey;
    journey.id = kit::new_uuid();
    journey.borrower_id = borrower_id;
    journey.type = type;
    journey.profile = borrower_with(context.database, borrower_id).profile;
    journey.created_at_ms = context.now_ms;
    journey.status = "STARTED";
    journey.next_action = next_action_of("STARTED");
    // Documented so: the timeline of a fresh journey stands at the profile already.
    journey.timeline_state = "PROFILE_REQUIRED";
    save_change(context, journey, "journey.started");
    return journey;
}

void save_change(const JourneyContext& context, Journey& journey, const std::string& trigger) {
    journey.updated_at_ms = context.now_ms;
    journey.sequence += 1;
    journey.due_at_ms = due_after(context, journey.status);
    save_journey(context.database, journey);
    announce(context, journey, trigger);
}

void enter_status(const JourneyContext& context, Journey& journey, const std::string& status,
                  const std::string& trigger) {
    std::string entered = status;
    if (status == "OFFERS_PENDING") ask_lenders(context.database, journey);
    if (status == "OFFERS_AVAILABLE" && !make_offers(context.database, journey)) {
        entered = "REJECTED";
    }
    if (comes_before("OFFERS_AVAILABLE", status)) lock_first_offer(context, journey);
    if (comes_before(status, "OFFER_SELECTED")) release_lock(journey);
    if (status == "KYC_PENDING") journey.redirect_id = kit::random_token(32);
    // A journey that is refused keeps the page it was refused at.
    if (status != "KYC_PENDING" && status != "REJECTED") journey.redirect_id.reset();
    if (status != "PROFILE_SUBMITTED" && status != "OFFERS_PENDING") journey.operation_id.reset();
    journey.redirect_opened = false;
    journey.status = entered;
    journey.next_action = next_action_of(entered);
    journey.timeline_state = entered;
    save_change(context, journey, trigger);
}

bool move_on(const JourneyContext& context, Journey& journey) {
    if (journey.status == "OFFERS_AVAILABLE") lock_first_offer(context, journey);
    const auto next =
        status_after(journey.status, journey.type, aa_required(context.database, journey));
    if (!next) return false;
    enter_status(context, journey, *next, trigger_of(*next));
    return true;
}

void move_due(JourneyContext context) {
    if (!context.settings.journeys_move) return;
    const std::int64_t until = context.now_ms;
    while (auto journey = due_journey(context.database, until)) {
        context.now_ms = *journey->due_at_ms;
        if (moves_alone(journey->status)) {
            move_on(context, *journey);
        } else {
            enter_status(context, *journey, "EXPIRED", "journey.status.updated");
        }
    }
}

}  // namespace credit::sandbox
