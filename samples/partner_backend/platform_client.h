#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "partner_backend/api_key_ring.h"
#include "partner_backend/platform_reply.h"

namespace credit::partner {

// One POST to the platform: what identifies it there.
struct PlatformCall {
    std::string path;
    std::string bearer;
    std::string idempotency_key;
    std::string correlation_id;
    nlohmann::json body = nlohmann::json::object();
};

// Where the platform is and how long it may take.
struct PlatformPlace {
    std::string base_url;
    std::string ca_file;
    int timeout_ms = 8000;
};

// The only place that sends API keys. Each call goes out on a fresh connection, follows no
// redirect, keeps no cookie and is never sent again by itself, but for one case: a call whose API
// key was refused goes out again with the next key, under the same idempotency key.
class PlatformClient {
  public:
    PlatformClient(const PlatformPlace& place, ApiKeyRing& keys);

    bool is_configured() const { return !origin_.empty() && !keys_.candidates().empty(); }
    int timeout_ms() const { return timeout_ms_; }

    PlatformReply create_session(nlohmann::json body, const std::string& idempotency_key,
                                 const std::string& correlation_id) const;
    // The hosted surface: the reply is a bare object with a URL that is a secret.
    PlatformReply create_hosted_session(nlohmann::json body, const std::string& idempotency_key,
                                        const std::string& correlation_id) const;
    PlatformReply subscribe(const std::string& tenant_id, const std::string& application_id,
                            const std::string& url) const;
    PlatformReply refresh(const std::string& refresh_token, const std::string& idempotency_key,
                          const std::string& correlation_id) const;

    // For the check that no error text hands a key on.
    bool holds_api_key(const std::string& text) const { return keys_.is_in(text); }

  private:
    PlatformReply with_api_key(PlatformCall call) const;
    PlatformReply post(const PlatformCall& call) const;

    std::string origin_;
    std::string base_path_;
    std::string ca_file_;
    int timeout_ms_;
    ApiKeyRing& keys_;
};

}  // namespace credit::partner
