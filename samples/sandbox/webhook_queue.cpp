#include "sandbox/webhook_queue.h"

#include <algorithm>

#include "sandbox/webhook_secrets.h"

namespace credit::sandbox {

namespace {

constexpr std::int64_t first_wait_ms = 1000;
constexpr std::int64_t longest_wait_ms = 3'600'000;
constexpr std::int64_t doublings = 12;

bool is_known(kit::Database& database, std::int64_t id) {
    return database.prepare("SELECT 1 FROM webhook_deliveries WHERE id = ?").bind(1, id).step();
}

}  // namespace

std::int64_t webhook_backoff_ms(std::int64_t attempts) {
    return std::min(longest_wait_ms,
                    first_wait_ms << std::clamp<std::int64_t>(attempts - 1, 0, doublings));
}

bool webhooks_pending(kit::Database& database) {
    return database.prepare("SELECT 1 FROM webhook_deliveries WHERE state = 'pending' LIMIT 1")
        .step();
}

std::vector<std::int64_t> due_webhooks(kit::Database& database, std::int64_t now_ms,
                                       std::int64_t limit) {
    auto query = database.prepare(
        "SELECT id FROM webhook_deliveries WHERE state = 'pending' AND due_at_ms <= ? "
        "ORDER BY sequence LIMIT ?");
    query.bind(1, now_ms).bind(2, limit);
    std::vector<std::int64_t> ids;
    while (query.step())
        ids.push_back(query.integer(0));
    return ids;
}

std::optional<DueWebhook> read_webhook(kit::Database& database, std::int64_t id,
                                       std::int64_t now_ms) {
    auto query = database.prepare(
        "SELECT d.event_id, d.tenant_id, d.application_id, d.body, s.url, d.secret_id, d.attempts "
        "FROM webhook_deliveries d JOIN webhook_subscriptions s "
        "ON s.application_id = d.application_id AND s.enabled = 1 "
        "WHERE d.id = ? AND d.state = 'pending'");
    if (!query.bind(1, id).step()) return std::nullopt;
    DueWebhook due{id, query.text(0),   query.text(1), query.text(2), query.text(3), query.text(4),
                   "", query.integer(6)};
    due.secret = signing_secret(database, due.application_id, query.integer(5), now_ms);
    return due;
}

void record_attempt(kit::Database& database, std::int64_t id, const WebhookAttempt& attempt,
                    bool accepted, std::int64_t now_ms) {
    kit::Transaction transaction(database);
    if (!is_known(database, id)) return;  // The sandbox was reset meanwhile.
    auto row = database.prepare(
        "INSERT INTO webhook_attempts (delivery_id, at_ms, status, error, took_ms, fault) "
        "VALUES (?, ?, ?, ?, ?, ?)");
    row.bind(1, id).bind(2, attempt.at_ms).bind(3, attempt.status).bind(4, attempt.error);
    row.bind(5, attempt.took_ms).bind(6, attempt.fault).run();
    database.prepare("UPDATE webhook_deliveries SET attempts = attempts + 1 WHERE id = ?")
        .bind(1, id)
        .run();
    auto count = database.prepare("SELECT attempts FROM webhook_deliveries WHERE id = ?");
    count.bind(1, id).step();
    const auto attempts = count.integer(0);
    const char* refused = attempts >= max_webhook_attempts ? "gave_up" : "pending";
    database
        .prepare(
            "UPDATE webhook_deliveries SET state = ?, due_at_ms = ? "
            "WHERE id = ? AND state = 'pending'")
        .bind(1, accepted ? "delivered" : refused)
        .bind(2, accepted ? now_ms : now_ms + webhook_backoff_ms(attempts))
        .bind(3, id)
        .run();
    transaction.commit();
}

}  // namespace credit::sandbox
