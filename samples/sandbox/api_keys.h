#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/applications.h"
#include "server_kit/sqlite.h"

namespace credit::sandbox {

// An application may have several active keys. A key is `scheduled` until it starts, then `active`
// until it is revoked, or until it retires: the end of the overlap after a rotation.
struct ApiKey {
    std::string key;
    std::string application_id;
    std::string state;  // scheduled, active, retired or revoked, at the time asked for
    std::optional<std::int64_t> starts_at_ms;
    std::optional<std::int64_t> retires_at_ms;
};

// Throws std::invalid_argument if the key is not one of this environment.
void check_api_key_form(const std::string& environment, const std::string& key);

std::string new_api_key(const std::string& environment);

// Adding a key that is not active makes it active now only if `revive` is set. A key
// belongs to the application it was first added for; throws std::invalid_argument for another.
void add_api_key(kit::Database& database, const std::string& application_id, const std::string& key,
                 bool revive);

// Revokes a key at once, also for calls that are being handled. False if there is no such active or
// scheduled key at this time.
bool revoke_api_key(kit::Database& database, const std::string& key, std::int64_t now_ms);

// A scheduled rotation: `next` is active from `starts_at_ms` on, which may be now, and `key` until
// `retires_at_ms`, or until an earlier time it had already. Throws std::invalid_argument if `key` is
// not active now or would retire before `next` starts, or if `next` is known already.
struct KeyRotation {
    std::string key;
    std::string next;
    std::int64_t starts_at_ms = 0;
    std::int64_t retires_at_ms = 0;
};
void rotate_api_key(kit::Database& database, const KeyRotation& rotation, std::int64_t now_ms);

// An emergency: `next`, which may be a scheduled key of the same application, is active at once, and
// `key` good for nothing that comes from now on. What came before is still handled: use
// revoke_api_key where even that is not to be. Throws as rotate_api_key does.
void replace_api_key(kit::Database& database, const std::string& key, const std::string& next,
                     std::int64_t now_ms);

// The application a call with this key works for, if the key was active when the call arrived:
// the end of an overlap does not hit calls that are being handled.
std::optional<Application> application_of_key(kit::Database& database,
                                              const std::string& environment,
                                              const std::string& key, std::int64_t arrived_ms);

std::vector<ApiKey> all_api_keys(kit::Database& database, std::int64_t now_ms);
std::vector<std::string> active_api_keys(kit::Database& database, std::int64_t now_ms);

}  // namespace credit::sandbox
