#pragma once

#include <string>

#include "partner_backend/platform_client.h"
#include "partner_backend/webhook_route.h"

namespace credit::partner {

// Tells the platform where to deliver webhooks. True once it confirms this very address; asking
// again with the same address changes nothing there.
bool is_subscribed(const PlatformClient& platform, const WebhookScope& scope,
                   const std::string& url);

}  // namespace credit::partner
