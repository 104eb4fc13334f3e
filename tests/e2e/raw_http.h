#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace credit::e2e {

struct RawRequest {
    std::string method = "GET";
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

// How the connection ended after the last byte.
enum class RawEnd { closed, reset, not_verified };

struct RawReply {
    int status = 0;
    std::map<std::string, std::string> headers;  // Names in lower case.
    std::string body;
    std::string bytes;  // Everything that came, as it came.
    RawEnd end = RawEnd::closed;

    // True if the body has the length its headers promise.
    bool whole() const;
    std::string header(const std::string& name) const;
    nlohmann::json json() const;
};

// One request on a connection of its own, byte for byte, without a library between that would hide
// how the server behaves. `url` is https:// (verified against `ca_file`) or http://, with a port;
// its path is put before that of the request. Throws std::runtime_error if it cannot connect.
RawReply raw_request(const std::string& url, const std::string& ca_file, const RawRequest& request);

// The same with bytes that need not be HTTP.
RawReply raw_exchange(const std::string& url, const std::string& ca_file, const std::string& bytes);

}  // namespace credit::e2e
