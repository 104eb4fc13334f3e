#include "partner_backend/session_shape.h"

#include <array>

#include "partner_backend/json_text.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

bool carries_pair(const PlatformReply& reply) {
    if (!reply.succeeded()) return false;
    constexpr std::array kNeeded{"sessionToken", "refreshToken", "sessionExpiresAt",
                                 "refreshExpiresAt"};
    for (const char* key : kNeeded) {
        if (string_field(reply.data(), key).value_or("").empty()) return false;
    }
    return true;
}

json flat_session(const PlatformReply& reply, Shape shape, RefreshMode mode) {
    const json& data = reply.data();
    json flat;
    for (const char* key : {"borrowerID", "borrowerExternalID", "sessionToken", "sessionExpiresAt",
                            "activeJourney"}) {
        flat[key] = data.value(key, json());
    }
    if (mode == RefreshMode::client) {
        flat["refreshToken"] = data["refreshToken"];
        flat["refreshExpiresAt"] = data["refreshExpiresAt"];
    }
    if (shape == Shape::timestamp) flat["timestamp"] = reply.timestamp();
    return flat;
}

json flat_refresh(const PlatformReply& reply, const std::string& borrower, Shape shape) {
    const json& data = reply.data();
    json flat{{"borrowerExternalID", borrower}};
    for (const char* key :
         {"sessionToken", "refreshToken", "sessionExpiresAt", "refreshExpiresAt"}) {
        flat[key] = data[key];
    }
    if (shape == Shape::timestamp) flat["timestamp"] = reply.timestamp();
    return flat;
}

Answer refused(int status, const std::string& error) {
    Answer answer;
    answer.status = status;
    answer.body = {{"error", error}};
    return answer;
}

Answer too_many(std::int64_t wait_ms, const std::string& correlation_id) {
    Answer answer = refused(429, "Too many sessions for this borrower.");
    answer.request_id = "req_partner_" + kit::new_uuid();
    answer.retry_after = std::to_string((wait_ms + 999) / 1000);
    answer.body["details"] = {{"requestID", answer.request_id},
                              {"correlationID", correlation_id},
                              {"timestamp", kit::iso8601_ms(kit::real_now_ms())},
                              {"data", nullptr},
                              {"error",
                               {{"code", "RATE_LIMITED"},
                                {"message", "The partner's limit per borrower is reached."},
                                {"retryable", true},
                                {"details", json::object()}}}};
    return answer;
}

}  // namespace credit::partner
