// The partner backend and the sandbox as two processes: what the platform's ledger saw.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "partner_backend_rig.h"
#include "server_kit/private_ca.h"

namespace credit::e2e::partner {
namespace {

using nlohmann::json;

constexpr const char* kKey = "5c0b1a86-0000-4000-8000-000000000002";
constexpr const char* kApiKey = "sk_test_partner_and_sandbox_e2e";

class PartnerAndSandbox : public testing::Test {
  protected:
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

    void start_partner(const std::vector<std::string>& extra) {
        std::vector<std::string> arguments{
            "--ca-dir",         folder_,  "--platform-ca-file", ca_file(),      "--user",
            "app-1=BORROWER-1", "--user", "app-2=BORROWER-2",   "--admin-port", "0"};
        arguments.insert(arguments.end(), extra.begin(), extra.end());
        partner_.reset();
        partner_ = std::make_unique<ServerProcess>(
            CREDIT_PARTNER_PROGRAM, arguments,
            Environment{{"PLATFORM_BASE_URL", sandbox_->ready()["url"].get<std::string>()},
                        {"PLATFORM_API_KEY", kApiKey}});
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
                     {"Idempotency-Key", kKey}});
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

TEST_F(PartnerAndSandbox, ASessionAndARefreshWithTheAppsOwnKey) {
    start();
    const Reply started = session();
    ASSERT_EQ(started.status, 200) << started.body;
    EXPECT_EQ(last_request()["correlation_id"], "both-start");
    const Reply refreshed = refresh({{"refreshToken", started.body["refreshToken"]}});
    ASSERT_EQ(refreshed.status, 200) << refreshed.body;
    EXPECT_EQ(last_request()["idempotency_key"], kKey);
    EXPECT_EQ(last_request()["correlation_id"], "both-refresh");
    const Reply replayed = refresh({{"refreshToken", started.body["refreshToken"]}});
    EXPECT_EQ(replayed.body, refreshed.body);
    const json counters = ledger()["counters"];
    EXPECT_EQ(counters["rotations"], 1);
    EXPECT_EQ(counters["replays"], 1);
    EXPECT_EQ(counters["reuse_verdicts"], 0);
}

TEST_F(PartnerAndSandbox, ThePartnerThatRewritesTheKeyMakesARepeatAReuse) {
    start({"--rewrite-idempotency-key"}, {"--model", "strict"});
    const json token = session().body["refreshToken"];
    EXPECT_EQ(refresh({{"refreshToken", token}}).status, 200);
    EXPECT_NE(last_request()["idempotency_key"], kKey);
    const Reply repeated = refresh({{"refreshToken", token}});
    EXPECT_EQ(repeated.status, 401);
    EXPECT_EQ(repeated.body["details"]["error"]["code"], "AUTH_INVALID_SESSION");
}

TEST_F(PartnerAndSandbox, TwoUsers) {
    start();
    session();
    const json theirs = session("BORROWER-2", "app-2").body;
    const auto before = ledger()["requests"].size();
    EXPECT_EQ(session("BORROWER-2", "app-1").status, 403);
    EXPECT_EQ(refresh({{"refreshToken", theirs["refreshToken"]}}, "app-1").status, 403);
    EXPECT_EQ(ledger()["requests"].size(), before);
    EXPECT_EQ(refresh({{"refreshToken", theirs["refreshToken"]}}, "app-2").status, 200);
}

TEST_F(PartnerAndSandbox, ARevokedApiKeyIsThePlatforms401) {
    start();
    sandbox_admin("POST", "/keys", {{"revoke", kApiKey}});
    const Reply reply = session();
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.body["error"], "Platform session bootstrap failed.");
    EXPECT_EQ(reply.body["details"]["error"]["code"], "AUTH_INVALID_API_KEY");
    EXPECT_EQ(reply.body.dump().find(kApiKey), std::string::npos);
}

TEST_F(PartnerAndSandbox, BackendModeHealsARevokedSession) {
    start({"--refresh-mode", "backend"});
    const json started = session().body;
    EXPECT_FALSE(started.contains("refreshToken"));
    EXPECT_EQ(refresh({{"force", true}}).status, 200);
    EXPECT_EQ(ledger()["counters"]["rotations"], 1);
    sandbox_admin("POST", "/revoke", {{"borrowerExternalID", "BORROWER-1"}});
    const Reply healed = refresh({{"force", true}});
    ASSERT_EQ(healed.status, 200) << healed.body;
    EXPECT_NE(healed.body["sessionToken"], started["sessionToken"]);
    EXPECT_EQ(last_request()["route"], "sessions");
}

TEST_F(PartnerAndSandbox, NoTokenOfTheLedgerInTheLogs) {
    start({"--db", folder_ + "/partner.db"});
    const json mine = session().body;
    refresh({{"refreshToken", mine["refreshToken"]}});
    refresh({{"refreshToken", "rt_test_unknown_token"}});
    std::set<std::string> secrets{kApiKey, kKey, "9876543210", "rt_test_unknown_token"};
    const json tokens = ledger()["tokens"];  // kept: the loop reads from it
    for (const json& token : tokens)
        secrets.insert(token["token"]);
    ASSERT_GE(secrets.size(), 8U);
    EXPECT_EQ(partner_->stop(), 0);
    std::string everything = partner_->output();
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (entry.is_regular_file()) everything += read_file(entry.path());
    }
    EXPECT_NE(everything.find("correlationID=both-refresh"), std::string::npos);
    for (const std::string& secret : secrets) {
        EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
    }
}

}  // namespace
}  // namespace credit::e2e::partner
