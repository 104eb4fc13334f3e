#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// The queue of webhooks in the database. Whoever calls these holds the mutex of the store.

struct DueWebhook {
    std::int64_t id = 0;
    std::string event_id;
    std::string tenant_id;
    std::string application_id;
    std::string body;
    std::string url;
    std::string secret;
    std::int64_t attempts = 0;
};

struct WebhookAttempt {
    std::int64_t at_ms = 0;
    int status = 0;     // 0 if there was no answer
    std::string error;  // why there was none
    std::int64_t took_ms = 0;
    std::string fault;
};

// An attempt is made again after 1 s, 2 s, 4 s, and so on up to an hour, all on the sandbox's clock
// and without jitter; after 16 attempts the sandbox gives the event up.
constexpr std::int64_t max_webhook_attempts = 16;
std::int64_t webhook_backoff_ms(std::int64_t attempts);

bool webhooks_pending(kit::Database& database);

// Those that are due, in the order of their events, at most `limit`.
std::vector<std::int64_t> due_webhooks(kit::Database& database, std::int64_t now_ms,
                                       std::int64_t limit);

// Nothing if it is not waiting any more.
std::optional<DueWebhook> read_webhook(kit::Database& database, std::int64_t id,
                                       std::int64_t now_ms);

// Writes down what came of an attempt and when the next one is due. A delivery that was cancelled
// meanwhile stays cancelled.
void record_attempt(kit::Database& database, std::int64_t id, const WebhookAttempt& attempt,
                    bool accepted, std::int64_t now_ms);

}  // namespace credit::sandbox
