#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/applications.h"
#include "server_kit/sqlite.h"

namespace credit::sandbox {

// An application may have several active keys. A key is `active` until it is revoked, or until it
// retires: the end of the overlap after a rotation.
struct ApiKey {
    std::string key;
    std::string application_id;
    std::string state;  // active, retired or revoked, at the time asked for
    std::optional<std::int64_t> retires_at_ms;
};

// Throws std::invalid_argument if the key is not one of this environment.
void check_api_key_form(const std::string& environment, const std::string& key);

std::string new_api_key(const std::string& environment);

// Adding a key that was revoked or retired makes it active again only if `revive` is set. A key
// belongs to the application it was first added for; throws std::invalid_argument for another.
void add_api_key(kit::Database& database, const std::string& application_id, const std::string& key,
                 bool revive);

// Revokes a key at once, also for calls that are being handled. False if there is no such active
// key at this time.
bool revoke_api_key(kit::Database& database, const std::string& key, std::int64_t now_ms);

// A scheduled rotation: `next` is active from now on, `key` until `retires_at_ms`, or until an
// earlier time it had already. Throws std::invalid_argument if `key` is not active now or `next`
// is known already.
void rotate_api_key(kit::Database& database, const std::string& key, const std::string& next,
                    std::int64_t now_ms, std::int64_t retires_at_ms);

// The application a call with this key works for, if the key was active when the call arrived:
// the end of an overlap does not hit calls that are being handled.
std::optional<Application> application_of_key(kit::Database& database,
                                              const std::string& environment,
                                              const std::string& key, std::int64_t arrived_ms);

std::vector<ApiKey> all_api_keys(kit::Database& database, std::int64_t now_ms);
std::vector<std::string> active_api_keys(kit::Database& database, std::int64_t now_ms);

}  // namespace credit::sandbox
