#pragma once

#include <optional>
#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// The address an application's webhooks go to now; nothing if it has none.
std::optional<std::string> webhook_url_of(kit::Database& database,
                                          const std::string& application_id);

// The three documented routes below /api/tenants/{tenantID}/applications/{applicationID}/webhooks;
// nothing for another path. Each takes an API key of that application. Throws a Refusal.
std::optional<Reply> answer_webhook_route(Work& work);

}  // namespace credit::sandbox
