// The documented API of the sandbox: envelopes, authentication, validation, idempotency, journeys.
#include <gtest/gtest.h>

#include <regex>

#include "sandbox_driver.h"

namespace credit::e2e {
namespace {

class SandboxTest : public testing::Test {
  protected:
    SandboxDriver sandbox_;

    RawReply start_with(const std::string& body, const std::string& key = "k") const {
        return sandbox_.call(
            "POST", "/sessions",
            {{"Authorization", std::string("Bearer ") + test_api_key}, {"Idempotency-Key", key}},
            body);
    }
};

void expect_error(const RawReply& reply, int status, const std::string& code,
                  const std::string& field = "") {
    const auto json = reply.json();
    ASSERT_TRUE(json.is_object()) << reply.bytes;
    EXPECT_EQ(reply.status, status) << reply.bytes;
    EXPECT_TRUE(json["data"].is_null());
    EXPECT_EQ(json["error"]["code"], code) << reply.bytes;
    EXPECT_TRUE(json["error"]["message"].is_string());
    EXPECT_TRUE(json["error"]["retryable"].is_boolean());
    EXPECT_TRUE(json["error"]["details"].is_object());
    if (!field.empty()) {
        EXPECT_EQ(json["error"]["details"]["field"], field);
    }
    EXPECT_EQ(json["requestID"].get<std::string>().substr(0, 4), "req_");
    EXPECT_EQ(json["correlationID"], reply.header("x-correlation-id"));
}

TEST_F(SandboxTest, StartsASessionInTheDocumentedEnvelope) {
    const auto reply = sandbox_.call("POST", "/sessions",
                                     {{"Authorization", std::string("Bearer ") + test_api_key},
                                      {"Idempotency-Key", "one"},
                                      {"X-Correlation-ID", "borrower-start-001"},
                                      {"X-AL-API-Version", "2026-03-05"}},
                                     R"({"borrowerExternalID":"  BORROWER-1 "})");
    ASSERT_EQ(reply.status, 200) << reply.bytes;
    EXPECT_EQ(reply.header("x-al-api-version"), "2026-03-05");
    EXPECT_EQ(reply.header("x-correlation-id"), "borrower-start-001");
    EXPECT_TRUE(std::regex_match(reply.header("date"), std::regex("..., .* GMT")));
    const auto json = reply.json();
    EXPECT_EQ(json["correlationID"], "borrower-start-001");
    EXPECT_TRUE(json["error"].is_null());
    const auto& data = json["data"];
    EXPECT_EQ(data["borrowerExternalID"], "BORROWER-1");
    const std::regex time("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    for (const char* field : {"sessionExpiresAt", "refreshExpiresAt"}) {
        EXPECT_TRUE(std::regex_match(data[field].get<std::string>(), time));
    }
    EXPECT_TRUE(std::regex_match(data["sessionToken"].get<std::string>(),
                                 std::regex("st_test_[0-9A-Za-z]+_[0-9A-Za-z]+")));
    EXPECT_TRUE(std::regex_match(data["refreshToken"].get<std::string>(),
                                 std::regex("rt_test_[0-9A-Za-z]+_[0-9A-Za-z]+")));
    EXPECT_EQ(data["activeJourney"]["status"], "STARTED");
    EXPECT_EQ(data["activeJourney"]["nextAction"], "FILL_PROFILE");
}

TEST_F(SandboxTest, ResumesTheSameBorrowerAndJourney) {
    const auto first = sandbox_.start("B", "one").json()["data"];
    const auto second = sandbox_.start("B", "two").json()["data"];
    const auto other = sandbox_.start("C", "three").json()["data"];
    EXPECT_EQ(first["borrowerID"], second["borrowerID"]);
    EXPECT_EQ(first["activeJourney"], second["activeJourney"]);
    EXPECT_NE(first["sessionToken"], second["sessionToken"]);
    EXPECT_NE(first["borrowerID"], other["borrowerID"]);
    EXPECT_EQ(sandbox_.journeys(first["sessionToken"]).status, 200);
    EXPECT_EQ(sandbox_.counter("sessions_created"), 2);
    EXPECT_EQ(sandbox_.counter("sessions_resumed"), 1);
}

TEST_F(SandboxTest, SecondSessionMayEndTheFirst) {
    sandbox_.set({{"second_session_ends_first", true}});
    const auto first = pair_in(sandbox_.start("B", "one"));
    const auto second = pair_in(sandbox_.start("B", "two"));
    expect_error(sandbox_.journeys(first.session), 401, "AUTH_INVALID_SESSION");
    expect_error(sandbox_.refresh(first.refresh, "r"), 401, "AUTH_INVALID_SESSION");
    EXPECT_EQ(sandbox_.journeys(second.session).status, 200);
}

TEST_F(SandboxTest, JourneyAtStartCanBeSwitchedOff) {
    sandbox_.set({{"journey_at_start", false}});
    EXPECT_TRUE(sandbox_.start("B", "one").json()["data"]["activeJourney"].is_null());
}

TEST_F(SandboxTest, RefusesBadApiKeys) {
    for (const char* key : {"sk_test_other", "sk_live_e2e", "nonsense"}) {
        expect_error(sandbox_.start("B", "k", key), 401, "AUTH_INVALID_API_KEY");
    }
    expect_error(sandbox_.call("POST", "/sessions", {{"Idempotency-Key", "k"}}, "{}"), 401,
                 "AUTH_INVALID_API_KEY");
    const auto pair = sandbox_.new_pair("B");
    expect_error(sandbox_.start("B", "k2", pair.session), 401, "AUTH_INVALID_API_KEY");
}

TEST_F(SandboxTest, TakesTheApiKeyInEitherHeader) {
    const auto reply =
        sandbox_.call("POST", "/sessions", {{"X-API-Key", test_api_key}, {"Idempotency-Key", "k"}},
                      R"({"borrowerExternalID":"B"})");
    EXPECT_EQ(reply.status, 200);
}

TEST_F(SandboxTest, RotatesApiKeysWithAnOverlap) {
    sandbox_.admin("POST", "/keys", {{"add", "sk_test_new"}});
    EXPECT_EQ(sandbox_.start("B", "1").status, 200);
    EXPECT_EQ(sandbox_.start("B", "2", "sk_test_new").status, 200);
    sandbox_.admin("POST", "/keys", {{"revoke", test_api_key}});
    expect_error(sandbox_.start("B", "3"), 401, "AUTH_INVALID_API_KEY");
    EXPECT_EQ(sandbox_.start("B", "4", "sk_test_new").status, 200);
    EXPECT_EQ(sandbox_.admin("GET", "/keys")["api_keys"], nlohmann::json({"sk_test_new"}));
    EXPECT_EQ(sandbox_.raw_admin("POST", "/keys", R"({"add":"sk_live_x"})").status, 400);
}

TEST_F(SandboxTest, NamesTheFieldThatIsWrong) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"borrowerExternalID", R"({})"},
        {"borrowerExternalID", R"({"borrowerExternalID":"   "})"},
        {"borrowerExternalID", R"({"borrowerExternalID":7})"},
        {"borrowerExternalID", R"({"borrowerExternalID":")" + std::string(129, 'x') + R"("})"},
        {"journeyType", R"({"borrowerExternalID":"B","journeyType":"CAR_LOAN"})"},
        {"journeyType", R"({"borrowerExternalID":"B","journeyType":null})"},
        {"profile", R"({"borrowerExternalID":"B","profile":[]})"},
        {"profile.contactNumber",
         R"({"borrowerExternalID":"B","profile":{"contactNumber":"1234567890"}})"},
        {"profile.pan", R"({"borrowerExternalID":"B","profile":{"pan":"ABC"}})"},
        {"profile.personalemail",
         R"({"borrowerExternalID":"B","profile":{"personalemail":"not an address"}})"},
        {"body", "[]"},
        {"body", "{"},
        {"body", ""},
    };
    for (const auto& [field, body] : cases) {
        SCOPED_TRACE(body);
        expect_error(start_with(body), 400, "VALIDATION_FAILED", field);
    }
    EXPECT_EQ(start_with(R"({"borrowerExternalID":"B","journeyType":"GOLD_LOAN","extra":[1],
                            "profile":{"contactNumber":"+919876543210","pan":"ABCDE1234F",
                            "panName":"Rahul Sharma","personalemail":"rahul@example.com"}})")
                  .status,
              200);
}

TEST_F(SandboxTest, ChecksTheSharedHeaders) {
    const auto pair = sandbox_.new_pair("B");
    const std::string bearer = "Bearer " + pair.session;
    const auto free_text = sandbox_.call(
        "GET", "/journeys", {{"Authorization", bearer}, {"X-Correlation-ID", "with spaces in it"}});
    EXPECT_EQ(free_text.status, 200);
    EXPECT_EQ(free_text.json()["correlationID"], "with spaces in it");
    for (const std::string& id : {std::string("caf\u00e9"), std::string(129, 'x')}) {
        expect_error(sandbox_.call("GET", "/journeys",
                                   {{"Authorization", bearer}, {"X-Correlation-ID", id}}),
                     400, "VALIDATION_FAILED", "X-Correlation-ID");
    }
    expect_error(
        sandbox_.call("GET", "/journeys", {{"Authorization", bearer}, {"X-AL-API-Version", "v1"}}),
        400, "VALIDATION_FAILED", "X-AL-API-Version");
    expect_error(sandbox_.call("POST", "/journeys", {{"Authorization", bearer}}, "{}"), 400,
                 "VALIDATION_FAILED", "Idempotency-Key");
}

TEST_F(SandboxTest, AnswersUnknownRoutesMethodsAndSizesWithAnEnvelope) {
    expect_error(sandbox_.call("GET", "/nothing", {}), 404, "RESOURCE_NOT_FOUND");
    const auto wrong_method = sandbox_.call("DELETE", "/journeys", {});
    expect_error(wrong_method, 405, "VALIDATION_FAILED", "method");
    EXPECT_EQ(wrong_method.header("allow"), "GET, POST");
    expect_error(start_with(std::string(65 * 1024, ' ')), 413, "VALIDATION_FAILED", "body");
}

TEST_F(SandboxTest, ReplaysOnlyTheSameCall) {
    const auto first = sandbox_.start("B", "same");
    const auto again = sandbox_.start("B", "same");
    EXPECT_EQ(first.body, again.body);
    expect_error(sandbox_.start("C", "same"), 422, "VALIDATION_FAILED", "Idempotency-Key");
    const auto other = sandbox_.admin("POST", "/applications", {{"name", "other"}});
    sandbox_.admin(
        "POST", "/keys",
        {{"add", "sk_test_new"}, {"application_id", other["applications"][1]["application_id"]}});
    expect_error(sandbox_.start("B", "same", "sk_test_new"), 422, "VALIDATION_FAILED",
                 "Idempotency-Key");
    const auto pair = pair_in(first);
    expect_error(sandbox_.refresh(pair.refresh, "same"), 422, "VALIDATION_FAILED",
                 "Idempotency-Key");
    EXPECT_EQ(sandbox_.counter("other_replays"), 1);
    EXPECT_EQ(sandbox_.counter("sessions_created"), 1);
}

TEST_F(SandboxTest, ForgetsKeysAfterTheirTime) {
    const auto first = sandbox_.start("B", "same");
    sandbox_.advance(86'400'001);
    const auto later = sandbox_.start("C", "same");
    EXPECT_EQ(later.status, 200);
    EXPECT_NE(first.body, later.body);
}

TEST_F(SandboxTest, DoesNotKeepRefusals) {
    expect_error(start_with("{}", "k"), 400, "VALIDATION_FAILED");
    EXPECT_EQ(start_with(R"({"borrowerExternalID":"B"})", "k").status, 200);
}

TEST_F(SandboxTest, JourneysBelongToTheirBorrower) {
    const auto mine = sandbox_.new_pair("B");
    const auto theirs = sandbox_.new_pair("C");
    const std::string bearer = "Bearer " + mine.session;
    const auto created =
        sandbox_.call("POST", "/journeys", {{"Authorization", bearer}, {"Idempotency-Key", "j"}},
                      R"({"type":"GOLD_LOAN","metadata":{"source":"app"}})");
    ASSERT_EQ(created.status, 201) << created.bytes;
    const std::string id = created.json()["data"]["journeyID"];
    EXPECT_EQ(created.json()["data"]["timelineState"], "PROFILE_REQUIRED");
    const auto again =
        sandbox_.call("POST", "/journeys", {{"Authorization", bearer}, {"Idempotency-Key", "j"}},
                      R"({"type":"GOLD_LOAN","metadata":{"source":"app"}})");
    EXPECT_EQ(again.body, created.body);
    const auto detail = sandbox_.call("GET", "/journeys/" + id, {{"Authorization", bearer}});
    EXPECT_EQ(detail.json()["data"], created.json()["data"]);
    const auto state =
        sandbox_.call("GET", "/journeys/" + id + "/state", {{"Authorization", bearer}}).json();
    EXPECT_EQ(state["data"]["journeyID"], id);
    EXPECT_TRUE(state["data"]["pendingOperations"].is_array());
    expect_error(
        sandbox_.call("GET", "/journeys/" + id, {{"Authorization", "Bearer " + theirs.session}}),
        404, "RESOURCE_NOT_FOUND");
    const auto gold =
        sandbox_.call("GET", "/journeys?type=GOLD_LOAN", {{"Authorization", bearer}}).json();
    EXPECT_EQ(gold["data"]["items"].size(), 1U);
    EXPECT_EQ(sandbox_.journeys(mine.session).json()["data"]["items"].size(), 2U);
}

TEST_F(SandboxTest, ChecksWhatIsAskedOfJourneys) {
    const auto pair = sandbox_.new_pair("B");
    const std::string bearer = "Bearer " + pair.session;
    expect_error(sandbox_.call("GET", "/journeys/not-a-uuid", {{"Authorization", bearer}}), 400,
                 "VALIDATION_FAILED", "journeyID");
    expect_error(sandbox_.call("GET", "/journeys?type=CAR", {{"Authorization", bearer}}), 400,
                 "VALIDATION_FAILED", "type");
    for (const auto& [field, body] : std::map<std::string, std::string>{
             {"type", R"({})"}, {"metadata", R"({"type":"GOLD_LOAN","metadata":1})"}}) {
        expect_error(sandbox_.call("POST", "/journeys",
                                   {{"Authorization", bearer}, {"Idempotency-Key", "j"}}, body),
                     400, "VALIDATION_FAILED", field);
    }
}

TEST_F(SandboxTest, RefusesSessionsThatAreNotValid) {
    const auto pair = sandbox_.new_pair("B");
    expect_error(sandbox_.call("GET", "/journeys", {}), 401, "AUTH_INVALID_SESSION");
    for (const std::string& token : {std::string("st_test_unknown_x"), std::string("st_live_a_b"),
                                     pair.refresh, std::string(test_api_key)}) {
        expect_error(sandbox_.journeys(token), 401, "AUTH_INVALID_SESSION");
    }
    expect_error(sandbox_.refresh(pair.session, "r"), 401, "AUTH_INVALID_SESSION");
    sandbox_.advance(1'800'001);
    expect_error(sandbox_.journeys(pair.session), 401, "AUTH_INVALID_SESSION");
    EXPECT_EQ(sandbox_.refresh(pair.refresh, "r2").status, 200);
}

TEST_F(SandboxTest, RevokesByBorrower) {
    const auto pair = sandbox_.new_pair("B");
    const auto other = sandbox_.new_pair("C");
    sandbox_.admin("POST", "/revoke_session_tokens", {{"borrowerExternalID", "B"}});
    expect_error(sandbox_.journeys(pair.session), 401, "AUTH_INVALID_SESSION");
    const auto next = pair_in(sandbox_.refresh(pair.refresh, "r"));
    EXPECT_EQ(sandbox_.journeys(next.session).status, 200);
    EXPECT_EQ(sandbox_.admin("POST", "/revoke", {{"borrowerExternalID", "B"}})["revoked"], 1);
    expect_error(sandbox_.journeys(next.session), 401, "AUTH_INVALID_SESSION");
    expect_error(sandbox_.refresh(next.refresh, "r2"), 401, "AUTH_INVALID_SESSION");
    EXPECT_EQ(sandbox_.journeys(other.session).status, 200);
    EXPECT_EQ(sandbox_.counter("family_revocations"), 0);
}

TEST_F(SandboxTest, FollowsItsOwnClock) {
    const auto before = sandbox_.start("B", "1").json()["timestamp"].get<std::string>();
    const std::int64_t five_years = 5LL * 365 * 86'400'000;
    sandbox_.admin("POST", "/clock", {{"offset_ms", five_years}});
    const auto reply = sandbox_.start("B", "2");
    const auto after = reply.json()["timestamp"].get<std::string>();
    EXPECT_EQ(std::stoi(after.substr(0, 4)), std::stoi(before.substr(0, 4)) + 5);
    EXPECT_NE(reply.header("date").find(after.substr(0, 4)), std::string::npos);
    EXPECT_EQ(sandbox_.admin("GET", "/clock")["offset_ms"], five_years);
}

}  // namespace
}  // namespace credit::e2e
