#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "partner_backend/header_rules.h"
#include "partner_backend/options.h"
#include "partner_backend/sealing.h"
#include "partner_backend/webhook_secrets.h"
#include "server_kit/ids.h"

namespace credit::partner {

namespace {

constexpr std::array kLiveHosts{"api.credit.aarthiklabs.com", "credit.aarthiklabs.com"};
constexpr std::array kTestHosts{"preprod.credit.aarthiklabs.com", "staging.aarthikbandhu.com"};

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_loopback(const std::string& host) {
    return host == "127.0.0.1" || host == "localhost" || host == "::1" || host == "[::1]";
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : char(c); });
    return text;
}

void check_platform_url(const std::string& url, Environment environment) {
    const std::string named = "--platform-url / PLATFORM_BASE_URL: ";
    const auto scheme_end = url.find("://");
    const std::string scheme = url.substr(0, std::min(scheme_end, url.size()));
    if (scheme_end == std::string::npos || (scheme != "https" && scheme != "http")) {
        throw OptionsError(named + "must begin with https://");
    }
    const std::string rest = url.substr(scheme_end + 3);
    const std::string authority = rest.substr(0, rest.find('/'));
    if (authority.empty() || !is_valid_bearer(rest) ||
        rest.find_first_of("@?#") != std::string::npos) {
        throw OptionsError(named + "must be an origin, with a path at most");
    }
    const auto port_colon = authority.find(':', authority.find(']') + 1);
    const std::string host = lower(authority.substr(0, port_colon));
    if (scheme == "http" && !is_loopback(host)) {
        throw OptionsError(named + "http:// is for loopback only");
    }
    const auto& others = environment == Environment::test ? kLiveHosts : kTestHosts;
    if (std::find(others.begin(), others.end(), host) != others.end()) {
        throw OptionsError(named + "is a host of the other environment than --environment " +
                           name_of(environment));
    }
}

void read_api_keys(Options& options) {
    const std::string one = from_environment("PLATFORM_API_KEY");
    const std::string several = from_environment("PLATFORM_API_KEYS");
    const int ways = !one.empty() + !several.empty() + !options.api_keys_file.empty();
    if (ways > 1) {
        throw OptionsError(
            "API keys: one of PLATFORM_API_KEY, PLATFORM_API_KEYS and --api-keys-file");
    }
    if (!one.empty()) {
        if (one.find(',') != std::string::npos) {
            throw OptionsError("PLATFORM_API_KEY: one key; several go into PLATFORM_API_KEYS");
        }
        options.api_keys = ApiKeyRing::parse_list(one, options.environment, "PLATFORM_API_KEY");
    }
    if (!several.empty()) {
        options.api_keys =
            ApiKeyRing::parse_list(several, options.environment, "PLATFORM_API_KEYS");
    }
}

void read_webhook_secrets(Options& options) {
    const std::string secrets = from_environment("PARTNER_WEBHOOK_SECRETS");
    if (secrets.empty()) return;
    if (!options.webhook_secrets_file.empty()) {
        throw OptionsError("PARTNER_WEBHOOK_SECRETS: not together with --webhook-secrets-file");
    }
    options.webhook_secrets = WebhookSecrets::parse(secrets, ',', "PARTNER_WEBHOOK_SECRETS");
}

void check_webhooks(const Options& options) {
    const WebhookScope& scope = options.webhook_scope;
    for (const auto& [flag, id] : {std::pair("--tenant-id", scope.tenant_id),
                                   std::pair("--application-id", scope.application_id)}) {
        if (!id.empty() && !kit::is_uuid(id))
            throw OptionsError(flag + std::string(": not a UUID"));
    }
    if (!options.webhook_url.empty() &&
        (!options.webhook_url.starts_with("https://") || !is_valid_bearer(options.webhook_url))) {
        throw OptionsError("--webhook-url: must begin with https://");
    }
    if (!options.subscribe) return;
    if (scope.tenant_id.empty() || scope.application_id.empty()) {
        throw OptionsError("--subscribe: needs --tenant-id and --application-id");
    }
    if (options.webhook_secrets.empty() && options.webhook_secrets_file.empty()) {
        throw OptionsError("--subscribe: needs PARTNER_WEBHOOK_SECRETS or --webhook-secrets-file");
    }
}

}  // namespace

void read_environment(Options& options) {
    if (options.platform.base_url.empty()) {
        options.platform.base_url = from_environment("PLATFORM_BASE_URL");
    }
    read_api_keys(options);
    read_webhook_secrets(options);
    const std::string storage_key = from_environment("PARTNER_STORAGE_KEY");
    if (storage_key.empty()) return;
    const auto bytes = bytes_of_hex(storage_key);
    if (!bytes || bytes->size() != StorageKey().size()) {
        throw OptionsError("PARTNER_STORAGE_KEY: must be 64 hex digits");
    }
    options.storage_key.emplace();
    std::copy(bytes->begin(), bytes->end(), options.storage_key->begin());
}

void check(const Options& options) {
    if (!is_loopback(options.host)) {
        throw OptionsError("--host: this sample listens on loopback only");
    }
    if (!options.platform.base_url.empty()) {
        check_platform_url(options.platform.base_url, options.environment);
    }
    if (!options.platform.ca_file.empty() &&
        !std::filesystem::is_regular_file(options.platform.ca_file)) {
        throw OptionsError("--platform-ca-file: no such file: " + options.platform.ca_file);
    }
    if (options.ca_dir.empty()) throw OptionsError("--ca-dir: must not be empty");
    if (options.db.empty()) throw OptionsError("--db: must not be empty");
    const bool on_disk = options.db != ":memory:";
    if (on_disk && options.refresh_mode == RefreshMode::backend && !options.storage_key) {
        throw OptionsError("PARTNER_STORAGE_KEY: needed for --refresh-mode backend with --db FILE");
    }
    check_webhooks(options);
}

}  // namespace credit::partner
