// Bad input end to end: a typed code and name, nothing lost, no storm, and the old session goes on
// when the fault is gone.
#include <gtest/gtest.h>

#include "cli_world.h"

namespace credit::e2e {
namespace {

using nlohmann::json;

struct Bad {
    const char* label;
    json fault;              // without route and count
    const char* name;        // of the error
    const char* field = "";  // what the message names
    int exit = 6;
};

void PrintTo(const Bad& bad, std::ostream* out) {
    *out << bad.label;
}

std::string label_of(const ::testing::TestParamInfo<Bad>& info) {
    return info.param.label;
}

class BadRefresh : public ::testing::TestWithParam<Bad> {};

// Every refresh reply is bad for as long as somebody asks; then the platform is well again.
TEST_P(BadRefresh, IsTypedLosesNothingAndMakesNoStorm) {
    const Bad bad = GetParam();
    CliWorld world;
    world.start();
    const std::string journey = world.journey_id();
    world.expire();
    json fault = bad.fault;
    fault["route"] = "refresh";
    fault["count"] = 1000;
    world.sandbox.fault(fault);
    const Said failed =
        world.run({"call", "GET", "/api/v1/headless/journeys", "--deadline-ms", "3000"});
    EXPECT_EQ(failed.name(), bad.name) << failed.text();
    EXPECT_EQ(failed.exit, bad.exit) << failed.text();
    EXPECT_NE(failed.message().find(bad.field), std::string::npos) << failed.message();
    EXPECT_NE(failed.message(), "");
    // 3 s with pauses from half a second on.
    EXPECT_LE(world.refreshes(), 7) << "a storm";
    EXPECT_GE(world.refreshes(), 1);
    const Said status = world.run({"status"});
    EXPECT_EQ(status.json["state"], "active") << status.text();
    world.sandbox.admin("DELETE", "/faults");
    // After a refusal the SDK waits a minute before it asks again; the clock of this process is
    // past that.
    const Said recovered = world.run({"call", "GET", "/api/v1/headless/journeys", "--deadline-ms",
                                      "15000", "--clock-offset-ms", "70000"});
    ASSERT_TRUE(recovered.ok()) << recovered.text();
    EXPECT_LE(world.counter("rotations"), 1);
    EXPECT_EQ(world.journey_id(), journey);
    EXPECT_EQ(world.counter("reuse_verdicts"), 0);
    EXPECT_EQ(world.counter("sessions_created") + world.counter("sessions_resumed"), 1)
        << "the old session goes on";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BadRefresh,
    ::testing::Values(
        Bad{"garbage", {{"kind", "garbage"}}, "contract_not_json"},
        Bad{"garbage_after_commit",
            {{"kind", "garbage"}, {"after_commit", true}},
            "contract_not_json"},
        Bad{"captive_portal", {{"kind", "captive_portal"}}, "contract_not_json"},
        Bad{"captive_portal_401",
            {{"kind", "captive_portal"}, {"status", 401}},
            "network_unreachable",
            "",
            5},
        Bad{"captive_portal_302",
            {{"kind", "captive_portal"}, {"status", 302}},
            "redirect_refused",
            "",
            5},
        Bad{"oversize", {{"kind", "oversize"}}, "reply_too_large", "", 5},
        Bad{"truncated", {{"kind", "truncated"}}, "reply_truncated", "", 5},
        Bad{"duplicate_keys", {{"kind", "duplicate_keys"}}, "contract_duplicate_key", "data"},
        Bad{"deep_json", {{"kind", "deep_json"}}, "contract_too_deep"},
        Bad{"gzip", {{"kind", "gzip"}}, "contract_compressed"},
        Bad{"no_data", {{"kind", "no_data"}}, "contract_no_data", "data"},
        Bad{"no_data_after_commit",
            {{"kind", "no_data"}, {"after_commit", true}},
            "contract_no_data",
            "data"},
        Bad{"reset_during", {{"kind", "reset_during"}}, "network_interrupted", "", 5},
        Bad{"reset_after", {{"kind", "reset_after"}}, "network_interrupted", "", 5},
        Bad{"reset_before", {{"kind", "reset_before"}}, "network_interrupted", "", 5},
        Bad{"dropped", {{"kind", "drop_reply_after_commit"}}, "network_interrupted", "", 5},
        Bad{"conflict", {{"kind", "conflict_409"}}, "server_error"},
        Bad{"server_error", {{"kind", "status_before_commit"}, {"status", 500}}, "server_error"},
        Bad{"bare_server_error",
            {{"kind", "status_before_commit"}, {"status", 502}, {"envelope", false}},
            "server_error"},
        Bad{"server_error_after_commit",
            {{"kind", "status_after_commit"}, {"status", 500}},
            "server_error"},
        Bad{"rate_limited",
            {{"kind", "status_before_commit"}, {"status", 429}, {"retry_after", "2"}},
            "rate_limited"},
        Bad{"nonsense_retry_after",
            {{"kind", "status_before_commit"}, {"status", 503}, {"retry_after", "soon, I hope"}},
            "server_error"},
        Bad{"refused",
            {{"kind", "status_before_commit"}, {"status", 400}, {"code", "VALIDATION_FAILED"}},
            "platform_refused"}),
    label_of);

// A pair that was over when it came is stored all the same (commit before judging): it is the one
// that works.
TEST(BadInput, R21_APairThatArrivesExpiredIsKeptAndNotRenewedInACircle) {
    CliWorld world;
    world.start();
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "expired_pair"}, {"count", 1000}});
    const Said failed =
        world.run({"call", "GET", "/api/v1/headless/journeys", "--deadline-ms", "3500"});
    EXPECT_NE(failed.exit, 0) << failed.text();
    EXPECT_LE(world.refreshes(), 3) << "at most one in ten seconds";
    world.sandbox.admin("DELETE", "/faults");
    const Said recovered =
        world.run({"call", "GET", "/api/v1/headless/journeys", "--deadline-ms", "15000"});
    ASSERT_TRUE(recovered.ok()) << recovered.text();
    EXPECT_EQ(world.counter("reuse_verdicts"), 0);
    EXPECT_EQ(world.counter("sessions_created") + world.counter("sessions_resumed"), 1);
}

TEST(BadInput, R14_AKeyTheServerWillNotTakeIsChangedOnce) {
    CliWorld world;
    world.start();
    world.expire();
    world.sandbox.fault({{"route", "refresh"}, {"kind", "mismatch_422"}, {"count", 1}});
    const Said called = world.journeys();
    ASSERT_TRUE(called.ok()) << called.text();
    EXPECT_EQ(world.refreshes(), 2);
    std::vector<std::string> keys;
    const json ledger = world.sandbox.ledger();
    for (const auto& request : ledger["requests"]) {
        if (is_refresh(request)) keys.push_back(request["idempotency_key"]);
    }
    ASSERT_EQ(keys.size(), 2u);
    EXPECT_NE(keys[0], keys[1]);
    EXPECT_TRUE(contains(world.journal(), "key_epoch_bumped"));
}

class BadStart : public ::testing::TestWithParam<Bad> {};

// The partner passes the platform's bad reply on as its own failure; nothing is stored.
TEST_P(BadStart, IsTypedAndStoresNothing) {
    const Bad bad = GetParam();
    CliWorld world;
    json fault = bad.fault;
    fault["route"] = "sessions";
    fault["count"] = 1000;
    world.sandbox.fault(fault);
    const Said failed = world.run({"start", "--deadline-ms", "8000"});
    EXPECT_EQ(failed.name(), bad.name) << failed.text();
    EXPECT_EQ(failed.exit, bad.exit);
    EXPECT_EQ(world.run({"status"}).json["state"], "no_session");
    EXPECT_LE(world.counter("requests"), 2);
    world.sandbox.admin("DELETE", "/faults");
    world.start();
    EXPECT_TRUE(world.journeys().ok());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BadStart,
    ::testing::Values(Bad{"garbage", {{"kind", "garbage"}}, "partner_unavailable"},
                      Bad{"unauthorized", {{"kind", "unauthorized"}}, "partner_refused"},
                      Bad{"server_error",
                          {{"kind", "status_before_commit"}, {"status", 503}},
                          "partner_unavailable"},
                      Bad{"expired_pair",
                          {{"kind", "expired_pair"}},
                          "contract_expired_pair",
                          "sessionExpiresAt"}),
    label_of);

struct BadJson {
    const char* label;
    std::string (*make)(json pair);
    const char* name;
    const char* field;
    int exit = 6;
};

void PrintTo(const BadJson& bad, std::ostream* out) {
    *out << bad.label;
}

std::string json_label(const ::testing::TestParamInfo<BadJson>& info) {
    return info.param.label;
}

class BadAdopt : public ::testing::TestWithParam<BadJson> {};

template <class Change>
std::string changed(json pair, Change change) {
    change(pair);
    return pair.dump();
}

TEST_P(BadAdopt, IsTypedNamesTheFieldAndTouchesNothing) {
    const BadJson bad = GetParam();
    CliWorld world;
    world.start();
    const auto before = world.files();
    const json pair = json::parse(world.sandbox.start("borrower-1", "k1").body)["data"];
    const Said failed = world.run({"adopt", "--replace"}, bad.make(pair));
    EXPECT_EQ(failed.name(), bad.name) << failed.text();
    EXPECT_EQ(failed.exit, bad.exit) << failed.text();
    EXPECT_NE(failed.message().find(bad.field), std::string::npos) << failed.message();
    EXPECT_EQ(failed.text().find("t_test_"), std::string::npos) << "a token in the message";
    EXPECT_EQ(world.files(), before);
    EXPECT_TRUE(world.journeys().ok());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BadAdopt,
    ::testing::Values(
        BadJson{"no_json", [](json) { return std::string("<html>"); }, "contract_not_json", ""},
        BadJson{"cut_short",
                [](json pair) {
                    const std::string text = pair.dump();
                    return text.substr(0, text.size() / 2);
                },
                "reply_truncated", "", 5},
        BadJson{"too_large",
                [](json pair) {
                    return changed(pair, [](json& p) { p["x"] = std::string(70'000, 'x'); });
                },
                "reply_too_large", "", 5},
        BadJson{"too_deep",
                [](json pair) {
                    const std::string text = pair.dump();
                    return text.substr(0, text.size() - 1) + ",\"x\":" + std::string(60, '[') +
                           std::string(60, ']') + "}";
                },
                "contract_too_deep", ""},
        BadJson{"duplicate_key",
                [](json pair) {
                    const std::string text = pair.dump();
                    return text.substr(0, text.size() - 1) +
                           R"(,"sessionToken":"st_test_second_0123456789"})";
                },
                "contract_duplicate_key", "sessionToken"},
        BadJson{"wrong_type",
                [](json pair) { return changed(pair, [](json& p) { p["sessionToken"] = 7; }); },
                "contract_wrong_type", "sessionToken"},
        BadJson{"wrong_type_of_time",
                [](json pair) {
                    return changed(pair, [](json& p) { p["sessionExpiresAt"] = json::array(); });
                },
                "contract_wrong_type", "sessionExpiresAt"},
        BadJson{"missing_field",
                [](json pair) { return changed(pair, [](json& p) { p.erase("refreshToken"); }); },
                "contract_missing_field", "refreshToken"},
        BadJson{"control_character",
                [](json pair) {
                    return changed(pair, [](json& p) { p["sessionToken"] = "st_test_abc\ndef"; });
                },
                "contract_invalid_token", "sessionToken"},
        BadJson{"empty_token",
                [](json pair) { return changed(pair, [](json& p) { p["sessionToken"] = ""; }); },
                "contract_invalid_token", "sessionToken"},
        BadJson{"expired_by_its_own_time",
                [](json pair) {
                    return changed(pair,
                                   [](json& p) { p["timestamp"] = "2099-01-01T00:00:00.000Z"; });
                },
                "contract_expired_pair", "sessionExpiresAt"},
        BadJson{
            "no_data",
            [](json) {
                return std::string(
                    R"({"requestID":"r","correlationID":null,"timestamp":"2026-03-05T16:10:10.123Z",)"
                    R"("data":null,"error":null})");
            },
            "contract_no_data", "data"},
        BadJson{"another_borrower",
                [](json pair) {
                    return changed(pair, [](json& p) { p["borrowerExternalID"] = "borrower-2"; });
                },
                "contract_wrong_borrower", "borrowerExternalID"}),
    json_label);

TEST(BadInput, UnknownFieldsAndValuesAreFine) {
    CliWorld world;
    json pair = json::parse(world.sandbox.start("borrower-1", "k1").body)["data"];
    pair["somethingNew"] = {{"deep", {1, 2, 3}}};
    pair["activeJourney"]["status"] = "A_STATUS_OF_TOMORROW";
    pair["activeJourney"]["nextAction"] = "AN_ACTION_OF_TOMORROW";
    ASSERT_TRUE(world.run({"adopt"}, pair.dump()).ok());
    const Said journey = world.run({"journey", "--known"});
    EXPECT_EQ(journey.json["status"], "A_STATUS_OF_TOMORROW") << journey.text();
    EXPECT_EQ(journey.json["next_action"], "AN_ACTION_OF_TOMORROW");
}

TEST(BadInput, HeadersPathsAndIdsOfACall) {
    CliWorld world;
    world.start();
    const std::string path = "/api/v1/headless/journeys";
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
        {{"call", "GET", path, "--header", "X-Own: a\nb"}, "invalid_header"},
        {{"call", "GET", path, "--header", "Authorization: Bearer mine"}, "invalid_header"},
        {{"call", "GET", path, "--header", "Host: evil.example"}, "invalid_header"},
        {{"call", "GET", path, "--correlation-id", "a b"}, "invalid_header"},
        {{"call", "POST", path, "{}", "--idempotency-key", "a\nb"}, "invalid_header"},
        {{"call", "GET", "https://evil.example/"}, "invalid_argument"},
        {{"call", "GET", "//evil.example/"}, "invalid_argument"},
        {{"call", "GET", "/a/../../b"}, "invalid_argument"},
        {{"call", "FROB", path}, "invalid_argument"},
        {{"status", "--borrower", "borrower-1 "}, "invalid_borrower"},
        {{"status", "--platform-url", "http://platform.example.com"}, "insecure_url"},
    };
    const std::int64_t before = world.counter("requests");
    for (const auto& [arguments, name] : wrong) {
        const Said said = world.run(arguments);
        EXPECT_EQ(said.name(), name) << arguments.back() << said.text();
        EXPECT_EQ(said.exit, 2);
    }
    EXPECT_EQ(world.counter("requests"), before);
}

}  // namespace
}  // namespace credit::e2e
