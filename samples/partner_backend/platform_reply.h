#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace credit::partner {

// What came back from one call to the platform.
struct PlatformReply {
    bool reached = false;  // false: no reply; the platform may still have acted
    int status = 0;
    std::optional<nlohmann::json> payload;  // nothing when the body was no JSON
    std::string retry_after;                // as the platform wrote it, or empty
    std::int64_t sent_at_ms = 0;            // our clock, when the request left

    // A 2xx alone is not success, nor is a "data" key: the error envelope has one too.
    bool succeeded() const;
    // The platform says the token is dead: a verdict needs the whole error envelope.
    bool is_dead_session() const;
    // The platform says that it does not know the API key, before it did anything.
    bool is_refused_api_key() const;
    // Success of a surface without envelope: a 2xx with an object.
    bool succeeded_bare() const;

    const nlohmann::json& data() const;  // only after succeeded()
    std::string request_id() const;
    std::string timestamp() const;
    std::string error_code() const;
};

// How long the session token lives by the platform's own clock, counted from sent_at_ms; 0 when
// that cannot be told.
std::int64_t session_life_ms(const PlatformReply& reply);

}  // namespace credit::partner
