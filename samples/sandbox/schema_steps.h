#pragma once

namespace credit::sandbox {

// The SQL of each form of the tables, one file each; schema.cpp has them in their order. What was
// released is never changed: a new form is a new step.

// Sessions, tokens, the ledger, stored replies.
extern const char* const sessions_schema;

// Applications with keys of their own; journeys with profile, offers and steps.
extern const char* const journeys_schema;

// Webhooks, embed domains, sessions of the hosted page.
extern const char* const hosted_schema;

// API keys that start later.
extern const char* const keys_schema;

}  // namespace credit::sandbox
