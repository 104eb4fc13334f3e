#include "sandbox/schema_steps.h"

namespace credit::sandbox {

// The ledger (tokens, token_uses, requests) only grows; of a token only its state changes. Files
// from before forms were counted have these tables already: hence IF NOT EXISTS.
const char* const sessions_schema = R"(
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

}  // namespace credit::sandbox
