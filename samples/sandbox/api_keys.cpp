#include "sandbox/api_keys.h"

#include <algorithm>
#include <stdexcept>

namespace credit::sandbox {

void check_api_key_form(const std::string& environment, const std::string& key) {
    const std::string prefix = "sk_" + environment + "_";
    const bool visible =
        std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (key.size() <= prefix.size() || key.compare(0, prefix.size(), prefix) != 0 || !visible) {
        throw std::invalid_argument("an API key of this environment starts with " + prefix);
    }
}

void add_api_key(kit::Database& database, const std::string& key, bool revive) {
    database
        .prepare(revive ? "INSERT OR REPLACE INTO api_keys (key, state) VALUES (?, 'active')"
                        : "INSERT OR IGNORE INTO api_keys (key, state) VALUES (?, 'active')")
        .bind(1, key)
        .run();
}

bool revoke_api_key(kit::Database& database, const std::string& key) {
    database.prepare("UPDATE api_keys SET state = 'revoked' WHERE key = ? AND state = 'active'")
        .bind(1, key)
        .run();
    return database.changes() == 1;
}

bool is_active_api_key(kit::Database& database, const std::string& environment,
                       const std::string& key) {
    const std::string prefix = "sk_" + environment + "_";
    if (key.compare(0, prefix.size(), prefix) != 0) return false;
    auto query = database.prepare("SELECT 1 FROM api_keys WHERE key = ? AND state = 'active'");
    return query.bind(1, key).step();
}

std::vector<std::string> active_api_keys(kit::Database& database) {
    auto query = database.prepare("SELECT key FROM api_keys WHERE state = 'active' ORDER BY rowid");
    std::vector<std::string> keys;
    while (query.step())
        keys.push_back(query.text(0));
    return keys;
}

}  // namespace credit::sandbox
