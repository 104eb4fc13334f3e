#include "partner_backend/webhook_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {

constexpr std::size_t kDigest = 32;
constexpr std::size_t kLongestTimestamp = 40;
// Seconds until the year 5138, milliseconds since 1973: no number is both.
constexpr std::size_t kMostSecondDigits = 11;
constexpr std::size_t kMostMillisecondDigits = 14;

using Digest = std::array<unsigned char, kDigest>;

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t number(std::string_view digits) {
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

Digest signed_digest(std::string_view secret, std::string_view timestamp, std::string_view body) {
    std::string message;
    message.reserve(timestamp.size() + 1 + body.size());
    message.append(timestamp).append(1, '.').append(body);
    Digest digest{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
             &size) == nullptr) {
        throw std::runtime_error("HMAC-SHA-256 is not available");
    }
    return digest;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<Digest> digest_of(std::string_view hex) {
    if (hex.size() != 2 * kDigest) return std::nullopt;
    Digest digest{};
    for (std::size_t i = 0; i < kDigest; ++i) {
        const int high = hex_digit(hex[2 * i]);
        const int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        digest[i] = static_cast<unsigned char>(high * 16 + low);
    }
    return digest;
}

bool is_signed_by_any(std::span<const std::string> secrets, const Digest& given,
                      std::string_view timestamp, std::string_view body) {
    bool found = false;
    for (const std::string& secret : secrets) {
        const Digest wanted = signed_digest(secret, timestamp, body);
        // An empty secret is nobody's signature.
        const bool same = CRYPTO_memcmp(wanted.data(), given.data(), kDigest) == 0;
        found = found || (same && !secret.empty());
    }
    return found;
}

}  // namespace

std::optional<std::int64_t> webhook_time_ms(std::string_view text, TimestampUnit unit) {
    if (text.empty() || text.size() > kLongestTimestamp) return std::nullopt;
    const bool may_be_any = unit == TimestampUnit::any;
    if (is_digits(text)) {
        if (unit == TimestampUnit::iso8601 || text.size() > kMostMillisecondDigits) {
            return std::nullopt;
        }
        const bool seconds =
            may_be_any ? text.size() <= kMostSecondDigits : unit == TimestampUnit::seconds;
        if (seconds && text.size() > kMostSecondDigits) return std::nullopt;
        return seconds ? number(text) * 1000 : number(text);
    }
    if (!may_be_any && unit != TimestampUnit::iso8601) return std::nullopt;
    return kit::parse_iso8601(text);
}

std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view raw_body) {
    const Digest digest = signed_digest(secret, timestamp, raw_body);
    return kit::hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

WebhookVerdict verify_webhook(std::string_view timestamp, std::string_view signature,
                              std::string_view raw_body, std::span<const std::string> secrets,
                              std::int64_t now_ms, const WebhookRules& rules) {
    if (timestamp.empty() || signature.empty()) return WebhookVerdict::header_missing;
    const auto time = webhook_time_ms(timestamp, rules.unit);
    if (!time) return WebhookVerdict::timestamp_malformed;
    const auto given = digest_of(signature);
    if (!given) return WebhookVerdict::signature_malformed;
    if (!is_signed_by_any(secrets, *given, timestamp, raw_body)) {
        return WebhookVerdict::signature_wrong;
    }
    const bool near = *time >= now_ms - rules.tolerance_ms && *time <= now_ms + rules.tolerance_ms;
    return near ? WebhookVerdict::genuine : WebhookVerdict::timestamp_stale;
}

}  // namespace credit::partner
