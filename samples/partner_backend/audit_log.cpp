#include "partner_backend/audit_log.h"

#include <nlohmann/json.hpp>

#include "partner_backend/header_rules.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {

constexpr std::size_t kMaxNamed = 128;

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
}

void AuditLog::add(std::string_view event, std::string_view actor, std::string_view named,
                   std::string_view correlation_id) {
    const std::lock_guard lock(shared_.mutex);
    shared_.database
        .prepare(
            "INSERT INTO audit (at_ms, event, actor, named, correlation_id)"
            " VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, kit::real_now_ms())
        .bind(2, event)
        .bind(3, actor)
        .bind(4, presentable(named))
        .bind(5, correlation_id)
        .run();
}

nlohmann::json AuditLog::list() {
    const std::lock_guard lock(shared_.mutex);
    auto rows = shared_.database.prepare(
        "SELECT id, at_ms, event, actor, named, correlation_id FROM audit ORDER BY id");
    nlohmann::json audit = nlohmann::json::array();
    while (rows.step()) {
        audit.push_back({{"id", rows.integer(0)},
                         {"at", kit::iso8601_ms(rows.integer(1))},
                         {"event", rows.text(2)},
                         {"actor", rows.text(3)},
                         {"named", rows.text(4)},
                         {"correlation_id", rows.text(5)}});
    }
    return audit;
}

}  // namespace credit::partner
