#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "sandbox/call.h"
#include "server_kit/sqlite.h"

namespace credit::sandbox {

// Writes the call into the ledger, in the transaction of what it did. `sent_status` is what the
// client gets to see, 0 if nothing.
void record_request(kit::Database& database, const Call& call, int status, int sent_status);

// Everything, but of the requests only those after `since`.
nlohmann::ordered_json ledger_json(kit::Database& database, std::int64_t since);

}  // namespace credit::sandbox
