#pragma once

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// Brings the tables to the newest form, from whatever form the file has (PRAGMA user_version), all
// of it or nothing. Throws std::runtime_error if the file is of a newer sandbox. The caller has no
// transaction open.
void migrate(kit::Database& database);

// Drops everything, the ledger too, and makes the tables anew.
void recreate(kit::Database& database);

}  // namespace credit::sandbox
