#include "sandbox/admin_api.h"

#include <stdexcept>

#include "sandbox/admin_body.h"
#include "sandbox/api_keys.h"
#include "sandbox/ledger.h"
#include "sandbox/tokens.h"

namespace credit::sandbox {

AdminApi::Json AdminApi::answer(const std::string& method, const std::string& path,
                                const nlohmann::json& body, std::int64_t since) {
    if (!body.is_object()) throw std::invalid_argument("the body must be a JSON object or empty");
    if (path == "/faults") return faults(method, body);
    if (path == "/keys") return keys(method, body);
    if (path == "/applications") return applications(method, body);
    if (path == "/journeys" || path == "/journeys/advance") return journeys(method, path, body);
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
    no_such_admin_path();
}

AdminApi::Json AdminApi::faults(const std::string& method, const nlohmann::json& body) {
    if (method == "GET") return {{"faults", sandbox_.faults.list()}};
    if (method == "POST") return {{"id", sandbox_.faults.add(body).id}};
    if (method != "DELETE") no_such_admin_path();
    sandbox_.faults.clear();
    return {{"faults", Json::array()}};
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
        {
            const std::lock_guard lock(sandbox_.store.mutex());
            sandbox_.store.set_meta("clock_offset_ms", std::to_string(sandbox_.clock.offset_ms()));
        }
        sandbox_.ticker.move_now();
    } else if (method != "GET") {
        no_such_admin_path();
    }
    return {{"now_ms", sandbox_.clock.now_ms()}, {"offset_ms", sandbox_.clock.offset_ms()}};
}

AdminApi::Json AdminApi::settings(const std::string& method, const nlohmann::json& body) {
    if (method == "POST") {
        const Settings settings = sandbox_.settings.change(body);
        sandbox_.ticker.move_now();
        return to_json(settings);
    }
    if (method != "GET") no_such_admin_path();
    return to_json(sandbox_.settings.get());
}

AdminApi::Json AdminApi::revoke(const nlohmann::json& body) {
    kit::Database& database = sandbox_.store.database();
    kit::Transaction transaction(database);
    auto query = database.prepare(
        "SELECT f.id FROM families f JOIN borrowers b ON b.id = f.borrower_id "
        "WHERE b.external_id = ? AND f.state = 'active'");
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
            "AND state = 'active' AND family IN (SELECT f.id FROM families f "
            "JOIN borrowers b ON b.id = f.borrower_id WHERE b.external_id = ?)")
        .bind(1, sandbox_.clock.now_ms())
        .bind(2, required_text(body, "borrowerExternalID"))
        .run();
    return {{"revoked", database.changes()}};
}

AdminApi::Json AdminApi::reset() {
    sandbox_.faults.clear();
    sandbox_.holds.release();
    sandbox_.settings.reset();
    sandbox_.clock.set_offset_ms(0);
    const std::lock_guard lock(sandbox_.store.mutex());
    sandbox_.store.reset();
    const Application application = first_application(sandbox_.store.database());
    for (const auto& key : initial_keys_)
        add_api_key(sandbox_.store.database(), application.id, key, true);
    return {
        {"reset", true}, {"tenant_id", application.tenant_id}, {"application_id", application.id}};
}

}  // namespace credit::sandbox
