#include <gtest/gtest.h>

#include <string>

#include "core/platform_api/verdict.h"
#include "tests/unit/platform_api_samples.h"

namespace credit {
namespace {

using samples::failure;
using samples::partner_failure;
using samples::reply;

Result<Issued> judge(const HttpOutcome& outcome, bool backend_managed = false) {
    return judge_session_reply(outcome, Environment::test, backend_managed);
}

TEST(SessionReplyTest, R16_TheFlatShapeIsAccepted) {
    const auto result =
        judge(reply(200, samples::kFlat, {{"Date", "Thu, 05 Mar 2026 10:00:00 GMT"}}));
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result.value().borrower_external_id, "BORROWER-123");
    EXPECT_EQ(result.value().http_date_ms, 1'772'704'800'000);
}

TEST(SessionReplyTest, R16_BackendManaged) {
    const auto bare = judge(reply(200, R"({"sessionToken":"st_test_1"})"), true);
    ASSERT_TRUE(bare.ok()) << bare.error().message;
    const auto full = judge(reply(200, samples::kFlat), true);
    ASSERT_TRUE(full.ok());
    EXPECT_EQ(full.value().refresh_token, nullptr);
    EXPECT_FALSE(judge(reply(200, R"({"sessionToken":"st_test_1"})"), false).ok());
}

struct Row {
    const char* name;
    HttpOutcome (*outcome)();
    Code code;
    int status;
};

class SessionReplyTable : public testing::TestWithParam<Row> {};

TEST_P(SessionReplyTable, R16_Row) {
    const Row& row = GetParam();
    const auto result = judge(row.outcome());
    ASSERT_FALSE(result.ok()) << row.name;
    EXPECT_EQ(code_name(result.error().code), code_name(row.code))
        << row.name << ": " << result.error().message;
    EXPECT_EQ(result.error().http_status, row.status) << row.name;
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, SessionReplyTable,
    testing::Values(
        Row{"401", [] { return reply(401, ""); }, Code::partner_unauthorized, 401},
        Row{"403", [] { return reply(403, R"({"error":"not yours"})"); },
            Code::partner_unauthorized, 403},
        Row{"401 API key",
            [] { return reply(401, partner_failure(failure("AUTH_INVALID_API_KEY"))); },
            Code::partner_refused, 401},
        Row{"400", [] { return reply(400, R"({"error":"Missing borrowerExternalID."})"); },
            Code::partner_refused, 400},
        Row{"404", [] { return reply(404, "<html>"); }, Code::partner_refused, 404},
        Row{"409", [] { return reply(409, ""); }, Code::partner_unavailable, 409},
        Row{"409 settled",
            [] { return reply(409, partner_failure(failure("X", R"(,"retryable":false)"))); },
            Code::partner_refused, 409},
        Row{"408", [] { return reply(408, ""); }, Code::partner_unavailable, 408},
        Row{"425", [] { return reply(425, ""); }, Code::partner_unavailable, 425},
        Row{"429", [] { return reply(429, ""); }, Code::partner_unavailable, 429},
        Row{"500", [] { return reply(500, R"({"error":"Platform configuration missing."})"); },
            Code::partner_unavailable, 500},
        Row{"400 retryable",
            [] { return reply(400, partner_failure(failure("X", R"(,"retryable":true)"))); },
            Code::partner_unavailable, 400},
        Row{"302", [] { return reply(302, ""); }, Code::redirect_refused, 302},
        Row{"103", [] { return reply(103, ""); }, Code::partner_unavailable, 103}));

INSTANTIATE_TEST_SUITE_P(
    Faults, SessionReplyTable,
    testing::Values(
        Row{"no network", [] { return samples::no_reply(HttpFailure::resolve); },
            Code::network_unreachable, 0},
        Row{"timeout", [] { return samples::no_reply(HttpFailure::timeout); },
            Code::network_timeout, 0},
        Row{"HTML", [] { return reply(200, "<html>"); }, Code::contract_not_json, 200},
        Row{"compressed", [] { return reply(200, samples::kFlat, {{"Content-Encoding", "gzip"}}); },
            Code::contract_compressed, 200},
        Row{"error in a success", [] { return reply(200, R"({"error":"no"})"); },
            Code::partner_refused, 200},
        Row{"expired by the Date header",
            [] { return reply(200, samples::kFlat, {{"Date", "Thu, 05 Mar 2026 10:30:00 GMT"}}); },
            Code::contract_expired_pair, 200}));

TEST(SessionReplyTest, ThePlatformsWordIsTakenFromDetails) {
    const auto result =
        judge(reply(400, partner_failure(failure("VALIDATION_FAILED")), {{"Retry-After", "3"}}));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().platform_code, "VALIDATION_FAILED");
    EXPECT_EQ(result.error().request_id, "req_9");
    EXPECT_EQ(result.error().correlation_id, "corr-1");
    EXPECT_EQ(result.error().retry_after_ms, 3'000);
    EXPECT_EQ(judge(reply(403, R"({"error":"not yours"})")).error().message, "HTTP 403: not yours");
    EXPECT_EQ(judge(reply(403, "")).error().message,
              "HTTP 403: the partner's server gave no reason");
}

}  // namespace
}  // namespace credit
