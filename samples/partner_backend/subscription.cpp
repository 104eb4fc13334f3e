#include "partner_backend/subscription.h"

#include <spdlog/spdlog.h>

#include "partner_backend/json_text.h"

namespace credit::partner {

bool is_subscribed(const PlatformClient& platform, const WebhookScope& scope,
                   const std::string& url) {
    const PlatformReply reply = platform.subscribe(scope.tenant_id, scope.application_id, url);
    const bool confirmed = reply.succeeded_bare() &&
                           reply.payload->value("webhook_enabled", nlohmann::json()) == true &&
                           string_field(*reply.payload, "webhook_url") == url;
    if (confirmed) {
        spdlog::info("subscribed to webhooks");
    } else {
        spdlog::warn("not subscribed to webhooks yet: status {}", reply.status);
    }
    return confirmed;
}

}  // namespace credit::partner
