#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "partner_backend/platform_reply.h"
#include "partner_backend/settings.h"

namespace credit::partner {

// An answer of this server to the app, and what its log line names.
struct Answer {
    int status = 200;
    nlohmann::json body;
    std::string request_id;
    std::string journey_id;
    std::string retry_after;
};

// True when the reply is a success that carries what an app needs of a session.
bool carries_pair(const PlatformReply& reply);

// The flat shapes of the app-facing routes, from a reply that carries a pair.
nlohmann::json flat_session(const PlatformReply& reply, Shape shape, RefreshMode mode);
nlohmann::json flat_refresh(const PlatformReply& reply, const std::string& borrower, Shape shape);

Answer refused(int status, const std::string& error);

// 429 with Retry-After, in whole seconds, and the platform's error envelope under `details`, so
// that an app treats this server's limit like the platform's own.
Answer too_many(std::int64_t wait_ms, const std::string& correlation_id);

}  // namespace credit::partner
