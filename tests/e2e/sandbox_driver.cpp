#include "sandbox_driver.h"

#include <stdexcept>
#include <thread>

namespace credit::e2e {

namespace {

constexpr const char* base = "/api/v1/headless";

std::vector<std::string> with_defaults(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"--port", "0", "--admin-port", "0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

}  // namespace

SandboxDriver::SandboxDriver(const std::vector<std::string>& arguments,
                             const Environment& environment)
    : process_(CREDIT_SANDBOX_PROGRAM, with_defaults(arguments), environment),
      ready_(process_.ready()) {}

SandboxDriver::~SandboxDriver() {
    try {
        process_.terminate();
    } catch (const std::exception&) {
        // The process's own destructor sees to what does not want to end.
    }
}

RawReply SandboxDriver::call(const std::string& method, const std::string& path,
                             std::vector<std::pair<std::string, std::string>> headers,
                             const std::string& body) const {
    headers.emplace_back("Content-Type", "application/json");
    return raw_request(url(), ca_file(), {method, base + path, std::move(headers), body});
}

RawReply SandboxDriver::start(const std::string& borrower, const std::string& key,
                              const std::string& api_key) const {
    return call("POST", "/sessions",
                {{"Authorization", "Bearer " + api_key}, {"Idempotency-Key", key}},
                nlohmann::json{{"borrowerExternalID", borrower}}.dump());
}

RawReply SandboxDriver::refresh(const std::string& token, const std::string& key) const {
    return call("POST", "/sessions/refresh",
                {{"Authorization", "Bearer " + token}, {"Idempotency-Key", key}}, "{}");
}

RawReply SandboxDriver::journeys(const std::string& token) const {
    return call("GET", "/journeys", {{"Authorization", "Bearer " + token}});
}

TestPair SandboxDriver::new_pair(const std::string& borrower) const {
    return pair_in(start(borrower, "start-" + borrower));
}

nlohmann::json SandboxDriver::admin(const std::string& method, const std::string& path,
                                    const nlohmann::json& body) const {
    const RawReply reply = raw_admin(method, path, method == "GET" ? "" : body.dump());
    if (reply.status != 200) {
        throw std::runtime_error("admin " + method + " " + path + ": " + reply.bytes);
    }
    return reply.json();
}

RawReply SandboxDriver::raw_admin(const std::string& method, const std::string& path,
                                  const std::string& body) const {
    return raw_request(ready_["admin_url"], "", {method, path, {}, body});
}

void SandboxDriver::wait_for_holds(int count) const {
    const auto deadline = std::chrono::steady_clock::now() + default_patience;
    while (admin("GET", "/holds")["held"] != count) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("no " + std::to_string(count) + " requests came to be held");
        }
        std::this_thread::yield();
    }
}

TestPair pair_in(const RawReply& reply) {
    const auto json = reply.json();
    if (!json.is_object() || !json["data"].is_object()) {
        throw std::runtime_error("no pair in this reply: " + reply.bytes);
    }
    return {json["data"]["sessionToken"], json["data"]["refreshToken"]};
}

}  // namespace credit::e2e
