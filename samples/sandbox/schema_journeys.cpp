#include "sandbox/schema_steps.h"

namespace credit::sandbox {

// Borrowers belong to an application from here on: what there was belongs to the first one.
// Tables that change their key are made anew; those that refer to them keep doing so by name.
const char* const journeys_schema = R"(
CREATE TABLE applications (
    id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL UNIQUE);
INSERT INTO applications (id, tenant_id, name) VALUES (
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||
        substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' ||
        hex(randomblob(6))),
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||
        substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' ||
        hex(randomblob(6))),
    'first');

ALTER TABLE api_keys ADD COLUMN application_id TEXT REFERENCES applications(id);
ALTER TABLE api_keys ADD COLUMN retires_at_ms INTEGER;
UPDATE api_keys SET application_id = (SELECT id FROM applications);

CREATE TABLE borrowers_next (
    id TEXT PRIMARY KEY, application_id TEXT NOT NULL REFERENCES applications(id),
    external_id TEXT NOT NULL, profile TEXT NOT NULL DEFAULT '{}',
    UNIQUE (application_id, external_id));
INSERT INTO borrowers_next (id, application_id, external_id)
    SELECT borrower_id, (SELECT id FROM applications), external_id FROM borrowers;

CREATE TABLE families_next (
    id TEXT PRIMARY KEY, borrower_id TEXT NOT NULL REFERENCES borrowers(id),
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', created_at_ms INTEGER NOT NULL);
INSERT INTO families_next (id, borrower_id, state, reason, created_at_ms)
    SELECT f.id, b.borrower_id, f.state, f.reason, f.created_at_ms FROM families f
    JOIN borrowers b ON b.external_id = f.external_id ORDER BY f.rowid;

CREATE TABLE journeys_next (
    id TEXT PRIMARY KEY, borrower_id TEXT NOT NULL REFERENCES borrowers(id),
    type TEXT NOT NULL, status TEXT NOT NULL, next_action TEXT, timeline_state TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 1, profile TEXT NOT NULL DEFAULT '{}',
    due_at_ms INTEGER, operation_id TEXT, locked_offer_id TEXT, locked_at_ms INTEGER,
    redirect_id TEXT UNIQUE, redirect_opened INTEGER NOT NULL DEFAULT 0,
    last_completed_step TEXT, last_viewed_offer_id TEXT);
INSERT INTO journeys_next (id, borrower_id, type, status, next_action, timeline_state,
        created_at_ms, updated_at_ms)
    SELECT j.id, b.borrower_id, j.type, j.status, j.next_action, j.timeline_state,
        j.created_at_ms, j.updated_at_ms FROM journeys j
    JOIN borrowers b ON b.external_id = j.external_id ORDER BY j.rowid;

DROP TABLE journeys; DROP TABLE families; DROP TABLE borrowers;
ALTER TABLE borrowers_next RENAME TO borrowers;
ALTER TABLE families_next RENAME TO families;
ALTER TABLE journeys_next RENAME TO journeys;
CREATE INDEX families_by_borrower ON families(borrower_id);
CREATE INDEX journeys_by_borrower ON journeys(borrower_id);
CREATE INDEX journeys_by_due ON journeys(due_at_ms);

CREATE TABLE offers (
    id TEXT PRIMARY KEY, journey_id TEXT NOT NULL REFERENCES journeys(id),
    position INTEGER NOT NULL, lender_id TEXT NOT NULL, lender_name TEXT NOT NULL,
    status TEXT NOT NULL, amount INTEGER NOT NULL, interest_percent INTEGER NOT NULL,
    term_months INTEGER NOT NULL, aa_required INTEGER NOT NULL, lender_state_reason TEXT,
    rejected_stage TEXT, rejection_reason TEXT, UNIQUE (journey_id, position));

CREATE TABLE call_windows (
    scope TEXT PRIMARY KEY, started_at_ms INTEGER NOT NULL, calls INTEGER NOT NULL);
)";

}  // namespace credit::sandbox
