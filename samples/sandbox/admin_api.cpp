#include "sandbox/admin_api.h"

#include <stdexcept>

#include "sandbox/api_keys.h"
#include "sandbox/ledger.h"
#include "sandbox/tokens.h"

namespace credit::sandbox {

namespace {

std::string required_text(const nlohmann::json& body, const char* field) {
    const auto found = body.find(field);
    if (found == body.end() || !found->is_string()) {
        throw std::invalid_argument(std::string(field) + " must be given, as a string");
    }
    return found->get<std::string>();
}

std::int64_t whole_number(const nlohmann::json& value, const char* field) {
    if (!value.is_number_integer()) {
        throw std::invalid_argument(std::string(field) + " must be a whole number");
    }
    return value.get<std::int64_t>();
}

[[noreturn]] void unknown() {
    throw std::out_of_range("no such admin path");
}

}  // namespace

AdminApi::Json AdminApi::answer(const std::string& method, const std::string& path,
                                const nlohmann::json& body, std::int64_t since) {
    if (!body.is_object()) throw std::invalid_argument("the body must be a JSON object or empty");
    if (path == "/faults") return faults(method, body);
    if (path == "/keys") return keys(method, body);
    if (path == "/clock") return clock(method, body);
    if (path == "/settings") return settings(method, body);
    const std::string call = method + " " + path;
    if (call == "POST /release") return {{"released", sandbox_.holds.release()}};
    if (call == "GET /holds") return {{"held", sandbox_.holds.held()}};
    if (call == "POST /reset") return reset();
    const std::lock_guard lock(sandbox_.store.mutex());
    if (call == "GET /ledger") return ledger_json(sandbox_.store.database(), since);
    if (call == "POST /revoke") return revoke(body);
    if (call == "POST /revoke_session_tokens") return revoke_session_tokens(body);
    if (call == "POST /journeys") return change_journey(body);
    unknown();
}

AdminApi::Json AdminApi::faults(const std::string& method, const nlohmann::json& body) {
    if (method == "GET") return {{"faults", sandbox_.faults.list()}};
    if (method == "POST") return {{"id", sandbox_.faults.add(body).id}};
    if (method != "DELETE") unknown();
    sandbox_.faults.clear();
    return {{"faults", Json::array()}};
}

AdminApi::Json AdminApi::keys(const std::string& method, const nlohmann::json& body) {
    const std::lock_guard lock(sandbox_.store.mutex());
    kit::Database& database = sandbox_.store.database();
    if (method == "POST" && body.contains("add")) {
        const std::string key = required_text(body, "add");
        check_api_key_form(sandbox_.environment, key);
        add_api_key(database, key, true);
    } else if (method == "POST") {
        if (!revoke_api_key(database, required_text(body, "revoke"))) {
            throw std::invalid_argument("revoke: there is no such active key");
        }
    } else if (method != "GET") {
        unknown();
    }
    return {{"api_keys", active_api_keys(database)}};
}

AdminApi::Json AdminApi::clock(const std::string& method, const nlohmann::json& body) {
    if (method == "POST") {
        if (body.contains("advance_ms")) {
            sandbox_.clock.advance_ms(whole_number(body["advance_ms"], "advance_ms"));
        } else if (body.contains("offset_ms")) {
            sandbox_.clock.set_offset_ms(whole_number(body["offset_ms"], "offset_ms"));
        } else {
            throw std::invalid_argument("advance_ms or offset_ms must be given");
        }
        const std::lock_guard lock(sandbox_.store.mutex());
        sandbox_.store.set_meta("clock_offset_ms", std::to_string(sandbox_.clock.offset_ms()));
    } else if (method != "GET") {
        unknown();
    }
    return {{"now_ms", sandbox_.clock.now_ms()}, {"offset_ms", sandbox_.clock.offset_ms()}};
}

AdminApi::Json AdminApi::settings(const std::string& method, const nlohmann::json& body) {
    if (method == "POST") return to_json(sandbox_.settings.change(body));
    if (method != "GET") unknown();
    return to_json(sandbox_.settings.get());
}

AdminApi::Json AdminApi::revoke(const nlohmann::json& body) {
    kit::Database& database = sandbox_.store.database();
    kit::Transaction transaction(database);
    auto query =
        database.prepare("SELECT id FROM families WHERE external_id = ? AND state = 'active'");
    query.bind(1, required_text(body, "borrowerExternalID"));
    std::vector<std::string> families;
    while (query.step())
        families.push_back(query.text(0));
    for (const auto& family : families) {
        revoke_family(database, family, "admin", sandbox_.clock.now_ms());
    }
    transaction.commit();
    return {{"revoked", families.size()}};
}

AdminApi::Json AdminApi::revoke_session_tokens(const nlohmann::json& body) {
    kit::Database& database = sandbox_.store.database();
    database
        .prepare(
            "UPDATE tokens SET state = 'revoked', changed_at_ms = ? WHERE kind = 'session' "
            "AND state = 'active' AND family IN (SELECT id FROM families WHERE external_id = ?)")
        .bind(1, sandbox_.clock.now_ms())
        .bind(2, required_text(body, "borrowerExternalID"))
        .run();
    return {{"revoked", database.changes()}};
}

AdminApi::Json AdminApi::change_journey(const nlohmann::json& body) {
    kit::Database& database = sandbox_.store.database();
    const auto next = body.find("nextAction");
    const bool has_next = next != body.end() && next->is_string();
    database
        .prepare(
            "UPDATE journeys SET status = ?, next_action = ?, timeline_state = ?1, "
            "updated_at_ms = ? WHERE id = ?")
        .bind(1, required_text(body, "status"))
        .bind(2, has_next ? std::optional(next->get<std::string>()) : std::nullopt)
        .bind(3, sandbox_.clock.now_ms())
        .bind(4, required_text(body, "journeyID"))
        .run();
    return {{"changed", database.changes()}};
}

AdminApi::Json AdminApi::reset() {
    sandbox_.faults.clear();
    sandbox_.holds.release();
    sandbox_.settings.reset();
    sandbox_.clock.set_offset_ms(0);
    const std::lock_guard lock(sandbox_.store.mutex());
    sandbox_.store.reset();
    for (const auto& key : initial_keys_)
        add_api_key(sandbox_.store.database(), key, true);
    return {{"reset", true}};
}

}  // namespace credit::sandbox
