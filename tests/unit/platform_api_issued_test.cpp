#include <gtest/gtest.h>

#include <string>

#include "core/platform_api/contract.h"
#include "core/platform_api/token_rules.h"
#include "tests/unit/platform_api_samples.h"

namespace credit {
namespace {

using samples::body;
using samples::kFlat;
using samples::kPair;
using samples::success;

constexpr std::int64_t kTenOClock = 1'772'704'800'000;  // 2026-03-05T10:00:00Z
constexpr std::int64_t kHalfHour = 1'800'000;

IssuedContext backend_managed() {
    return {Environment::test, false, true, false};
}
IssuedContext refresh_reply() {
    return {Environment::test, false, false, true};
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    const std::size_t at = out.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return out.replace(at, from.size(), to);
}

TEST(IssuedTest, EnvelopeWithAPairOnly) {
    const auto result = parse_issued(body(success(kPair)), {});
    ASSERT_TRUE(result.ok()) << result.error().message;
    const Issued& issued = result.value();
    EXPECT_TRUE(issued.session_token->equals("st_test_1"));
    EXPECT_TRUE(issued.refresh_token->equals("rt_test_1"));
    EXPECT_EQ(issued.server_time_ms, kTenOClock);
    EXPECT_EQ(issued.session_expires_at_ms, kTenOClock + kHalfHour);
    EXPECT_EQ(issued.refresh_expires_at_ms, kTenOClock + 7 * 86'400'000LL);
    EXPECT_EQ(issued.request_id, "req_01JABC123");
    EXPECT_EQ(issued.correlation_id, "corr-1");
    EXPECT_FALSE(issued.has_journey);
}

TEST(IssuedTest, TheFlatShapeOfThePartner) {
    const auto result = parse_issued(body(kFlat), {});
    ASSERT_TRUE(result.ok()) << result.error().message;
    const Issued& issued = result.value();
    EXPECT_EQ(issued.borrower_id, "b-1");
    EXPECT_EQ(issued.borrower_external_id, "BORROWER-123");
    EXPECT_EQ(issued.server_time_ms, 0);
    EXPECT_TRUE(issued.has_journey);
    EXPECT_EQ(issued.journey, (Journey{"j-1", "OFFERS_READY", ""}));
}

TEST(IssuedTest, AByteOrderMarkAndUnknownFieldsAndValuesAreFine) {
    const std::string text = replaced(kFlat, R"("status":"OFFERS_READY")",
                                      R"("status":"NEVER_HEARD_OF","extra":{"a":[1,2.5,null]})");
    const auto result = parse_issued(body("\xef\xbb\xbf" + text), {});
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result.value().journey->status, "NEVER_HEARD_OF");
}

TEST(IssuedTest, NullJourneyIsToldFromNone) {
    const auto result = parse_issued(
        body(replaced(kFlat, R"({"journeyID":"j-1","status":"OFFERS_READY","nextAction":null})",
                      "null")),
        {});
    ASSERT_TRUE(result.ok());
    EXPECT_TRUE(result.value().has_journey);
    EXPECT_FALSE(result.value().journey.has_value());
}

TEST(IssuedTest, R16_BackendManagedTakesTheSessionTokenAlone) {
    const auto bare = parse_issued(body(R"({"sessionToken":"st_test_1"})"), backend_managed());
    ASSERT_TRUE(bare.ok()) << bare.error().message;
    EXPECT_EQ(bare.value().refresh_token, nullptr);
    EXPECT_EQ(bare.value().session_expires_at_ms, 0);
    const auto timed = parse_issued(
        body(R"({"sessionToken":"st_test_1","sessionExpiresAt":"2026-03-05T10:30:00Z"})"),
        backend_managed());
    ASSERT_TRUE(timed.ok());
    EXPECT_EQ(timed.value().session_expires_at_ms, kTenOClock + kHalfHour);
}

TEST(IssuedTest, R16_BackendManagedDropsARefreshTokenUnread) {
    for (const char* token : {R"("rt_test_1")", R"("rt_live_1")", "7", "null", "[]"}) {
        std::string text = R"({"sessionToken":"st_test_1","refreshToken":)";
        const auto result = parse_issued(body(text.append(token).append("}")), backend_managed());
        ASSERT_TRUE(result.ok()) << token << result.error().message;
        EXPECT_EQ(result.value().refresh_token, nullptr);
    }
}

struct BadCase {
    const char* name;
    std::string text;
    Code code;
    const char* field;
};

void PrintTo(const BadCase& c, std::ostream* out) {
    *out << c.name;
}

std::string nested(int levels) {
    std::string text = R"({"sessionToken":"st_test_1","x":)";
    text.append(static_cast<std::size_t>(levels - 1), '[').append("1");
    return text.append(static_cast<std::size_t>(levels - 1), ']').append("}");
}

std::string padded_to(std::size_t size) {
    std::string text = replaced(kFlat, R"("borrowerID":"b-1")", R"("x":"")");
    const std::size_t at = text.find(R"("x":")") + 5;
    return text.insert(at, std::string(size - text.size(), 'x'));
}

class BadIssuedTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadIssuedTest, R16_IsRefusedWithItsCodeAndTheField) {
    const BadCase& c = GetParam();
    const auto result = parse_issued(body(c.text), {});
    ASSERT_FALSE(result.ok()) << c.name;
    EXPECT_EQ(code_name(result.error().code), code_name(c.code)) << c.name;
    EXPECT_EQ(result.error().message.rfind(c.field, 0), 0U)
        << c.name << ": " << result.error().message;
    EXPECT_EQ(result.error().message.find("t_test_"), std::string::npos) << result.error().message;
}

std::string flat_without(std::string_view member) {
    return replaced(kFlat, member, R"("ignored":0,)");
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BadIssuedTest,
    testing::Values(
        BadCase{"empty", "", Code::contract_not_json, "body:"},
        BadCase{"blank", " \r\n", Code::contract_not_json, "body:"},
        BadCase{"html", "<html>Please log in</html>", Code::contract_not_json, "body:"},
        BadCase{"text", "upstream connect error", Code::contract_not_json, "body:"},
        BadCase{"form", "sessionToken=st_test_1", Code::contract_not_json, "body:"},
        BadCase{"array", "[1]", Code::contract_wrong_type, "body:"},
        BadCase{"null", "null", Code::contract_wrong_type, "body:"},
        BadCase{"string", "\"st_test_1\"", Code::contract_wrong_type, "body:"},
        BadCase{"truncated object", std::string(kFlat.substr(0, kFlat.size() - 1)),
                Code::reply_truncated, "body:"},
        BadCase{"truncated string", std::string(kFlat.substr(0, 30)), Code::reply_truncated,
                "body:"},
        BadCase{"truncated escape", R"({"a":"\)", Code::reply_truncated, "body:"},
        BadCase{"trailing garbage", std::string(kFlat) + "x", Code::contract_malformed, "body:"},
        BadCase{"two objects", std::string(kFlat) + "{}", Code::contract_malformed, "body:"},
        BadCase{"comma", R"({"a":1,})", Code::contract_malformed, "body:"},
        BadCase{"NaN", R"({"a":NaN})", Code::contract_malformed, "body:"},
        BadCase{"bad escape", R"({"a":"\x"})", Code::contract_malformed, "body:"},
        BadCase{"lone surrogate", R"({"a":"\ud800"})", Code::contract_malformed, "body:"},
        BadCase{"invalid utf-8", "{\"a\":\"\xff\"}", Code::contract_malformed, "body:"},
        BadCase{"raw NUL", std::string("{\"a\":\"\0\"}", 9), Code::contract_malformed, "body:"},
        BadCase{"NUL behind", std::string(kFlat) + std::string(1, '\0'), Code::contract_malformed,
                "body:"},
        BadCase{"too deep", nested(kMaxJsonDepth + 1), Code::contract_too_deep, "body:"},
        BadCase{"bottomless", nested(30'000), Code::contract_too_deep, "body:"},
        BadCase{"too large", padded_to(kMaxJsonBytes + 1), Code::reply_too_large, "body:"},
        BadCase{"empty object", "{}", Code::contract_missing_field, "sessionToken:"}));

INSTANTIATE_TEST_SUITE_P(
    Envelopes, BadIssuedTest,
    testing::Values(
        BadCase{"data null", success("null"), Code::contract_no_data, "data:"},
        BadCase{"data array", success("[]"), Code::contract_wrong_type, "data:"},
        BadCase{"data string", success("\"x\""), Code::contract_wrong_type, "data:"},
        BadCase{"no data", R"({"requestID":"r","error":null})", Code::contract_missing_field,
                "data:"},
        BadCase{"empty data", success("{}"), Code::contract_missing_field, "data.sessionToken:"},
        BadCase{"platform error", samples::failure("VALIDATION_FAILED"), Code::platform_refused,
                "error:"},
        BadCase{"partner error", R"({"error":"Missing borrowerExternalID."})",
                Code::partner_refused, "error:"},
        BadCase{"error of another type", R"({"error":7,"sessionToken":"st_test_1"})",
                Code::contract_wrong_type, "error:"},
        BadCase{"duplicate in error", R"({"error":{"code":"A","code":"B"}})",
                Code::contract_duplicate_key, "error.code:"},
        BadCase{"tokens and an error",
                replaced(success(kPair), R"("error":null)", R"("error":{"code":"X"})"),
                Code::platform_refused, "error:"},
        BadCase{"timestamp type",
                replaced(success(kPair), R"("2026-03-05T10:00:00.000Z")", "1772704800"),
                Code::contract_wrong_type, "timestamp:"},
        BadCase{"timestamp text", replaced(success(kPair), "2026-03-05T10:00:00.000Z", "yesterday"),
                Code::contract_wrong_type, "timestamp:"},
        BadCase{"duplicate at top", R"({"requestID":"a","requestID":"b","data":{}})",
                Code::contract_duplicate_key, "requestID:"},
        BadCase{"duplicate hidden by an escape", R"({"data":{},"d\u0061ta":{}})",
                Code::contract_duplicate_key, "data:"},
        BadCase{"duplicate in data",
                success(R"({"sessionToken":"st_test_1","sessionToken":"st_test_2"})"),
                Code::contract_duplicate_key, "data.sessionToken:"},
        BadCase{"duplicate with a token as key", R"({"st_test_12345678":1,"st_test_12345678":1})",
                Code::contract_duplicate_key, "a key:"}));

INSTANTIATE_TEST_SUITE_P(
    Fields, BadIssuedTest,
    testing::Values(
        BadCase{"no session token", flat_without(R"("sessionToken":"st_test_1",)"),
                Code::contract_missing_field, "sessionToken:"},
        BadCase{"no refresh token", flat_without(R"("refreshToken":"rt_test_1",)"),
                Code::contract_missing_field, "refreshToken:"},
        BadCase{"null refresh token", replaced(kFlat, R"("rt_test_1")", "null"),
                Code::contract_missing_field, "refreshToken:"},
        BadCase{"session token a number", replaced(kFlat, R"("st_test_1")", "1"),
                Code::contract_wrong_type, "sessionToken:"},
        BadCase{"refresh token an object", replaced(kFlat, R"("rt_test_1")", "{}"),
                Code::contract_wrong_type, "refreshToken:"},
        BadCase{"empty refresh token", replaced(kFlat, "rt_test_1", ""),
                Code::contract_invalid_token, "refreshToken:"},
        BadCase{"token with a space", replaced(kFlat, "st_test_1", "st test"),
                Code::contract_invalid_token, "sessionToken:"},
        BadCase{"token with NUL", replaced(kFlat, "st_test_1", "st\\u0000x"),
                Code::contract_invalid_token, "sessionToken:"},
        BadCase{"token with a line break", replaced(kFlat, "rt_test_1", "rt\\r\\nX: y"),
                Code::contract_invalid_token, "refreshToken:"},
        BadCase{"token too long", replaced(kFlat, "st_test_1", std::string(8193, 'a')),
                Code::contract_invalid_token, "sessionToken:"},
        BadCase{"api key", replaced(kFlat, "st_test_1", "sk_test_abcdef"), Code::api_key_refused,
                "sessionToken:"},
        BadCase{"foreign session token", replaced(kFlat, "st_test_1", "st_live_1"),
                Code::environment_mismatch, "sessionToken:"},
        BadCase{"foreign refresh token", replaced(kFlat, "rt_test_1", "rt_live_1"),
                Code::environment_mismatch, "refreshToken:"},
        BadCase{"no session expiry",
                flat_without(R"("sessionExpiresAt":"2026-03-05T10:30:00.000Z",)"),
                Code::contract_missing_field, "sessionExpiresAt:"},
        BadCase{"no refresh expiry",
                flat_without(R"("refreshExpiresAt":"2026-03-12T10:00:00.000Z",)"),
                Code::contract_missing_field, "refreshExpiresAt:"},
        BadCase{"expiry a number", replaced(kFlat, R"("2026-03-05T10:30:00.000Z")", "1772706600"),
                Code::contract_wrong_type, "sessionExpiresAt:"},
        BadCase{"expiry no time", replaced(kFlat, "2026-03-12T10:00:00.000Z", "never"),
                Code::contract_wrong_type, "refreshExpiresAt:"},
        BadCase{"expired session", replaced(success(kPair), "2026-03-05T10:30", "2026-03-05T10:00"),
                Code::contract_expired_pair, "sessionExpiresAt:"},
        BadCase{"expired refresh", replaced(success(kPair), "2026-03-12T10", "2026-03-05T09"),
                Code::contract_expired_pair, "refreshExpiresAt:"},
        BadCase{"borrower a number", replaced(kFlat, R"("BORROWER-123")", "123"),
                Code::contract_wrong_type, "borrowerExternalID:"},
        BadCase{"borrower with NUL", replaced(kFlat, "BORROWER-123", "B\\u0000"),
                Code::contract_malformed, "borrowerExternalID:"},
        BadCase{"borrower too long", replaced(kFlat, "BORROWER-123", std::string(257, 'b')),
                Code::contract_malformed, "borrowerExternalID:"},
        BadCase{"journey a string",
                replaced(kFlat, R"({"journeyID":"j-1","status":"OFFERS_READY","nextAction":null})",
                         R"("j-1")"),
                Code::contract_wrong_type, "activeJourney:"},
        BadCase{"journey without id", replaced(kFlat, R"("journeyID":"j-1",)", ""),
                Code::contract_missing_field, "activeJourney.journeyID:"},
        BadCase{"journey without status", replaced(kFlat, R"("status":"OFFERS_READY",)", ""),
                Code::contract_missing_field, "activeJourney.status:"},
        BadCase{"next action an object",
                replaced(kFlat, R"("nextAction":null)", R"("nextAction":{})"),
                Code::contract_wrong_type, "activeJourney.nextAction:"},
        BadCase{"duplicate in journey", replaced(kFlat, R"("nextAction":null)", R"("status":"X")"),
                Code::contract_duplicate_key, "activeJourney.status:"}));

TEST(IssuedLimitsTest, TheLimitsThemselvesAreAccepted) {
    EXPECT_TRUE(parse_issued(body(padded_to(kMaxJsonBytes)), {}).ok());
    EXPECT_TRUE(parse_issued(body(nested(kMaxJsonDepth)), backend_managed()).ok());
}

TEST(IssuedErrorTest, R37_ErrorsCarryTheIds) {
    const auto result = parse_issued(body(success("null")), {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().request_id, "req_01JABC123");
    EXPECT_EQ(result.error().correlation_id, "corr-1");
    const auto refused = parse_issued(body(samples::failure("VALIDATION_FAILED")), {});
    EXPECT_EQ(refused.error().platform_code, "VALIDATION_FAILED");
}

// R16, commit before judging: whatever else is wrong with a refresh reply, its tokens are kept.
TEST(LenientIssuedTest, R16_OnlyTheTokensCanSpoilARefreshReply) {
    for (
        const std::string& data : {
            std::string(R"({"sessionToken":"st_test_1"})"),
            std::string(R"({"sessionToken":"st_test_1","refreshToken":null})"),
            std::string(R"({"sessionToken":"st_test_1","refreshToken":"","sessionExpiresAt":7})"),
            std::string(
                R"({"sessionToken":"st_test_1","sessionExpiresAt":"soon","refreshExpiresAt":"soon"})"),
            std::string(
                R"({"sessionToken":"st_test_1","borrowerID":7,"borrowerExternalID":"a\u0000"})"),
            std::string(R"({"sessionToken":"st_test_1","activeJourney":"j"})"),
            std::string(R"({"sessionToken":"st_test_1","activeJourney":{"status":7}})"),
            std::string(R"({"sessionToken":"st_test_1","activeJourney":{"a":1,"a":1}})"),
            replaced(kPair, "2026-03-05T10:30", "2020-01-01T10:30"),
        }) {
        const auto result = parse_issued(body(success(data)), refresh_reply());
        ASSERT_TRUE(result.ok()) << data << result.error().message;
        EXPECT_TRUE(result.value().session_token->equals("st_test_1"));
        EXPECT_FALSE(result.value().has_journey);
    }
    const std::string odd_time = replaced(success(kPair), R"("2026-03-05T10:00:00.000Z")", "[]");
    EXPECT_TRUE(parse_issued(body(odd_time), refresh_reply()).ok());
    const std::string with_error =
        replaced(success(kPair), R"("error":null)", R"("error":{"code":"X"})");
    EXPECT_TRUE(parse_issued(body(with_error), refresh_reply()).ok());
}

TEST(LenientIssuedTest, R41_TokensAreStillChecked) {
    for (const char* data : {R"({"sessionToken":"st_live_1"})", R"({"refreshToken":"rt_test_1"})",
                             R"({"sessionToken":"sk_test_abcdef"})",
                             R"({"sessionToken":"st_test_1","refreshToken":7})",
                             R"({"sessionToken":"st_test_1","refreshToken":"rt_live_1"})"}) {
        EXPECT_FALSE(parse_issued(body(success(data)), refresh_reply()).ok()) << data;
    }
    EXPECT_FALSE(parse_issued(body(samples::failure("X")), refresh_reply()).ok());
}

// Damaged replies are refused with a code and a printable message, or yield tokens that may stand
// in a header.
TEST(DamagedIssuedTest, R16_DamageNeverPassesUnseen) {
    const std::string whole = success(kPair);
    std::uint64_t seed = 7;
    int refused = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string text = whole;
        for (int i = 0; i < 3; ++i) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            text[(seed >> 33) % text.size()] = static_cast<char>(seed >> 25);
        }
        const SecretBuffer damaged = body(text);
        EXPECT_LE(read_envelope(damaged).request_id.size(), 128U);
        const auto result = parse_issued(damaged, {});
        if (result.ok()) {
            EXPECT_TRUE(
                check_token(result.value().session_token->view(), Environment::test, "t").ok());
            EXPECT_TRUE(
                check_token(result.value().refresh_token->view(), Environment::test, "t").ok());
            continue;
        }
        ++refused;
        EXPECT_NE(result.error().code, Code::ok);
        for (const char c : result.error().message)
            ASSERT_TRUE(c >= ' ' && c <= '~') << text;
    }
    EXPECT_GT(refused, 1'000);
    EXPECT_LT(refused, 5'000);
}

TEST(NotExpiredTest, R16_TheServersOwnTimeDecides) {
    Issued issued;
    issued.session_expires_at_ms = 100;
    issued.refresh_expires_at_ms = 200;
    EXPECT_TRUE(check_not_expired(issued).ok());  // no server time, no judgement
    issued.http_date_ms = 99;
    EXPECT_TRUE(check_not_expired(issued).ok());
    issued.http_date_ms = 100;
    EXPECT_FALSE(check_not_expired(issued).ok());
    issued.server_time_ms = 50;  // the body's own time is nearer than the header's
    EXPECT_TRUE(check_not_expired(issued).ok());
    issued.session_expires_at_ms = 0;
    issued.server_time_ms = 200;
    const Status status = check_not_expired(issued);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Code::contract_expired_pair);
}

TEST(NoteDateTest, R30_TheDateHeaderIsKept) {
    Issued issued;
    HttpResponse response;
    note_date(response, issued);
    EXPECT_EQ(issued.http_date_ms, 0);
    response.headers = {{"date", "Thu, 05 Mar 2026 10:00:00 GMT"}};
    note_date(response, issued);
    EXPECT_EQ(issued.http_date_ms, kTenOClock);
    response.headers = {{"Date", "now"}};
    note_date(response, issued);
    EXPECT_EQ(issued.http_date_ms, 0);
}

}  // namespace
}  // namespace credit
