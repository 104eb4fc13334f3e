// The hosted page: its one-time URL, the rules of its web view, its messages (R42).
#include "capi/src/checkout.h"

#include <string>
#include <string_view>

#include "capi/src/composition.h"
#include "capi/src/config.h"
#include "capi/src/config_check.h"
#include "capi/src/error.h"
#include "capi/src/field_check.h"
#include "capi/src/sized.h"
#include "capi/src/strings.h"
#include "core/http/origin.h"
#include "core/http/url.h"

namespace credit::capi {
namespace {

constexpr std::string_view kLiveHostedOrigin = "https://credit.aarthiklabs.com";
constexpr std::uint32_t kMaxOrigins = 64;

Result<std::string> read_origin(const credit_str& in, Environment environment,
                                std::string_view field) {
    const Result<std::string> text = read_setting(in, field, kMaxPathBytes);
    if (!text.ok()) return text.error();
    const Result<std::string> origin = check_origin(text.value(), environment, field);
    if (!origin.ok()) return as_setting(origin.error(), field).error();
    return origin;
}

Result<std::string> hosted_origin(const ConfigValues& values, const credit_str& given) {
    const Environment environment = *values.environment;
    if (given.size != 0 || given.data != nullptr) {
        return read_origin(given, environment, "checkout.hosted_origin");
    }
    if (environment == Environment::live) return std::string(kLiveHostedOrigin);
    const Result<Url> platform = check_base_url(values.platform_url, environment, "platform_url");
    if (!platform.ok()) return as_setting(platform.error(), "platform_url").error();
    return platform.value().origin();
}

Status read_origins(const credit_checkout_options& given, CheckoutTrust& trust) {
    if (given.allowed_origin_count > kMaxOrigins) {
        return invalid_setting("checkout.allowed_origins", "has more than 64 entries");
    }
    if (given.allowed_origin_count != 0 && given.allowed_origins == nullptr) {
        return Error(Code::invalid_argument, "checkout.allowed_origins: is NULL");
    }
    for (std::uint32_t i = 0; i < given.allowed_origin_count; ++i) {
        const std::string field = "checkout.allowed_origins[" + std::to_string(i) + "]";
        Result<std::string> origin =
            read_origin(given.allowed_origins[i], trust.environment, field);
        if (!origin.ok()) return origin.error();
        trust.other_origins.push_back(std::move(origin).value());
    }
    return Unit{};
}

Status create(const credit_config* config, const credit_checkout_options* options,
              credit_checkout** out) {
    if (out == nullptr) return Error(Code::invalid_argument, "checkout: is NULL");
    *out = nullptr;
    if (config == nullptr) return Error(Code::invalid_argument, "config: is NULL");
    credit_checkout_options given;
    const Status sized = sized_status(read_sized(options, given), "checkout");
    if (!sized.ok()) return sized;
    const Status setters = check_setters(*config);
    if (!setters.ok()) return setters;
    std::string_view url;
    if (!read_text(given.embed_url, url))
        return Error(Code::invalid_argument, "embed_url: size without data");
    CheckoutTrust trust;
    trust.environment = *config->values.environment;
    Result<std::string> hosted = hosted_origin(config->values, given.hosted_origin);
    if (!hosted.ok()) return hosted.error();
    trust.hosted_origin = std::move(hosted).value();
    const Status others = read_origins(given, trust);
    if (!others.ok()) return others;
    Result<std::unique_ptr<Checkout>> made =
        Checkout::receive(url, std::move(trust), compose_clock(config->values));
    if (!made.ok()) return made.error();
    *out = new credit_checkout(std::move(made).value());
    return Unit{};
}

Status parse(credit_checkout* checkout, const credit_str& origin, const credit_str& message,
             credit_checkout_event** out) {
    if (out == nullptr) return Error(Code::invalid_argument, "event: is NULL");
    *out = nullptr;
    if (checkout == nullptr) return Error(Code::invalid_argument, "checkout: is NULL");
    std::string_view from;
    std::string_view text;
    if (!read_text(origin, from)) return Error(Code::invalid_argument, "origin: size without data");
    if (!read_text(message, text))
        return Error(Code::invalid_argument, "message: size without data");
    Result<HostedEvent> read = checkout->checkout->read_event(from, text);
    if (!read.ok()) return read.error();
    *out = new credit_checkout_event(std::move(read).value());
    return Unit{};
}

}  // namespace
}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

credit_code credit_checkout_create(const credit_config* config,
                                   const credit_checkout_options* options,
                                   credit_checkout** checkout, credit_error** error) noexcept {
    return guard_with_error(error, [&] { return create(config, options, checkout); });
}

credit_checkout* credit_checkout_retain(credit_checkout* checkout) noexcept {
    return retain(checkout);
}

void credit_checkout_release(credit_checkout* checkout) noexcept {
    release(checkout);
}

credit_code credit_checkout_take_url(credit_checkout* checkout, char* buffer, size_t capacity,
                                     size_t* size) noexcept {
    return guard([&] {
        if (size == nullptr) return CREDIT_INVALID_ARGUMENT;
        *size = 0;
        if (checkout == nullptr || (buffer == nullptr && capacity != 0))
            return CREDIT_INVALID_ARGUMENT;
        return to_c(checkout->checkout->take(buffer, capacity, *size));
    });
}

int32_t credit_checkout_allows_navigation(credit_checkout* checkout, credit_str url,
                                          int32_t main_frame) noexcept {
    bool allowed = false;
    guard_void([&] {
        std::string_view text;
        if (checkout != nullptr && read_text(url, text)) {
            allowed = checkout->checkout->allows(text, main_frame != 0);
        }
    });
    return allowed ? 1 : 0;
}

credit_code credit_checkout_parse_event(credit_checkout* checkout, credit_str origin,
                                        credit_str message, credit_checkout_event** event,
                                        credit_error** error) noexcept {
    return guard_with_error(error, [&] { return parse(checkout, origin, message, event); });
}

void credit_checkout_event_release(credit_checkout_event* event) noexcept {
    release(event);
}

credit_checkout_event_type credit_checkout_event_type_of(
    const credit_checkout_event* event) noexcept {
    return event == nullptr ? CREDIT_CHECKOUT_EVENT_UNKNOWN
                            : static_cast<credit_checkout_event_type>(event->event.type);
}

credit_str credit_checkout_event_name(const credit_checkout_event* event) noexcept {
    return event == nullptr ? literal("") : to_c(event->event.name);
}

credit_str credit_checkout_event_external_url(const credit_checkout_event* event) noexcept {
    return event == nullptr ? literal("") : to_c(event->event.external_url);
}

credit_str credit_checkout_event_resume_url(const credit_checkout_event* event) noexcept {
    return event == nullptr ? literal("") : to_c(event->event.resume_url);
}
