#include "sandbox/ledger.h"

#include <array>
#include <map>
#include <string>
#include <utility>

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const kit::Statement& row, int column) {
    return row.is_null(column) ? Json(nullptr) : Json(row.text(column));
}

Json number_or_null(const kit::Statement& row, int column) {
    return row.is_null(column) ? Json(nullptr) : Json(row.integer(column));
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::map<std::int64_t, Json> uses_by_token(kit::Database& database) {
    std::map<std::int64_t, Json> uses;
    auto query = database.prepare(
        "SELECT token_id, at_ms, request_id, verdict FROM token_uses ORDER BY rowid");
    while (query.step()) {
        uses[query.integer(0)].push_back({{"at_ms", query.integer(1)},
                                          {"request_id", query.text(2)},
                                          {"verdict", query.text(3)}});
    }
    return uses;
}

Json tokens_json(kit::Database& database) {
    auto uses = uses_by_token(database);
    auto query = database.prepare(
        "SELECT t.id, t.kind, t.token, t.family, b.external_id, t.generation, t.parent, "
        "t.issued_at_ms, t.expires_at_ms, t.idempotency_key, t.request_id, t.state "
        "FROM tokens t JOIN families f ON f.id = t.family "
        "JOIN borrowers b ON b.id = f.borrower_id ORDER BY t.id");
    Json list = Json::array();
    while (query.step()) {
        Json token;
        token["id"] = query.integer(0);
        token["kind"] = query.text(1);
        token["token"] = query.text(2);
        token["family"] = query.text(3);
        token["borrowerExternalID"] = query.text(4);
        token["generation"] = query.integer(5);
        token["parent"] = number_or_null(query, 6);
        token["issued_at_ms"] = query.integer(7);
        token["expires_at_ms"] = query.integer(8);
        token["idempotency_key"] = text_or_null(query, 9);
        token["request_id"] = query.text(10);
        token["state"] = query.text(11);
        const auto used = uses.find(query.integer(0));
        token["uses"] = used == uses.end() ? Json::array() : std::move(used->second);
        list.push_back(std::move(token));
    }
    return list;
}

Json requests_json(kit::Database& database, std::int64_t since) {
    auto query = database.prepare(
        "SELECT seq, request_id, correlation_id, method, path, route, status, sent_status, code, "
        "idempotency_key, token_id, effect, fault, at_ms FROM requests WHERE seq > ? ORDER BY seq");
    query.bind(1, since);
    Json list = Json::array();
    while (query.step()) {
        Json request;
        request["seq"] = query.integer(0);
        request["request_id"] = query.text(1);
        request["correlation_id"] = query.text(2);
        request["method"] = query.text(3);
        request["path"] = query.text(4);
        request["route"] = query.text(5);
        request["status"] = query.integer(6);
        request["sent_status"] = query.integer(7);
        request["code"] = text_or_null(query, 8);
        request["idempotency_key"] = text_or_null(query, 9);
        request["token_id"] = number_or_null(query, 10);
        request["effect"] = query.text(11);
        request["fault"] = text_or_null(query, 12);
        request["at_ms"] = query.integer(13);
        list.push_back(std::move(request));
    }
    return list;
}

Json sessions_json(kit::Database& database) {
    auto query = database.prepare(
        "SELECT f.id, b.external_id, b.id, f.state, f.reason FROM families f "
        "JOIN borrowers b ON b.id = f.borrower_id ORDER BY f.rowid");
    Json list = Json::array();
    while (query.step()) {
        list.push_back({{"family", query.text(0)},
                        {"borrowerExternalID", query.text(1)},
                        {"borrowerID", query.text(2)},
                        {"state", query.text(3)},
                        {"reason", query.text(4)}});
    }
    return list;
}

Json counters_json(kit::Database& database) {
    static constexpr std::array<std::pair<const char*, const char*>, 11> counters = {{
        {"rotations", "requests WHERE effect = 'rotation'"},
        {"replays", "requests WHERE effect = 'replay' AND route = 'refresh'"},
        {"other_replays", "requests WHERE effect = 'replay' AND route <> 'refresh'"},
        {"reuse_verdicts", "requests WHERE effect = 'reuse'"},
        {"graces", "requests WHERE effect = 'grace'"},
        {"kept", "requests WHERE effect = 'kept'"},
        {"family_revocations", "families WHERE reason = 'reuse'"},
        {"sessions_created", "requests WHERE effect = 'create' AND route = 'sessions'"},
        {"sessions_resumed", "requests WHERE effect = 'resume'"},
        {"unauthorized", "requests WHERE status = 401"},
        {"requests", "requests"},
    }};
    Json json;
    for (const auto& [name, what] : counters) {
        auto query = database.prepare(std::string("SELECT count(*) FROM ") + what);
        query.step();
        json[name] = query.integer(0);
    }
    return json;
}

}  // namespace

void record_request(kit::Database& database, const Call& call, int status, int sent_status) {
    auto row = database.prepare(
        "INSERT INTO requests (request_id, correlation_id, method, path, route, status, "
        "sent_status, code, idempotency_key, token_id, effect, fault, at_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, call.request_id).bind(2, call.correlation_id).bind(3, call.method);
    row.bind(4, call.path).bind(5, route_name(call.route)).bind(6, status).bind(7, sent_status);
    row.bind(8, unless_empty(call.code)).bind(9, call.idempotency_key);
    call.token_id ? row.bind(10, *call.token_id) : row.bind_null(10);
    row.bind(11, call.effect).bind(12, unless_empty(call.fault)).bind(13, call.now_ms).run();
}

Json ledger_json(kit::Database& database, std::int64_t since) {
    Json json;
    json["tokens"] = tokens_json(database);
    json["requests"] = requests_json(database, since);
    json["sessions"] = sessions_json(database);
    json["counters"] = counters_json(database);
    return json;
}

}  // namespace credit::sandbox
