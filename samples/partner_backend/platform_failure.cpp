#include "partner_backend/platform_failure.h"

#include "partner_backend/header_rules.h"
#include "partner_backend/json_text.h"

namespace credit::partner {

using nlohmann::json;

namespace {

// A reply may be half a success, with tokens in it, or echo the API key: neither is passed on.
json presentable_details(const PlatformClient& platform, const PlatformReply& reply) {
    if (!reply.payload || platform.holds_api_key(to_text(*reply.payload))) return nullptr;
    json details = *reply.payload;
    if (details.is_object() && details.contains("data")) details["data"] = nullptr;
    return details;
}

}  // namespace

Answer platform_failure(const PlatformClient& platform, const PlatformReply& reply,
                        const std::string& error) {
    constexpr int kBadGateway = 502;
    if (!reply.reached) return refused(kBadGateway, "Platform unreachable.");
    Answer answer;
    answer.status = reply.status >= 400 && reply.status <= 599 ? reply.status : kBadGateway;
    answer.body = {{"error", error}, {"details", presentable_details(platform, reply)}};
    answer.request_id = reply.request_id();
    if (is_valid_correlation_id(reply.retry_after)) answer.retry_after = reply.retry_after;
    return answer;
}

}  // namespace credit::partner
