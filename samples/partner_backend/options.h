#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "partner_backend/api_key_ring.h"
#include "partner_backend/app_users.h"
#include "partner_backend/mint_limits.h"
#include "partner_backend/platform_client.h"
#include "partner_backend/settings.h"
#include "partner_backend/webhook_route.h"
#include "partner_backend/webhook_signature.h"

namespace credit::partner {

using StorageKey = std::array<unsigned char, 32>;

struct Options {
    Environment environment = Environment::test;
    PlatformPlace platform;  // without a URL the routes answer that it is not configured
    std::vector<ApiKey> api_keys;
    std::string api_keys_file;  // instead of those
    std::string host = "127.0.0.1";
    int port = 0;
    std::optional<int> admin_port;
    std::string ca_dir;
    std::string db = ":memory:";
    std::optional<StorageKey> storage_key;
    RefreshMode refresh_mode = RefreshMode::client;
    Shape shape = Shape::timestamp;
    std::vector<AppUser> users;
    std::vector<std::string> allowed;  // empty: every user
    std::vector<std::string> denied;
    MintLimit mint_limit;
    std::vector<std::string> webhook_secrets;
    std::string webhook_secrets_file;  // instead of those
    WebhookRules webhook_rules;
    WebhookScope webhook_scope;
    std::string webhook_url;  // empty: this server's own
    bool subscribe = false;
    bool rewrite_idempotency_key = false;
};

// Names the flag or the variable and what is wrong with it; never holds a value that is secret.
class OptionsError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Reads flags and environment. Nothing when the help text was printed. Throws OptionsError.
std::optional<Options> read_options(int argc, const char* const* argv);

// The second half of it: what comes from the environment only, and whether all of it fits together.
void read_environment(Options& options);
void check(const Options& options);

}  // namespace credit::partner
