#include "sandbox/journey_call.h"

#include <algorithm>

#include "sandbox/authentication.h"
#include "sandbox/idempotency.h"
#include "sandbox/validation.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

// Ids are kept in lower case; a client may write them as it likes.
std::string lower_hex(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c | 0x20);
    }
    return text;
}

std::string uuid(const std::string& text, const std::string& field) {
    if (!kit::is_uuid(text)) throw invalid_field(field, field + " must be a UUID.");
    return lower_hex(text);
}

}  // namespace

Journey journey_of_call(Work& work, const Token& token) {
    const auto journey = find_journey(work.database, uuid(work.call.journey_id, "journeyID"));
    if (!journey || journey->borrower_id != token.borrower_id) {
        throw not_found("There is no such journey.");
    }
    return *journey;
}

Offer offer_of_call(Work& work, const Journey& journey) {
    const auto offer = find_offer(work.database, uuid(work.call.offer_id, "offerID"));
    if (!offer || offer->journey_id != journey.id) throw not_found("There is no such offer.");
    return *offer;
}

Reply once(Work& work, const Reply* instead, const std::function<Reply(const Token&)>& handle) {
    const Token token = authenticated_session(work);
    const std::string scope = credential_scope(work);
    if (auto stored = stored_reply(work, scope)) return *stored;
    const Reply reply = handle(token);
    remember(work, scope, instead != nullptr ? *instead : reply);
    return reply;
}

nlohmann::json optional_body(const Call& call) {
    return call.body.empty() ? nlohmann::json::object() : parse_object(call.body);
}

nlohmann::ordered_json nullable(const std::optional<std::string>& text) {
    if (!text) return nullptr;
    return *text;
}

std::int64_t poll_after_seconds(const Work& work) {
    return std::max<std::int64_t>(1, (work.settings.journey_step_ms + 999) / 1000);
}

Refusal still_pending(const Work& work) {
    return {409,
            "ASYNC_OPERATION_PENDING",
            "The platform is still at it; ask for the state of the journey.",
            true,
            {{"pollAfterSeconds", poll_after_seconds(work)}}};
}

}  // namespace credit::sandbox
