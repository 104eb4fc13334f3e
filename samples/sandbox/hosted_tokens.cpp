#include "sandbox/hosted_tokens.h"

#include "sandbox/envelope.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t secret_size = 40;

struct Kind {
    const char* name;
    const char* prefix;
    std::int64_t ttl_ms;
};

constexpr Kind bootstrap{"bootstrap", "bt_", bootstrap_ttl_ms};
constexpr Kind access_kind{"access", "at_", hosted_access_ttl_ms};
constexpr Kind refresh_kind{"refresh", "jrt_", hosted_refresh_ttl_ms};

std::string issue(Work& work, const Kind& kind, const std::string& session_id) {
    const std::string token = kind.prefix + work.environment + "_" + kit::random_token(secret_size);
    auto row = work.database.prepare(
        "INSERT INTO hosted_tokens (hash, kind, session_id, state, issued_at_ms, expires_at_ms, "
        "changed_at_ms, request_id) VALUES (?, ?, ?, 'active', ?4, ?, ?4, ?)");
    row.bind(1, kit::sha256_hex(token)).bind(2, kind.name).bind(3, session_id);
    row.bind(4, work.call.now_ms).bind(5, work.call.now_ms + kind.ttl_ms);
    row.bind(6, work.call.request_id).run();
    return token;
}

HostedSession session_with(kit::Database& database, const std::string& id) {
    auto query = database.prepare(
        "SELECT s.id, a.tenant_id, s.application_id, s.borrower_id, b.external_id, s.journey_id, "
        "s.journey_type, s.state FROM hosted_sessions s "
        "JOIN applications a ON a.id = s.application_id JOIN borrowers b ON b.id = s.borrower_id "
        "WHERE s.id = ?");
    if (!query.bind(1, id).step()) throw invalid_session();
    return {query.text(0), query.text(1), query.text(2), query.text(3),
            query.text(4), query.text(5), query.text(6), query.text(7)};
}

// The session of a token of this kind that is known at all.
std::string session_id_of(Work& work, const Kind& kind, const std::string& token) {
    auto query =
        work.database.prepare("SELECT session_id FROM hosted_tokens WHERE hash = ? AND kind = ?");
    query.bind(1, kit::sha256_hex(token)).bind(2, kind.name);
    if (!query.step()) throw invalid_session();
    return query.text(0);
}

// One statement decides, so that of two that come at once only one gets it.
bool spend(Work& work, const Kind& kind, const std::string& token) {
    work.database
        .prepare(
            "UPDATE hosted_tokens SET state = 'spent', changed_at_ms = ?1 WHERE hash = ? "
            "AND kind = ? AND state = 'active' AND expires_at_ms > ?1")
        .bind(1, work.call.now_ms)
        .bind(2, kit::sha256_hex(token))
        .bind(3, kind.name)
        .run();
    return work.database.changes() == 1;
}

void set_state(Work& work, const std::string& session_id, const char* state) {
    work.database.prepare("UPDATE hosted_sessions SET state = ? WHERE id = ?")
        .bind(1, state)
        .bind(2, session_id)
        .run();
}

bool was_spent(Work& work, const std::string& token) {
    auto query =
        work.database.prepare("SELECT 1 FROM hosted_tokens WHERE hash = ? AND state = 'spent'");
    return query.bind(1, kit::sha256_hex(token)).step();
}

}  // namespace

BootstrapToken mint_bootstrap_token(Work& work, const HostedSession& scope) {
    const std::string id = "hs_" + kit::random_token(16);
    auto row = work.database.prepare(
        "INSERT INTO hosted_sessions (id, application_id, borrower_id, journey_id, journey_type, "
        "state, made_at_ms) VALUES (?, ?, ?, ?, ?, 'minted', ?)");
    row.bind(1, id).bind(2, scope.application_id).bind(3, scope.borrower_id);
    row.bind(4, scope.journey_id).bind(5, scope.journey_type).bind(6, work.call.now_ms).run();
    return {issue(work, bootstrap, id), work.call.now_ms + bootstrap.ttl_ms};
}

HostedSession spend_bootstrap_token(Work& work, const std::string& token) {
    const std::string id = session_id_of(work, bootstrap, token);
    if (!spend(work, bootstrap, token)) throw invalid_session();
    set_state(work, id, "open");
    return session_with(work.database, id);
}

std::optional<std::string> page_scope(Work& work) {
    std::string token = bearer(work.call).value_or("");
    const auto body = nlohmann::json::parse(work.call.body, nullptr, false);
    for (const char* field : {"bootstrapToken", "refreshToken"}) {
        if (!token.empty() || !body.is_object() || !body.contains(field)) continue;
        if (body[field].is_string()) token = body[field].get<std::string>();
    }
    auto query = work.database.prepare(
        "SELECT s.borrower_id FROM hosted_tokens t JOIN hosted_sessions s ON s.id = t.session_id "
        "WHERE t.hash = ?");
    if (!query.bind(1, kit::sha256_hex(token)).step()) return std::nullopt;
    return "borrower " + query.text(0);
}

HostedSession authenticated_page(Work& work) {
    const std::string token = bearer(work.call).value_or("");
    auto query = work.database.prepare(
        "SELECT session_id FROM hosted_tokens WHERE hash = ? AND kind = 'access' "
        "AND state = 'active' AND expires_at_ms > ?");
    query.bind(1, kit::sha256_hex(token)).bind(2, work.call.now_ms);
    if (!query.step()) throw invalid_session();
    HostedSession session = session_with(work.database, query.text(0));
    if (session.state != "open") throw invalid_session();
    work.call.journey_id = session.journey_id;
    return session;
}

HostedSession spend_hosted_refresh(Work& work, const std::string& token) {
    HostedSession session = session_with(work.database, session_id_of(work, refresh_kind, token));
    if (session.state != "open") throw invalid_session();
    if (!spend(work, refresh_kind, token)) {
        if (was_spent(work, token)) end_hosted_session(work, session);
        throw invalid_session();
    }
    return session;
}

nlohmann::ordered_json issue_hosted_pair(Work& work, const HostedSession& session) {
    work.database
        .prepare(
            "UPDATE hosted_tokens SET state = 'rotated', changed_at_ms = ? "
            "WHERE session_id = ? AND kind = 'access' AND state = 'active'")
        .bind(1, work.call.now_ms)
        .bind(2, session.id)
        .run();
    nlohmann::ordered_json json;
    json["accessToken"] = issue(work, access_kind, session.id);
    json["accessExpiresAt"] = kit::iso8601_ms(work.call.now_ms + access_kind.ttl_ms);
    json["refreshToken"] = issue(work, refresh_kind, session.id);
    json["refreshExpiresAt"] = kit::iso8601_ms(work.call.now_ms + refresh_kind.ttl_ms);
    return json;
}

void end_hosted_session(Work& work, const HostedSession& session) {
    set_state(work, session.id, "ended");
    work.database
        .prepare(
            "UPDATE hosted_tokens SET state = 'ended', changed_at_ms = ? "
            "WHERE session_id = ? AND state = 'active'")
        .bind(1, work.call.now_ms)
        .bind(2, session.id)
        .run();
}

}  // namespace credit::sandbox
