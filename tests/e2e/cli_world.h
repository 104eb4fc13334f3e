// Sandbox, partner backend and the CLI as processes over real TLS on loopback.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.h"
#include "sandbox_driver.h"

namespace credit::e2e {

struct CliSetup {
    std::vector<std::string> sandbox;
    std::vector<std::string> partner;
    std::string route = "platform";
};

// What one run of the CLI said: its last line of JSON.
struct Said {
    int exit = -1;
    nlohmann::json json;
    std::string errors;
    int code() const { return json.value("code", 0); }
    std::string name() const { return json.value("name", ""); }
    std::string message() const { return json.value("message", ""); }
    bool ok() const { return exit == 0 && json.value("ok", false); }
    std::string text() const { return std::to_string(exit) + " " + json.dump() + errors; }
};

class CliWorld {
  public:
    explicit CliWorld(const CliSetup& setup = {});
    ~CliWorld();
    CliWorld(const CliWorld&) = delete;
    CliWorld& operator=(const CliWorld&) = delete;

    // `input`: standard input of the CLI.
    Said run(const std::vector<std::string>& arguments, const std::string& input = {});
    // Runs beside the test.
    Process begin(const std::vector<std::string>& arguments);
    Said finish(Process& process);

    // A session through the partner's server; fails the test otherwise.
    void start();
    Said journeys() { return run({"call", "GET", "/api/v1/headless/journeys"}); }
    // The session token is over for the platform; the next call gets a 401 and refreshes.
    void expire() { sandbox.advance(31 * 60 * 1000); }
    std::string journey_id();
    // Names of the journal's events, in order.
    std::vector<std::string> journal();
    std::int64_t counter(const std::string& name) { return sandbox.counter(name); }
    std::int64_t refreshes();
    void partner_admin(const std::string& path, const nlohmann::json& body);
    // Every file below the storage folder: path, mode and bytes.
    std::map<std::string, std::string> files() const;

    TemporaryFolder folder;
    SandboxDriver sandbox;
    std::unique_ptr<Process> partner;
    nlohmann::json partner_ready;
    Environment environment;
};

bool is_refresh(const nlohmann::json& request);  // of the ledger
bool contains(const std::vector<std::string>& all, const std::string& one);

}  // namespace credit::e2e
