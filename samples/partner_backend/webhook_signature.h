#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace credit::partner {

// The contract does not say what X-AL-Webhook-Timestamp counts in; `any` recognises all three.
enum class TimestampUnit { any, seconds, milliseconds, iso8601 };

struct WebhookRules {
    TimestampUnit unit = TimestampUnit::any;
    std::int64_t tolerance_ms = 300'000;  // to either side
};

enum class WebhookVerdict {
    genuine,
    header_missing,
    timestamp_malformed,
    signature_malformed,
    signature_wrong,
    timestamp_stale  // rightly signed, but too long ago or too far ahead
};

// Milliseconds since 1970; nothing for what is no timestamp of this unit.
std::optional<std::int64_t> webhook_time_ms(std::string_view text, TimestampUnit unit);

// 64 lower-case hex digits: HMAC-SHA-256 under `secret` over the timestamp header as it came, a dot
// and the body's bytes as they came.
std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view raw_body);

// Whether one of the secrets signed this. Takes the same time for every wrong signature: lengths
// are compared first, then all bytes, under every secret. A time is judged only once the signature
// is right.
WebhookVerdict verify_webhook(std::string_view timestamp, std::string_view signature,
                              std::string_view raw_body, std::span<const std::string> secrets,
                              std::int64_t now_ms, const WebhookRules& rules);

}  // namespace credit::partner
