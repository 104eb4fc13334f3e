#include "sandbox/schema_steps.h"

namespace credit::sandbox {

// Webhooks and the hosted page. A webhook's body is kept as it was made: a retry sends the same
// bytes. Of tokens only their SHA-256 is kept; the sandbox never has to say one again.
const char* const hosted_schema = R"(
CREATE TABLE webhook_subscriptions (
    application_id TEXT PRIMARY KEY REFERENCES applications(id), url TEXT NOT NULL,
    enabled INTEGER NOT NULL, changed_at_ms INTEGER NOT NULL);
CREATE TABLE webhook_secrets (
    id INTEGER PRIMARY KEY, application_id TEXT NOT NULL REFERENCES applications(id),
    secret TEXT NOT NULL UNIQUE, made_at_ms INTEGER NOT NULL, retires_at_ms INTEGER);
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE,
    application_id TEXT NOT NULL REFERENCES applications(id), tenant_id TEXT NOT NULL,
    borrower TEXT NOT NULL, journey_id TEXT NOT NULL, journey_status TEXT NOT NULL,
    sequence INTEGER NOT NULL UNIQUE, reason TEXT NOT NULL, body TEXT NOT NULL,
    secret_id INTEGER NOT NULL REFERENCES webhook_secrets(id), state TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL, due_at_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries(due_at_ms) WHERE state = 'pending';
CREATE TABLE webhook_attempts (
    id INTEGER PRIMARY KEY, delivery_id INTEGER NOT NULL REFERENCES webhook_deliveries(id),
    at_ms INTEGER NOT NULL, status INTEGER NOT NULL, error TEXT NOT NULL, took_ms INTEGER NOT NULL,
    fault TEXT NOT NULL);
CREATE INDEX webhook_attempts_by_delivery ON webhook_attempts(delivery_id);

CREATE TABLE embed_domains (
    application_id TEXT NOT NULL REFERENCES applications(id), domain TEXT NOT NULL,
    PRIMARY KEY (application_id, domain));
CREATE TABLE hosted_sessions (
    id TEXT PRIMARY KEY, application_id TEXT NOT NULL REFERENCES applications(id),
    borrower_id TEXT NOT NULL REFERENCES borrowers(id),
    journey_id TEXT NOT NULL REFERENCES journeys(id), journey_type TEXT NOT NULL,
    state TEXT NOT NULL, made_at_ms INTEGER NOT NULL);
CREATE TABLE hosted_tokens (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, session_id TEXT NOT NULL REFERENCES hosted_sessions(id),
    state TEXT NOT NULL, issued_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL, request_id TEXT NOT NULL);
CREATE INDEX hosted_tokens_by_session ON hosted_tokens(session_id);
)";

}  // namespace credit::sandbox
