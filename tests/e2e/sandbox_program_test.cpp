// The sandbox as a program: flags, the ready line, TLS, restarts, the end.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <future>

#include "sandbox_driver.h"

namespace credit::e2e {
namespace {

const Environment one_key = {{"CREDIT_SANDBOX_API_KEYS", test_api_key}};

mode_t mode_of(const std::string& path) {
    struct stat status{};
    stat(path.c_str(), &status);
    return status.st_mode & 0777U;
}

TEST(SandboxProgramTest, PrintsOneReadyLine) {
    SandboxDriver sandbox;
    const auto& ready = sandbox.ready();
    EXPECT_EQ(ready["ready"], true);
    EXPECT_EQ(ready["name"], "credit-sandbox");
    EXPECT_EQ(ready["environment"], "test");
    EXPECT_EQ(ready["api_keys"], nlohmann::json({test_api_key}));
    EXPECT_EQ(sandbox.process().terminate(), 0);
    EXPECT_EQ(sandbox.process().remaining_output(), "");
    EXPECT_FALSE(std::filesystem::exists(sandbox.ca_file()));
}

TEST(SandboxProgramTest, MakesAnApiKeyIfNoneIsGiven) {
    SandboxDriver sandbox({"--environment", "live"}, {{"CREDIT_SANDBOX_API_KEYS", std::nullopt}});
    const std::string key = sandbox.ready()["api_keys"][0];
    EXPECT_EQ(key.substr(0, 8), "sk_live_");
    EXPECT_EQ(sandbox.start("B", "k", key).status, 200);
}

TEST(SandboxProgramTest, KeepsTestAndLiveApart) {
    SandboxDriver live({"--environment", "live"}, {{"CREDIT_SANDBOX_API_KEYS", "sk_live_e2e"}});
    SandboxDriver test;
    const auto pair = pair_in(live.start("B", "k", "sk_live_e2e"));
    EXPECT_EQ(pair.session.substr(0, 8), "st_live_");
    EXPECT_EQ(pair.refresh.substr(0, 8), "rt_live_");
    EXPECT_EQ(live.start("B", "k2", test_api_key).json()["error"]["code"], "AUTH_INVALID_API_KEY");
    EXPECT_EQ(test.start("B", "k", "sk_live_e2e").json()["error"]["code"], "AUTH_INVALID_API_KEY");
    EXPECT_EQ(test.journeys(pair.session).json()["error"]["code"], "AUTH_INVALID_SESSION");
    EXPECT_EQ(test.refresh(pair.refresh, "r").json()["error"]["code"], "AUTH_INVALID_SESSION");
}

TEST(SandboxProgramTest, OnlyTheRightCaIsTrusted) {
    SandboxDriver one;
    SandboxDriver other;
    const auto reply = raw_request(one.url(), other.ca_file(), {});
    EXPECT_EQ(reply.end, RawEnd::not_verified);
    EXPECT_EQ(reply.bytes, "");
}

TEST(SandboxProgramTest, MakesOrTakesACa) {
    TemporaryFolder folder;
    const std::string ca_dir = folder.path() + "/ca";
    SandboxDriver first({"--ca-dir", ca_dir});
    EXPECT_EQ(mode_of(ca_dir), 0700U);
    EXPECT_EQ(mode_of(ca_dir + "/ca.key"), 0600U);
    EXPECT_EQ(mode_of(ca_dir + "/credit-sandbox.key"), 0600U);
    SandboxDriver second({"--ca-dir", ca_dir});
    EXPECT_EQ(first.start("B", "k").status, 200);
    EXPECT_EQ(second.start("B", "k").status, 200);
    first.process().terminate();
    EXPECT_TRUE(std::filesystem::exists(ca_dir + "/ca.pem"));
}

TEST(SandboxProgramTest, ServersStartingTogetherShareOneCa) {
    TemporaryFolder folder;
    std::vector<std::future<void>> starts;
    for (int i = 0; i < 4; ++i) {
        starts.push_back(std::async(std::launch::async, [&] {
            SandboxDriver sandbox({"--ca-dir", folder.path() + "/ca"});
            EXPECT_EQ(sandbox.start("B", "k").status, 200);
        }));
    }
    for (auto& start : starts)
        start.get();
}

TEST(SandboxProgramTest, StateSurvivesARestart) {
    TemporaryFolder folder;
    const std::vector<std::string> arguments = {"--db", folder.path() + "/state.db", "--ca-dir",
                                                folder.path() + "/ca"};
    TestPair old;
    {
        SandboxDriver sandbox(arguments);
        old = sandbox.new_pair("B");
        sandbox.admin("POST", "/clock", {{"offset_ms", 60'000}});
        sandbox.fault({{"route", "refresh"}, {"kind", "drop_reply_after_commit"}});
        EXPECT_EQ(sandbox.refresh(old.refresh, "k").bytes, "");
        sandbox.process().signal(SIGKILL);
        EXPECT_EQ(sandbox.process().wait(), 128 + SIGKILL);
    }
    SandboxDriver sandbox(arguments);
    EXPECT_EQ(sandbox.admin("GET", "/clock")["offset_ms"], 60'000);
    const auto replayed = sandbox.refresh(old.refresh, "k");
    EXPECT_EQ(replayed.status, 200);
    EXPECT_EQ(sandbox.journeys(pair_in(replayed).session).status, 200);
    EXPECT_EQ(sandbox.counter("rotations"), 1);
    EXPECT_EQ(sandbox.counter("replays"), 1);
    EXPECT_EQ(sandbox.counter("sessions_created"), 1);
}

TEST(SandboxProgramTest, ARevokedKeyStaysRevokedAfterARestart) {
    TemporaryFolder folder;
    const std::vector<std::string> arguments = {"--db", folder.path() + "/state.db", "--ca-dir",
                                                folder.path() + "/ca"};
    {
        SandboxDriver sandbox(arguments, one_key);
        sandbox.admin("POST", "/keys", {{"add", "sk_test_two"}});
        sandbox.admin("POST", "/keys", {{"revoke", test_api_key}});
        sandbox.process().terminate();
    }
    SandboxDriver sandbox(arguments, one_key);
    EXPECT_EQ(sandbox.ready()["api_keys"], nlohmann::json({"sk_test_two"}));
}

TEST(SandboxProgramTest, AKeyInFlightIsFreeAfterACrash) {
    TemporaryFolder folder;
    const std::vector<std::string> arguments = {"--db", folder.path() + "/state.db", "--ca-dir",
                                                folder.path() + "/ca"};
    TestPair pair;
    {
        SandboxDriver sandbox(arguments);
        pair = sandbox.new_pair("B");
        sandbox.fault({{"kind", "hold_before"}, {"reserve_key", true}});
        auto held =
            std::async(std::launch::async, [&] { return sandbox.refresh(pair.refresh, "k"); });
        sandbox.wait_for_holds(1);
        sandbox.process().signal(SIGKILL);
        held.get();
    }
    SandboxDriver sandbox(arguments);
    EXPECT_EQ(sandbox.refresh(pair.refresh, "k").status, 200);
}

TEST(SandboxProgramTest, ADatabaseBelongsToOneEnvironment) {
    TemporaryFolder folder;
    const std::string database = folder.path() + "/state.db";
    SandboxDriver({"--db", database}).process().terminate();
    const auto finished =
        run_program(CREDIT_SANDBOX_PROGRAM, {"--db", database, "--environment", "live"},
                    {{"CREDIT_SANDBOX_API_KEYS", std::nullopt}});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_NE(finished.errors.find("environment"), std::string::npos) << finished.errors;
}

TEST(SandboxProgramTest, BadFlagsAreUsageErrors) {
    const std::vector<std::pair<std::vector<std::string>, Environment>> cases = {
        {{"--model", "sometimes"}, one_key}, {{"--environment", "staging"}, one_key},
        {{"--port", "99999"}, one_key},      {{"--session-ttl-ms", "-5"}, one_key},
        {{"--no-such-flag"}, one_key},       {{}, {{"CREDIT_SANDBOX_API_KEYS", "sk_live_x"}}},
    };
    for (const auto& [arguments, environment] : cases) {
        const auto finished = run_program(CREDIT_SANDBOX_PROGRAM, arguments, environment);
        EXPECT_EQ(finished.exit_code, 2) << finished.errors;
        EXPECT_EQ(finished.output, "");
        EXPECT_NE(finished.errors, "");
    }
    EXPECT_EQ(run_program(CREDIT_SANDBOX_PROGRAM, {"--help"}).exit_code, 0);
}

TEST(SandboxProgramTest, APortInUseIsSaid) {
    SandboxDriver first;
    const std::string url = first.url();
    const auto finished =
        run_program(CREDIT_SANDBOX_PROGRAM, {"--port", url.substr(url.rfind(':') + 1)}, one_key);
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_NE(finished.errors.find("cannot listen"), std::string::npos) << finished.errors;
}

TEST(SandboxProgramTest, SigtermEndsItEvenWhileRequestsAreHeld) {
    for (const int signal : {SIGTERM, SIGINT}) {
        SandboxDriver sandbox;
        const auto pair = sandbox.new_pair("B");
        sandbox.fault({{"kind", "hold"}});
        auto held = std::async(std::launch::async, [&] { return sandbox.journeys(pair.session); });
        sandbox.wait_for_holds(1);
        sandbox.process().signal(signal);
        EXPECT_EQ(sandbox.process().wait(), 0);
        EXPECT_EQ(held.get().status, 200);
    }
}

TEST(SandboxProgramTest, AdminNeedsItsToken) {
    SandboxDriver sandbox;
    const std::string admin = sandbox.ready()["admin_url"];
    const std::string origin = admin.substr(0, admin.rfind('/'));
    for (const char* path : {"/ledger", "/wrong/ledger", "/"}) {
        EXPECT_EQ(raw_request(origin, "", {"GET", path, {}, ""}).status, 404);
    }
    EXPECT_EQ(raw_request(admin, "", {"GET", "/nothing", {}, ""}).status, 404);
    EXPECT_EQ(raw_request(admin, "", {"DELETE", "/clock", {}, ""}).status, 404);
    EXPECT_EQ(raw_request(admin, "", {"POST", "/settings", {}, R"({"modell":"strict"})"}).status,
              400);
}

TEST(SandboxProgramTest, ResetForgetsEverything) {
    SandboxDriver sandbox;
    const auto pair = sandbox.new_pair("B");
    sandbox.set({{"model", "strict"}});
    sandbox.fault({{"kind", "hold"}});
    sandbox.admin("POST", "/reset");
    EXPECT_EQ(sandbox.counter("requests"), 0);
    EXPECT_EQ(sandbox.admin("GET", "/settings")["model"], "replay");
    EXPECT_EQ(sandbox.admin("GET", "/applications")["applications"][0]["application_id"],
              sandbox.ready()["application_id"]);
    EXPECT_EQ(sandbox.journeys(pair.session).status, 401);
    EXPECT_EQ(sandbox.start("B", "k").status, 200);
}

TEST(SandboxProgramTest, JourneysCanBeMovedOn) {
    SandboxDriver sandbox;
    const auto started = sandbox.start("B", "k").json()["data"];
    const std::string id = started["activeJourney"]["journeyID"];
    sandbox.admin("POST", "/journeys",
                  {{"journeyID", id}, {"status", "CLOSED"}, {"nextAction", nullptr}});
    EXPECT_TRUE(sandbox.start("B", "k2").json()["data"]["activeJourney"].is_null());
}

TEST(SandboxProgramTest, LogsIdsAndNeverASecret) {
    SandboxDriver sandbox;
    const auto reply = sandbox.start("B", "k");
    const auto pair = pair_in(reply);
    sandbox.call("GET", "/" + pair.session, {{"X-Correlation-ID", pair.refresh}});
    sandbox.refresh(pair.refresh, "k2");
    sandbox.process().terminate();
    const std::string log = sandbox.process().errors();
    const auto json = reply.json();
    EXPECT_NE(log.find(json["requestID"].get<std::string>()), std::string::npos) << log;
    EXPECT_NE(log.find(json["data"]["activeJourney"]["journeyID"].get<std::string>()),
              std::string::npos);
    for (const std::string& token : {pair.session, pair.refresh, std::string(test_api_key)}) {
        EXPECT_EQ(log.find(token), std::string::npos) << log;
    }
}

}  // namespace
}  // namespace credit::e2e
