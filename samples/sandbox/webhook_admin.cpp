#include "sandbox/webhook_admin.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "sandbox/applications.h"
#include "sandbox/webhook_attempts.h"
#include "sandbox/webhook_secrets.h"
#include "sandbox/webhook_subscriptions.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<TimestampUnit, const char*>, 3> units = {{
    {TimestampUnit::seconds, "s"},
    {TimestampUnit::milliseconds, "ms"},
    {TimestampUnit::iso, "iso"},
}};
constexpr std::int64_t default_overlap_ms = 86'400'000;

std::string text(const nlohmann::json& body, const char* field, const std::string& fallback) {
    const auto found = body.find(field);
    if (found == body.end()) return fallback;
    if (!found->is_string()) throw std::invalid_argument(std::string(field) + " must be a string");
    return found->get<std::string>();
}

Application application_in(kit::Database& database, const nlohmann::json& body) {
    const std::string id = text(body, "application_id", "");
    if (id.empty()) return first_application(database);
    const auto found = find_application(database, id);
    if (!found) throw std::invalid_argument("application_id: there is no such application");
    return *found;
}

Json secrets_json(kit::Database& database, const std::string& application_id, std::int64_t now_ms) {
    Json list = Json::array();
    for (const auto& secret : webhook_secrets(database, application_id, now_ms)) {
        list.push_back({{"secret", secret.secret},
                        {"retires_at_ms",
                         secret.retires_at_ms ? Json(*secret.retires_at_ms) : Json(nullptr)}});
    }
    return list;
}

// In the order in which they were made.
Json attempts_json(kit::Database& database, std::int64_t delivery) {
    Json list = webhook_attempts(database, delivery, -1);
    std::reverse(list.begin(), list.end());
    return list;
}

std::int64_t overlap_in(const nlohmann::json& body) {
    const auto found = body.find("overlap_ms");
    if (found == body.end()) return default_overlap_ms;
    if (!found->is_number_integer() || found->get<std::int64_t>() < 0) {
        throw std::invalid_argument("overlap_ms must be a whole number, 0 or more");
    }
    return found->get<std::int64_t>();
}

}  // namespace

std::optional<Json> WebhookAdmin::answer(const std::string& call, const nlohmann::json& body) {
    if (call == "GET /webhooks") return overview();
    if (call == "GET /webhooks/deliveries") return deliveries();
    if (call == "POST /webhooks/secret") return rotate(body);
    if (call == "POST /webhooks/redeliver") return redeliver(body);
    if (call == "POST /webhooks/settings") return set_unit(body);
    if (call == "POST /webhooks/faults") {
        faults_.add(body);
    } else if (call == "DELETE /webhooks/faults") {
        faults_.clear();
        dispatcher_.wake();
    } else if (call != "GET /webhooks/faults") {
        return std::nullopt;
    }
    return Json{{"faults", faults_.list()}};
}

Json WebhookAdmin::overview() {
    const std::lock_guard lock(store_.mutex());
    kit::Database& database = store_.database();
    Json list = Json::array();
    for (const auto& application : applications(database)) {
        const auto now_ms = clock_.now_ms();
        current_webhook_secret(database, application.id, outbox_.first_secret(), now_ms);
        const auto url = webhook_url_of(database, application.id);
        list.push_back({{"tenant_id", application.tenant_id},
                        {"application_id", application.id},
                        {"webhook_url", url ? Json(*url) : Json(nullptr)},
                        {"secrets", secrets_json(database, application.id, now_ms)}});
    }
    Json json = {{"applications", list}, {"faults", faults_.list()}};
    for (const auto& [unit, name] : units) {
        if (unit == dispatcher_.unit()) json["timestamp_unit"] = name;
    }
    return json;
}

Json WebhookAdmin::deliveries() {
    const std::lock_guard lock(store_.mutex());
    kit::Database& database = store_.database();
    auto query = database.prepare(
        "SELECT id, event_id, sequence, journey_id, journey_status, reason, state, due_at_ms, body "
        "FROM (SELECT * FROM webhook_deliveries ORDER BY id DESC LIMIT 500) ORDER BY id");
    Json list = Json::array();
    while (query.step()) {
        list.push_back({{"event_id", query.text(1)},
                        {"sequence", query.integer(2)},
                        {"journeyID", query.text(3)},
                        {"status", query.text(4)},
                        {"trigger", query.text(5)},
                        {"state", query.text(6)},
                        {"due_at_ms", query.integer(7)},
                        {"body", query.text(8)},
                        {"attempts", attempts_json(database, query.integer(0))}});
    }
    return {{"deliveries", list}};
}

Json WebhookAdmin::rotate(const nlohmann::json& body) {
    const auto overlap_ms = overlap_in(body);
    const std::lock_guard lock(store_.mutex());
    kit::Database& database = store_.database();
    kit::Transaction transaction(database);
    const Application application = application_in(database, body);
    const auto now_ms = clock_.now_ms();
    // There may be none yet, and then there is nothing to overlap with.
    current_webhook_secret(database, application.id, outbox_.first_secret(), now_ms);
    rotate_webhook_secret(database, application.id, text(body, "secret", ""), overlap_ms, now_ms);
    transaction.commit();
    return {{"secrets", secrets_json(database, application.id, now_ms)}};
}

Json WebhookAdmin::redeliver(const nlohmann::json& body) {
    const std::lock_guard lock(store_.mutex());
    kit::Database& database = store_.database();
    database
        .prepare(
            "UPDATE webhook_deliveries SET state = 'pending', due_at_ms = ?, attempts = 0 "
            "WHERE event_id = ?")
        .bind(1, clock_.now_ms())
        .bind(2, text(body, "event_id", ""))
        .run();
    if (database.changes() != 1) throw std::invalid_argument("event_id: there is no such event");
    dispatcher_.wake();
    return {{"redelivered", 1}};
}

Json WebhookAdmin::set_unit(const nlohmann::json& body) {
    const std::string wanted = text(body, "timestamp_unit", "");
    for (const auto& [unit, name] : units) {
        if (wanted != name) continue;
        dispatcher_.set_unit(unit);
        return {{"timestamp_unit", name}};
    }
    throw std::invalid_argument("timestamp_unit must be s, ms or iso");
}

}  // namespace credit::sandbox
