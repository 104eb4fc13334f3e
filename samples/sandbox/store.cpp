#include "sandbox/store.h"

#include <stdexcept>

namespace credit::sandbox {

namespace {

// The ledger (tokens, token_uses, requests) only grows; of a token only its state changes.
constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS api_keys (key TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS borrowers (
    external_id TEXT PRIMARY KEY, borrower_id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS families (
    id TEXT PRIMARY KEY, external_id TEXT NOT NULL REFERENCES borrowers(external_id),
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', created_at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
    family TEXT NOT NULL REFERENCES families(id), generation INTEGER NOT NULL,
    parent INTEGER, refresh_id INTEGER, issued_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL, idempotency_key TEXT, request_id TEXT NOT NULL,
    state TEXT NOT NULL, changed_at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS tokens_by_family ON tokens(family);
CREATE INDEX IF NOT EXISTS tokens_by_parent ON tokens(parent);
CREATE INDEX IF NOT EXISTS tokens_by_refresh ON tokens(refresh_id);
CREATE TABLE IF NOT EXISTS token_uses (
    token_id INTEGER NOT NULL REFERENCES tokens(id), at_ms INTEGER NOT NULL,
    request_id TEXT NOT NULL, verdict TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS uses_by_token ON token_uses(token_id);
CREATE TABLE IF NOT EXISTS requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL, correlation_id TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, route TEXT NOT NULL, status INTEGER NOT NULL,
    sent_status INTEGER NOT NULL, code TEXT, idempotency_key TEXT, token_id INTEGER,
    effect TEXT NOT NULL, fault TEXT, at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, credential TEXT NOT NULL,
    body TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, status INTEGER NOT NULL,
    reply TEXT NOT NULL, created_at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS journeys (
    id TEXT PRIMARY KEY, external_id TEXT NOT NULL REFERENCES borrowers(external_id),
    type TEXT NOT NULL, status TEXT NOT NULL, next_action TEXT, timeline_state TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS requests_stay BEFORE UPDATE ON requests
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS requests_are_kept BEFORE DELETE ON requests
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS uses_stay BEFORE UPDATE ON token_uses
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS uses_are_kept BEFORE DELETE ON token_uses
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS tokens_are_kept BEFORE DELETE ON tokens
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
)";

// Dropping is the one way past the triggers. Children come before what they refer to.
constexpr const char* drop_all = R"(
DROP TRIGGER IF EXISTS requests_stay; DROP TRIGGER IF EXISTS requests_are_kept;
DROP TRIGGER IF EXISTS uses_stay; DROP TRIGGER IF EXISTS uses_are_kept;
DROP TRIGGER IF EXISTS tokens_are_kept;
DROP TABLE IF EXISTS requests; DROP TABLE IF EXISTS token_uses; DROP TABLE IF EXISTS tokens;
DROP TABLE IF EXISTS families; DROP TABLE IF EXISTS journeys; DROP TABLE IF EXISTS borrowers;
DROP TABLE IF EXISTS idempotency; DROP TABLE IF EXISTS api_keys; DROP TABLE IF EXISTS meta;
)";

}  // namespace

Store::Store(const std::string& path, const std::string& environment)
    : database_(path), environment_(environment) {
    create_schema();
    // Whoever had these keys in flight died with the program and had not written anything else.
    database_.exec("DELETE FROM idempotency WHERE state = 'in_flight'");
}

void Store::create_schema() {
    kit::Transaction transaction(database_);
    database_.exec(schema);
    const auto known = meta("environment");
    if (known && *known != environment_) {
        throw std::runtime_error("the database belongs to the environment " + *known);
    }
    set_meta("environment", environment_);
    transaction.commit();
}

void Store::reset() {
    {
        kit::Transaction transaction(database_);
        database_.exec(drop_all);
        transaction.commit();
    }
    create_schema();
}

std::optional<std::string> Store::meta(const std::string& name) {
    auto query = database_.prepare("SELECT value FROM meta WHERE name = ?");
    if (!query.bind(1, name).step()) return std::nullopt;
    return query.text(0);
}

void Store::set_meta(const std::string& name, const std::string& value) {
    database_.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
        .bind(1, name)
        .bind(2, value)
        .run();
}

}  // namespace credit::sandbox
