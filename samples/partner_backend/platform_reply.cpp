#include "partner_backend/platform_reply.h"

#include <algorithm>

#include "partner_backend/json_text.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

namespace {

std::string envelope_field(const std::optional<json>& payload, const char* key) {
    return payload ? string_field(*payload, key).value_or("") : std::string();
}

}  // namespace

bool PlatformReply::succeeded() const {
    if (!reached || status < 200 || status > 299 || !payload || !payload->is_object()) return false;
    const auto error = payload->find("error");
    const auto data = payload->find("data");
    return error != payload->end() && error->is_null() && data != payload->end() &&
           data->is_object();
}

bool PlatformReply::is_dead_session() const {
    return reached && status == 401 && !request_id().empty() &&
           error_code() == "AUTH_INVALID_SESSION";
}

bool PlatformReply::is_refused_api_key() const {
    return reached && status == 401 && error_code() == "AUTH_INVALID_API_KEY";
}

bool PlatformReply::succeeded_bare() const {
    return reached && status >= 200 && status <= 299 && payload && payload->is_object();
}

const json& PlatformReply::data() const {
    return payload->at("data");
}

std::string PlatformReply::request_id() const {
    return envelope_field(payload, "requestID");
}

std::string PlatformReply::timestamp() const {
    return envelope_field(payload, "timestamp");
}

std::string PlatformReply::error_code() const {
    if (!payload || !payload->is_object()) return {};
    const auto error = payload->find("error");
    return error == payload->end() ? "" : string_field(*error, "code").value_or("");
}

std::int64_t session_life_ms(const PlatformReply& reply) {
    const auto now = kit::parse_iso8601(reply.timestamp());
    const auto expiry = kit::parse_iso8601(envelope_field(reply.data(), "sessionExpiresAt"));
    return now && expiry ? std::max<std::int64_t>(0, *expiry - *now) : 0;
}

}  // namespace credit::partner
