#include "partner_backend/audit_log.h"

#include <nlohmann/json.hpp>

#include "partner_backend/header_rules.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {

constexpr std::size_t kMaxNamed = 128;
constexpr std::int64_t kMostRows = 100'000;

std::string presentable(std::string_view text) {
    if (holds_token(text)) return "(withheld: looks like a token)";
    return std::string(text.substr(0, kMaxNamed));
}

}  // namespace

AuditLog::AuditLog(SharedDatabase& shared) : shared_(shared) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS audit ("
        " id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, event TEXT NOT NULL,"
        " actor TEXT NOT NULL, named TEXT NOT NULL, correlation_id TEXT NOT NULL)");
    // Stores of before have no such column.
    auto column = shared_.database.prepare(
        "SELECT 1 FROM pragma_table_info('audit') WHERE name = 'request_id'");
    const bool there = column.step();
    column.reset();
    if (!there) {
        shared_.database.exec("ALTER TABLE audit ADD COLUMN request_id TEXT NOT NULL DEFAULT ''");
    }
}

void AuditLog::add(std::string_view event, std::string_view actor, std::string_view named,
                   std::string_view correlation_id, std::string_view request_id) {
    Write write(shared_);
    shared_.database
        .prepare(
            "INSERT INTO audit (at_ms, event, actor, named, correlation_id, request_id)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(1, kit::real_now_ms())
        .bind(2, event)
        .bind(3, actor)
        .bind(4, presentable(named))
        .bind(5, correlation_id)
        .bind(6, presentable(request_id))
        .run();
    shared_.database.prepare("DELETE FROM audit WHERE id <= ?1")
        .bind(1, shared_.database.last_insert_id() - kMostRows)
        .run();
    write.commit();
}

nlohmann::json AuditLog::list() {
    const std::lock_guard lock(shared_.mutex);
    auto rows = shared_.database.prepare(
        "SELECT id, at_ms, event, actor, named, correlation_id, request_id FROM audit ORDER BY id");
    nlohmann::json audit = nlohmann::json::array();
    while (rows.step()) {
        audit.push_back({{"id", rows.integer(0)},
                         {"at", kit::iso8601_ms(rows.integer(1))},
                         {"event", rows.text(2)},
                         {"actor", rows.text(3)},
                         {"named", rows.text(4)},
                         {"correlation_id", rows.text(5)},
                         {"request_id", rows.text(6)}});
    }
    return audit;
}

}  // namespace credit::partner
