// Creating a configuration and its plain settings. The ports' setters stand with their adapters,
// policy and TLS apart.
#include "capi/src/config.h"

#include <algorithm>

#include "capi/src/composition.h"
#include "capi/src/config_check.h"
#include "capi/src/error.h"
#include "capi/src/field_check.h"
#include "capi/src/strings.h"
#include "core/http/url.h"
#include "core/platform_api/token_rules.h"

namespace credit::capi {
namespace {

Status store_url(const credit_str& url, std::string_view field, std::string& slot) {
    Result<std::string> text = read_setting(url, field, credit::kMaxUrlBytes);
    if (!text.ok()) return text.error();
    if (!text.value().empty()) {
        const Status fine = check_url_alone(text.value(), field);
        if (!fine.ok()) return fine;
    }
    slot = std::move(text).value();
    return Unit{};
}

// Empty keeps the default that `slot` begins with.
Status read_path(const credit_str& path, std::string_view field, std::string& slot) {
    Result<std::string> text = read_setting(path, field, kMaxPathBytes);
    if (!text.ok()) return text.error();
    if (text.value().empty()) return Unit{};
    const Status fine = as_setting(check_path(text.value(), field), field);
    if (fine.ok()) slot = std::move(text).value();
    return fine;
}

Status set_paths(ConfigValues& values, const credit_paths* in) {
    credit_paths given;
    Status status = sized_status(read_sized(in, given), "paths");
    Paths paths;
    if (status.ok()) status = read_path(given.refresh, "paths.refresh", paths.refresh);
    if (status.ok()) status = read_path(given.journeys, "paths.journeys", paths.journeys);
    if (status.ok())
        status = read_path(given.partner_session, "paths.partner_session", paths.partner_session);
    if (status.ok())
        status = read_path(given.partner_refresh, "paths.partner_refresh", paths.partner_refresh);
    if (status.ok()) values.paths = std::move(paths);
    return status;
}

Status set_refresh_request(ConfigValues& values, const credit_refresh_request* in) {
    credit_refresh_request given;
    const Status sized = sized_status(read_sized(in, given), "refresh_request");
    if (!sized.ok()) return sized;
    if (given.carrier < CREDIT_CARRIER_DEFAULT || given.carrier > CREDIT_CARRIER_BODY) {
        return invalid_setting("refresh_request.carrier", "is none of the known carriers");
    }
    if (given.body < CREDIT_BODY_DEFAULT || given.body > CREDIT_BODY_NONE) {
        return invalid_setting("refresh_request.body", "is none of the known bodies");
    }
    Result<std::string> version =
        read_setting(given.api_version, "refresh_request.api_version", kMaxApiVersionBytes);
    if (!version.ok()) return version.error();
    if (!version.value().empty()) {
        const Status fine = check_header_setting(version.value(), "refresh_request.api_version",
                                                 kMaxApiVersionBytes);
        if (!fine.ok()) return fine;
    }
    values.refresh = {given.carrier, given.body, given.quote_idempotency_key != 0,
                      std::move(version).value()};
    return Unit{};
}

Status set_user_agent(ConfigValues& values, const credit_str& in) {
    Result<std::string> text = read_setting(in, "user_agent", kMaxUserAgentBytes);
    if (!text.ok()) return text.error();
    if (!text.value().empty()) {
        const Status fine = check_header_setting(text.value(), "user_agent", kMaxUserAgentBytes);
        if (!fine.ok()) return fine;
    }
    values.user_agent = std::move(text).value();
    return Unit{};
}

Status set_storage_key(ConfigValues& values, const std::uint8_t* key, std::size_t size) {
    if (key == nullptr) return Error(Code::invalid_argument, "storage_key: is NULL");
    if (size != SealingKey::kBytes) return invalid_setting("storage_key", "must have 32 bytes");
    // All zero is what a key source that failed leaves behind.
    if (std::all_of(key, key + size, [](std::uint8_t byte) { return byte == 0; })) {
        return invalid_setting("storage_key", "all bytes are zero");
    }
    values.storage_key =
        Secret::copy_of(std::string_view(reinterpret_cast<const char*>(key), size));
    return Unit{};
}

// Not read_setting(): a passphrase may contain anything, and must not lie in an ordinary string.
Status set_storage_passphrase(ConfigValues& values, const credit_str& in) {
    std::string_view text;
    if (!read_text(in, text))
        return Error(Code::invalid_argument, "storage_passphrase: size without data");
    if (text.size() < kMinPassphraseBytes)
        return invalid_setting("storage_passphrase", "is shorter than 8 bytes");
    if (text.size() > kMaxPassphraseBytes) {
        return invalid_setting("storage_passphrase", "is longer than 1024 bytes");
    }
    if (contains_api_key(text)) {
        return Error(Code::api_key_refused,
                     "storage_passphrase: contains an API key; those stay on a server");
    }
    values.passphrase = std::make_shared<PassphraseSource>(Secret::copy_of(text));
    return Unit{};
}

}  // namespace
}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun
using credit::Code;
using credit::Error;
using credit::Status;
using credit::Unit;

credit_code credit_config_create(credit_config** out) noexcept {
    return guard([&] {
        if (out == nullptr) return CREDIT_INVALID_ARGUMENT;
        *out = nullptr;
        prepare_process();
        *out = new credit_config;
        return CREDIT_OK;
    });
}

void credit_config_release(credit_config* config) noexcept {
    guard_void([&] { delete config; });
}

credit_code credit_config_check(const credit_config* config, credit_error** error) noexcept {
    return guard_with_error(error, [&]() -> Status {
        if (config == nullptr) return Error(Code::invalid_argument, "config: is NULL");
        return check_config(*config);
    });
}

credit_code credit_config_set_environment(credit_config* config,
                                          credit_environment environment) noexcept {
    return set(config, "environment", [&](ConfigValues& values) -> Status {
        if (environment != CREDIT_ENVIRONMENT_TEST && environment != CREDIT_ENVIRONMENT_LIVE) {
            return invalid_setting("environment", "is neither TEST nor LIVE");
        }
        values.environment = static_cast<credit::Environment>(environment);
        return Unit{};
    });
}

credit_code credit_config_set_platform_url(credit_config* config, credit_str url) noexcept {
    return set(config, "platform_url", [&](ConfigValues& values) {
        return store_url(url, "platform_url", values.platform_url);
    });
}

credit_code credit_config_set_partner_url(credit_config* config, credit_str url) noexcept {
    return set(config, "partner_url", [&](ConfigValues& values) {
        return store_url(url, "partner_url", values.partner_url);
    });
}

credit_code credit_config_set_paths(credit_config* config, const credit_paths* paths) noexcept {
    return set(config, "paths", [&](ConfigValues& values) { return set_paths(values, paths); });
}

credit_code credit_config_set_refresh_route(credit_config* config,
                                            credit_refresh_route route) noexcept {
    return set(config, "refresh_route", [&](ConfigValues& values) -> Status {
        if (route < CREDIT_REFRESH_PLATFORM || route > CREDIT_REFRESH_BACKEND_MANAGED) {
            return invalid_setting("refresh_route", "is none of the known routes");
        }
        values.route = static_cast<credit::RefreshRoute>(route);
        return Unit{};
    });
}

credit_code credit_config_set_refresh_request(credit_config* config,
                                              const credit_refresh_request* request) noexcept {
    return set(config, "refresh_request",
               [&](ConfigValues& values) { return set_refresh_request(values, request); });
}

credit_code credit_config_set_storage_dir(credit_config* config, credit_str dir) noexcept {
    return set(config, "storage_dir", [&](ConfigValues& values) -> Status {
        credit::Result<std::string> text = read_setting(dir, "storage_dir", kMaxDirBytes);
        if (!text.ok()) return text.error();
        values.storage_dir = std::move(text).value();
        return Unit{};
    });
}

credit_code credit_config_set_storage_key(credit_config* config, const uint8_t* key,
                                          size_t size) noexcept {
    return set(config, "storage_key",
               [&](ConfigValues& values) { return set_storage_key(values, key, size); });
}

credit_code credit_config_set_storage_passphrase(credit_config* config,
                                                 credit_str passphrase) noexcept {
    return set(config, "storage_passphrase",
               [&](ConfigValues& values) { return set_storage_passphrase(values, passphrase); });
}

credit_code credit_config_set_user_agent(credit_config* config, credit_str user_agent) noexcept {
    return set(config, "user_agent",
               [&](ConfigValues& values) { return set_user_agent(values, user_agent); });
}
