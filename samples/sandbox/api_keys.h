#pragma once

#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// Throws std::invalid_argument if the key is not one of this environment.
void check_api_key_form(const std::string& environment, const std::string& key);

// Adding a key that was revoked makes it active again only if `revive` is set.
void add_api_key(kit::Database& database, const std::string& key, bool revive);

// False if there is no such active key.
bool revoke_api_key(kit::Database& database, const std::string& key);

bool is_active_api_key(kit::Database& database, const std::string& environment,
                       const std::string& key);
std::vector<std::string> active_api_keys(kit::Database& database);

}  // namespace credit::sandbox
