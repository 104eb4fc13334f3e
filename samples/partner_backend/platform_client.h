#pragma once

#include <nlohmann/json.hpp>
#include <string>

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

// The only place that holds the API key. Each call goes out on a fresh connection, follows no
// redirect, keeps no cookie and is never sent again by itself.
class PlatformClient {
  public:
    PlatformClient(const std::string& base_url, std::string api_key, std::string ca_file,
                   int timeout_ms);

    bool is_configured() const { return !origin_.empty() && !api_key_.empty(); }

    PlatformReply create_session(nlohmann::json body, const std::string& idempotency_key,
                                 const std::string& correlation_id) const;
    PlatformReply refresh(const std::string& refresh_token, const std::string& idempotency_key,
                          const std::string& correlation_id) const;

    // For the check that no error text hands the key on.
    bool holds_api_key(const std::string& text) const;

  private:
    PlatformReply post(const PlatformCall& call) const;

    std::string origin_;
    std::string base_path_;
    std::string api_key_;
    std::string ca_file_;
    int timeout_ms_;
};

}  // namespace credit::partner
