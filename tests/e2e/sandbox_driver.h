#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.h"
#include "raw_http.h"

namespace credit::e2e {

constexpr const char* test_api_key = "sk_test_e2e";

struct TestPair {
    std::string session;
    std::string refresh;
};

// A sandbox of the test's own, and what tests do with it.
class SandboxDriver {
  public:
    explicit SandboxDriver(const std::vector<std::string>& arguments = {},
                           const Environment& environment = {
                               {"CREDIT_SANDBOX_API_KEYS", test_api_key}});
    SandboxDriver(const SandboxDriver&) = delete;
    SandboxDriver& operator=(const SandboxDriver&) = delete;
    // Ends it in order, so that it takes its temporary folder with it.
    ~SandboxDriver();

    Process& process() { return process_; }
    const nlohmann::json& ready() const { return ready_; }
    std::string url() const { return ready_["url"]; }
    std::string ca_file() const { return ready_["ca_file"]; }

    // The platform API; `path` below /api/v1/headless.
    RawReply call(const std::string& method, const std::string& path,
                  std::vector<std::pair<std::string, std::string>> headers,
                  const std::string& body = {}) const;
    RawReply start(const std::string& borrower, const std::string& key,
                   const std::string& api_key = test_api_key) const;
    RawReply refresh(const std::string& token, const std::string& key) const;
    RawReply journeys(const std::string& token) const;

    // A session for a borrower of this name, its tokens.
    TestPair new_pair(const std::string& borrower) const;

    // The admin API. Throws std::runtime_error unless the answer is 200.
    nlohmann::json admin(const std::string& method, const std::string& path,
                         const nlohmann::json& body = nlohmann::json::object()) const;
    RawReply raw_admin(const std::string& method, const std::string& path,
                       const std::string& body) const;
    void fault(const nlohmann::json& description) const { admin("POST", "/faults", description); }
    void set(const nlohmann::json& settings) const { admin("POST", "/settings", settings); }
    void advance(std::int64_t ms) const { admin("POST", "/clock", {{"advance_ms", ms}}); }
    nlohmann::json ledger() const { return admin("GET", "/ledger"); }
    std::int64_t counter(const std::string& name) const { return ledger()["counters"][name]; }

    // Returns once so many requests are being held.
    void wait_for_holds(int count) const;

  private:
    Process process_;
    nlohmann::json ready_;
};

// The pair in a reply of /sessions or /sessions/refresh; throws if there is none.
TestPair pair_in(const RawReply& reply);

}  // namespace credit::e2e
