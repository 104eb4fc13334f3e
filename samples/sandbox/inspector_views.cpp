#include "sandbox/inspector_views.h"

#include "sandbox/webhook_attempts.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

constexpr std::int64_t max_attempts_shown = 20;

using Json = nlohmann::ordered_json;

constexpr std::size_t fingerprint_size = 10;
// Of a chain of rotations the newest tokens are shown.
constexpr std::int64_t max_chain = 40;

// Parameters 1 to 3 of every list: before, search, size of the page.
kit::Statement list_query(kit::Database& database, const std::string& sql,
                          const InspectorPage& page, std::int64_t size) {
    auto query = database.prepare(sql);
    query.bind(1, page.before).bind(2, page.search).bind(3, size);
    return query;
}

Json nullable(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

Json fingerprint_or_null(const std::optional<std::string>& secret) {
    return secret ? Json(fingerprint(*secret)) : Json(nullptr);
}

Json number_or_null(const kit::Statement& row, int column) {
    return row.is_null(column) ? Json(nullptr) : Json(row.integer(column));
}

Json uses_of(kit::Database& database, std::int64_t token_id) {
    auto query = database.prepare(
        "SELECT verdict, count(*) FROM token_uses WHERE token_id = ? GROUP BY verdict");
    query.bind(1, token_id);
    Json uses = Json::object();
    while (query.step())
        uses[query.text(0)] = query.integer(1);
    return uses;
}

// The newest tokens of a family, oldest of them first.
Json chain_of(kit::Database& database, const std::string& family) {
    auto query = database.prepare(
        "SELECT id, kind, token, generation, parent, state, expires_at_ms FROM "
        "(SELECT * FROM tokens WHERE family = ? ORDER BY id DESC LIMIT ?) ORDER BY id");
    query.bind(1, family).bind(2, max_chain);
    Json chain = Json::array();
    while (query.step()) {
        chain.push_back({{"id", query.integer(0)},
                         {"kind", query.text(1)},
                         {"fingerprint", fingerprint(query.text(2))},
                         {"generation", query.integer(3)},
                         {"parent", number_or_null(query, 4)},
                         {"state", query.text(5)},
                         {"expires_at_ms", query.integer(6)},
                         {"uses", uses_of(database, query.integer(0))}});
    }
    return chain;
}

Json hosted_tokens_of(kit::Database& database, const std::string& session) {
    auto query = database.prepare(
        "SELECT hash, kind, state, expires_at_ms FROM hosted_tokens WHERE session_id = ? "
        "ORDER BY rowid DESC LIMIT 20");
    query.bind(1, session);
    Json list = Json::array();
    while (query.step()) {
        list.push_back({{"fingerprint", query.text(0).substr(0, fingerprint_size)},
                        {"kind", query.text(1)},
                        {"state", query.text(2)},
                        {"expires_at_ms", query.integer(3)}});
    }
    return list;
}

}  // namespace

std::string fingerprint(const std::string& secret) {
    return kit::sha256_hex(secret).substr(0, fingerprint_size);
}

InspectorList request_view(kit::Database& database, const InspectorTimings& timings,
                           const InspectorPage& page) {
    auto query = list_query(
        database,
        "SELECT r.seq, r.request_id, r.correlation_id, r.method, r.path, r.route, r.status, "
        "r.sent_status, r.code, r.effect, r.fault, r.at_ms, r.idempotency_key, t.token, t.kind, "
        "b.external_id FROM requests r LEFT JOIN tokens t ON t.id = r.token_id "
        "LEFT JOIN families f ON f.id = t.family LEFT JOIN borrowers b ON b.id = f.borrower_id "
        "WHERE (?1 = 0 OR r.seq < ?1) AND (?2 = '' OR instr(r.correlation_id, ?2) "
        "OR instr(r.request_id, ?2) OR instr(r.path, ?2) OR r.effect = ?2 OR b.external_id = ?2) "
        "AND (?4 = '' OR r.correlation_id = ?4) ORDER BY r.seq DESC LIMIT ?3",
        page, request_page_size);
    query.bind(4, page.correlation);
    Json list = Json::array();
    while (query.step()) {
        const auto took = timings.of(query.text(1));
        list.push_back({{"cursor", query.integer(0)},
                        {"request_id", query.text(1)},
                        {"correlation_id", query.text(2)},
                        {"method", query.text(3)},
                        {"path", query.text(4)},
                        {"route", query.text(5)},
                        {"status", query.integer(6)},
                        {"sent_status", query.integer(7)},
                        {"code", nullable(query.optional_text(8))},
                        {"effect", query.text(9)},
                        {"fault", nullable(query.optional_text(10))},
                        {"at_ms", query.integer(11)},
                        {"took_us", took ? Json(*took) : Json(nullptr)},
                        {"key", fingerprint_or_null(query.optional_text(12))},
                        {"token", fingerprint_or_null(query.optional_text(13))},
                        {"token_kind", nullable(query.optional_text(14))},
                        {"borrower", nullable(query.optional_text(15))}});
    }
    return list;
}

InspectorList session_view(kit::Database& database, const InspectorPage& page) {
    auto query = list_query(
        database,
        "SELECT f.rowid, f.id, b.external_id, f.state, f.reason, f.created_at_ms FROM families f "
        "JOIN borrowers b ON b.id = f.borrower_id WHERE (?1 = 0 OR f.rowid < ?1) "
        "AND (?2 = '' OR b.external_id = ?2) ORDER BY f.rowid DESC LIMIT ?3",
        page, session_page_size);
    Json list = Json::array();
    while (query.step()) {
        list.push_back({{"cursor", query.integer(0)},
                        {"family", query.text(1)},
                        {"borrower", query.text(2)},
                        {"state", query.text(3)},
                        {"reason", query.text(4)},
                        {"created_at_ms", query.integer(5)},
                        {"tokens", chain_of(database, query.text(1))}});
    }
    return list;
}

InspectorList journey_view(kit::Database& database, const InspectorPage& page) {
    auto query = list_query(
        database,
        "SELECT j.rowid, j.id, b.external_id, j.type, j.status, j.next_action, j.updated_at_ms, "
        "j.due_at_ms, j.sequence FROM journeys j JOIN borrowers b ON b.id = j.borrower_id "
        "WHERE (?1 = 0 OR j.rowid < ?1) AND (?2 = '' OR b.external_id = ?2 OR instr(j.id, ?2)) "
        "ORDER BY j.rowid DESC LIMIT ?3",
        page, other_page_size);
    Json list = Json::array();
    while (query.step()) {
        list.push_back({{"cursor", query.integer(0)},
                        {"journey_id", query.text(1)},
                        {"borrower", query.text(2)},
                        {"type", query.text(3)},
                        {"status", query.text(4)},
                        {"next_action", nullable(query.optional_text(5))},
                        {"updated_at_ms", query.integer(6)},
                        {"due_at_ms", number_or_null(query, 7)},
                        {"changes", query.integer(8)}});
    }
    return list;
}

InspectorList hosted_view(kit::Database& database, const InspectorPage& page) {
    auto query = list_query(
        database,
        "SELECT s.rowid, s.id, b.external_id, s.journey_id, s.journey_type, s.state, s.made_at_ms "
        "FROM hosted_sessions s JOIN borrowers b ON b.id = s.borrower_id "
        "WHERE (?1 = 0 OR s.rowid < ?1) AND (?2 = '' OR b.external_id = ?2 "
        "OR instr(s.journey_id, ?2)) ORDER BY s.rowid DESC LIMIT ?3",
        page, other_page_size);
    Json list = Json::array();
    while (query.step()) {
        list.push_back({{"cursor", query.integer(0)},
                        {"session", query.text(1)},
                        {"borrower", query.text(2)},
                        {"journey_id", query.text(3)},
                        {"type", query.text(4)},
                        {"state", query.text(5)},
                        {"made_at_ms", query.integer(6)},
                        {"tokens", hosted_tokens_of(database, query.text(1))}});
    }
    return list;
}

InspectorList webhook_view(kit::Database& database, const InspectorPage& page) {
    auto query = list_query(
        database,
        "SELECT id, event_id, sequence, borrower, journey_id, journey_status, reason, state, "
        "made_at_ms, due_at_ms, attempts, body FROM webhook_deliveries WHERE (?1 = 0 OR id < ?1) "
        "AND (?2 = '' OR borrower = ?2 OR instr(journey_id, ?2) OR instr(event_id, ?2)) "
        "ORDER BY id DESC LIMIT ?3",
        page, other_page_size);
    Json list = Json::array();
    while (query.step()) {
        list.push_back(
            {{"cursor", query.integer(0)},
             {"event_id", query.text(1)},
             {"sequence", query.integer(2)},
             {"borrower", query.text(3)},
             {"journey_id", query.text(4)},
             {"status", query.text(5)},
             {"trigger", query.text(6)},
             {"state", query.text(7)},
             {"made_at_ms", query.integer(8)},
             {"due_at_ms", query.integer(9)},
             {"attempt_count", query.integer(10)},
             {"body", query.text(11)},
             {"attempts", webhook_attempts(database, query.integer(0), max_attempts_shown)}});
    }
    return list;
}

}  // namespace credit::sandbox
