#include "capi/src/field_check.h"

#include <algorithm>

#include "capi/src/strings.h"
#include "core/http/header_rules.h"
#include "core/http/url.h"
#include "core/platform_api/token_rules.h"

namespace credit::capi {
namespace {

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string named(std::string_view field, std::string_view why) {
    return std::string(field) + ": " + std::string(why);
}

}  // namespace

Error invalid_setting(std::string_view field, std::string_view why) {
    return {Code::config_invalid, named(field, why)};
}

Error missing_setting(std::string_view field, std::string_view why) {
    return {Code::config_missing, named(field, why)};
}

Status as_setting(const Status& status, std::string_view field) {
    if (status.ok()) return status;
    Error error = status.error();
    switch (error.code) {
        case Code::api_key_refused:
        case Code::insecure_url:
        case Code::environment_mismatch:
        case Code::config_missing:
            break;
        default:
            error.code = Code::config_invalid;
    }
    if (!error.message.starts_with(field)) error.message = named(field, error.message);
    return error;
}

Result<std::string> read_setting(const credit_str& text, std::string_view field, std::size_t max) {
    std::string_view view;
    if (!read_text(text, view))
        return Error(Code::invalid_argument, named(field, "size without data"));
    if (view.size() > max)
        return invalid_setting(field, "is longer than " + std::to_string(max) + " bytes");
    if (std::any_of(view.begin(), view.end(), is_control)) {
        return invalid_setting(field, "contains a control character");
    }
    if (contains_api_key(view)) {
        return Error(Code::api_key_refused,
                     named(field, "contains an API key; those stay on a server"));
    }
    return std::string(view);
}

Status check_url_alone(const std::string& url, std::string_view field) {
    const Result<Url> parsed = parse_url(url, field);
    if (!parsed.ok()) return as_setting(parsed.error(), field);
    if (parsed.value().scheme == "http" && !parsed.value().loopback()) {
        return Error(Code::insecure_url, named(field, "http is for loopback in TEST only"));
    }
    return Unit{};
}

Status check_header_setting(const std::string& value, std::string_view field, std::size_t max) {
    if (value.size() > max)
        return invalid_setting(field, "is longer than " + std::to_string(max) + " bytes");
    return as_setting(check_header_value(value, field), field);
}

}  // namespace credit::capi
