// From a checked credit_config to what the engine opens a session with.
#include "capi/src/composition.h"
#include "capi/src/config.h"
#include "capi/src/config_check.h"
#include "capi/src/fingerprint.h"
#include "capi/src/refresh_shape.h"
#include "core/base/check.h"
#include "core/http/url.h"

namespace credit::capi {
namespace {

// As the core wants base URLs: checked and without a trailing slash.
std::string base_url(const std::string& text, Environment environment, std::string_view field) {
    if (text.empty()) return {};
    const Result<Url> url = check_base_url(text, environment, field);
    CREDIT_CHECK(url.ok());  // the configuration was checked
    return url.value().text();
}

SessionSettings make_settings(const ConfigValues& values) {
    SessionSettings settings;
    settings.environment = *values.environment;
    settings.platform_url = base_url(values.platform_url, *values.environment, "platform_url");
    settings.partner_url = base_url(values.partner_url, *values.environment, "partner_url");
    settings.paths = values.paths;
    settings.route = values.route;
    const Result<RefreshForm> form =
        resolve_refresh(values.route, values.refresh, values.partner_auth != nullptr);
    settings.carrier = form.value().carrier;
    settings.body = form.value().body;
    settings.quote_idempotency_key = values.refresh.quote_idempotency_key;
    settings.api_version = values.refresh.api_version;
    settings.user_agent = values.user_agent;
    settings.policy = values.policy;
    return settings;
}

}  // namespace

Result<SessionConfig> make_session_config(const credit_config& config) {
    const Status fine = check_config(config);
    if (!fine.ok()) return fine.error();
    const ConfigValues& values = config.values;
    SessionConfig made;
    made.settings = make_settings(values);
    std::string place;
    if (values.secure_store == nullptr) place = storage_place(values.storage_dir);
    made.settings.storage_identity = storage_identity(values, place);
    made.settings.fingerprint = fingerprint(values, made.settings);
    made.ports = compose_ports(values, place);
    return made;
}

}  // namespace credit::capi
