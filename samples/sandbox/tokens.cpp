#include "sandbox/tokens.h"

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

constexpr const char* select_tokens =
    "SELECT t.id, t.kind, t.token, t.family, f.borrower_id, f.state, t.generation, "
    "t.expires_at_ms, t.changed_at_ms, t.state FROM tokens t JOIN families f ON f.id = t.family ";

Token read(const kit::Statement& row) {
    Token token;
    token.id = row.integer(0);
    token.kind = row.text(1);
    token.value = row.text(2);
    token.family = row.text(3);
    token.borrower_id = row.text(4);
    token.family_state = row.text(5);
    token.generation = row.integer(6);
    token.expires_at_ms = row.integer(7);
    token.changed_at_ms = row.integer(8);
    token.state = row.text(9);
    return token;
}

std::string new_token(const std::string& prefix, const std::string& environment) {
    return prefix + "_" + environment + "_" + kit::random_token(12) + "_" + kit::random_token(32);
}

struct Origin {
    std::string family;
    std::int64_t generation = 1;
    std::optional<std::int64_t> parent;
};

void bind_optional(kit::Statement& statement, int index, std::optional<std::int64_t> value) {
    value ? statement.bind(index, *value) : statement.bind_null(index);
}

Token insert(Work& work, const std::string& kind, const Origin& origin, std::int64_t ttl_ms,
             std::optional<std::int64_t> refresh_id) {
    const Call& call = work.call;
    const std::string value = new_token(kind == "session" ? "st" : "rt", work.environment);
    auto row = work.database.prepare(
        "INSERT INTO tokens (kind, token, family, generation, parent, refresh_id, issued_at_ms, "
        "expires_at_ms, idempotency_key, request_id, state, changed_at_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', ?)");
    row.bind(1, kind).bind(2, value).bind(3, origin.family).bind(4, origin.generation);
    bind_optional(row, 5, origin.parent);
    bind_optional(row, 6, refresh_id);
    row.bind(7, call.now_ms).bind(8, call.now_ms + ttl_ms).bind(9, call.idempotency_key);
    row.bind(10, call.request_id).bind(11, call.now_ms).run();
    return *find_token(work.database, value);
}

Token insert_session(Work& work, const Origin& origin, std::int64_t refresh_id) {
    const auto ttl = work.call.session_ttl_ms.value_or(work.settings.session_ttl_ms);
    return insert(work, "session", origin, ttl, refresh_id);
}

Pair insert_pair(Work& work, const Origin& origin) {
    Pair pair;
    pair.refresh = insert(work, "refresh", origin, work.settings.refresh_ttl_ms, std::nullopt);
    pair.session = insert_session(work, origin, pair.refresh.id);
    return pair;
}

std::vector<Token> read_all(kit::Statement& query) {
    std::vector<Token> tokens;
    while (query.step())
        tokens.push_back(read(query));
    return tokens;
}

}  // namespace

Pair issue_first_pair(Work& work, const std::string& borrower_id) {
    const std::string family = "fam_" + kit::random_token(16);
    work.database
        .prepare(
            "INSERT INTO families (id, borrower_id, state, created_at_ms) "
            "VALUES (?, ?, 'active', ?)")
        .bind(1, family)
        .bind(2, borrower_id)
        .bind(3, work.call.now_ms)
        .run();
    return insert_pair(work, {family, 1, std::nullopt});
}

Pair issue_next_pair(Work& work, const Token& spent) {
    return insert_pair(work, {spent.family, spent.generation + 1, spent.id});
}

Pair issue_session_for(Work& work, const Token& kept) {
    const auto previous = session_of(work.database, kept);
    const std::int64_t generation = (previous ? previous->generation : kept.generation) + 1;
    end_session_tokens(work, kept);
    return {insert_session(work, {kept.family, generation, kept.id}, kept.id), kept};
}

void mark_rotated(Work& work, const Token& refresh) {
    work.database.prepare("UPDATE tokens SET state = 'rotated', changed_at_ms = ? WHERE id = ?")
        .bind(1, work.call.now_ms)
        .bind(2, refresh.id)
        .run();
    end_session_tokens(work, refresh);
}

void end_session_tokens(Work& work, const Token& refresh) {
    if (work.settings.old_session_token_lives) return;
    work.database
        .prepare(
            "UPDATE tokens SET state = 'rotated', changed_at_ms = ? "
            "WHERE refresh_id = ? AND state = 'active'")
        .bind(1, work.call.now_ms)
        .bind(2, refresh.id)
        .run();
}

std::optional<Token> find_token(kit::Database& database, const std::string& value) {
    auto query = database.prepare(std::string(select_tokens) + "WHERE t.token = ?");
    if (!query.bind(1, value).step()) return std::nullopt;
    return read(query);
}

std::vector<Token> children(kit::Database& database, const Token& parent) {
    auto query = database.prepare(std::string(select_tokens) +
                                  "WHERE t.parent = ? AND t.kind = 'refresh' ORDER BY t.id");
    query.bind(1, parent.id);
    return read_all(query);
}

std::optional<Token> session_of(kit::Database& database, const Token& refresh) {
    auto query = database.prepare(std::string(select_tokens) +
                                  "WHERE t.refresh_id = ? ORDER BY t.id DESC LIMIT 1");
    if (!query.bind(1, refresh.id).step()) return std::nullopt;
    return read(query);
}

void note_use(Work& work, const Token& token, const std::string& verdict) {
    work.call.token_id = token.id;
    work.database
        .prepare(
            "INSERT INTO token_uses (token_id, at_ms, request_id, verdict) "
            "VALUES (?, ?, ?, ?)")
        .bind(1, token.id)
        .bind(2, work.call.now_ms)
        .bind(3, work.call.request_id)
        .bind(4, verdict)
        .run();
}

void revoke_family(kit::Database& database, const std::string& family, const std::string& reason,
                   std::int64_t now_ms) {
    database
        .prepare(
            "UPDATE families SET state = 'revoked', reason = ? "
            "WHERE id = ? AND state = 'active'")
        .bind(1, reason)
        .bind(2, family)
        .run();
    database
        .prepare(
            "UPDATE tokens SET state = 'revoked', changed_at_ms = ? "
            "WHERE family = ? AND state = 'active'")
        .bind(1, now_ms)
        .bind(2, family)
        .run();
}

nlohmann::ordered_json pair_json(const Pair& pair) {
    nlohmann::ordered_json json;
    json["sessionToken"] = pair.session.value;
    json["refreshToken"] = pair.refresh.value;
    json["sessionExpiresAt"] = kit::iso8601_ms(pair.session.expires_at_ms);
    json["refreshExpiresAt"] = kit::iso8601_ms(pair.refresh.expires_at_ms);
    return json;
}

}  // namespace credit::sandbox
