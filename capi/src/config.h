// struct credit_config: what the app has set so far. Checked for itself by each setter, as a whole
// by config_check.h.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "capi/src/codes.h"
#include "capi/src/guard.h"
#include "capi/src/live_objects.h"
#include "capi/src/owned_table.h"
#include "capi/src/passphrase_source.h"
#include "capi/src/secret_service.h"
#include "core/http/message.h"
#include "core/platform_api/contract.h"
#include "core/session/policy.h"
#include "credit/credit.h"

namespace credit::capi {

struct RefreshChoice {
    credit_credential_carrier carrier = CREDIT_CARRIER_DEFAULT;
    credit_refresh_body body = CREDIT_BODY_DEFAULT;
    bool quote_idempotency_key = false;
    std::string api_version;
};

struct ConfigValues {
    std::optional<Environment> environment;
    std::string platform_url;
    std::string partner_url;
    Paths paths;
    RefreshRoute route = RefreshRoute::platform;
    RefreshChoice refresh;
    Policy policy;
    std::string user_agent;
    TlsSettings tls;

    std::string storage_dir;
    SecretRef storage_key;
    std::shared_ptr<PassphraseSource> passphrase;
    std::optional<SecretServiceChoice> secret_service;
    std::string keychain_group;  // not empty: records in the Keychain, storage_dir is the container
    TableRef<credit_sealing_key> sealing_key;
    TableRef<credit_secure_store> secure_store;

    TableRef<credit_transport> transport;
    TableRef<credit_clock> clock;
    TableRef<credit_logger> logger;
    TableRef<credit_background> background;
    TableRef<credit_session_provider> provider;
    TableRef<credit_partner_auth> partner_auth;
};

// Names of setters, without allocating.
class Unfinished {
  public:
    void add(std::string_view name) noexcept {
        remove(name);
        if (count_ < names_.size()) names_[count_++] = name;
    }
    void remove(std::string_view name) noexcept {
        const auto last = std::remove(names_.begin(), names_.begin() + count_, name);
        count_ = static_cast<std::size_t>(last - names_.begin());
    }
    bool empty() const noexcept { return count_ == 0; }
    std::string_view first() const noexcept { return names_[0]; }

  private:
    static constexpr std::size_t kMostSetters = 32;  // there are fewer
    std::array<std::string_view, kMostSetters> names_{};
    std::size_t count_ = 0;
};

}  // namespace credit::capi

struct credit_config {
    credit::capi::LiveObject alive;
    credit::capi::ConfigValues values;
    // Setters that failed, until they succeed: an app that overlooks a setter's code must not end
    // up with, say, no pins.
    std::map<std::string, credit::Error, std::less<>> refused;
    // Those that are under way or found no memory even to be noted above; the names are literals.
    credit::capi::Unfinished unfinished;
};

namespace credit::capi {

// Runs one setter. `apply(values)` returns a Status and changes nothing when it fails.
template <class Apply>
credit_code set(credit_config* config, std::string_view setting, Apply&& apply) noexcept {
    return guard([&] {
        if (config == nullptr) return CREDIT_INVALID_ARGUMENT;
        config->unfinished.add(setting);  // and so it stays when something below throws
        const Status status = apply(config->values);
        if (!status.ok()) config->refused.insert_or_assign(std::string(setting), status.error());
        const auto refused = config->refused.find(setting);
        if (status.ok() && refused != config->refused.end()) config->refused.erase(refused);
        config->unfinished.remove(setting);
        return status.ok() ? CREDIT_OK : to_c(status.error().code);
    });
}

}  // namespace credit::capi
