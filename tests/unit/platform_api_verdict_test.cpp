#include "core/platform_api/verdict.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/platform_api_samples.h"

namespace credit {
namespace {

using samples::failure;
using samples::partner_failure;
using samples::reply;

constexpr RefreshRoute kPlatform = RefreshRoute::platform;
constexpr RefreshRoute kPartner = RefreshRoute::partner;
constexpr RefreshRoute kBackend = RefreshRoute::backend_managed;

RefreshAnswer judge(const HttpOutcome& outcome, RefreshRoute route = kPlatform) {
    return judge_refresh(outcome, {Environment::test, route, std::string(samples::kCorrelation)});
}

std::string_view kind_name(AnswerKind kind) {
    constexpr std::string_view kNames[] = {"issued",       "dead",      "refused",
                                           "unauthorized", "transient", "in_progress",
                                           "key_mismatch", "malformed", "unsent"};
    return kNames[static_cast<int>(kind)];
}

struct Row {
    const char* name;
    RefreshRoute route;
    int status;
    std::string text;
    AnswerKind kind;
    Code code;
    bool reachable = true;
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

class VerdictTable : public testing::TestWithParam<Row> {};

TEST_P(VerdictTable, R23_Row) {
    const Row& row = GetParam();
    const RefreshAnswer answer = judge(reply(row.status, row.text), row.route);
    EXPECT_EQ(kind_name(answer.kind), kind_name(row.kind)) << row.name;
    EXPECT_EQ(code_name(answer.error.code), code_name(row.code))
        << row.name << ": " << answer.error.message;
    EXPECT_EQ(answer.reachable, row.reachable) << row.name;
    EXPECT_EQ(answer.error.http_status, row.status) << row.name;
    EXPECT_EQ(answer.issued.session_token, nullptr);
}

constexpr const char* kRetryable = R"(,"retryable":true)";
constexpr const char* kFinal = R"(,"retryable":false)";

INSTANTIATE_TEST_SUITE_P(
    PlatformVerdicts, VerdictTable,
    testing::Values(
        Row{"401 AUTH_INVALID_SESSION", kPlatform, 401, failure("AUTH_INVALID_SESSION"),
            AnswerKind::dead, Code::session_dead},
        Row{"401 TOKEN_REUSED", kPlatform, 401, failure("TOKEN_REUSED"), AnswerKind::dead,
            Code::session_dead},
        Row{"401 TOKEN_EXPIRED", kPlatform, 401, failure("TOKEN_EXPIRED"), AnswerKind::dead,
            Code::session_dead},
        Row{"400 invalid_grant", kPlatform, 400, failure("invalid_grant"), AnswerKind::dead,
            Code::session_dead},
        Row{"terminal, no correlation id", kPlatform, 401,
            failure("AUTH_INVALID_SESSION", "", "null"), AnswerKind::dead, Code::session_dead},
        Row{"terminal, called retryable", kPlatform, 401,
            failure("AUTH_INVALID_SESSION", kRetryable), AnswerKind::dead, Code::session_dead},
        Row{"terminal, another correlation id", kPlatform, 401,
            failure("AUTH_INVALID_SESSION", "", "\"corr-2\""), AnswerKind::transient,
            Code::server_error},
        Row{"terminal, correlation id of another type", kPlatform, 401,
            failure("AUTH_INVALID_SESSION", "", "7"), AnswerKind::transient, Code::server_error},
        Row{"terminal on 403", kPlatform, 403, failure("AUTH_INVALID_SESSION"), AnswerKind::refused,
            Code::platform_refused},
        Row{"terminal on 404", kPlatform, 404, failure("TOKEN_REUSED"), AnswerKind::refused,
            Code::platform_refused},
        Row{"terminal on 500", kPlatform, 500, failure("AUTH_INVALID_SESSION"),
            AnswerKind::transient, Code::server_error},
        Row{"terminal in other letters", kPlatform, 401, failure("auth_invalid_session"),
            AnswerKind::refused, Code::platform_refused}));

INSTANTIATE_TEST_SUITE_P(
    PlatformRefusals, VerdictTable,
    testing::Values(
        Row{"403 with envelope", kPlatform, 403, failure("ACCESS_SCOPE_MISMATCH"),
            AnswerKind::refused, Code::platform_refused},
        Row{"401 API key", kPlatform, 401, failure("AUTH_INVALID_API_KEY"), AnswerKind::refused,
            Code::platform_refused},
        Row{"400 with envelope", kPlatform, 400, failure("VALIDATION_FAILED"), AnswerKind::refused,
            Code::platform_refused},
        Row{"404 with envelope", kPlatform, 404, failure("RESOURCE_NOT_FOUND"), AnswerKind::refused,
            Code::platform_refused},
        Row{"405 with envelope", kPlatform, 405, failure("X"), AnswerKind::refused,
            Code::platform_refused},
        Row{"413 with envelope", kPlatform, 413, failure("X"), AnswerKind::refused,
            Code::platform_refused},
        Row{"415 with envelope", kPlatform, 415, failure("X"), AnswerKind::refused,
            Code::platform_refused},
        Row{"retryable false is not dead", kPlatform, 401, failure("X", kFinal),
            AnswerKind::refused, Code::platform_refused},
        Row{"passing code called final", kPlatform, 400, failure("RATE_LIMITED", kFinal),
            AnswerKind::refused, Code::platform_refused},
        Row{"retryable true", kPlatform, 400, failure("X", kRetryable), AnswerKind::transient,
            Code::server_error},
        Row{"passing code without retryable", kPlatform, 400, failure("UPSTREAM_TEMPORARY_FAILURE"),
            AnswerKind::transient, Code::server_error},
        Row{"409", kPlatform, 409, failure("ASYNC_OPERATION_PENDING"), AnswerKind::in_progress,
            Code::server_error},
        Row{"409 bare", kPlatform, 409, "", AnswerKind::in_progress, Code::server_error},
        Row{"422", kPlatform, 422, failure("IDEMPOTENCY_KEY_REUSED"), AnswerKind::key_mismatch,
            Code::platform_refused},
        Row{"301", kPlatform, 301, "", AnswerKind::refused, Code::redirect_refused, false},
        Row{"304", kPlatform, 304, "", AnswerKind::refused, Code::redirect_refused, false},
        Row{"307", kPlatform, 307, "", AnswerKind::refused, Code::redirect_refused, false}));

constexpr const char* kHtml = "<html>Please log in</html>";

INSTANTIATE_TEST_SUITE_P(
    PlatformTransients, VerdictTable,
    testing::Values(
        Row{"401 without envelope", kPlatform, 401, kHtml, AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"403 without envelope", kPlatform, 403, "", AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"400 with other JSON", kPlatform, 400, R"({"error":"invalid_grant"})",
            AnswerKind::transient, Code::network_unreachable, false},
        Row{"401 with a success inside", kPlatform, 401, samples::success("{}"),
            AnswerKind::transient, Code::network_unreachable, false},
        Row{"401 with a duplicate key", kPlatform, 401,
            R"({"requestID":"r","error":{"code":"X","code":"AUTH_INVALID_SESSION"}})",
            AnswerKind::transient, Code::network_unreachable, false},
        Row{"401 without request id", kPlatform, 401,
            R"({"error":{"code":"AUTH_INVALID_SESSION"}})", AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"401 in a partner's clothes", kPlatform, 401,
            partner_failure(failure("AUTH_INVALID_SESSION")), AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"404 without envelope", kPlatform, 404, kHtml, AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"422 without envelope", kPlatform, 422, kHtml, AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"407", kPlatform, 407, failure("X"), AnswerKind::transient, Code::network_unreachable,
            false},
        Row{"511", kPlatform, 511, kHtml, AnswerKind::transient, Code::network_unreachable, false},
        Row{"408", kPlatform, 408, "", AnswerKind::transient, Code::server_error},
        Row{"425", kPlatform, 425, "", AnswerKind::transient, Code::server_error},
        Row{"429", kPlatform, 429, failure("RATE_LIMITED", kFinal), AnswerKind::transient,
            Code::rate_limited},
        Row{"500", kPlatform, 500, failure("X", kFinal), AnswerKind::transient, Code::server_error},
        Row{"502", kPlatform, 502, kHtml, AnswerKind::transient, Code::server_error},
        Row{"503", kPlatform, 503, "", AnswerKind::transient, Code::server_error},
        Row{"504", kPlatform, 504, "", AnswerKind::transient, Code::server_error},
        Row{"no status at all", kPlatform, 0, "", AnswerKind::transient, Code::server_error},
        Row{"101", kPlatform, 101, "", AnswerKind::transient, Code::server_error}));

INSTANTIATE_TEST_SUITE_P(
    PlatformMalformed, VerdictTable,
    testing::Values(
        Row{"200 HTML", kPlatform, 200, kHtml, AnswerKind::malformed, Code::contract_not_json,
            false},
        Row{"204", kPlatform, 204, "", AnswerKind::malformed, Code::contract_not_json, false},
        Row{"200 truncated", kPlatform, 200, R"({"data":{"sess)", AnswerKind::malformed,
            Code::reply_truncated},
        Row{"200 data null", kPlatform, 200, samples::success("null"), AnswerKind::malformed,
            Code::contract_no_data},
        Row{"200 without session token", kPlatform, 200,
            samples::success(R"({"refreshToken":"rt_test_1"})"), AnswerKind::malformed,
            Code::contract_missing_field},
        Row{"200 of another environment", kPlatform, 200,
            samples::success(R"({"sessionToken":"st_live_1"})"), AnswerKind::malformed,
            Code::environment_mismatch},
        Row{"200 API key", kPlatform, 200, samples::success(R"({"sessionToken":"sk_test_abcdef"})"),
            AnswerKind::malformed, Code::api_key_refused},
        Row{"200 with a terminal error", kPlatform, 200, failure("AUTH_INVALID_SESSION"),
            AnswerKind::malformed, Code::platform_refused}));

INSTANTIATE_TEST_SUITE_P(
    Partner, VerdictTable,
    testing::Values(
        Row{"401 bare", kPartner, 401, "", AnswerKind::unauthorized, Code::partner_unauthorized},
        Row{"403 bare", kPartner, 403, R"({"error":"forbidden"})", AnswerKind::unauthorized,
            Code::partner_unauthorized},
        Row{"401 platform envelope at the top", kPartner, 401, failure("AUTH_INVALID_SESSION"),
            AnswerKind::unauthorized, Code::partner_unauthorized},
        Row{"401 details terminal", kPartner, 401, partner_failure(failure("AUTH_INVALID_SESSION")),
            AnswerKind::dead, Code::session_dead},
        Row{"403 details terminal", kPartner, 403, partner_failure(failure("TOKEN_REUSED")),
            AnswerKind::dead, Code::session_dead},
        Row{"404 details terminal, backend-managed", kBackend, 404,
            partner_failure(failure("AUTH_INVALID_SESSION")), AnswerKind::dead, Code::session_dead},
        Row{"401 details of another request", kPartner, 401,
            partner_failure(failure("AUTH_INVALID_SESSION", "", "\"corr-2\"")),
            AnswerKind::transient, Code::partner_unavailable},
        Row{"502 details terminal", kPartner, 502, partner_failure(failure("AUTH_INVALID_SESSION")),
            AnswerKind::transient, Code::partner_unavailable},
        Row{"401 details API key", kPartner, 401, partner_failure(failure("AUTH_INVALID_API_KEY")),
            AnswerKind::refused, Code::partner_refused},
        Row{"400 details retryable", kPartner, 400, partner_failure(failure("X", kRetryable)),
            AnswerKind::transient, Code::partner_unavailable},
        Row{"404 of the partner", kPartner, 404, R"({"error":"no such user"})", AnswerKind::refused,
            Code::partner_refused},
        Row{"404 of something else", kPartner, 404, kHtml, AnswerKind::transient,
            Code::network_unreachable, false},
        Row{"422 details", kPartner, 422, partner_failure(failure("X")), AnswerKind::key_mismatch,
            Code::partner_refused},
        Row{"422 of the partner's own", kPartner, 422, R"({"error":"bad body"})",
            AnswerKind::refused, Code::partner_refused},
        Row{"409", kPartner, 409, "", AnswerKind::in_progress, Code::partner_unavailable},
        Row{"429", kPartner, 429, "", AnswerKind::transient, Code::rate_limited},
        Row{"500 configuration missing", kPartner, 500,
            R"({"error":"Platform configuration missing."})", AnswerKind::transient,
            Code::partner_unavailable},
        Row{"302 to a login page", kPartner, 302, kHtml, AnswerKind::refused,
            Code::redirect_refused, false}));

TEST(VerdictTest, R16_APairIsIssued) {
    const RefreshAnswer answer = judge(
        reply(201, samples::success(samples::kPair), {{"Date", "Thu, 05 Mar 2026 10:00:01 GMT"}}));
    ASSERT_EQ(answer.kind, AnswerKind::issued);
    EXPECT_TRUE(answer.reachable);
    EXPECT_TRUE(answer.issued.session_token->equals("st_test_1"));
    EXPECT_TRUE(answer.issued.refresh_token->equals("rt_test_1"));
    EXPECT_EQ(answer.issued.http_date_ms, 1'772'704'801'000);
}

TEST(VerdictTest, R13_AKeptRefreshTokenIsNoFault) {
    const RefreshAnswer answer =
        judge(reply(200, samples::success(R"({"sessionToken":"st_test_2"})")));
    ASSERT_EQ(answer.kind, AnswerKind::issued);
    EXPECT_EQ(answer.issued.refresh_token, nullptr);
}

TEST(VerdictTest, R16_ExpiredByTheServersOwnTimeIsCommittedAllTheSame) {
    std::string text = samples::success(samples::kPair);
    text.replace(text.find("2026-03-05T10:30"), 16, "2020-03-05T10:30");
    EXPECT_EQ(judge(reply(200, text)).kind, AnswerKind::issued);
}

TEST(VerdictTest, R16_BackendManagedNeverYieldsARefreshToken) {
    const RefreshAnswer answer = judge(reply(200, samples::kFlat), kBackend);
    ASSERT_EQ(answer.kind, AnswerKind::issued);
    EXPECT_EQ(answer.issued.refresh_token, nullptr);
    const RefreshAnswer kept = judge(reply(200, samples::kFlat), kPartner);
    ASSERT_EQ(kept.kind, AnswerKind::issued);
    EXPECT_NE(kept.issued.refresh_token, nullptr);
}

TEST(VerdictTest, CompressedBodiesAreMalformed) {
    const std::string pair = samples::success(samples::kPair);
    for (const char* encoding : {"gzip", "br", "identity, gzip"}) {
        const RefreshAnswer answer = judge(reply(200, pair, {{"content-encoding", encoding}}));
        EXPECT_EQ(answer.kind, AnswerKind::malformed) << encoding;
        EXPECT_EQ(answer.error.code, Code::contract_compressed);
        EXPECT_TRUE(answer.reachable);
    }
    for (const char* encoding : {"", "identity", "Identity"}) {
        EXPECT_EQ(judge(reply(200, pair, {{"X", "y"}, {"Content-Encoding", encoding}})).kind,
                  AnswerKind::issued);
    }
}

TEST(VerdictTest, R37_TheErrorTellsWhatThePlatformSaid) {
    const RefreshAnswer answer =
        judge(reply(400, failure("VALIDATION_FAILED", R"(,"details":{"field":"profile.pan"})")));
    EXPECT_EQ(answer.error.message, "HTTP 400 VALIDATION_FAILED (profile.pan): told so");
    EXPECT_EQ(answer.error.platform_code, "VALIDATION_FAILED");
    EXPECT_EQ(answer.error.request_id, "req_9");
    EXPECT_EQ(answer.error.correlation_id, "corr-1");
    const RefreshAnswer partner = judge(reply(401, R"({"error":"log in again"})"), kPartner);
    EXPECT_EQ(partner.error.message, "HTTP 401: log in again");
}

TEST(VerdictTest, R38_RetryAfterIsHandedOn) {
    const RefreshAnswer answer = judge(reply(503, "", {{"Retry-After", "7"}}));
    EXPECT_EQ(answer.retry_after_ms, 7'000);
    EXPECT_EQ(answer.error.retry_after_ms, 7'000);
    EXPECT_EQ(judge(reply(429, "", {{"Retry-After", "soon"}})).retry_after_ms, -1);
    EXPECT_EQ(judge(reply(429, "")).retry_after_ms, -1);
    EXPECT_EQ(judge(reply(429, "",
                          {{"Retry-After", "Thu, 05 Mar 2026 10:00:09 GMT"},
                           {"Date", "Thu, 05 Mar 2026 10:00:00 GMT"}}))
                  .retry_after_ms,
              9'000);
}

TEST(VerdictTest, R14_EqualCachedAnswersHaveEqualDigests) {
    const auto digest = [](int status, std::string_view text, RefreshRoute route = kPlatform) {
        return judge(reply(status, text), route).body_digest;
    };
    const std::string cached = failure("X");
    EXPECT_NE(digest(500, cached), 0);
    EXPECT_EQ(digest(500, cached), digest(500, cached));
    EXPECT_NE(digest(500, cached), digest(502, cached));
    EXPECT_NE(digest(500, cached), digest(500, failure("Y")));
    EXPECT_NE(digest(422, cached), 0);
    EXPECT_NE(digest(500, partner_failure(cached), kPartner), 0);
    // Equal bodies that name no request are two outages, not one cached answer.
    EXPECT_EQ(digest(502, kHtml), 0);
    EXPECT_EQ(digest(503, ""), 0);
    EXPECT_EQ(digest(500, R"({"requestID":"st_test_abcdefgh","error":{"code":"X"}})"), 0);
    EXPECT_EQ(digest(400, cached), 0);
    EXPECT_EQ(digest(301, cached), 0);
}

struct FailureRow {
    HttpFailure failure;
    bool maybe_sent;
    AnswerKind kind;
    Code code;
    bool reachable;
};

TEST(VerdictTest, R15_FailedTransports) {
    for (const FailureRow& row :
         {FailureRow{HttpFailure::resolve, false, AnswerKind::unsent, Code::network_unreachable,
                     false},
          FailureRow{HttpFailure::connect, false, AnswerKind::unsent, Code::network_unreachable,
                     false},
          FailureRow{HttpFailure::tls, false, AnswerKind::unsent, Code::tls_failed, false},
          FailureRow{HttpFailure::tls_time, false, AnswerKind::unsent, Code::clock_wrong, false},
          FailureRow{HttpFailure::pin, false, AnswerKind::unsent, Code::pin_mismatch, false},
          FailureRow{HttpFailure::refused, false, AnswerKind::unsent, Code::invalid_argument,
                     false},
          FailureRow{HttpFailure::lease_lapsed, true, AnswerKind::unsent, Code::network_timeout,
                     false},
          FailureRow{HttpFailure::timeout, true, AnswerKind::transient, Code::network_timeout,
                     false},
          FailureRow{HttpFailure::interrupted, true, AnswerKind::transient,
                     Code::network_interrupted, false},
          FailureRow{HttpFailure::connect, true, AnswerKind::transient, Code::network_unreachable,
                     false},
          FailureRow{HttpFailure::cancelled, true, AnswerKind::transient, Code::cancelled, false},
          FailureRow{HttpFailure::out_of_memory, true, AnswerKind::transient, Code::out_of_memory,
                     false},
          FailureRow{static_cast<HttpFailure>(99), true, AnswerKind::transient, Code::internal,
                     false},
          FailureRow{HttpFailure::reply_too_large, true, AnswerKind::malformed,
                     Code::reply_too_large, true}}) {
        const RefreshAnswer answer = judge(samples::no_reply(row.failure, row.maybe_sent));
        EXPECT_EQ(kind_name(answer.kind), kind_name(row.kind)) << code_name(row.code);
        EXPECT_EQ(code_name(answer.error.code), code_name(row.code));
        EXPECT_EQ(answer.reachable, row.reachable) << code_name(row.code);
        EXPECT_EQ(answer.error.http_status, 0);
    }
}

TEST(TransportErrorTest, R40_DetailsAreRedacted) {
    const Error error = transport_error(
        samples::no_reply(HttpFailure::interrupted, true, "recv failed for st_live_x\r\n"));
    EXPECT_EQ(error.message, "the connection was lost (recv failed for [redacted]  )");
    EXPECT_EQ(transport_error(samples::no_reply(HttpFailure::timeout)).message,
              "no complete reply in time");
}

TEST(ResponseErrorTest, R29_OnlyA401WithAnEnvelopeRejectsTheToken) {
    const auto rejects = [](int status, const std::string& text) {
        const HttpOutcome outcome = reply(status, text);
        return rejects_session_token(outcome.response, read_envelope(outcome.response.body));
    };
    EXPECT_TRUE(rejects(401, failure("AUTH_INVALID_SESSION")));
    EXPECT_FALSE(rejects(403, failure("AUTH_INVALID_SESSION")));
    EXPECT_FALSE(rejects(401, kHtml));
    EXPECT_FALSE(rejects(401, samples::success("{}")));
    EXPECT_FALSE(rejects(401, partner_failure(failure("AUTH_INVALID_SESSION"))));
}

TEST(ResponseErrorTest, EachStatusHasItsCode) {
    const auto code = [](int status) {
        const HttpOutcome outcome = reply(status, failure("X"));
        return response_error(outcome.response, read_envelope(outcome.response.body)).code;
    };
    EXPECT_EQ(code(429), Code::rate_limited);
    EXPECT_EQ(code(500), Code::server_error);
    EXPECT_EQ(code(302), Code::redirect_refused);
    EXPECT_EQ(code(404), Code::platform_refused);
    const HttpOutcome bare = reply(418, "tea");
    EXPECT_EQ(response_error(bare.response, {}).message, "HTTP 418");
}

}  // namespace
}  // namespace credit
