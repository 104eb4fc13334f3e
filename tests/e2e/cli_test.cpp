// The CLI against sandbox and partner backend: routes, request shapes, exit codes, storage,
// refusals.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli_world.h"

namespace credit::e2e {
namespace {

using nlohmann::json;

TEST(Cli, ThePlatformsRoute) {
    CliWorld world;
    world.start();
    const std::string journey = world.journey_id();
    EXPECT_EQ(world.run({"token"}).json["source"], "cache");
    EXPECT_EQ(world.counter("rotations"), 0);
    world.expire();
    const Said called = world.journeys();
    ASSERT_TRUE(called.ok()) << called.text();
    EXPECT_EQ(called.json["status"], 200);
    EXPECT_EQ(called.json["attempts"], 2);
    EXPECT_EQ(world.counter("rotations"), 1);
    EXPECT_EQ(world.journey_id(), journey);
    const Said token = world.run({"token", "--raw"});
    EXPECT_EQ(token.json["generation"], 2);
    const json ledger = world.sandbox.ledger();
    bool active = false;
    for (const auto& one : ledger["tokens"]) {
        active = active || (one["token"] == token.json["token"] && one["state"] == "active" &&
                            one["kind"] == "session");
    }
    EXPECT_TRUE(active);
}

TEST(Cli, ThePartnersRouteForwardsKeyAndIds) {
    CliSetup setup;
    setup.route = "partner";
    CliWorld world(setup);
    world.start();
    for (int i = 1; i <= 2; ++i) {
        world.expire();
        const Said called = world.journeys();
        ASSERT_TRUE(called.ok()) << called.text();
        EXPECT_EQ(world.counter("rotations"), i);
    }
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "drop_reply_after_commit"}});
    const Said lost = world.journeys();
    ASSERT_TRUE(lost.ok()) << lost.text();
    EXPECT_EQ(world.counter("rotations"), 3);
    EXPECT_EQ(world.counter("replays"), 1);
    EXPECT_EQ(world.counter("reuse_verdicts"), 0);
}

TEST(Cli, TheBackendManagedRouteKeepsNoRefreshTokenOnTheDevice) {
    CliSetup setup;
    setup.route = "backend";
    setup.partner = {"--refresh-mode", "backend"};
    CliWorld world(setup);
    world.start();
    for (int i = 0; i < 3; ++i) {
        world.expire();
        const Said called = world.journeys();
        ASSERT_TRUE(called.ok()) << called.text();
        EXPECT_EQ(called.json["attempts"], 2);
    }
    EXPECT_EQ(world.counter("rotations"), 3);
    EXPECT_EQ(world.counter("reuse_verdicts"), 0);
    const Said diagnostics = world.run({"diagnostics"});
    EXPECT_EQ(diagnostics.json["diagnostics"]["refresh_expires_at_ms"], -1);
    // A session token revoked before its time: the partner is told to get another one.
    world.sandbox.admin("POST", "/revoke_session_tokens", {{"borrowerExternalID", "borrower-1"}});
    const Said revoked = world.journeys();
    ASSERT_TRUE(revoked.ok()) << revoked.text();
    // The partner's own replies carry none either.
    for (const std::string path : {"/api/credit/session", "/api/credit/session/refresh"}) {
        const RawReply reply = raw_request(world.partner_ready["url"], world.sandbox.ca_file(),
                                           {"POST",
                                            path,
                                            {{"Authorization", "Bearer app-1"},
                                             {"Content-Type", "application/json"},
                                             {"Idempotency-Key", "a-key"}},
                                            R"({"borrowerExternalID":"borrower-1"})"});
        EXPECT_EQ(reply.status, 200) << reply.bytes;
        EXPECT_EQ(reply.bytes.find("rt_test_"), std::string::npos);
        EXPECT_EQ(reply.bytes.find("refreshToken"), std::string::npos);
    }
}

TEST(Cli, BothShapesOfThePartnersReply) {
    for (const std::string shape : {"public", "timestamp"}) {
        CliSetup setup;
        setup.partner = {"--shape", shape};
        CliWorld world(setup);
        world.start();
        const Said token = world.run({"token"});
        ASSERT_TRUE(token.ok()) << token.text();
        world.expire();
        EXPECT_TRUE(world.journeys().ok());
        EXPECT_EQ(world.counter("reuse_verdicts"), 0);
    }
}

TEST(Cli, CarriersAndBodiesOfTheRefresh) {
    CliWorld world;
    world.start();
    const std::vector<std::vector<std::string>> shapes = {
        {"--refresh-carrier", "authorization", "--refresh-body", "empty"},
        {"--refresh-carrier", "authorization", "--refresh-body", "none"},
        {"--refresh-carrier", "body", "--refresh-body", "refreshToken"},
        {"--refresh-carrier", "body", "--refresh-body", "refresh_token"},
        {"--api-version", "2026-03-05", "--refresh-body", "refreshToken"},
    };
    int rotations = 0;
    for (const auto& shape : shapes) {
        world.expire();
        std::vector<std::string> arguments = {"call", "GET", "/api/v1/headless/journeys"};
        arguments.insert(arguments.end(), shape.begin(), shape.end());
        const Said called = world.run(arguments);
        ASSERT_TRUE(called.ok()) << called.text();
        EXPECT_EQ(world.counter("rotations"), ++rotations);
    }
}

TEST(Cli, AdoptingFromStandardInput) {
    CliWorld world;
    const std::string envelope = world.sandbox.start("borrower-1", "k1").body;
    const Said adopted = world.run({"adopt"}, envelope);
    ASSERT_TRUE(adopted.ok()) << adopted.text();
    EXPECT_TRUE(world.journeys().ok());
    json flat = json::parse(world.sandbox.start("borrower-1", "k2").body)["data"];
    EXPECT_TRUE(world.run({"adopt"}, flat.dump()).ok()) << "the partner's flat shape";
    world.expire();
    EXPECT_TRUE(world.journeys().ok());
    const Said stale = world.run({"adopt"}, envelope);
    EXPECT_EQ(stale.exit, 3) << stale.text();
    EXPECT_EQ(stale.name(), "stale_adopt");
    EXPECT_TRUE(world.journeys().ok()) << "the live session was not touched";
    flat["borrowerExternalID"] = "borrower-2";
    const Said other = world.run({"adopt", "--replace"}, flat.dump());
    EXPECT_EQ(other.name(), "contract_wrong_borrower") << other.text();
    EXPECT_EQ(other.exit, 6);
}

TEST(Cli, ApiKeysAreRefusedEverywhereAndNotRepeated) {
    const std::string key = "sk_test_abcdefgh12345678";
    CliWorld world;
    world.start();
    const json pair = json::parse(world.sandbox.start("borrower-1", "k1").body)["data"];
    const auto refused = [&](const Said& said, const std::string& name) {
        EXPECT_EQ(said.name(), name) << said.text();
        EXPECT_EQ(said.exit, 2) << said.text();
        EXPECT_EQ(said.text().find(key), std::string::npos);
    };
    for (const std::string field : {"sessionToken", "refreshToken"}) {
        json wrong = pair;
        wrong[field] = key;
        refused(world.run({"adopt", "--replace"}, wrong.dump()), "api_key_refused");
    }
    const std::string path = "/api/v1/headless/journeys";
    refused(world.run({"call", "POST", path, R"({"key":")" + key + "\"}"}), "api_key_refused");
    refused(world.run({"call", "GET", path, "--header", "X-Own: " + key}), "api_key_refused");
    refused(world.run({"call", "POST", path, "{}", "--idempotency-key", key}), "api_key_refused");
    refused(world.run({"call", "GET", path + "?key=" + key}), "api_key_refused");
    refused(world.run({"start", "--replace", "--profile", R"({"key":")" + key + "\"}"}),
            "api_key_refused");
    refused(world.run({"status", "--borrower", key}), "invalid_borrower");
    refused(world.run({"status", "--platform-url", "https://" + key + "@platform.example.com"}),
            "api_key_refused");
    const auto before = world.environment["CREDIT_PARTNER_AUTH"];
    world.environment["CREDIT_PARTNER_AUTH"] = "Bearer " + key;
    const Said login = world.run({"start", "--replace"});
    EXPECT_NE(login.exit, 0);
    EXPECT_EQ(login.name(), "api_key_refused") << login.text();
    EXPECT_EQ(login.text().find(key), std::string::npos);
    world.environment["CREDIT_PARTNER_AUTH"] = before;
    EXPECT_TRUE(world.journeys().ok());
    const json ledger = world.sandbox.ledger();
    for (const auto& request : ledger["requests"]) {
        EXPECT_EQ(request.dump().find(key), std::string::npos);
    }
}

TEST(Cli, TestAndLiveDoNotMix) {
    CliWorld world;
    world.environment["CREDIT_ENVIRONMENT"] = "live";
    world.environment["CREDIT_STORAGE_KEY"] = std::nullopt;
    const Said loopback = world.run({"status"});
    EXPECT_EQ(loopback.exit, 2) << loopback.text();
    EXPECT_EQ(loopback.name(), "environment_mismatch");
    EXPECT_NE(loopback.message().find("platform_url"), std::string::npos) << loopback.message();
    CliWorld test;
    json pair = json::parse(test.sandbox.start("borrower-1", "k1").body)["data"];
    std::string token = pair["sessionToken"];
    pair["sessionToken"] = token.replace(0, 8, "st_live_");
    const Said live = test.run({"adopt"}, pair.dump());
    EXPECT_EQ(live.exit, 2) << live.text();
    EXPECT_EQ(live.name(), "environment_mismatch");
    EXPECT_NE(live.message().find("sessionToken"), std::string::npos);
}

TEST(Cli, AWrongStorageKeyTouchesNothing) {
    CliWorld world;
    world.start();
    const auto before = world.files();
    const auto key = world.environment["CREDIT_STORAGE_KEY"];
    std::string other;
    for (int i = 0; i < 32; ++i)
        other += "a7";
    world.environment["CREDIT_STORAGE_KEY"] = other;
    for (const std::vector<std::string>& command : {std::vector<std::string>{"token"},
                                                    {"start"},
                                                    {"start", "--replace"},
                                                    {"call", "GET", "/api/v1/headless/journeys"},
                                                    {"end"}}) {
        const Said said = world.run(command);
        EXPECT_EQ(said.exit, 7) << said.text();
        EXPECT_EQ(said.name(), "storage_wrong_key") << said.text();
        EXPECT_FALSE(said.json.value("needs_new_session", true));
    }
    EXPECT_EQ(world.files(), before);
    world.environment["CREDIT_STORAGE_KEY"] = key;
    EXPECT_TRUE(world.journeys().ok());
}

TEST(Cli, AStorageFolderThatOthersMayReadIsRefused) {
    CliWorld world;
    world.start();
    const std::string store = world.folder.path() + "/store";
    for (const mode_t mode : {0755, 0777, 0750}) {
        ASSERT_EQ(chmod(store.c_str(), mode), 0);
        const Said said = world.run({"token"});
        EXPECT_EQ(said.exit, 7) << said.text();
        EXPECT_EQ(said.name(), "storage_denied") << said.text();
        EXPECT_NE(said.message().find("open to other users"), std::string::npos) << said.message();
    }
    ASSERT_EQ(chmod(store.c_str(), 0700), 0);
    EXPECT_TRUE(world.run({"token"}).ok());
}

TEST(Cli, R23_APartnersRefusalKeepsTheTokens) {
    CliSetup setup;
    setup.route = "partner";
    CliWorld world(setup);
    world.start();
    const Said before = world.run({"token"});
    world.expire();
    const auto login = world.environment["CREDIT_PARTNER_AUTH"];
    world.environment["CREDIT_PARTNER_AUTH"] = "Bearer nobody";
    const Said refused = world.journeys();
    EXPECT_EQ(refused.exit, 6) << refused.text();
    EXPECT_EQ(refused.name(), "partner_unauthorized");
    EXPECT_FALSE(refused.json["needs_new_session"].get<bool>());
    const Said status = world.run({"status"});
    EXPECT_EQ(status.json["state"], "active") << status.text();
    EXPECT_EQ(status.json["generation"], before.json["generation"]);
    EXPECT_EQ(world.counter("sessions_created") + world.counter("sessions_resumed"), 1)
        << "not healed";
    world.environment["CREDIT_PARTNER_AUTH"] = login;
    const Said good = world.journeys();
    EXPECT_TRUE(good.ok()) << good.text();
}

TEST(Cli, ExitCodesByRemedy) {
    CliWorld world;
    EXPECT_EQ(world.run({"token"}).exit, 4);
    EXPECT_EQ(world.run({"frobnicate"}).exit, 2);
    EXPECT_EQ(world.run({"status", "--borrower", " x"}).exit, 2);
    EXPECT_EQ(world.run({"start", "--partner-url", "https://127.0.0.1:9"}).exit, 5);
    const auto login = world.environment["CREDIT_PARTNER_AUTH"];
    world.environment["CREDIT_PARTNER_AUTH"] = "Bearer nobody";
    EXPECT_EQ(world.run({"start"}).exit, 6);
    world.environment["CREDIT_PARTNER_AUTH"] = login;
    world.start();
    EXPECT_EQ(world.run({"call", "GET", "/api/v1/headless/nothing"}).exit, 6);
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "hold"}});
    const Said late =
        world.run({"call", "GET", "/api/v1/headless/journeys", "--deadline-ms", "300"});
    EXPECT_EQ(late.exit, 3) << late.text();
    EXPECT_EQ(late.name(), "deadline");
    world.sandbox.admin("POST", "/release");
    EXPECT_EQ(world.run({"token", "--storage-fault", "key-locked", "--deadline-ms", "300"}).exit,
              7);
    EXPECT_EQ(world.run({"token"}).exit, 0);
    EXPECT_EQ(world.run({"end"}).exit, 0);
    const Said ended = world.run({"token"});
    EXPECT_EQ(ended.exit, 4);
    EXPECT_EQ(ended.name(), "session_ended");
    EXPECT_TRUE(contains(world.journal(), "ended"));
}

TEST(Cli, WithoutTheRightAuthorityNothingIsSent) {
    CliWorld world;
    world.start();
    world.environment["CREDIT_CA_FILE"] = std::nullopt;
    const Said called = world.journeys();
    EXPECT_EQ(called.exit, 5) << called.text();
    EXPECT_EQ(called.name(), "tls_failed");
    EXPECT_EQ(world.counter("unauthorized"), 0);
}

}  // namespace
}  // namespace credit::e2e
