#include "core/http/pins.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::string_view kScheme = "sha256//";
constexpr std::size_t kDigestChars = 43;  // 32 bytes in base64, and one '='
constexpr std::size_t kMinPins = 2;
constexpr std::size_t kMaxPins = 16;
constexpr std::size_t kMaxBundleBytes = 1024 * 1024;

int base64_value(char c) noexcept {
    if (text::is_upper(c)) return c - 'A';
    if (text::is_lower(c)) return c - 'a' + 26;
    if (text::is_digit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool is_pin(std::string_view pin) noexcept {
    if (!pin.starts_with(kScheme)) return false;
    const std::string_view digest = pin.substr(kScheme.size());
    if (digest.size() != kDigestChars + 1 || digest.back() != '=') return false;
    const std::string_view body = digest.substr(0, kDigestChars);
    if (!text::all(body, [](char c) { return base64_value(c) >= 0; })) return false;
    return base64_value(body.back()) % 4 == 0;  // the two spare bits of the last digit are zero
}

Error invalid(std::string field, std::string_view why) {
    return {Code::config_invalid, std::move(field) + ": " + std::string(why)};
}

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

bool is_certificate_text(std::string_view body) noexcept {
    const auto allowed = [](char c) {
        return base64_value(c) >= 0 || c == '=' || c == '\n' || c == '\r' || c == ' ' || c == '\t';
    };
    const auto digit = [](char c) { return base64_value(c) >= 0; };
    return text::all(body, allowed) && std::any_of(body.begin(), body.end(), digit);
}

}  // namespace

Status check_pins(const std::vector<std::string>& pins) {
    if (pins.empty()) return Unit{};
    if (pins.size() < kMinPins) return invalid("pins", "one pin alone has no backup");
    if (pins.size() > kMaxPins) return invalid("pins", "more than 16");
    for (std::size_t i = 0; i < pins.size(); ++i) {
        const std::string field = "pins[" + std::to_string(i) + "]";
        if (!is_pin(pins[i])) return invalid(field, "is not sha256//<base64 of 32 bytes>");
        if (std::find(pins.begin(), pins.begin() + static_cast<std::ptrdiff_t>(i), pins[i]) !=
            pins.begin() + static_cast<std::ptrdiff_t>(i)) {
            return invalid(field, "is given twice, which makes it no backup");
        }
    }
    return Unit{};
}

Status check_ca_bundle(const std::string& pem) {
    const std::string_view text = pem;
    if (text.size() > kMaxBundleBytes) return invalid("ca_bundle", "is larger than 1 MiB");
    if (text.find('\0') != text.npos) return invalid("ca_bundle", "contains a NUL byte");
    if (text.find("PRIVATE KEY") != text.npos)
        return invalid("ca_bundle", "contains a private key");
    std::size_t at = text.find(kBegin);
    if (at == text.npos) return invalid("ca_bundle", "contains no PEM certificate");
    while (at != text.npos) {
        const std::size_t body = at + kBegin.size();
        const std::size_t end = text.find(kEnd, body);
        if (end == text.npos || !is_certificate_text(text.substr(body, end - body))) {
            return invalid("ca_bundle", "contains a damaged certificate block");
        }
        at = text.find(kBegin, end + kEnd.size());
    }
    return Unit{};
}

}  // namespace credit
