#include "partner_backend/borrower_index.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "partner_backend/json_text.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

BorrowerIndex::BorrowerIndex(SharedDatabase& shared) : shared_(shared) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS borrowers ("
        " borrower_external_id TEXT PRIMARY KEY, borrower_id TEXT, journey_id TEXT,"
        " journey_status TEXT, journey_type TEXT NOT NULL, updated_at_ms INTEGER NOT NULL)");
    shared_.database.exec("CREATE INDEX IF NOT EXISTS by_journey ON borrowers (journey_id)");
    // Stores of before have no such column.
    auto column = shared_.database.prepare(
        "SELECT 1 FROM pragma_table_info('borrowers') WHERE name = 'status_as_of_ms'");
    const bool there = column.step();
    column.reset();
    if (!there) shared_.database.exec("ALTER TABLE borrowers ADD COLUMN status_as_of_ms INTEGER");
}

void BorrowerIndex::update(const std::string& borrower_external_id,
                           const nlohmann::json& session_data, const std::string& journey_type,
                           std::optional<std::int64_t> as_of_ms) {
    const nlohmann::json journey = session_data.value("activeJourney", nlohmann::json());
    Write write(shared_);
    shared_.database
        .prepare(
            "INSERT INTO borrowers (borrower_external_id, borrower_id, journey_id, journey_status,"
            " journey_type, updated_at_ms, status_as_of_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            " ON CONFLICT (borrower_external_id) DO UPDATE SET"
            " borrower_id = coalesce(excluded.borrower_id, borrower_id),"
            " journey_status = CASE WHEN excluded.journey_id IS journey_id"
            "   AND excluded.status_as_of_ms < coalesce(status_as_of_ms, 0) THEN journey_status"
            "  ELSE coalesce(excluded.journey_status, journey_status) END,"
            " status_as_of_ms = CASE WHEN excluded.journey_id IS journey_id"
            "  THEN max(excluded.status_as_of_ms, coalesce(status_as_of_ms, 0))"
            "  WHEN excluded.journey_id IS NULL THEN status_as_of_ms"
            "  ELSE excluded.status_as_of_ms END,"
            " journey_id = coalesce(excluded.journey_id, journey_id),"
            " journey_type = excluded.journey_type,"
            " updated_at_ms = excluded.updated_at_ms")
        .bind(1, borrower_external_id)
        .bind(2, string_field(session_data, "borrowerID"))
        .bind(3, string_field(journey, "journeyID"))
        .bind(4, string_field(journey, "status"))
        .bind(5, journey_type)
        .bind(6, kit::real_now_ms())
        .bind(7, as_of_ms.value_or(0))
        .run();
    write.commit();
}

std::string BorrowerIndex::field_of(const char* sql, const std::string& borrower_external_id) {
    const std::lock_guard lock(shared_.mutex);
    auto row = shared_.database.prepare(sql);
    row.bind(1, borrower_external_id);
    return row.step() && !row.is_null(0) ? row.text(0) : std::string();
}

std::string BorrowerIndex::journey_id_of(const std::string& borrower_external_id) {
    return field_of("SELECT journey_id FROM borrowers WHERE borrower_external_id = ?1",
                    borrower_external_id);
}

std::string BorrowerIndex::journey_type_of(const std::string& borrower_external_id) {
    return field_of("SELECT journey_type FROM borrowers WHERE borrower_external_id = ?1",
                    borrower_external_id);
}

nlohmann::json BorrowerIndex::list() {
    const std::lock_guard lock(shared_.mutex);
    auto rows = shared_.database.prepare(
        "SELECT borrower_external_id, borrower_id, journey_id, journey_status, journey_type,"
        " updated_at_ms FROM borrowers ORDER BY borrower_external_id");
    nlohmann::json borrowers = nlohmann::json::array();
    while (rows.step()) {
        borrowers.push_back({{"borrowerExternalID", rows.text(0)},
                             {"borrowerID", rows.optional_text(1).value_or("")},
                             {"journeyID", rows.optional_text(2).value_or("")},
                             {"status", rows.optional_text(3).value_or("")},
                             {"journeyType", rows.text(4)},
                             {"updatedAt", kit::iso8601_ms(rows.integer(5))}});
    }
    return borrowers;
}

}  // namespace credit::partner
