#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "partner_backend/private_file.h"
#include "partner_backend/settings.h"

namespace credit::partner {

// A platform API key and when it may be used; a time that is missing is no limit.
struct ApiKey {
    std::string value;
    std::optional<std::int64_t> from_ms;
    std::optional<std::int64_t> until_ms;
};

// The keys of this server, several at once while one takes the place of another. The active one is
// that whose `from` has passed last; then come the others that have begun, then those to come, so
// that a key revoked too early costs nothing. A key the platform has refused comes last until the
// keys are configured anew. Keys past their `until` are not used. Safe from several threads.
class ApiKeyRing {
  public:
    // What happened to which key, by fingerprint.
    using Listener = std::function<void(const char* event, const std::string& fingerprint)>;

    // "key" or "active,next": in the order of preference. Throws OptionsError naming `where`, also
    // for a key of the other environment.
    static std::vector<ApiKey> parse_list(const std::string& text, Environment environment,
                                          const std::string& where);

    ApiKeyRing(std::vector<ApiKey> keys, Environment environment);
    // {"keys":[{"key":"sk_test_...","from":TIME,"until":TIME}]}, read again when it was changed.
    ApiKeyRing(const std::string& file, Environment environment);

    void listen(Listener listener);

    // In the order to try them.
    std::vector<std::string> candidates();
    void refused(const std::string& key);

    // Reads the file now. Throws OptionsError and leaves the keys as they were when it is no good.
    void reload();

    // Any key of now or of before: what they are must not leave this server.
    bool is_in(const std::string& text) const;
    // Never a key: fingerprints and states.
    nlohmann::json describe();

    static std::string fingerprint(const std::string& key);

  private:
    void take(std::vector<ApiKey> keys);
    void reload_if_changed();
    std::vector<const ApiKey*> in_order(std::int64_t now) const;

    mutable std::mutex mutex_;
    Environment environment_;
    std::optional<PrivateFile> file_;
    std::vector<ApiKey> keys_;
    std::set<std::string> refused_;
    std::set<std::string> ever_;
    Listener listener_;
};

}  // namespace credit::partner
