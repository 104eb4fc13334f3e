#include "core/http/redact.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace credit {
namespace {

struct RedactCase {
    const char* text;
    const char* expected;
};

class RedactTest : public testing::TestWithParam<RedactCase> {};

TEST_P(RedactTest, R40_TakesSecretsOutAndLeavesTheRest) {
    EXPECT_EQ(redact(GetParam().text, 512), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Kept, RedactTest,
    testing::Values(RedactCase{"", ""}, RedactCase{"PAN is malformed.", "PAN is malformed."},
                    RedactCase{"code STATE_PRECONDITION_FAILED at profile.pan",
                               "code STATE_PRECONDITION_FAILED at profile.pan"},
                    RedactCase{"last_name, request_id, task_9", "last_name, request_id, task_9"},
                    RedactCase{"\xe0\xa4\xa8\xe0\xa4\xae \xe2\x82\xb9 500",
                               "\xe0\xa4\xa8\xe0\xa4\xae \xe2\x82\xb9 500"},
                    RedactCase{"bearer", "bearer"},
                    RedactCase{"bearers of news", "bearers of news"}));

INSTANTIATE_TEST_SUITE_P(
    Credentials, RedactTest,
    testing::Values(RedactCase{"token st_live_abc expired", "token [redacted] expired"},
                    RedactCase{"(rt_x)", "([redacted])"},
                    RedactCase{"bt_1,sk_2", "[redacted],[redacted]"},
                    RedactCase{"xst_live_1", "[redacted]"}, RedactCase{"a=sk_test_1", "[redacted]"},
                    RedactCase{"st_live_a.b-c.d", "[redacted]"},
                    RedactCase{"seen st_live_a.", "seen [redacted]."},
                    RedactCase{"Bearer abc.def", "Bearer [redacted]"},
                    RedactCase{"BEARER:  abc,def end", "BEARER:  [redacted] end"},
                    RedactCase{"Bearer%20abc", "[redacted]"},
                    RedactCase{"eyJhbGciOiJIUzI1NiJ9.e30.sig", "[redacted]"},
                    RedactCase{"got 0123456789abcdef01234567", "got [redacted]"},
                    RedactCase{"got 0123456789abcdef0123456", "got 0123456789abcdef0123456"},
                    RedactCase{"dGhpcyBpcyBhIHNlY3JldA==+/x", "[redacted]"},
                    RedactCase{"st%5Flive%5Fabcdef0123456789", "[redacted]"},
                    RedactCase{"id 0198c1e2-6a5b-7c3d-9e1f-0a2b3c4d5e6f", "id [redacted]"}));

INSTANTIATE_TEST_SUITE_P(Controls, RedactTest,
                         testing::Values(RedactCase{"a\r\nb\tc", "a  b c"},
                                         RedactCase{"a\x1b[31mb\x07", "a[31mb"},
                                         RedactCase{"st_li\x01ve_abc", "[redacted]"},
                                         RedactCase{"a\x7f\xc2\x85z", "az"},
                                         RedactCase{"pay\xe2\x80\xaepp\xe2\x80\x8b", "paypp"},
                                         RedactCase{"\xef\xbb\xbf"
                                                    "x",
                                                    "x"},
                                         RedactCase{"bad \xff\xc3 utf", "bad ?? utf"}));

TEST(RedactBoundTest, CutsAtACharacter) {
    EXPECT_EQ(redact("abcdef", 3), "abc");
    EXPECT_EQ(redact("ab\xe2\x82\xb9", 4), "ab");
    EXPECT_EQ(redact("ab\xe2\x82\xb9", 5), "ab\xe2\x82\xb9");
    EXPECT_EQ(redact("abc", 0), "");
}

TEST(RedactBoundTest, R40_TheCutNeverShowsHalfASecret) {
    const std::string secret = "rt_live_0123456789abcdefghijklmnop";
    for (std::size_t max = 0; max < 80; ++max) {
        const std::string out = redact("some words before " + secret, max);
        EXPECT_LE(out.size(), max);
        EXPECT_EQ(out.find("rt_"), std::string::npos);
        EXPECT_EQ(out.find("0123"), std::string::npos);
    }
}

TEST(RedactBoundTest, IsIdempotentForRandomText) {
    const std::vector<std::string> parts = {"st_", "live_", "rt_x", "Bearer",       " ",
                                            ":",   "eyJ",   ".",    "abcDEF012345", "[redacted]",
                                            "=",   "\n",    "\x01", "\xff",         "\xe2\x82\xb9",
                                            "_",   "sk_",   "%20",  "bearer",       "a"};
    std::uint64_t seed = 1;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            text += parts[(seed >> 33) % parts.size()];
        }
        const std::size_t max = 1 + (seed >> 40) % 60;
        const std::string once = redact(text, max);
        ASSERT_EQ(redact(once, max), once) << text;
    }
}

}  // namespace
}  // namespace credit
