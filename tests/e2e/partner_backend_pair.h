// The partner backend and the sandbox as two processes.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "partner_backend_rig.h"
#include "server_kit/ids.h"
#include "server_kit/private_ca.h"

namespace credit::e2e::partner {

using nlohmann::json;

class PartnerAndSandbox : public testing::Test {
  protected:
    static constexpr const char* kKey = "5c0b1a86-0000-4000-8000-000000000002";
    static constexpr const char* kApiKey = "sk_test_partner_and_sandbox_e2e";

    PartnerAndSandbox() : folder_(kit::make_private_temp_dir("credit-both-")) {}
    ~PartnerAndSandbox() override {
        partner_.reset();
        sandbox_.reset();
        std::filesystem::remove_all(folder_);
    }

    void start(const std::vector<std::string>& partner_extra = {},
               const std::vector<std::string>& sandbox_extra = {}) {
        std::vector<std::string> arguments{"--ca-dir", folder_};
        arguments.insert(arguments.end(), sandbox_extra.begin(), sandbox_extra.end());
        sandbox_ = std::make_unique<ServerProcess>(
            CREDIT_SANDBOX_PROGRAM, arguments, Environment{{"CREDIT_SANDBOX_API_KEYS", kApiKey}});
        ASSERT_TRUE(sandbox_->ready().is_object()) << sandbox_->output();
        start_partner(partner_extra);
    }

    void start_partner(const std::vector<std::string>& extra,
                       Environment environment = {{"PLATFORM_API_KEY", kApiKey}}) {
        std::vector<std::string> arguments{
            "--ca-dir",         folder_,  "--platform-ca-file", ca_file(),      "--user",
            "app-1=BORROWER-1", "--user", "app-2=BORROWER-2",   "--admin-port", "0"};
        arguments.insert(arguments.end(), extra.begin(), extra.end());
        partner_.reset();
        environment.try_emplace("PLATFORM_BASE_URL", sandbox_->ready()["url"].get<std::string>());
        partner_ = std::make_unique<ServerProcess>(CREDIT_PARTNER_PROGRAM, arguments, environment);
        ASSERT_TRUE(partner_->ready().is_object()) << partner_->output();
    }

    Reply session(const std::string& borrower = "BORROWER-1", const std::string& user = "app-1") {
        return call(
            "POST", partner_url() + "/api/credit/session", ca_file(),
            {{"borrowerExternalID", borrower}, {"profile", {{"contactNumber", "9876543210"}}}},
            {{"Authorization", "Bearer " + user}, {"X-Correlation-ID", "both-start"}});
    }
    Reply refresh(const json& body, const std::string& user = "app-1") {
        return call("POST", partner_url() + "/api/credit/session/refresh", ca_file(), body,
                    {{"Authorization", "Bearer " + user},
                     {"X-Correlation-ID", "both-refresh"},
                     {"Idempotency-Key", body.contains("force") ? kit::new_uuid() : kKey}});
    }
    Reply sandbox_admin(const std::string& method, const std::string& path,
                        const json& body = nullptr) {
        return call(method, sandbox_->ready()["admin_url"].get<std::string>() + path, ca_file(),
                    body);
    }
    json ledger() { return sandbox_admin("GET", "/ledger").body; }
    json last_request() { return ledger()["requests"].back(); }
    std::string partner_url() const { return partner_->ready()["url"]; }
    std::string ca_file() const { return sandbox_->ready()["ca_file"]; }

    std::string folder_;
    std::unique_ptr<ServerProcess> sandbox_;
    std::unique_ptr<ServerProcess> partner_;
};

}  // namespace credit::e2e::partner
