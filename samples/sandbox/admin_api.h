#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/platform_api.h"

namespace credit::sandbox {

// The admin API, without HTTP: what tests and demos do to the sandbox from outside.
class AdminApi {
  public:
    explicit AdminApi(Sandbox sandbox, std::vector<std::string> initial_keys)
        : sandbox_(std::move(sandbox)), initial_keys_(std::move(initial_keys)) {}

    // `path` without the admin token. Throws std::invalid_argument for a bad body and
    // std::out_of_range for an unknown path.
    nlohmann::ordered_json answer(const std::string& method, const std::string& path,
                                  const nlohmann::json& body, std::int64_t since);

  private:
    using Json = nlohmann::ordered_json;

    Json faults(const std::string& method, const nlohmann::json& body);
    Json keys(const std::string& method, const nlohmann::json& body);
    Json applications(const std::string& method, const nlohmann::json& body);
    Json journeys(const std::string& method, const std::string& path, const nlohmann::json& body);
    Json clock(const std::string& method, const nlohmann::json& body);
    Json settings(const std::string& method, const nlohmann::json& body);
    Json revoke(const nlohmann::json& body);
    Json revoke_session_tokens(const nlohmann::json& body);
    Json reset();

    Sandbox sandbox_;
    std::vector<std::string> initial_keys_;
};

}  // namespace credit::sandbox
