// API keys of the sandbox: several at once, rotation with an overlap, revocation, applications, environments.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "sandbox_borrower.h"

namespace credit::e2e {
namespace {

using Json = nlohmann::json;

constexpr const char* next_key = "sk_test_next";

class SandboxKeysTest : public testing::Test {
  protected:
    SandboxDriver sandbox_;
    int calls_ = 0;

    int start_with(const std::string& key) {
        return sandbox_.start("B", "call-" + std::to_string(++calls_), key).status;
    }

    Json rotate(std::int64_t overlap_ms) const {
        return sandbox_.admin(
            "POST", "/keys",
            {{"rotate", test_api_key}, {"next", next_key}, {"overlap_ms", overlap_ms}});
    }
};

TEST_F(SandboxKeysTest, ARotationKeepsBothKeysUntilTheOverlapEnds) {
    EXPECT_EQ(start_with(next_key), 401);
    const auto keys = rotate(3'600'000);
    EXPECT_EQ(keys["api_keys"], Json({test_api_key, next_key}));
    EXPECT_TRUE(keys["keys"][0]["retires_at_ms"].is_number());
    EXPECT_TRUE(keys["keys"][1]["retires_at_ms"].is_null());
    EXPECT_EQ(start_with(test_api_key), 200);
    EXPECT_EQ(start_with(next_key), 200);
    sandbox_.advance(3'600'000);
    expect_refusal(sandbox_.start("B", "late", test_api_key), 401, "AUTH_INVALID_API_KEY");
    EXPECT_EQ(start_with(next_key), 200);
    const auto after = sandbox_.admin("GET", "/keys");
    EXPECT_EQ(after["api_keys"], Json({next_key}));
    EXPECT_EQ(after["keys"][0]["state"], "retired");
}

TEST_F(SandboxKeysTest, NothingInFlightFailsWhenTheOverlapEnds) {
    rotate(3'600'000);
    sandbox_.fault({{"kind", "hold_before"}, {"route", "sessions"}, {"count", 4}});
    std::vector<std::future<int>> under_way;
    for (int i = 0; i < 4; ++i) {
        const std::string name(1, static_cast<char>('a' + i));
        under_way.push_back(std::async(std::launch::async,
                                       [this, name] { return sandbox_.start(name, name).status; }));
    }
    sandbox_.wait_for_holds(4);
    sandbox_.advance(3'600'001);
    EXPECT_EQ(start_with(test_api_key), 401) << "for calls that come now the overlap is over";
    sandbox_.admin("POST", "/release");
    for (auto& call : under_way)
        EXPECT_EQ(call.get(), 200);
    EXPECT_EQ(sandbox_.counter("sessions_created"), 4);
}

TEST_F(SandboxKeysTest, ALostReplyIsFoundAgainWithTheNextKey) {
    sandbox_.fault({{"kind", "drop_reply_after_commit"}, {"route", "sessions"}});
    EXPECT_EQ(sandbox_.start("B", "lost").bytes, "");
    rotate(0);
    const auto found = sandbox_.start("B", "lost", next_key);
    EXPECT_EQ(found.status, 200) << found.bytes;
    EXPECT_EQ(sandbox_.counter("sessions_created"), 1);
    EXPECT_EQ(sandbox_.counter("other_replays"), 1);
}

TEST_F(SandboxKeysTest, ARevocationHitsAtOnceEvenWhatIsInFlight) {
    sandbox_.admin("POST", "/keys", {{"add", next_key}});
    sandbox_.fault({{"kind", "hold_before"}, {"route", "sessions"}});
    auto under_way = std::async(std::launch::async, [this] { return sandbox_.start("B", "f"); });
    sandbox_.wait_for_holds(1);
    sandbox_.admin("POST", "/keys", {{"revoke", test_api_key}});
    sandbox_.admin("POST", "/release");
    expect_refusal(under_way.get(), 401, "AUTH_INVALID_API_KEY");
    EXPECT_EQ(sandbox_.counter("sessions_created"), 0);
    EXPECT_EQ(start_with(next_key), 200);
    EXPECT_EQ(sandbox_.admin("GET", "/keys")["keys"][0]["state"], "revoked");
}

TEST_F(SandboxKeysTest, ALaterRotationDoesNotProlongAnOverlap) {
    rotate(60'000);
    sandbox_.admin("POST", "/keys", {{"rotate", test_api_key}, {"overlap_ms", 9'000'000}});
    sandbox_.advance(60'000);
    EXPECT_EQ(start_with(test_api_key), 401);
}

TEST_F(SandboxKeysTest, AScheduledRotationBeginsAtItsTimeAndEndsAfterTheOverlap) {
    const auto keys = sandbox_.admin("POST", "/keys",
                                     {{"rotate", test_api_key},
                                      {"next", next_key},
                                      {"start_in_ms", 3'600'000},
                                      {"overlap_ms", 1'800'000}});
    EXPECT_EQ(keys["api_keys"], Json({test_api_key}));
    EXPECT_EQ(keys["keys"][1]["state"], "scheduled");
    EXPECT_EQ(keys["keys"][0]["retires_at_ms"].get<std::int64_t>(),
              keys["keys"][1]["starts_at_ms"].get<std::int64_t>() + 1'800'000);
    expect_refusal(sandbox_.start("B", "early", next_key), 401, "AUTH_INVALID_API_KEY");
    EXPECT_EQ(start_with(test_api_key), 200);
    sandbox_.advance(3'600'000);
    EXPECT_EQ(start_with(next_key), 200);
    EXPECT_EQ(start_with(test_api_key), 200);
    EXPECT_EQ(sandbox_.admin("GET", "/keys")["keys"][1]["state"], "active");
    sandbox_.advance(1'800'000);
    EXPECT_EQ(start_with(next_key), 200);
    expect_refusal(sandbox_.start("B", "late", test_api_key), 401, "AUTH_INVALID_API_KEY");
}

TEST_F(SandboxKeysTest, AnEmergencyEndsTheOldKeyForWhatComesAndNotForWhatIsInFlight) {
    sandbox_.fault({{"kind", "hold_before"}, {"route", "sessions"}, {"count", 3}});
    std::vector<std::future<int>> under_way;
    for (const char* name : {"a", "b", "c"}) {
        under_way.push_back(std::async(std::launch::async,
                                       [this, name] { return sandbox_.start(name, name).status; }));
    }
    sandbox_.wait_for_holds(3);
    // Whatever it answers, the held calls have to be let go.
    const Json replace{{"replace", test_api_key}, {"next", next_key}};
    EXPECT_EQ(sandbox_.raw_admin("POST", "/keys", replace.dump()).status, 200);
    sandbox_.advance(1);
    EXPECT_EQ(start_with(test_api_key), 401);
    EXPECT_EQ(start_with(next_key), 200);
    sandbox_.admin("POST", "/release");
    for (auto& call : under_way)
        EXPECT_EQ(call.get(), 200);
    EXPECT_EQ(sandbox_.admin("GET", "/keys")["keys"][0]["state"], "retired");
}

TEST_F(SandboxKeysTest, AnEmergencyBringsAScheduledKeyForward) {
    sandbox_.admin("POST", "/keys",
                   {{"rotate", test_api_key}, {"next", next_key}, {"start_in_ms", 3'600'000}});
    sandbox_.admin("POST", "/keys", {{"replace", test_api_key}, {"next", next_key}});
    EXPECT_EQ(start_with(next_key), 200);
    sandbox_.advance(1);
    EXPECT_EQ(start_with(test_api_key), 401);
}

TEST_F(SandboxKeysTest, AScheduledKeyCanBeTakenBack) {
    sandbox_.admin("POST", "/keys",
                   {{"rotate", test_api_key}, {"next", next_key}, {"start_in_ms", 3'600'000}});
    sandbox_.admin("POST", "/keys", {{"revoke", next_key}});
    sandbox_.advance(3'600'000);
    EXPECT_EQ(start_with(next_key), 401);
}

// As a partner's server does it: the key it holds for current, and after a refusal the other one under
// the same idempotency key. One of two keys is good at any time, so nothing may fail.
TEST_F(SandboxKeysTest, NoSessionCreationFailsThroughBothKindsOfRotation) {
    constexpr int kThreads = 4;
    constexpr int kEach = 24;
    const std::vector<std::string> keys{test_api_key, next_key, "sk_test_third"};
    std::atomic<int> done = 0;
    std::atomic<int> refused = 0;
    const auto create = [&](int thread) {
        std::size_t current = 0;
        int failed = 0;
        for (int i = 0; i < kEach; ++i) {
            const std::string name = std::to_string(thread) + "-" + std::to_string(i);
            int status = sandbox_.start(name, name, keys[current]).status;
            while (status == 401 && current + 1 < keys.size()) {
                ++refused;
                status = sandbox_.start(name, name, keys[++current]).status;
            }
            failed += status == 200 ? 0 : 1;
            ++done;
        }
        return failed;
    };
    std::vector<std::future<int>> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.push_back(std::async(std::launch::async, create, i));
    const auto after = [&](int count) {
        while (done < count)
            std::this_thread::yield();
    };
    after(10);
    sandbox_.admin("POST", "/keys",
                   {{"rotate", keys[0]}, {"next", keys[1]}, {"start_in_ms", 60'000}});
    after(20);
    sandbox_.advance(60'000);
    after(30);
    sandbox_.advance(86'400'000);
    after(55);
    sandbox_.admin("POST", "/keys", {{"replace", keys[1]}, {"next", keys[2]}});
    for (auto& thread : threads)
        EXPECT_EQ(thread.get(), 0);
    EXPECT_GE(refused, 2) << "somebody had to change the key, twice";
    EXPECT_EQ(sandbox_.counter("sessions_created"), kThreads * kEach);
}

TEST_F(SandboxKeysTest, RefusesRotationsThatMakeNoSense) {
    const std::vector<Json> bodies = {
        {{"rotate", "sk_test_unknown"}},
        {{"rotate", test_api_key}, {"next", test_api_key}},
        {{"rotate", test_api_key}, {"next", "sk_live_x"}},
        {{"rotate", test_api_key}, {"overlap_ms", -1}},
        {{"rotate", test_api_key}, {"overlap_ms", "an hour"}},
        {{"add", "sk_test_x"}, {"application_id", "nobody"}},
        {{"revoke", "sk_test_unknown"}},
        {{"rotate", test_api_key}, {"start_in_ms", -1}},
        {{"rotate", test_api_key}, {"start_in_ms", 31'536'000'001}},
        {{"replace", "sk_test_unknown"}},
        {{"replace", test_api_key}, {"next", test_api_key}},
        {{"replace", test_api_key}, {"next", "sk_live_x"}},
        Json::object(),
    };
    for (const auto& body : bodies)
        EXPECT_EQ(sandbox_.raw_admin("POST", "/keys", body.dump()).status, 400) << body;
    EXPECT_EQ(sandbox_.admin("GET", "/keys")["api_keys"], Json({test_api_key}));
}

TEST_F(SandboxKeysTest, NoGapBetweenTwoKeys) {
    rotate(60'000);
    const Json late{{"rotate", test_api_key}, {"start_in_ms", 60'001}};
    EXPECT_EQ(sandbox_.raw_admin("POST", "/keys", late.dump()).status, 400);
}

TEST_F(SandboxKeysTest, ApplicationsHaveKeysAndBorrowersOfTheirOwn) {
    const auto known = sandbox_.admin("POST", "/applications", {{"name", "second"}});
    EXPECT_EQ(known["applications"][0]["application_id"], sandbox_.ready()["application_id"]);
    EXPECT_EQ(known["applications"][1]["tenant_id"], sandbox_.ready()["tenant_id"]);
    sandbox_.admin(
        "POST", "/keys",
        {{"add", next_key}, {"application_id", known["applications"][1]["application_id"]}});
    const auto one = sandbox_.start("B", "one");
    const auto two = sandbox_.start("B", "two", next_key);
    EXPECT_NE(one.json()["data"]["borrowerID"], two.json()["data"]["borrowerID"]);
    const std::string journey = one.json()["data"]["activeJourney"]["journeyID"];
    expect_refusal(sandbox_.call("GET", "/journeys/" + journey,
                                 {{"Authorization", "Bearer " + pair_in(two).session}}),
                   404, "RESOURCE_NOT_FOUND");
    EXPECT_EQ(sandbox_.raw_admin("POST", "/applications", R"({"name":"second"})").status, 400);
    EXPECT_EQ(sandbox_
                  .raw_admin("POST", "/keys",
                             Json{{"add", test_api_key},
                                  {"application_id", known["applications"][1]["application_id"]}}
                                 .dump())
                  .status,
              400);
}

TEST(SandboxEnvironmentsTest, NothingOfOneEnvironmentIsGoodInTheOther) {
    SandboxDriver test;
    SandboxDriver live({"--environment", "live"}, {{"CREDIT_SANDBOX_API_KEYS", "sk_live_e2e"}});
    const auto test_pair = test.new_pair("B");
    const auto live_pair = pair_in(live.start("B", "k", "sk_live_e2e"));
    expect_refusal(live.start("B", "k2", test_api_key), 401, "AUTH_INVALID_API_KEY");
    expect_refusal(test.start("B", "k2", "sk_live_e2e"), 401, "AUTH_INVALID_API_KEY");
    expect_refusal(live.journeys(test_pair.session), 401, "AUTH_INVALID_SESSION");
    expect_refusal(test.journeys(live_pair.session), 401, "AUTH_INVALID_SESSION");
    expect_refusal(live.refresh(test_pair.refresh, "r"), 401, "AUTH_INVALID_SESSION");
    expect_refusal(test.refresh(live_pair.refresh, "r"), 401, "AUTH_INVALID_SESSION");
    EXPECT_EQ(live.raw_admin("POST", "/keys", R"({"add":"sk_test_x"})").status, 400);
    EXPECT_EQ(live.admin("POST", "/keys", {{"rotate", "sk_live_e2e"}})["api_keys"][1]
                  .get<std::string>()
                  .substr(0, 8),
              "sk_live_");
    EXPECT_EQ(test.journeys(test_pair.session).status, 200);
    EXPECT_EQ(live.journeys(live_pair.session).status, 200);
}

TEST(SandboxEnvironmentsTest, ARotationSurvivesTheEndOfTheProgram) {
    TemporaryFolder folder;
    const std::vector<std::string> arguments = {"--db", folder.path() + "/state.db", "--ca-dir",
                                                folder.path() + "/ca"};
    {
        SandboxDriver sandbox(arguments);
        sandbox.admin("POST", "/keys",
                      {{"rotate", test_api_key},
                       {"next", next_key},
                       {"start_in_ms", 3'600'000},
                       {"overlap_ms", 86'400'000}});
        sandbox.process().signal(SIGKILL);
        sandbox.process().wait();
    }
    SandboxDriver sandbox(arguments);
    EXPECT_EQ(sandbox.start("B", "0", next_key).status, 401);
    sandbox.advance(3'600'000);
    EXPECT_EQ(sandbox.start("B", "1").status, 200);
    EXPECT_EQ(sandbox.start("B", "2", next_key).status, 200);
    sandbox.advance(86'400'000);
    EXPECT_EQ(sandbox.start("B", "3").status, 401);
    EXPECT_EQ(sandbox.start("B", "4", next_key).status, 200);
}

}  // namespace
}  // namespace credit::e2e
