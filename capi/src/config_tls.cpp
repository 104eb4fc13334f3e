// credit_config_set_tls.
#include "capi/src/config.h"
#include "capi/src/field_check.h"
#include "capi/src/strings.h"
#include "core/http/pins.h"
#include "core/platform_api/token_rules.h"

namespace credit::capi {
namespace {

constexpr std::uint32_t kMostPins = 16;
constexpr std::size_t kMaxPinBytes = 128;
constexpr std::size_t kMaxBundleBytes = 1024 * 1024;

Status read_pins(const credit_tls& given, std::vector<std::string>& pins) {
    constexpr std::string_view kField = "tls.pinned_keys";
    if (given.pinned_key_count == 0) return Unit{};
    if (given.pinned_keys == nullptr)
        return Error(Code::invalid_argument, "tls.pinned_keys: is NULL");
    if (given.pinned_key_count > kMostPins) return invalid_setting(kField, "more than 16 keys");
    for (std::uint32_t i = 0; i < given.pinned_key_count; ++i) {
        Result<std::string> pin = read_setting(given.pinned_keys[i], kField, kMaxPinBytes);
        if (!pin.ok()) return pin.error();
        pins.push_back(std::move(pin).value());
    }
    return as_setting(check_pins(pins), kField);
}

Status read_bundle(const credit_tls& given, std::string& pem) {
    constexpr std::string_view kField = "tls.ca_bundle_pem";
    std::string_view text;
    if (!read_text(given.ca_bundle_pem, text)) {
        return Error(Code::invalid_argument, "tls.ca_bundle_pem: size without data");
    }
    if (text.empty()) return Unit{};
    if (text.size() > kMaxBundleBytes) return invalid_setting(kField, "is larger than 1 MiB");
    if (contains_api_key(text))
        return Error(Code::api_key_refused, "tls.ca_bundle_pem: contains an API key");
    pem.assign(text);
    return as_setting(check_ca_bundle(pem), kField);
}

Status set_tls(ConfigValues& values, const credit_tls* in) {
    credit_tls given;
    Status status = sized_status(read_sized(in, given), "tls");
    TlsSettings tls;
    if (status.ok()) status = read_pins(given, tls.pinned_keys);
    if (status.ok()) status = read_bundle(given, tls.ca_bundle_pem);
    if (status.ok()) values.tls = std::move(tls);
    return status;
}

}  // namespace
}  // namespace credit::capi

credit_code credit_config_set_tls(credit_config* config, const credit_tls* tls) noexcept {
    using namespace credit::capi;
    return set(config, "tls", [&](ConfigValues& values) { return set_tls(values, tls); });
}
