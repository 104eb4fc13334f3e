#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// What an application's webhooks are signed with. While one secret takes over from another both
// are good: an event is signed with the secret it was made under, until that one retires.
struct WebhookSecret {
    std::int64_t id = 0;
    std::string secret;
    std::optional<std::int64_t> retires_at_ms;
};

// Throws std::invalid_argument unless it has 16 to 255 visible ASCII characters.
void check_webhook_secret(const std::string& secret);

// The newest one; made, the first time: `first` if it is not empty, else a random one.
WebhookSecret current_webhook_secret(kit::Database& database, const std::string& application_id,
                                     const std::string& first, std::int64_t now_ms);

// All that are good at this time, the newest first.
std::vector<WebhookSecret> webhook_secrets(kit::Database& database,
                                           const std::string& application_id, std::int64_t now_ms);

// Makes `next` (a random one if empty) the current secret; the others retire after `overlap_ms`.
// Throws std::invalid_argument for a bad or known secret.
WebhookSecret rotate_webhook_secret(kit::Database& database, const std::string& application_id,
                                    const std::string& next, std::int64_t overlap_ms,
                                    std::int64_t now_ms);

// The secret an event is signed with now: its own, or the current one once its own has retired.
std::string signing_secret(kit::Database& database, const std::string& application_id,
                           std::int64_t secret_id, std::int64_t now_ms);

// Lower-case hex HMAC-SHA256 over timestamp, a full stop and the raw body.
std::string webhook_signature(const std::string& secret, const std::string& timestamp,
                              const std::string& body);

}  // namespace credit::sandbox
