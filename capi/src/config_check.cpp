#include "capi/src/config_check.h"

#include "capi/src/config.h"
#include "capi/src/field_check.h"
#include "capi/src/refresh_shape.h"
#include "core/http/url.h"

namespace credit::capi {
namespace {

Status check_urls(const ConfigValues& values) {
    if (values.platform_url.empty()) return missing_setting("platform_url", "is not set");
    const Result<Url> platform =
        check_base_url(values.platform_url, *values.environment, "platform_url");
    if (!platform.ok()) return as_setting(platform.error(), "platform_url");
    if (values.partner_url.empty()) {
        if (values.route == RefreshRoute::platform) return Unit{};
        return missing_setting("partner_url",
                               "is not set, but refreshes go through the partner's server");
    }
    const Result<Url> partner =
        check_base_url(values.partner_url, *values.environment, "partner_url");
    if (!partner.ok()) return as_setting(partner.error(), "partner_url");
    return Unit{};
}

int key_sources(const ConfigValues& values) {
    return (values.storage_key != nullptr ? 1 : 0) + (values.passphrase != nullptr ? 1 : 0) +
           (values.sealing_key != nullptr ? 1 : 0) + (values.secret_service ? 1 : 0) +
           (values.keychain_group.empty() ? 0 : 1);
}

Status check_storage(const ConfigValues& values) {
    const int keys = key_sources(values);
    if (values.secure_store != nullptr) {
        if (!values.storage_dir.empty() || keys != 0) {
            return invalid_setting("secure_store", "excludes storage_dir and its key");
        }
        return Unit{};
    }
    if (values.storage_dir.empty()) {
        return missing_setting("storage_dir", "is not set, and no secure_store either");
    }
    if (keys == 0) {
        return missing_setting("storage_key",
                               "is not set, and neither storage_passphrase, secret_service, "
                               "keychain nor sealing_key");
    }
    if (keys > 1) {
        return invalid_setting("storage_key",
                               "only one of storage_key, storage_passphrase, secret_service, "
                               "keychain, sealing_key may be set");
    }
    return Unit{};
}

// A transport of the app's own is not told of trust settings, so they would silently not hold.
Status check_trust(const ConfigValues& values) {
    const bool trust = !values.tls.pinned_keys.empty() || !values.tls.ca_bundle_pem.empty();
    if (values.transport == nullptr || !trust) return Unit{};
    return invalid_setting("tls",
                           "cannot be kept by a transport of your own; configure trust there");
}

}  // namespace

Status check_setters(const credit_config& config) {
    if (!config.unfinished.empty()) {
        return Error(Code::out_of_memory, std::string(config.unfinished.first()) + ": was not set");
    }
    if (!config.refused.empty()) return config.refused.begin()->second;
    if (!config.values.environment) return missing_setting("environment", "is not set");
    return Unit{};
}

Status check_config(const credit_config& config) {
    const ConfigValues& values = config.values;
    Status status = check_setters(config);
    if (status.ok()) status = check_urls(values);
    if (status.ok()) status = check_storage(values);
    if (status.ok()) status = check_trust(values);
    if (!status.ok()) return status;
    const Result<RefreshForm> form =
        resolve_refresh(values.route, values.refresh, values.partner_auth != nullptr);
    if (!form.ok()) return form.error();
    return Unit{};
}

}  // namespace credit::capi
