#include "sandbox/journeys.h"

#include "sandbox/envelope.h"
#include "sandbox/idempotency.h"
#include "sandbox/tokens.h"
#include "sandbox/validation.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* columns =
    "SELECT id, type, status, next_action, timeline_state, updated_at_ms FROM journeys ";

Json nullable(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

Json detail(const kit::Statement& row) {
    Json json;
    json["journeyID"] = row.text(0);
    json["type"] = row.text(1);
    json["status"] = row.text(2);
    json["updatedAt"] = kit::iso8601_ms(row.integer(5));
    json["timelineState"] = row.text(4);
    json["nextAction"] = nullable(row.optional_text(3));
    json["capabilities"] = {{"aaEnabled", true}, {"postDisbursalEnabled", false}};
    json["resume"] = {{"lastCompletedStep", nullptr}, {"lastViewedOfferID", nullptr}};
    return json;
}

Json state(const kit::Statement& row) {
    Json json;
    json["journeyID"] = row.text(0);
    json["status"] = row.text(2);
    json["nextAction"] = nullable(row.optional_text(3));
    json["pendingOperations"] = Json::array();
    json["updatedAt"] = kit::iso8601_ms(row.integer(5));
    return json;
}

[[noreturn]] void refuse(Work& work, const Token& token, const char* verdict) {
    note_use(work, token, verdict);
    throw invalid_session();
}

// The session token the call carries, accepted.
Token authenticated(Work& work) {
    const auto value = bearer(work.call);
    if (!value) throw invalid_session();
    auto token = find_token(work.database, *value);
    if (!token) throw invalid_session();
    if (token->kind != "session") refuse(work, *token, "wrong_kind");
    if (token->family_state != "active") refuse(work, *token, "revoked");
    if (token->state != "active") refuse(work, *token, token->state.c_str());
    if (token->expires_at_ms <= work.call.now_ms) refuse(work, *token, "expired");
    note_use(work, *token, "accepted");
    return *token;
}

Json read_detail(Work& work, const std::string& journey_id) {
    auto query = work.database.prepare(std::string(columns) + "WHERE id = ?");
    query.bind(1, journey_id).step();
    return detail(query);
}

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c | 0x20);
    }
    return text;
}

}  // namespace

Json active_journey(Work& work, const std::string& external_id, const std::string& type) {
    auto query = work.database.prepare(
        std::string(columns) +
        "WHERE external_id = ? AND type = ? AND status NOT IN ('REJECTED', 'EXPIRED', 'CLOSED') "
        "ORDER BY created_at_ms, rowid LIMIT 1");
    if (!query.bind(1, external_id).bind(2, type).step()) return nullptr;
    Json json;
    json["journeyID"] = query.text(0);
    json["status"] = query.text(2);
    json["nextAction"] = nullable(query.optional_text(3));
    return json;
}

std::string create_journey(Work& work, const std::string& external_id, const std::string& type) {
    const std::string id = kit::new_uuid();
    work.database
        .prepare(
            "INSERT INTO journeys (id, external_id, type, status, next_action, "
            "timeline_state, created_at_ms, updated_at_ms) "
            "VALUES (?, ?, ?, 'STARTED', 'FILL_PROFILE', 'PROFILE_REQUIRED', ?, ?)")
        .bind(1, id)
        .bind(2, external_id)
        .bind(3, type)
        .bind(4, work.call.now_ms)
        .bind(5, work.call.now_ms)
        .run();
    return id;
}

Reply list_journeys(Work& work) {
    const Token token = authenticated(work);
    if (work.call.type_filter) check_journey_type(*work.call.type_filter, "type");
    auto query = work.database.prepare(
        std::string(columns) +
        "WHERE external_id = ? AND (?2 IS NULL OR type = ?2) ORDER BY created_at_ms, rowid");
    query.bind(1, token.external_id).bind(2, work.call.type_filter);
    Json items = Json::array();
    while (query.step())
        items.push_back(detail(query));
    return success(work.call, {{"items", items}});
}

Reply start_journey(Work& work, const Reply* instead) {
    const Token token = authenticated(work);
    if (auto stored = stored_reply(work, token.value)) return *stored;
    const auto body = parse_object(work.call.body);
    const std::string type = journey_type(body, "type", true);
    check_optional_object(body, "metadata");
    work.call.journey_id = create_journey(work, token.external_id, type);
    work.call.effect = "create";
    const Reply reply = success(work.call, read_detail(work, work.call.journey_id), 201);
    remember(work, token.value, instead != nullptr ? *instead : reply);
    return reply;
}

Reply show_journey(Work& work) {
    const Token token = authenticated(work);
    if (!kit::is_uuid(work.call.journey_id)) {
        throw invalid_field("journeyID", "journeyID must be a UUID.");
    }
    auto query = work.database.prepare(std::string(columns) + "WHERE id = ? AND external_id = ?");
    // Another borrower's journey looks exactly like one that does not exist.
    if (!query.bind(1, lower(work.call.journey_id)).bind(2, token.external_id).step()) {
        throw not_found("There is no such journey.");
    }
    return success(work.call,
                   work.call.route == Route::journey_state ? state(query) : detail(query));
}

}  // namespace credit::sandbox
