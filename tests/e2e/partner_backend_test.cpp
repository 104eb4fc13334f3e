// The partner backend as a process, against a platform that answers whatever a case needs.
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <future>
#include <set>

#include "partner_backend_fixture.h"
#include "server_kit/ids.h"
#include "server_kit/private_ca.h"

namespace credit::e2e::partner {
namespace {

using nlohmann::json;

const std::set<std::string> kPublicShape{"borrowerID",   "borrowerExternalID", "sessionToken",
                                         "refreshToken", "sessionExpiresAt",   "refreshExpiresAt",
                                         "activeJourney"};

TEST_F(PartnerBackend, ServesThePublicPagesShapeAndTheOneWithTimestamp) {
    start({"--shape", "public"});
    EXPECT_EQ(keys(session().body), kPublicShape);
    admin("POST", "/config", {{"shape", "timestamp"}});
    auto with_time = kPublicShape;
    with_time.insert("timestamp");
    EXPECT_EQ(keys(session().body), with_time);
}

TEST_F(PartnerBackend, SendsWhatThePageSends) {
    start();
    const json body{{"borrowerExternalID", " BORROWER-1 "},
                    {"journeyType", "GOLD_LOAN"},
                    {"profile", {{"pan", "ABCDE1234F"}}}};
    const Reply reply = post("/api/credit/session", body,
                             {{"X-Correlation-ID", "borrower start 1"}, {"Idempotency-Key", kKey}});
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers.find("X-Correlation-ID")->second, "borrower start 1");
    EXPECT_EQ(reply.headers.find("Cache-Control")->second, "no-store");
    const Seen seen = platform_.seen().at(0);
    EXPECT_EQ(seen.path, "/api/v1/headless/sessions");
    EXPECT_EQ(seen.authorization, std::string("Bearer ") + kApiKey);
    EXPECT_EQ(seen.idempotency_key, kKey);
    EXPECT_EQ(seen.correlation_id, "borrower start 1");
    EXPECT_EQ(seen.body, json({{"borrowerExternalID", "BORROWER-1"},
                               {"journeyType", "GOLD_LOAN"},
                               {"profile", {{"pan", "ABCDE1234F"}}}}));
}

TEST_F(PartnerBackend, MakesIdsOfItsOwnWhenTheAppHasNoneOrBadOnes) {
    start();
    session();
    post("/api/credit/session", {{"borrowerExternalID", "BORROWER-1"}},
         {{"X-Correlation-ID", "leak rt_test_x_y"}, {"Idempotency-Key", "two words"}});
    for (const Seen& seen : platform_.seen()) {
        EXPECT_TRUE(kit::is_uuid(seen.idempotency_key));
        EXPECT_TRUE(kit::is_uuid(seen.correlation_id));
        EXPECT_EQ(seen.body["journeyType"], "PERSONAL_LOAN");
        EXPECT_FALSE(seen.body.contains("profile"));
    }
    EXPECT_EQ(platform_.seen().size(), 2U);
}

TEST_F(PartnerBackend, MissingBorrowerIs400) {
    start();
    const json missing{{"error", "Missing borrowerExternalID."}};
    const std::string deep = std::string(5000, '[');
    for (const json& body : {json::object(), json({{"borrowerExternalID", "  "}}),
                             json({{"borrowerExternalID", 7}}), json("no json"), json(deep)}) {
        const Reply reply = post("/api/credit/session", body);
        EXPECT_EQ(reply.status, 400);
        EXPECT_EQ(reply.body, missing);
    }
    EXPECT_EQ(
        post("/api/credit/session", {{"borrowerExternalID", "BORROWER-1"}, {"profile", "PAN"}})
            .status,
        400);
    EXPECT_EQ(post("/api/credit/session", std::string(70000, ' ')).status, 413);
    EXPECT_TRUE(platform_.seen().empty());
}

TEST_F(PartnerBackend, MissingConfigurationIs500) {
    const json missing{{"error", "Platform configuration missing."}};
    start({}, {{"PLATFORM_API_KEY", ""}});
    EXPECT_EQ(session().status, 500);
    EXPECT_EQ(session().body, missing);
    start({}, {{"PLATFORM_BASE_URL", ""}});
    EXPECT_EQ(session().body, missing);
    EXPECT_EQ(refresh({{"refreshToken", "rt_test_a_b"}}).body, missing);
    start();
    admin("POST", "/config", {{"platform_configured", false}});
    EXPECT_EQ(session().body, missing);
}

TEST_F(PartnerBackend, PlatformErrorsKeepTheirStatusAndPayload) {
    start();
    for (const int status : {400, 401, 403, 409, 422, 429, 500, 503}) {
        const json envelope = error_envelope("CODE_" + std::to_string(status));
        platform_.answer_with([&](const httplib::Request&, httplib::Response& response) {
            response.status = status;
            response.set_header("Retry-After", "7");
            response.set_content(envelope.dump(), "application/json");
        });
        const Reply reply = session();
        EXPECT_EQ(reply.status, status);
        EXPECT_EQ(reply.body,
                  json({{"error", "Platform session bootstrap failed."}, {"details", envelope}}));
        EXPECT_EQ(reply.headers.find("Retry-After")->second, "7");
        const Reply refreshed = refresh({{"refreshToken", "rt_test_a_b"}});
        EXPECT_EQ(refreshed.status, status);
        EXPECT_EQ(refreshed.body,
                  json({{"error", "Platform session refresh failed."}, {"details", envelope}}));
    }
}

TEST_F(PartnerBackend, A2xxIsASuccessOnlyWithNullErrorAndTheWholePair) {
    start();
    json half = error_envelope("X");
    half["error"] = nullptr;
    half["data"] = {{"sessionToken", "st_test_a_b"}, {"borrowerExternalID", "BORROWER-1"}};
    for (const json& payload : {error_envelope("ODD"), json({{"data", json::object()}}), half}) {
        platform_.answer_with(200, payload.dump());
        EXPECT_EQ(session().status, 502);
        const Reply refreshed = refresh({{"refreshToken", "rt_test_a_b"}});
        EXPECT_EQ(refreshed.status, 502);
        EXPECT_EQ(refreshed.body.dump().find("st_test_"), std::string::npos);
    }
}

TEST_F(PartnerBackend, NoJsonFromThePlatform) {
    start();
    platform_.answer_with(503, "<html>gateway</html>");
    const Reply bootstrap = session();
    EXPECT_EQ(bootstrap.status, 503);
    EXPECT_TRUE(bootstrap.body["details"].is_null());
    const Reply refreshed = refresh({{"refreshToken", "rt_test_a_b"}});
    EXPECT_EQ(refreshed.status, 502);
    EXPECT_TRUE(refreshed.body.at("details").is_null());
}

TEST_F(PartnerBackend, RedirectsAreNotFollowedAndTheApiKeyIsNotEchoed) {
    start();
    platform_.answer_with([this](const httplib::Request&, httplib::Response& response) {
        response.set_redirect(platform_.url() + "/elsewhere");
    });
    EXPECT_EQ(session().status, 502);
    EXPECT_EQ(platform_.seen().size(), 1U);
    platform_.answer_with(401, json({{"error", std::string("bad key ") + kApiKey}}).dump());
    const Reply reply = session();
    EXPECT_EQ(reply.status, 401);
    EXPECT_TRUE(reply.body["details"].is_null());
}

TEST_F(PartnerBackend, PlatformDownIs502) {
    start({"--platform-url", "https://127.0.0.1:1"});
    const json unreachable{{"error", "Platform unreachable."}};
    EXPECT_EQ(session().status, 502);
    EXPECT_EQ(session().body, unreachable);
    EXPECT_EQ(refresh({{"refreshToken", "rt_test_a_b"}}).status, 502);
    EXPECT_EQ(refresh({{"refreshToken", "rt_test_a_b"}}).body, unreachable);
}

TEST_F(PartnerBackend, APlatformWithAnotherCertificateIsRefused) {
    const std::string other = kit::make_private_temp_dir("credit-other-ca-");
    kit::make_or_take_identity(other, "other");
    start({}, {}, other + "/ca.pem");
    EXPECT_EQ(session().status, 502);
    EXPECT_TRUE(platform_.seen().empty());
    std::filesystem::remove_all(other);
}

TEST_F(PartnerBackend, UnknownAppUsersAre401) {
    start();
    const json unauthorized{{"error", "Unauthorized."}};
    for (const char* user : {"", "app-3", "sk_test_partner_e2e"}) {
        EXPECT_EQ(session("BORROWER-1", user).status, 401);
        EXPECT_EQ(refresh({{"refreshToken", "rt_test_a_b"}}, user).body, unauthorized);
    }
    EXPECT_TRUE(platform_.seen().empty());
}

TEST_F(PartnerBackend, TwoUsersCannotTakeEachOthersSessions) {
    start();
    const json mine = session("BORROWER-1", "app-1").body;
    const json theirs = session("BORROWER-2", "app-2").body;
    EXPECT_EQ(session("BORROWER-2", "app-1").status, 403);
    EXPECT_EQ(session("BORROWER-2", "app-1").body, json({{"error", "Forbidden."}}));
    EXPECT_EQ(refresh({{"refreshToken", theirs["refreshToken"]}}, "app-1").status, 403);
    EXPECT_EQ(
        refresh({{"refreshToken", mine["refreshToken"]}, {"borrowerExternalID", "BORROWER-2"}})
            .status,
        403);
    EXPECT_EQ(platform_.seen().size(), 2U);
    ASSERT_EQ(audit().size(), 4U);
    const json row = audit()[0];
    EXPECT_EQ(row["event"], "foreign_borrower");
    EXPECT_EQ(row["actor"], "BORROWER-1");
    EXPECT_EQ(row["named"], "BORROWER-2");
    EXPECT_FALSE(row["at"].get<std::string>().empty());
    EXPECT_FALSE(row["correlation_id"].get<std::string>().empty());
    EXPECT_EQ(audit()[2]["event"], "foreign_refresh_token");
    EXPECT_EQ(audit().dump().find("rt_test_"), std::string::npos);
    session("rt_test_somebodys_token", "app-1");
    EXPECT_EQ(audit().dump().find("rt_test_"), std::string::npos);
}

TEST_F(PartnerBackend, ThePolicyHookRefuses) {
    start({"--deny", "BORROWER-2"});
    EXPECT_EQ(session("BORROWER-2", "app-2").status, 403);
    EXPECT_EQ(session().status, 200);
    admin("POST", "/config", {{"policy_deny", {"BORROWER-1"}}});
    EXPECT_EQ(session("BORROWER-2", "app-2").status, 200);
    EXPECT_EQ(refresh({{"refreshToken", "rt_test_a_b"}}).status, 403);
    EXPECT_EQ(audit()[1]["event"], "policy_denied");
    EXPECT_EQ(admin("GET", "/counters").body["denied"], 2);
    EXPECT_EQ(admin("GET", "/counters").body["session_requests"], 3);
    EXPECT_EQ(admin("GET", "/counters").body["refresh_requests"], 1);
}

TEST_F(PartnerBackend, RefreshForwardsTheKeyUnchanged) {
    start();
    const json first = session().body;
    const Reply reply =
        post("/api/credit/session/refresh", {{"refreshToken", first["refreshToken"]}},
             {{"Idempotency-Key", kKey}, {"X-Correlation-ID", "corr-7"}});
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(keys(reply.body),
              (std::set<std::string>{"sessionToken", "refreshToken", "sessionExpiresAt",
                                     "refreshExpiresAt", "borrowerExternalID", "timestamp"}));
    EXPECT_NE(reply.body["refreshToken"], first["refreshToken"]);
    const Seen seen = platform_.seen().at(1);
    EXPECT_EQ(seen.path, "/api/v1/headless/sessions/refresh");
    EXPECT_EQ(seen.authorization, "Bearer " + first["refreshToken"].get<std::string>());
    EXPECT_EQ(seen.idempotency_key, kKey);
    EXPECT_EQ(seen.correlation_id, "corr-7");
    EXPECT_EQ(seen.body, json::object());
    EXPECT_EQ(refresh({{"refreshToken", first["refreshToken"]}}).body, reply.body);  // a replay
}

TEST_F(PartnerBackend, RefreshWithoutItsPartsIs400) {
    start();
    const json body{{"refreshToken", "rt_test_a_b"}};
    EXPECT_EQ(post("/api/credit/session/refresh", body).body,
              json({{"error", "Missing Idempotency-Key."}}));
    EXPECT_EQ(refresh(json::object()).body, json({{"error", "Missing refreshToken."}}));
    EXPECT_EQ(refresh({{"refreshToken", "rt_test_a\r\nX: 1"}}).status, 400);
    EXPECT_EQ(refresh(json("[")).status, 400);
    EXPECT_TRUE(platform_.seen().empty());
}

TEST_F(PartnerBackend, ThePartnerThatRewritesTheKey) {
    start({"--rewrite-idempotency-key"});
    const json first = session().body;
    refresh({{"refreshToken", first["refreshToken"]}});
    EXPECT_NE(platform_.seen().at(1).idempotency_key, kKey);
}

TEST_F(PartnerBackend, BackendModeKeepsTheRefreshToken) {
    start({"--refresh-mode", "backend"});
    const Reply started = session();
    ASSERT_EQ(started.status, 200);
    EXPECT_FALSE(started.body.contains("refreshToken"));
    EXPECT_FALSE(started.body.contains("refreshExpiresAt"));
    const Reply current = refresh(json::object());
    EXPECT_EQ(current.body["sessionToken"], started.body["sessionToken"]);
    EXPECT_EQ(platform_.seen().size(), 1U);
    const Reply forced = refresh({{"force", true}});
    EXPECT_EQ(keys(forced.body), (std::set<std::string>{"borrowerExternalID", "sessionToken",
                                                        "sessionExpiresAt", "timestamp"}));
    EXPECT_NE(forced.body["sessionToken"], started.body["sessionToken"]);
    EXPECT_EQ(refresh(json::object()).body["sessionToken"], forced.body["sessionToken"]);
    EXPECT_TRUE(kit::is_uuid(platform_.seen().at(1).idempotency_key));
    EXPECT_EQ(admin("GET", "/counters").body["rotations"], 1);
    EXPECT_EQ(refresh(json::object(), "app-2").status, 404);
}

TEST_F(PartnerBackend, BackendModeRotatesOnceForManyCallers) {
    start({"--refresh-mode", "backend"});
    session();
    platform_.set_life(std::chrono::seconds(3600));
    platform_.slow_down(std::chrono::milliseconds(1500));
    std::vector<std::future<Reply>> callers;
    for (int i = 0; i < 16; ++i) {
        callers.push_back(std::async(std::launch::async, [this] {
            return post("/api/credit/session/refresh", {{"force", true}},
                        {{"Idempotency-Key", kKey}});
        }));
    }
    std::set<std::string> tokens;
    for (auto& caller : callers)
        tokens.insert(caller.get().body["sessionToken"]);
    EXPECT_EQ(tokens.size(), 1U);
    EXPECT_EQ(admin("GET", "/counters").body["rotations"], 1);
}

TEST_F(PartnerBackend, BackendModeRepeatsALostReplyWithTheSameKeyAfterARestart) {
    const std::vector<std::string> arguments{"--refresh-mode", "backend", "--db",
                                             folder_ + "/partner.db"};
    start(arguments, {{"PARTNER_STORAGE_KEY", kStorageKey}});
    session();
    platform_.answer_with(500, "lost");
    EXPECT_EQ(refresh({{"force", true}}).status, 500);
    start(arguments, {{"PARTNER_STORAGE_KEY", kStorageKey}});
    platform_.reset();
    EXPECT_EQ(refresh({{"force", true}}).status, 200);
    const auto seen = platform_.seen();
    // One that was lost; the next one, whoever sends it, repeats it. What comes after its reply is another rotation: the
    // server asks by itself, too.
    ASSERT_GE(seen.size(), 3U);
    EXPECT_EQ(seen[1].authorization, seen[2].authorization);
    for (std::size_t i = 2; i < seen.size(); ++i) {
        const bool same = seen[1].authorization == seen[i].authorization;
        EXPECT_EQ(same, seen[1].idempotency_key == seen[i].idempotency_key);
    }
}

TEST_F(PartnerBackend, BackendModeServesALiveTokenWhenThePlatformFails) {
    start({"--refresh-mode", "backend"});
    platform_.set_life(std::chrono::seconds(20));  // below the 30 s that count as fresh
    const json started = session().body;
    platform_.answer_with(503, error_envelope("UPSTREAM_TEMPORARY_FAILURE").dump());
    EXPECT_EQ(refresh(json::object()).body["sessionToken"], started["sessionToken"]);
    EXPECT_EQ(refresh({{"force", true}}).status, 503);
}

TEST_F(PartnerBackend, BackendModeReplacesADeadSession) {
    start({"--refresh-mode", "backend"});
    const json started = session().body;
    platform_.refuse_refresh(401, error_envelope("AUTH_INVALID_SESSION"));
    const Reply healed = refresh({{"force", true}});
    ASSERT_EQ(healed.status, 200);
    EXPECT_NE(healed.body["sessionToken"], started["sessionToken"]);
    EXPECT_FALSE(healed.body.contains("refreshToken"));
    EXPECT_EQ(platform_.seen().back().path, "/api/v1/headless/sessions");
    EXPECT_EQ(audit()[0]["event"], "session_dead_reminted");
    EXPECT_EQ(admin("GET", "/counters").body["reminted"], 1);
    platform_.refuse_refresh(401, json({{"message", "no envelope"}}));
    EXPECT_EQ(refresh({{"force", true}}).status, 401);  // no verdict, nothing minted
    EXPECT_EQ(admin("GET", "/counters").body["reminted"], 1);
}

TEST_F(PartnerBackend, BackendModeIsNotSetBackByAReplayedSession) {
    start({"--refresh-mode", "backend"});
    const json body{{"borrowerExternalID", "BORROWER-1"}};
    post("/api/credit/session", body, {{"Idempotency-Key", kKey}});
    const json rotated = refresh({{"force", true}}).body;
    post("/api/credit/session", body, {{"Idempotency-Key", kKey}});
    EXPECT_EQ(refresh(json::object()).body["sessionToken"], rotated["sessionToken"]);
}

TEST_F(PartnerBackend, BackendModeChangesARefusedKeyOnce) {
    start({"--refresh-mode", "backend"});
    session();
    platform_.refuse_refresh(422, error_envelope("IDEMPOTENCY_KEY_MISMATCH"));
    EXPECT_EQ(refresh({{"force", true}}).status, 422);
    EXPECT_EQ(refresh({{"force", true}}).status, 422);
    const auto seen = platform_.seen();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_NE(seen[1].idempotency_key, seen[2].idempotency_key);
    EXPECT_EQ(seen[2].idempotency_key, seen[3].idempotency_key);
}

TEST_F(PartnerBackend, ARestartKeepsTheMappingAndTheOwners) {
    start({"--db", folder_ + "/partner.db"});
    const json theirs = session("BORROWER-2", "app-2").body;
    start({"--db", folder_ + "/partner.db"});
    const json row = admin("GET", "/mapping").body["borrowers"][0];
    EXPECT_EQ(row["borrowerExternalID"], "BORROWER-2");
    EXPECT_EQ(row["borrowerID"], "id-of-BORROWER-2");
    EXPECT_EQ(row["journeyID"], "journey-of-BORROWER-2");
    EXPECT_EQ(refresh({{"refreshToken", theirs["refreshToken"]}}, "app-1").status, 403);
}

TEST_F(PartnerBackend, AnotherBorrowersSessionIsNotHandedOn) {
    start();
    json swapped = error_envelope("");
    swapped["error"] = nullptr;
    swapped["data"] = {{"borrowerExternalID", "BORROWER-2"},
                       {"sessionToken", "st_test_a_b"},
                       {"refreshToken", "rt_test_a_b"},
                       {"sessionExpiresAt", "2030-01-01T00:00:00Z"},
                       {"refreshExpiresAt", "2030-01-01T00:00:00Z"}};
    platform_.answer_with(200, swapped.dump());
    EXPECT_EQ(session().status, 502);
    EXPECT_EQ(audit()[0]["event"], "platform_named_another_borrower");
}

TEST_F(PartnerBackend, FaultsOfThePartnerItself) {
    start();
    admin("POST", "/faults", {{"kind", "unauthorized"}, {"count", 2}});
    EXPECT_EQ(session().status, 401);
    EXPECT_EQ(refresh(json::object()).status, 401);
    admin("POST", "/faults",
          {{"kind", "status"}, {"status", 502}, {"html", true}, {"route", "refresh"}});
    EXPECT_EQ(session().status, 200);
    const Reply page = refresh(json::object());
    EXPECT_EQ(page.status, 502);
    EXPECT_TRUE(page.body.is_null());
    EXPECT_EQ(admin("POST", "/faults", {{"kind", "nonsense"}}).status, 400);
    EXPECT_EQ(admin("POST", "/config", {{"shape", "round"}}).status, 400);
    EXPECT_EQ(call("GET", url() + "/audit", ca_file()).status, 404);
}

TEST_F(PartnerBackend, NoSecretInItsLogsOrItsDatabase) {
    const std::string file = folder_ + "/partner.db";
    const std::vector<std::string> arguments{"--refresh-mode", "backend", "--db", file};
    start(arguments, {{"PARTNER_STORAGE_KEY", kStorageKey}});
    session();
    refresh({{"force", true}});
    admin("POST", "/config", {{"refresh_mode", "client"}});
    const json mine = session().body;
    refresh({{"refreshToken", mine["refreshToken"]}});
    EXPECT_EQ(partner_->stop(), 0);
    std::string everything = partner_->output();
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (entry.path().filename().string().starts_with("partner.db")) {
            everything += read_file(entry.path());
        }
    }
    EXPECT_NE(everything.find("requestID=req_"), std::string::npos);
    EXPECT_NE(everything.find("journeyID=journey-of-BORROWER-1"), std::string::npos);
    ASSERT_EQ(platform_.tokens().size(), 8U);
    for (const std::string& token : platform_.tokens()) {
        EXPECT_EQ(everything.find(token), std::string::npos);
        EXPECT_EQ(everything.find(token.substr(10)), std::string::npos);
    }
    for (const char* secret : {kApiKey, kKey, "app-1"}) {
        EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
    }
}

TEST_F(PartnerBackend, StopsCleanlyOnSigterm) {
    start();
    session();
    EXPECT_EQ(partner_->stop(), 0);
}

}  // namespace
}  // namespace credit::e2e::partner
