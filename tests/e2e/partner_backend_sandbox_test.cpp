// The partner backend and the sandbox as two processes: what the platform's ledger saw.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "partner_backend_pair.h"
#include "server_kit/private_ca.h"

namespace credit::e2e::partner {
namespace {

using nlohmann::json;

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

TEST_F(PartnerAndSandbox, AnIdInWordsGoesAllTheWay) {
    start();
    const Reply reply =
        call("POST", partner_url() + "/api/credit/session", ca_file(),
             {{"borrowerExternalID", "BORROWER-1"}},
             {{"Authorization", "Bearer app-1"}, {"X-Correlation-ID", "borrower start 1"}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(last_request()["correlation_id"], "borrower start 1");
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

// On schedule, in an emergency, and by taking a key away from calls under way.
TEST_F(PartnerAndSandbox, NoSessionCreationFailsThroughAnyRotationOfThePlatform) {
    const std::vector<std::string> keys{kApiKey, "sk_test_second", "sk_test_third", "sk_test_last"};
    start({"--mint-limit", "0"});
    start_partner({"--mint-limit", "0"},
                  {{"PLATFORM_API_KEYS", keys[0] + "," + keys[1] + "," + keys[2] + "," + keys[3]}});
    std::atomic<int> answered = 0;
    std::atomic<bool> stop = false;
    std::vector<std::future<int>> callers;
    for (int i = 0; i < 4; ++i) {
        callers.push_back(std::async(std::launch::async, [&, i] {
            int failures = 0;
            while (!stop) {
                const bool first = i % 2 == 0;
                failures += session(first ? "BORROWER-1" : "BORROWER-2", first ? "app-1" : "app-2")
                                .status != 200;
                ++answered;
            }
            return failures;
        }));
    }
    const auto some_more = [&] {
        for (const int until = answered + 8; answered < until;)
            std::this_thread::yield();
    };
    some_more();
    sandbox_admin("POST", "/keys",
                  {{"rotate", keys[0]}, {"next", keys[1]}, {"start_in_ms", 60'000}});
    some_more();
    for (const int step_ms : {60'000, 86'400'000}) {  // it starts; the overlap ends
        sandbox_admin("POST", "/clock", {{"advance_ms", step_ms}});
        some_more();
    }
    sandbox_admin("POST", "/keys", {{"replace", keys[1]}, {"next", keys[2]}});
    some_more();
    sandbox_admin("POST", "/keys", {{"add", keys[3]}});
    sandbox_admin("POST", "/keys", {{"revoke", keys[2]}});
    some_more();
    stop = true;
    for (auto& caller : callers)
        EXPECT_EQ(caller.get(), 0);
    EXPECT_EQ(sandbox_admin("GET", "/keys").body["api_keys"], json({keys[3]}));
    EXPECT_EQ(session().status, 200);
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
