#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/platform_api/idempotency.h"
#include "core/platform_api/timestamp.h"
#include "core/platform_api/token_rules.h"

namespace credit {
namespace {

struct TimeCase {
    const char* text;
    std::optional<std::int64_t> ms;
};

class TimestampTest : public testing::TestWithParam<TimeCase> {};

TEST_P(TimestampTest, R30_ServerTimesAreRead) {
    EXPECT_EQ(parse_timestamp(GetParam().text), GetParam().ms) << GetParam().text;
}

constexpr std::int64_t kMarch5 = 1'772'704'800'000;  // 2026-03-05T10:00:00Z

INSTANTIATE_TEST_SUITE_P(
    Good, TimestampTest,
    testing::Values(TimeCase{"2026-03-05T10:00:00Z", kMarch5},
                    TimeCase{"2026-03-05t10:00:00z", kMarch5},
                    TimeCase{"2026-03-05 10:00:00Z", kMarch5},
                    TimeCase{"2026-03-05T10:00:00.1Z", kMarch5 + 100},
                    TimeCase{"2026-03-05T10:00:00.12Z", kMarch5 + 120},
                    TimeCase{"2026-03-05T10:00:00,123Z", kMarch5 + 123},
                    TimeCase{"2026-03-05T10:00:00.123999999Z", kMarch5 + 123},
                    TimeCase{"2026-03-05T15:30:00+05:30", kMarch5},
                    TimeCase{"2026-03-05T15:30:00.5+0530", kMarch5 + 500},
                    TimeCase{"2026-03-05T00:00:00-10:00", kMarch5},
                    TimeCase{"2026-03-05T10:00:00-00:00", kMarch5},
                    TimeCase{"1970-01-01T00:00:00Z", 0}, TimeCase{"1970-01-01T05:30:00+05:30", 0},
                    TimeCase{"2016-12-31T23:59:60Z", 1'483'228'800'000},
                    TimeCase{"2017-01-01T05:29:60+05:30", 1'483'228'800'000},
                    TimeCase{"2024-02-29T00:00:00Z", 1'709'164'800'000},
                    TimeCase{"2000-02-29T00:00:00Z", 951'782'400'000},
                    TimeCase{"9999-12-31T23:59:59.999Z", 253'402'300'799'999}));

INSTANTIATE_TEST_SUITE_P(
    Bad, TimestampTest,
    testing::Values(
        TimeCase{"", {}}, TimeCase{"2026-03-05", {}}, TimeCase{"2026-03-05T10:00:00", {}},
        TimeCase{"2026-03-05T10:00Z", {}}, TimeCase{"2026-3-5T10:00:00Z", {}},
        TimeCase{"2026-03-05T10:00:00.Z", {}}, TimeCase{"2026-03-05T10:00:00.1234567890Z", {}},
        TimeCase{"2026-03-05T10:00:00ZZ", {}}, TimeCase{"2026-03-05T10:00:00Z ", {}},
        TimeCase{" 2026-03-05T10:00:00Z", {}}, TimeCase{"2026-03-05T10:00:00+5:30", {}},
        TimeCase{"2026-03-05T10:00:00+05-30", {}}, TimeCase{"2026-03-05T10:00:00+05", {}},
        TimeCase{"2026-03-05T10:00:00*05:30", {}}, TimeCase{"2026-03-05T10:00:00+24:00", {}},
        TimeCase{"2026-03-05T10:00:00+05:60", {}}, TimeCase{"2026-03-05T10:00:00+0a:00", {}},
        TimeCase{"2026-03-05T10:00:00+00:0a", {}}, TimeCase{"2026-03-05T24:00:00Z", {}},
        TimeCase{"2026-03-05T10:60:00Z", {}}, TimeCase{"2026-03-05T10:00:61Z", {}},
        TimeCase{"2026-03-05T10:00:60Z", {}}, TimeCase{"2026-13-05T10:00:00Z", {}},
        TimeCase{"2026-00-05T10:00:00Z", {}}, TimeCase{"2026-03-00T10:00:00Z", {}},
        TimeCase{"2026-03-32T10:00:00Z", {}}, TimeCase{"2026-04-31T10:00:00Z", {}},
        TimeCase{"2025-02-29T10:00:00Z", {}}, TimeCase{"2100-02-29T10:00:00Z", {}},
        TimeCase{"1969-12-31T23:59:59Z", {}}, TimeCase{"1970-01-01T00:00:00+00:01", {}},
        TimeCase{"9999-12-31T23:59:59-00:01", {}}, TimeCase{"2026/03/05T10:00:00Z", {}},
        TimeCase{"2026-03/05T10:00:00Z", {}}, TimeCase{"2026-03-05X10:00:00Z", {}},
        TimeCase{"2026-03-05T10.00:00Z", {}}, TimeCase{"2026-03-05T10:00.00Z", {}},
        TimeCase{"1772704800000", {}}, TimeCase{"+026-03-05T10:00:00Z", {}}));

Code code_of(const Status& status) {
    return status.ok() ? Code::ok : status.error().code;
}

struct TokenCase {
    std::string token;
    Environment environment;
    Code code;
};

class TokenTest : public testing::TestWithParam<TokenCase> {};

TEST_P(TokenTest, R41_TokensAreCheckedAgainstTheEnvironment) {
    const TokenCase& c = GetParam();
    const Status status = check_token(c.token, c.environment, "data.sessionToken");
    EXPECT_EQ(code_name(code_of(status)), code_name(c.code)) << c.token;
    if (status.ok()) return;
    EXPECT_EQ(status.error().message.rfind("data.sessionToken: ", 0), 0U);
    if (c.token.size() > 8) {
        EXPECT_EQ(status.error().message.find(c.token), std::string::npos);
    }
}

constexpr Environment kTest = Environment::test;
constexpr Environment kLive = Environment::live;

INSTANTIATE_TEST_SUITE_P(
    Table, TokenTest,
    testing::Values(
        TokenCase{"st_test_a_b", kTest, Code::ok}, TokenCase{"st_live_a_b", kLive, Code::ok},
        TokenCase{"rt_live_a", kLive, Code::ok}, TokenCase{"opaque!\"\\~", kTest, Code::ok},
        TokenCase{"jrt_live_a", kTest, Code::ok},  // an unknown prefix
        TokenCase{std::string(kMaxTokenBytes, 'a'), kTest, Code::ok},
        TokenCase{"st_live_a", kTest, Code::environment_mismatch},
        TokenCase{"rt_live_a", kTest, Code::environment_mismatch},
        TokenCase{"bt_live_a", kTest, Code::environment_mismatch},
        TokenCase{"st_test_a", kLive, Code::environment_mismatch},
        TokenCase{"rt_test_a", kLive, Code::environment_mismatch},
        TokenCase{"bt_test_a", kLive, Code::environment_mismatch},
        TokenCase{"sk_live_abcdef", kLive, Code::api_key_refused},
        TokenCase{"sk_test_abcdef", kLive, Code::api_key_refused},
        TokenCase{"sk_0123456789", kTest, Code::api_key_refused},
        TokenCase{"Bearer:sk_test_x", kTest, Code::api_key_refused},
        TokenCase{"", kTest, Code::contract_invalid_token},
        TokenCase{"a b", kTest, Code::contract_invalid_token},
        TokenCase{" st_test_a", kTest, Code::contract_invalid_token},
        TokenCase{"a\r\nX-Evil: 1", kTest, Code::contract_invalid_token},
        TokenCase{std::string("a\0b", 3), kTest, Code::contract_invalid_token},
        TokenCase{"a\x7f", kTest, Code::contract_invalid_token},
        TokenCase{"t\xc3\xb6ken", kTest, Code::contract_invalid_token},
        TokenCase{std::string(kMaxTokenBytes + 1, 'a'), kTest, Code::contract_invalid_token}));

TEST(TokenRulesTest, R40_ApiKeysAreTold) {
    EXPECT_TRUE(looks_like_api_key("sk_live_abc"));
    EXPECT_FALSE(looks_like_api_key("st_live_abc"));
    EXPECT_TRUE(contains_api_key("--key=sk_live_abc"));
    EXPECT_FALSE(contains_api_key("risk_assessment"));
}

TEST(BorrowerTest, OrdinaryIdsPass) {
    for (const std::string& id : std::vector<std::string>{
             "BORROWER-123", "a", "user@example.com", "a b", "\xe0\xa4\xa8\xe0\xa4\xae",
             std::string(128, 'x'), "st_employee_17", "task_12345678"}) {
        EXPECT_TRUE(check_borrower_id(id).ok()) << id;
    }
}

TEST(BorrowerTest, R16_OuterWhiteSpaceAndTheLikeAreRefused) {
    for (const std::string& id :
         std::vector<std::string>{"", " a", "a ", "\ta", "a\n",
                                  "\xc2\xa0"
                                  "a",
                                  "a\xe3\x80\x80",
                                  "\xef\xbb\xbf"
                                  "a",
                                  "a\xe2\x80\xa8", " ", "a\x01z",
                                  "a\x7f"
                                  "b",
                                  "a\xc2\x85z", std::string("a\0b", 3), "\xff", "a\xc3",
                                  std::string(129, 'x'), "sk_live_abcdef"}) {
        const Status status = check_borrower_id(id);
        EXPECT_EQ(code_of(status), Code::invalid_borrower) << id;
        if (!status.ok()) {
            EXPECT_EQ(status.error().message.rfind("borrowerExternalID: ", 0), 0U);
        }
    }
}

// Recomputed with nothing of this project, Python 3:
//   import hashlib,uuid
//   def key(t,n,e):
//     k=t if len(t)<=64 else hashlib.blake2b(t,digest_size=64).digest()
//     b=bytearray(hashlib.blake2b(b"credit refresh
//     v1"+n.to_bytes(8,"little")+e.to_bytes(8,"little"),key=k,digest_size=16).digest())
//     b[6]=b[6]&15|64; b[8]=b[8]&63|128; return str(uuid.UUID(bytes=bytes(b)))
TEST(IdempotencyTest, R13_GoldenVectors) {
    EXPECT_EQ(derive_refresh_key("rt_test_a", 0, 0), "48de93e6-fbe3-4353-b4b5-b86e5491a3db");
    EXPECT_EQ(derive_refresh_key("rt_test_a", 1, 0), "f86023fe-52ff-4482-aea6-cd4c9e4b43df");
    EXPECT_EQ(derive_refresh_key("rt_test_a", 0, 1), "b734468a-a6cb-4407-a91a-fd6b408c0cd4");
    EXPECT_EQ(derive_refresh_key("rt_test_a", 0x0102030405060708, 2),
              "a63f7ced-faf2-4d0e-9d14-0f9f86a81c75");
    EXPECT_EQ(derive_refresh_key(std::string(64, 'r'), 0, 0),
              "eef81251-63b0-4633-8f38-5295cbd3b286");
    EXPECT_EQ(derive_refresh_key(std::string(65, 'r'), 0, 0),
              "da02b1cb-e06c-4920-9e89-3911a23997df");
    std::string longest = "rt_live_";
    longest.append(kMaxTokenBytes - longest.size(), 'x');
    EXPECT_EQ(derive_refresh_key(longest, 0, 0), "f56a77c7-3966-4a37-bbc9-43af578ddac8");
}

TEST(IdempotencyTest, R13_NoKeyWithoutAToken) {
    EXPECT_THROW(derive_refresh_key("", 0, 0), CheckFailed);
}

TEST(IdempotencyTest, UuidSetsVersionAndVariantOnly) {
    std::array<std::byte, 16> random{};
    EXPECT_EQ(uuid_from(random), "00000000-0000-4000-8000-000000000000");
    random.fill(std::byte{0xff});
    EXPECT_EQ(uuid_from(random), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

// hashlib.blake2b(b"rt_test_a",key=b"credit token fingerprint v1",digest_size=16).hexdigest()
TEST(IdempotencyTest, R12_FingerprintGolden) {
    EXPECT_EQ(token_fingerprint("rt_test_a"), "a3a31ea6a0894b029d02b4d0e479d766");
    EXPECT_NE(token_fingerprint("rt_test_b"), token_fingerprint("rt_test_a"));
}

}  // namespace
}  // namespace credit
