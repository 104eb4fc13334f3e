#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "partner_backend/app_users.h"
#include "partner_backend/settings.h"

namespace credit::partner {

using StorageKey = std::array<unsigned char, 32>;

struct Options {
    std::string platform_url;  // empty: not configured, the routes answer so
    std::string platform_api_key;
    std::string platform_ca_file;
    int platform_timeout_ms = 8000;
    std::string host = "127.0.0.1";
    int port = 0;
    std::optional<int> admin_port;
    std::string ca_dir;
    std::string db = ":memory:";
    std::optional<StorageKey> storage_key;
    RefreshMode refresh_mode = RefreshMode::client;
    Shape shape = Shape::timestamp;
    std::vector<AppUser> users;
    std::vector<std::string> denied;
    bool rewrite_idempotency_key = false;
};

// Names the flag or the variable and what is wrong with it; never holds a value that is secret.
class OptionsError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Reads flags and environment. Nothing when the help text was printed. Throws OptionsError.
std::optional<Options> read_options(int argc, const char* const* argv);

}  // namespace credit::partner
