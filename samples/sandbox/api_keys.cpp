#include "sandbox/api_keys.h"

#include <algorithm>
#include <stdexcept>

#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_key = 255;

std::string prefix_of(const std::string& environment) {
    return "sk_" + environment + "_";
}

constexpr const char* columns =
    "SELECT key, application_id, state, starts_at_ms, retires_at_ms FROM api_keys ";

ApiKey read(const kit::Statement& row, std::int64_t now_ms) {
    ApiKey key{row.text(0), row.text(1), row.text(2), std::nullopt, std::nullopt};
    if (!row.is_null(3)) key.starts_at_ms = row.integer(3);
    if (!row.is_null(4)) key.retires_at_ms = row.integer(4);
    if (key.state != "active") return key;
    if (key.retires_at_ms && *key.retires_at_ms <= now_ms) {
        key.state = "retired";
    } else if (key.starts_at_ms && *key.starts_at_ms > now_ms) {
        key.state = "scheduled";
    }
    return key;
}

std::optional<ApiKey> find(kit::Database& database, const std::string& key, std::int64_t now_ms) {
    auto query = database.prepare(std::string(columns) + "WHERE key = ?");
    if (!query.bind(1, key).step()) return std::nullopt;
    return read(query, now_ms);
}

// Never before what came in this very millisecond has its answer.
void retire(kit::Database& database, const ApiKey& key, std::int64_t at_ms, std::int64_t now_ms) {
    at_ms = std::max(at_ms, now_ms + 1);
    database.prepare("UPDATE api_keys SET retires_at_ms = ? WHERE key = ?")
        .bind(1, std::min(at_ms, key.retires_at_ms.value_or(at_ms)))
        .bind(2, key.key)
        .run();
}

void start(kit::Database& database, const std::string& key, std::int64_t at_ms) {
    database.prepare("UPDATE api_keys SET starts_at_ms = ? WHERE key = ?")
        .bind(1, at_ms)
        .bind(2, key)
        .run();
}

bool is_active(const std::optional<ApiKey>& key) {
    return key && key->state == "active";
}

bool is_scheduled(const std::optional<ApiKey>& key) {
    return key && key->state == "scheduled";
}

ApiKey active_key(kit::Database& database, const std::string& key, const char* field,
                  std::int64_t now_ms) {
    const auto found = find(database, key, now_ms);
    if (!is_active(found)) {
        throw std::invalid_argument(std::string(field) + ": there is no such active key");
    }
    return *found;
}

[[noreturn]] void known_already() {
    throw std::invalid_argument("next: this key is known already");
}

}  // namespace

void check_api_key_form(const std::string& environment, const std::string& key) {
    const std::string prefix = prefix_of(environment);
    const bool visible =
        std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (key.size() <= prefix.size() || key.size() > max_key || !visible ||
        key.compare(0, prefix.size(), prefix) != 0) {
        throw std::invalid_argument("an API key of this environment starts with " + prefix);
    }
}

std::string new_api_key(const std::string& environment) {
    return prefix_of(environment) + kit::random_token(32);
}

void add_api_key(kit::Database& database, const std::string& application_id, const std::string& key,
                 bool revive) {
    const auto known = find(database, key, 0);
    if (known && known->application_id != application_id) {
        throw std::invalid_argument("this key belongs to another application");
    }
    if (known && !revive) return;
    database
        .prepare(
            "INSERT INTO api_keys (key, state, application_id) VALUES (?, 'active', ?) "
            "ON CONFLICT (key) DO UPDATE SET state = 'active', starts_at_ms = NULL, "
            "retires_at_ms = NULL")
        .bind(1, key)
        .bind(2, application_id)
        .run();
}

bool revoke_api_key(kit::Database& database, const std::string& key, std::int64_t now_ms) {
    const auto known = find(database, key, now_ms);
    if (!is_active(known) && !is_scheduled(known)) return false;
    database.prepare("UPDATE api_keys SET state = 'revoked' WHERE key = ?").bind(1, key).run();
    return true;
}

void rotate_api_key(kit::Database& database, const KeyRotation& rotation, std::int64_t now_ms) {
    const ApiKey old = active_key(database, rotation.key, "rotate", now_ms);
    if (find(database, rotation.next, now_ms)) known_already();
    if (old.retires_at_ms && *old.retires_at_ms < rotation.starts_at_ms) {
        throw std::invalid_argument("rotate: this key retires before the next one would start");
    }
    add_api_key(database, old.application_id, rotation.next, false);
    if (rotation.starts_at_ms > now_ms) start(database, rotation.next, rotation.starts_at_ms);
    retire(database, old, rotation.retires_at_ms, now_ms);
}

void replace_api_key(kit::Database& database, const std::string& key, const std::string& next,
                     std::int64_t now_ms) {
    const ApiKey old = active_key(database, key, "replace", now_ms);
    const auto known = find(database, next, now_ms);
    if (known && (!is_scheduled(known) || known->application_id != old.application_id)) {
        known_already();
    }
    add_api_key(database, old.application_id, next, true);
    retire(database, old, now_ms, now_ms);
}

std::optional<Application> application_of_key(kit::Database& database,
                                              const std::string& environment,
                                              const std::string& key, std::int64_t arrived_ms) {
    const std::string prefix = prefix_of(environment);
    if (key.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    const auto known = find(database, key, arrived_ms);
    if (!is_active(known)) return std::nullopt;
    return find_application(database, known->application_id);
}

std::vector<ApiKey> all_api_keys(kit::Database& database, std::int64_t now_ms) {
    auto query = database.prepare(std::string(columns) + "ORDER BY rowid");
    std::vector<ApiKey> keys;
    while (query.step())
        keys.push_back(read(query, now_ms));
    return keys;
}

std::vector<std::string> active_api_keys(kit::Database& database, std::int64_t now_ms) {
    std::vector<std::string> active;
    for (auto& key : all_api_keys(database, now_ms)) {
        if (key.state == "active") active.push_back(std::move(key.key));
    }
    return active;
}

}  // namespace credit::sandbox
