// The partner backend as a process, against a platform that answers whatever a case needs.
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <set>

#include "partner_backend_rig.h"
#include "server_kit/ids.h"
#include "server_kit/private_ca.h"

namespace credit::e2e::partner {

using nlohmann::json;
using Headers = std::multimap<std::string, std::string>;

inline constexpr const char* kKey = "5c0b1a86-0000-4000-8000-000000000001";
inline constexpr const char* kApiKey = "sk_test_partner_e2e";
inline const std::string kStorageKey(64, 'a');

class PartnerBackend : public testing::Test {
  protected:
    PartnerBackend() : folder_(kit::make_private_temp_dir("credit-partner-")), platform_(folder_) {}
    ~PartnerBackend() override {
        partner_.reset();
        std::filesystem::remove_all(folder_);
    }

    void start(std::vector<std::string> extra = {}, Environment environment = {},
               const std::string& platform_ca_file = "") {
        std::vector<std::string> arguments{
            "--ca-dir",
            folder_,
            "--platform-ca-file",
            platform_ca_file.empty() ? folder_ + "/ca.pem" : platform_ca_file,
            "--user",
            "app-1=BORROWER-1",
            "--user",
            "app-2=BORROWER-2",
            "--admin-port",
            "0"};
        arguments.insert(arguments.end(), extra.begin(), extra.end());
        environment.try_emplace("PLATFORM_BASE_URL", platform_.url());
        environment.try_emplace("PLATFORM_API_KEY", kApiKey);
        partner_.reset();
        partner_ = std::make_unique<ServerProcess>(CREDIT_PARTNER_PROGRAM, arguments, environment);
        ASSERT_TRUE(partner_->ready().is_object()) << partner_->output();
    }

    Reply post(const std::string& path, const json& body, Headers headers = {},
               const std::string& app_token = "app-1") {
        if (!app_token.empty()) headers.emplace("Authorization", "Bearer " + app_token);
        return call("POST", url() + path, ca_file(), body, headers);
    }
    Reply session(const std::string& borrower = "BORROWER-1", const std::string& user = "app-1") {
        return post("/api/credit/session", {{"borrowerExternalID", borrower}}, {}, user);
    }
    Reply refresh(const json& body, const std::string& user = "app-1") {
        // Being forced twice is two wishes, unless they come under one key.
        const std::string key = body.contains("force") ? kit::new_uuid() : kKey;
        return post("/api/credit/session/refresh", body, {{"Idempotency-Key", key}}, user);
    }
    Reply admin(const std::string& method, const std::string& path, const json& body = nullptr) {
        return call(method, partner_->ready()["admin_url"].get<std::string>() + path, ca_file(),
                    body);
    }
    // All of it, and what is not everyday's.
    json whole_audit() { return admin("GET", "/audit").body["audit"]; }
    json audit() {
        const std::set<std::string> everyday{"session_minted", "session_replayed", "token_rotated"};
        const json all = whole_audit();
        json rows = json::array();
        for (const json& row : all) {
            if (!everyday.contains(row["event"].get<std::string>())) rows.push_back(row);
        }
        return rows;
    }
    std::string url() const { return partner_->ready()["url"]; }
    std::string ca_file() const { return partner_->ready()["ca_file"]; }

    static std::set<std::string> keys(const json& object) {
        std::set<std::string> names;
        for (const auto& item : object.items())
            names.insert(item.key());
        return names;
    }

    std::string folder_;
    FakePlatform platform_;
    std::unique_ptr<ServerProcess> partner_;
};

}  // namespace credit::e2e::partner
