#include "sandbox/journey.h"

#include "sandbox/journey_path.h"

namespace credit::sandbox {

namespace {

constexpr const char* select_journeys =
    "SELECT id, borrower_id, type, status, next_action, timeline_state, created_at_ms, "
    "updated_at_ms, sequence, profile, due_at_ms, operation_id, locked_offer_id, locked_at_ms, "
    "redirect_id, redirect_opened, last_completed_step, last_viewed_offer_id FROM journeys ";

std::optional<std::int64_t> optional_integer(const kit::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return row.integer(column);
}

Journey read(const kit::Statement& row) {
    Journey journey;
    journey.id = row.text(0);
    journey.borrower_id = row.text(1);
    journey.type = row.text(2);
    journey.status = row.text(3);
    journey.next_action = row.optional_text(4);
    journey.timeline_state = row.text(5);
    journey.created_at_ms = row.integer(6);
    journey.updated_at_ms = row.integer(7);
    journey.sequence = row.integer(8);
    journey.profile = nlohmann::json::parse(row.text(9));
    journey.due_at_ms = optional_integer(row, 10);
    journey.operation_id = row.optional_text(11);
    journey.locked_offer_id = row.optional_text(12);
    journey.locked_at_ms = optional_integer(row, 13);
    journey.redirect_id = row.optional_text(14);
    journey.redirect_opened = row.integer(15) != 0;
    journey.last_completed_step = row.optional_text(16);
    journey.last_viewed_offer_id = row.optional_text(17);
    return journey;
}

std::optional<Journey> read_one(kit::Statement& query) {
    if (!query.step()) return std::nullopt;
    return read(query);
}

void bind_optional(kit::Statement& row, int index, const std::optional<std::int64_t>& value) {
    value ? row.bind(index, *value) : row.bind_null(index);
}

}  // namespace

std::optional<Journey> find_journey(kit::Database& database, const std::string& id) {
    auto query = database.prepare(std::string(select_journeys) + "WHERE id = ?");
    return read_one(query.bind(1, id));
}

std::optional<Journey> journey_of_redirect(kit::Database& database,
                                           const std::string& redirect_id) {
    auto query = database.prepare(std::string(select_journeys) + "WHERE redirect_id = ?");
    return read_one(query.bind(1, redirect_id));
}

std::vector<Journey> journeys_of(kit::Database& database, const std::string& borrower_id,
                                 const std::optional<std::string>& type) {
    auto query = database.prepare(
        std::string(select_journeys) +
        "WHERE borrower_id = ?1 AND (?2 IS NULL OR type = ?2) ORDER BY created_at_ms, rowid");
    query.bind(1, borrower_id).bind(2, type);
    std::vector<Journey> journeys;
    while (query.step())
        journeys.push_back(read(query));
    return journeys;
}

std::optional<Journey> active_journey(kit::Database& database, const std::string& borrower_id,
                                      const std::string& type) {
    for (auto& journey : journeys_of(database, borrower_id, type)) {
        if (!has_ended(journey.status)) return journey;
    }
    return std::nullopt;
}

std::optional<Journey> due_journey(kit::Database& database, std::int64_t now_ms) {
    auto query = database.prepare(std::string(select_journeys) +
                                  "WHERE due_at_ms <= ? ORDER BY due_at_ms, rowid LIMIT 1");
    return read_one(query.bind(1, now_ms));
}

std::optional<std::int64_t> next_due_ms(kit::Database& database) {
    auto query = database.prepare("SELECT min(due_at_ms) FROM journeys");
    query.step();
    return optional_integer(query, 0);
}

void save_journey(kit::Database& database, const Journey& journey) {
    auto row = database.prepare(
        "INSERT INTO journeys (id, borrower_id, type, status, next_action, timeline_state, "
        "created_at_ms, updated_at_ms, sequence, profile, due_at_ms, operation_id, "
        "locked_offer_id, locked_at_ms, redirect_id, redirect_opened, last_completed_step, "
        "last_viewed_offer_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET status = excluded.status, "
        "next_action = excluded.next_action, timeline_state = excluded.timeline_state, "
        "updated_at_ms = excluded.updated_at_ms, sequence = excluded.sequence, "
        "profile = excluded.profile, due_at_ms = excluded.due_at_ms, "
        "operation_id = excluded.operation_id, locked_offer_id = excluded.locked_offer_id, "
        "locked_at_ms = excluded.locked_at_ms, redirect_id = excluded.redirect_id, "
        "redirect_opened = excluded.redirect_opened, "
        "last_completed_step = excluded.last_completed_step, "
        "last_viewed_offer_id = excluded.last_viewed_offer_id");
    row.bind(1, journey.id).bind(2, journey.borrower_id).bind(3, journey.type);
    row.bind(4, journey.status).bind(5, journey.next_action).bind(6, journey.timeline_state);
    row.bind(7, journey.created_at_ms).bind(8, journey.updated_at_ms).bind(9, journey.sequence);
    row.bind(10, journey.profile.dump());
    bind_optional(row, 11, journey.due_at_ms);
    row.bind(12, journey.operation_id).bind(13, journey.locked_offer_id);
    bind_optional(row, 14, journey.locked_at_ms);
    row.bind(15, journey.redirect_id).bind(16, journey.redirect_opened);
    row.bind(17, journey.last_completed_step).bind(18, journey.last_viewed_offer_id).run();
}

}  // namespace credit::sandbox
