#pragma once

#include "sandbox/work.h"

namespace credit::sandbox {

// POST /api/lab/sessions: the address of the hosted page for a borrower, with a bootstrap token in
// its fragment. Takes an API key; each call mints a fresh token, whatever key it carries for
// idempotency: a token must never be given out twice. Throws a Refusal.
Reply create_lab_session(Work& work);

// The address of the hosted page, without a token.
std::string embed_url(const Work& work, const std::string& tenant_id,
                      const std::string& application_id, const std::string& borrower_provider_id,
                      const std::string& journey_type);

}  // namespace credit::sandbox
