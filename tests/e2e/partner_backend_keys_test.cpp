// API keys, environments, limits and the hosted route of the partner backend.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include "partner_backend_fixture.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::e2e::partner {
namespace {

constexpr const char* kActive = "sk_test_active_key";
constexpr const char* kNext = "sk_test_next_key";

class PartnerKeys : public PartnerBackend {
  protected:
    // The platform knows these keys only; everything else goes on as usual.
    void platform_accepts(const std::set<std::string>& keys) {
        platform_.refuse_when([keys](const Seen& seen) -> std::pair<int, json> {
            if (seen.path.ends_with("/refresh") || keys.contains(seen.authorization.substr(7))) {
                return {0, nullptr};
            }
            return {401, error_envelope("AUTH_INVALID_API_KEY")};
        });
    }
    void write_keys(const json& keys) {
        const std::string file = folder_ + "/keys.json";
        std::ofstream(file + ".new") << json({{"keys", keys}}).dump();
        std::filesystem::permissions(file + ".new", std::filesystem::perms::owner_read |
                                                        std::filesystem::perms::owner_write);
        std::filesystem::rename(file + ".new", file);
    }
    void start_with_file() {
        start({"--api-keys-file", folder_ + "/keys.json"}, {{"PLATFORM_API_KEY", std::nullopt}});
    }
    void start_with_list(const std::string& keys) {
        start({}, {{"PLATFORM_API_KEY", std::nullopt}, {"PLATFORM_API_KEYS", keys}});
    }
    std::string key_used_last() const { return platform_.seen().back().authorization.substr(7); }
    json states() {
        json names = json::array();
        const json keys = admin("GET", "/keys").body["keys"];
        for (const json& key : keys)
            names.push_back(key["state"]);
        return names;
    }
};

TEST_F(PartnerKeys, ARevokedKeyFallsOverToTheNextUnderTheSameIdempotencyKey) {
    start_with_list(std::string(kActive) + "," + kNext);
    EXPECT_EQ(session().status, 200);
    EXPECT_EQ(key_used_last(), kActive);
    platform_accepts({kNext});
    ASSERT_EQ(post("/api/credit/session", {{"borrowerExternalID", "BORROWER-1"}},
                   {{"Idempotency-Key", kKey}, {"X-Correlation-ID", "during-rotation"}})
                  .status,
              200);
    const auto seen = platform_.seen();
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[1].authorization, std::string("Bearer ") + kActive);
    EXPECT_EQ(seen[2].authorization, std::string("Bearer ") + kNext);
    EXPECT_EQ(seen[1].idempotency_key, kKey);
    EXPECT_EQ(seen[2].idempotency_key, kKey);
    EXPECT_EQ(seen[2].correlation_id, "during-rotation");
    EXPECT_EQ(seen[1].body, seen[2].body);
    // From now on the working one is asked first.
    EXPECT_EQ(session().status, 200);
    EXPECT_EQ(platform_.seen().size(), 4U);
    EXPECT_EQ(states(), json({"active", "refused"}));
    EXPECT_EQ(audit()[0]["event"], "api_key_refused");
    EXPECT_EQ(audit().dump().find("sk_test"), std::string::npos);
    EXPECT_EQ(partner_->output().find(kActive), std::string::npos);
}

TEST_F(PartnerKeys, NoSessionCreationFailsWhileTheKeyIsTakenAway) {
    start_with_list(std::string(kActive) + "," + kNext);
    platform_accepts({kActive, kNext});
    std::atomic<int> answered = 0;
    std::vector<std::future<int>> callers;
    for (int i = 0; i < 8; ++i) {
        callers.push_back(std::async(std::launch::async, [&, i] {
            int failures = 0;
            for (int round = 0; round < 6; ++round) {
                const bool first = i % 2 == 0;
                failures += session(first ? "BORROWER-1" : "BORROWER-2", first ? "app-1" : "app-2")
                                .status != 200;
                ++answered;
            }
            return failures;
        }));
    }
    while (answered < 12)
        std::this_thread::yield();
    platform_accepts({kNext});
    for (auto& caller : callers)
        EXPECT_EQ(caller.get(), 0);
    EXPECT_EQ(key_used_last(), kNext);
}

TEST_F(PartnerKeys, OnlyTheVerdictAboutTheKeyMakesItFallOver) {
    start_with_list(std::string(kActive) + "," + kNext);
    for (const auto& [status, code] :
         {std::pair(401, "AUTH_INVALID_SESSION"), std::pair(403, "AUTH_INVALID_API_KEY"),
          std::pair(503, "UPSTREAM_TEMPORARY_FAILURE")}) {
        platform_.answer_with(status, error_envelope(code).dump());
        EXPECT_EQ(session().status, status);
    }
    platform_.answer_with(401, "no envelope");
    EXPECT_EQ(session().status, 401);
    EXPECT_EQ(platform_.seen().size(), 4U);
    EXPECT_EQ(states(), json({"active", "standby"}));
}

TEST_F(PartnerKeys, WhenAllAreRefusedThePlatformsAnswerIsTheAnswer) {
    start_with_list(std::string(kActive) + "," + kNext);
    platform_accepts({});
    const Reply reply = session();
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.body["details"]["error"]["code"], "AUTH_INVALID_API_KEY");
    EXPECT_EQ(platform_.seen().size(), 2U);
    platform_accepts({kActive});  // given back: a refused key is still tried, last
    EXPECT_EQ(session().status, 200);
}

TEST_F(PartnerKeys, AScheduledRotationByTheFile) {
    const std::int64_t now = kit::real_now_ms();
    const auto at = [&](std::int64_t off_ms) { return kit::iso8601_ms(now + off_ms); };
    write_keys(json::array(
        {{{"key", kActive}, {"until", at(3'600'000)}}, {{"key", kNext}, {"from", at(1'800'000)}}}));
    start_with_file();
    EXPECT_EQ(states(), json({"active", "next"}));
    session();
    EXPECT_EQ(key_used_last(), kActive);
    // The hour has come; both are good during the overlap.
    write_keys(json::array(
        {{{"key", kActive}, {"until", at(3'600'000)}}, {{"key", kNext}, {"from", at(-1000)}}}));
    session();
    EXPECT_EQ(key_used_last(), kNext);
    EXPECT_EQ(states(), json({"active", "standby"}));
    // The overlap is over: the old one is not even tried.
    write_keys(json::array(
        {{{"key", kActive}, {"until", at(-1)}}, {{"key", kNext}, {"from", at(-1000)}}}));
    platform_accepts({kActive});
    EXPECT_EQ(session().status, 401);
    EXPECT_EQ(key_used_last(), kNext);
    EXPECT_EQ(states(), json({"refused"}));
}

TEST_F(PartnerKeys, AnEmergencyRotationByTheFileOrByCommand) {
    write_keys(json::array({{{"key", kActive}}}));
    start_with_file();
    session();
    write_keys(json::array({{{"key", kNext}}}));
    platform_accepts({kNext});
    EXPECT_EQ(session().status, 200);
    EXPECT_EQ(key_used_last(), kNext);
    EXPECT_EQ(admin("POST", "/keys/reload", json::object()).status, 200);
    write_keys(json::array({{{"key", "sk_live_of_the_other_side"}}}));
    const Reply refused = admin("POST", "/keys/reload", json::object());
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body["error"].get<std::string>().find("live environment"), std::string::npos);
    EXPECT_EQ(refused.body.dump().find("sk_live_of"), std::string::npos);
    EXPECT_EQ(session().status, 200);  // those of before stay
    EXPECT_EQ(key_used_last(), kNext);
}

TEST_F(PartnerKeys, AStoreBelongsToOneEnvironmentAndOneSealingKey) {
    const std::vector<std::string> arguments{"--ca-dir",        folder_,          "--db",
                                             folder_ + "/p.db", "--refresh-mode", "backend"};
    start({"--db", folder_ + "/p.db", "--refresh-mode", "backend"},
          {{"PARTNER_STORAGE_KEY", kStorageKey}});
    partner_->stop();
    auto live = arguments;
    live.insert(live.end(), {"--environment", "live"});
    const Finished other = run_program(CREDIT_PARTNER_PROGRAM, live,
                                       without_settings({{"PARTNER_STORAGE_KEY", kStorageKey}}));
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_NE(other.errors.find("belongs to the test environment"), std::string::npos);
    const Finished sealed =
        run_program(CREDIT_PARTNER_PROGRAM, arguments,
                    without_settings({{"PARTNER_STORAGE_KEY", std::string(64, 'b')}}));
    EXPECT_EQ(sealed.exit_code, 2);
    EXPECT_NE(sealed.errors.find("not the key this store was sealed with"), std::string::npos);
}

TEST_F(PartnerKeys, TokensOfTheOtherEnvironmentAreNotHandedOn) {
    start();
    json swapped = error_envelope("");
    swapped["error"] = nullptr;
    swapped["data"] = {{"borrowerExternalID", "BORROWER-1"},
                       {"sessionToken", "st_live_a_b"},
                       {"refreshToken", "rt_live_a_b"},
                       {"sessionExpiresAt", "2030-01-01T00:00:00Z"},
                       {"refreshExpiresAt", "2030-01-01T00:00:00Z"}};
    platform_.answer_with(200, swapped.dump());
    EXPECT_EQ(session().status, 502);
    EXPECT_EQ(audit()[0]["event"], "platform_sent_another_environment");
}

TEST_F(PartnerKeys, R16_ASessionThatArrivesExpiredIsNotTakenOver) {
    start({"--refresh-mode", "backend"});
    platform_.set_life(std::chrono::seconds(-1));
    EXPECT_EQ(session().status, 502);
    EXPECT_EQ(audit()[0]["event"], "platform_sent_an_expired_session");
    platform_.set_life(std::chrono::seconds(1800));
    EXPECT_EQ(session().status, 200);
}

TEST_F(PartnerKeys, AnAllowListKeepsEverybodyElseOut) {
    start({"--allow", "BORROWER-2"});
    EXPECT_EQ(session().status, 403);
    EXPECT_EQ(session("BORROWER-2", "app-2").status, 200);
    EXPECT_EQ(platform_.seen().size(), 1U);
}

TEST_F(PartnerKeys, ABorrowersLimitOfMintingIs429WithTheDocumentedEnvelope) {
    start({"--mint-limit", "3", "--mint-window-s", "600", "--db", folder_ + "/p.db"});
    const json body{{"borrowerExternalID", "BORROWER-1"}};
    for (int i = 0; i < 4; ++i)  // one minting, repeated
        EXPECT_EQ(post("/api/credit/session", body, {{"Idempotency-Key", kKey}}).status, 200);
    EXPECT_EQ(session().status, 200);
    EXPECT_EQ(session().status, 200);
    const Reply refused = session();
    EXPECT_EQ(refused.status, 429);
    const int wait = std::stoi(refused.headers.find("Retry-After")->second);
    EXPECT_GT(wait, 590);
    EXPECT_LE(wait, 600);
    const json details = refused.body["details"];
    EXPECT_EQ(keys(details),
              (std::set<std::string>{"requestID", "correlationID", "timestamp", "data", "error"}));
    EXPECT_EQ(details["error"]["code"], "RATE_LIMITED");
    EXPECT_EQ(details["error"]["retryable"], true);
    EXPECT_EQ(platform_.seen().size(), 6U);
    EXPECT_EQ(session("BORROWER-2", "app-2").status, 200);  // each borrower has their own
    EXPECT_EQ(audit()[0]["event"], "mint_limited");
    start({"--mint-limit", "3", "--mint-window-s", "600", "--db", folder_ + "/p.db"});
    EXPECT_EQ(session().status, 429);  // and it outlives a restart
}

TEST_F(PartnerKeys, EveryMintingIsInTheAuditWithItsIds) {
    start();
    post("/api/credit/session", {{"borrowerExternalID", "BORROWER-1"}},
         {{"X-Correlation-ID", "mint-1"}});
    const json row = whole_audit()[0];
    EXPECT_EQ(row["event"], "session_minted");
    EXPECT_EQ(row["actor"], "BORROWER-1");
    EXPECT_EQ(row["named"], "journey-of-BORROWER-1");
    EXPECT_EQ(row["correlation_id"], "mint-1");
    EXPECT_EQ(row["request_id"], "req_1");
}

TEST_F(PartnerKeys, TheHostedRouteMintsAFreshTokenEachTime) {
    start();
    std::atomic<int> count = 0;
    platform_.answer_with([&](const httplib::Request&, httplib::Response& response) {
        const std::string url =
            "https://127.0.0.1:1/lab/embed?x=1#bt_test_" + std::to_string(++count);
        response.set_content(json({{"embedURL", url}, {"journeyID", "journey-1"}}).dump(),
                             "application/json");
    });
    const json body{{"borrowerExternalID", "BORROWER-1"}, {"journeyType", "GOLD_LOAN"}};
    const auto open = [&](const std::string& user) {
        return post("/api/credit/hosted-session", body, {{"Idempotency-Key", kKey}}, user);
    };
    const Reply first = open("app-1");
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.headers.find("Cache-Control")->second, "no-store");
    EXPECT_EQ(first.body["journeyID"], "journey-1");
    const Reply second = open("app-1");
    EXPECT_NE(first.body["embedURL"], second.body["embedURL"]);
    const auto seen = platform_.seen();
    EXPECT_EQ(seen[0].path, "/api/lab/sessions");
    EXPECT_EQ(seen[0].authorization, std::string("Bearer ") + kApiKey);
    EXPECT_EQ(seen[0].body,
              json({{"borrowerProviderID", "BORROWER-1"}, {"journeyType", "GOLD_LOAN"}}));
    // The app's key must not make the platform repeat a token that is spent.
    EXPECT_NE(seen[0].idempotency_key, seen[1].idempotency_key);
    EXPECT_EQ(open("app-2").status, 403);
    EXPECT_EQ(open("").status, 401);
    EXPECT_EQ(whole_audit()[0]["event"], "bootstrap_minted");
    EXPECT_EQ(partner_->stop(), 0);
    EXPECT_EQ(partner_->output().find("bt_test_"), std::string::npos);
}

TEST_F(PartnerKeys, AHostedReplyWithoutAUsableAddressIsAFailure) {
    start();
    for (const json& payload : {json::object(), json({{"embedURL", "http://x/#bt_test_1"}}),
                                json({{"embedURL", 7}}), error_envelope("ODD")}) {
        platform_.answer_with(200, payload.dump());
        const Reply reply =
            post("/api/credit/hosted-session", {{"borrowerExternalID", "BORROWER-1"}});
        EXPECT_EQ(reply.status, 502);
        EXPECT_EQ(reply.body.dump().find("bt_test_"), std::string::npos);
    }
}

// The same vectors as the SDK's own test of rule R13.
TEST_F(PartnerKeys, R13_TheKeyOfARefreshIsTheSdks) {
    for (const auto& [token, key] :
         {std::pair(std::string("rt_test_a"), "48de93e6-fbe3-4353-b4b5-b86e5491a3db"),
          std::pair(std::string(64, 'r'), "eef81251-63b0-4633-8f38-5295cbd3b286"),
          std::pair(std::string(65, 'r'), "da02b1cb-e06c-4920-9e89-3911a23997df")}) {
        platform_.reset();
        start({"--refresh-mode", "backend"});
        json reply = error_envelope("");
        reply["error"] = nullptr;
        reply["data"] = {{"borrowerExternalID", "BORROWER-1"},
                         {"sessionToken", "st_test_a"},
                         {"refreshToken", token},
                         {"sessionExpiresAt", "2030-01-01T00:00:00Z"},
                         {"refreshExpiresAt", "2030-01-01T00:00:00Z"}};
        platform_.answer_with(200, reply.dump());
        ASSERT_EQ(session().status, 200);
        ASSERT_EQ(refresh({{"force", true}}).status, 200);
        EXPECT_EQ(platform_.seen().back().idempotency_key, key);
        if (token != "rt_test_a") continue;
        refresh({{"force", true}});  // the token was kept: n is 1 now
        EXPECT_EQ(platform_.seen().back().idempotency_key, "f86023fe-52ff-4482-aea6-cd4c9e4b43df");
    }
}

TEST_F(PartnerKeys, APairThatCameTooLateIsTriedBeforeANewSessionIsAskedFor) {
    start({"--refresh-mode", "backend"});
    session();
    platform_.slow_down(std::chrono::milliseconds(500));
    auto late = std::async(std::launch::async, [&] { return refresh({{"force", true}}); });
    while (platform_.seen().size() < 2)
        std::this_thread::yield();
    platform_.slow_down(std::chrono::milliseconds(0));
    session();  // stored meanwhile: the pair on its way is laid aside
    late.get();
    const std::string newest = platform_.tokens().at(3);
    const std::string spare = platform_.tokens().at(5);
    platform_.refuse_when([&](const Seen& seen) -> std::pair<int, json> {
        if (seen.authorization != "Bearer " + newest) return {0, nullptr};
        return {401, error_envelope("AUTH_INVALID_SESSION")};
    });
    const Reply healed = refresh({{"force", true}});
    ASSERT_EQ(healed.status, 200) << healed.body;
    EXPECT_EQ(platform_.seen().back().authorization, "Bearer " + spare);
    EXPECT_EQ(admin("GET", "/counters").body["reminted"], 0);
}

}  // namespace
}  // namespace credit::e2e::partner
