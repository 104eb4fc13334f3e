#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// What became of one delivery, newest attempt first, at most `limit` of them (-1: all). Whoever calls it holds the mutex of
// the store.
nlohmann::json webhook_attempts(kit::Database& database, std::int64_t delivery, std::int64_t limit);

}  // namespace credit::sandbox
