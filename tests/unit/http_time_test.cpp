#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "core/http/civil_time.h"
#include "core/http/http_date.h"
#include "core/http/retry_budget.h"

namespace credit {
namespace {

constexpr std::int64_t kNov6 = 784'111'777'000;  // RFC 9110's example, 1994-11-06T08:49:37Z

struct DateCase {
    const char* text;
    std::optional<std::int64_t> ms;
};

class HttpDateTest : public testing::TestWithParam<DateCase> {};

TEST_P(HttpDateTest, ReadsExactlyTheThreeForms) {
    EXPECT_EQ(parse_http_date(GetParam().text), GetParam().ms) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Forms, HttpDateTest,
    testing::Values(DateCase{"Sun, 06 Nov 1994 08:49:37 GMT", kNov6},
                    DateCase{"Sunday, 06-Nov-94 08:49:37 GMT", kNov6},
                    DateCase{"Sun Nov  6 08:49:37 1994", kNov6},
                    DateCase{" Sun, 06 Nov 1994 08:49:37 GMT\t", kNov6},
                    DateCase{"Sun Nov 16 08:49:37 1994", kNov6 + 10 * 86'400'000LL},
                    DateCase{"Thursday, 01-Jan-70 00:00:01 GMT", 1000},
                    DateCase{"Saturday, 01-Jan-00 00:00:00 GMT", 946'684'800'000},
                    DateCase{"Tuesday, 31-Dec-69 00:00:00 GMT", 3'155'673'600'000},  // 2069
                    DateCase{"Sat, 31 Dec 2016 23:59:60 GMT", 1'483'228'800'000},
                    DateCase{"Fri, 31 Dec 9999 23:59:59 GMT", 253'402'300'799'000},
                    DateCase{"Mon, 29 Feb 2016 00:00:00 GMT", 1'456'704'000'000}));

INSTANTIATE_TEST_SUITE_P(Garbage, HttpDateTest,
                         testing::Values(DateCase{"", {}}, DateCase{"0", {}}, DateCase{"-1", {}},
                                         DateCase{"Sun, 06 Nov 1994 08:49:37", {}},
                                         DateCase{"Sun, 06 Nov 1994 08:49:37 UTC", {}},
                                         DateCase{"Sun, 06 Nov 1994 08:49:37 GMT;", {}},
                                         DateCase{"sun, 06 nov 1994 08:49:37 gmt", {}},
                                         DateCase{"Sun, 6 Nov 1994 08:49:37 GMT", {}},
                                         DateCase{"Sun, 06 Foo 1994 08:49:37 GMT", {}},
                                         DateCase{"Foo, 06 Nov 1994 08:49:37 GMT", {}},
                                         DateCase{"Sun, 32 Nov 1994 08:49:37 GMT", {}},
                                         DateCase{"Wed, 29 Feb 2017 00:00:00 GMT", {}},
                                         DateCase{"Sun, 06 Nov 1994 24:00:00 GMT", {}},
                                         DateCase{"Sun, 06 Nov 1994 08:60:00 GMT", {}},
                                         DateCase{"Sun, 06 Nov 1994 08:49:60 GMT", {}},
                                         DateCase{"Wed, 31 Dec 1969 23:59:59 GMT", {}},
                                         DateCase{"Sun, 06 Nov 19941 08:49:37 GMT", {}},
                                         DateCase{"1994-11-06T08:49:37Z", {}}));

TEST(CivilTimeTest, AgreesWithTheSystemForEveryTenthDay) {
    for (std::int64_t day = 0; day < 2'932'896; day += 10) {
        const std::time_t instant = static_cast<std::time_t>(day * 86'400);
        std::tm parts{};
        ASSERT_NE(gmtime_r(&instant, &parts), nullptr);
        ASSERT_EQ(civil::days_from_date(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday),
                  day);
    }
}

struct RetryCase {
    const char* value;
    const char* date;
    std::optional<std::int64_t> ms;
};

class RetryAfterTest : public testing::TestWithParam<RetryCase> {};

TEST_P(RetryAfterTest, R38_ReadsSecondsAndDatesAndIgnoresGarbage) {
    const RetryCase& c = GetParam();
    EXPECT_EQ(parse_retry_after(c.value, c.date), c.ms) << c.value << " | " << c.date;
}

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

INSTANTIATE_TEST_SUITE_P(
    Values, RetryAfterTest,
    testing::Values(
        RetryCase{"0", "", 0}, RetryCase{"120", "", 120'000}, RetryCase{" 7 ", "", 7'000},
        RetryCase{"Sun, 06 Nov 1994 08:50:07 GMT", kDate, 30'000}, RetryCase{kDate, kDate, 0},
        RetryCase{"Sun, 06 Nov 1994 08:49:36 GMT", kDate, {}},
        RetryCase{"Sun, 06 Nov 1994 08:50:07 GMT", "", {}},
        RetryCase{"Sun, 06 Nov 1994 08:50:07 GMT", "yesterday", {}}, RetryCase{"-1", kDate, {}},
        RetryCase{"+1", kDate, {}}, RetryCase{"1.5", kDate, {}}, RetryCase{"", kDate, {}},
        RetryCase{"soon", kDate, {}}, RetryCase{"0x10", kDate, {}},
        RetryCase{"9223372036854775", "", {}}, RetryCase{"99999999999999999999999999", "", {}},
        RetryCase{"900000000000000", "", 900'000'000'000'000'000}));

TEST(RetryBudgetTest, R38_StopsWhenHalfIsSpent) {
    RetryBudget budget;
    for (int i = 0; i < 4; ++i) {
        budget.on_failure();
        EXPECT_TRUE(budget.may_retry()) << i;
    }
    budget.on_failure();
    EXPECT_FALSE(budget.may_retry());
}

TEST(RetryBudgetTest, R38_SuccessesGiveATenthBack) {
    RetryBudget budget;
    for (int i = 0; i < 30; ++i)
        budget.on_failure();  // does not go below nothing
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(budget.may_retry()) << i;
        budget.on_success();
    }
    EXPECT_FALSE(budget.may_retry());
    budget.on_success();
    EXPECT_TRUE(budget.may_retry());
}

TEST(RetryBudgetTest, R38_NeverHoldsMoreThanTheMaximum) {
    RetryBudget budget;
    for (int i = 0; i < 100; ++i)
        budget.on_success();
    for (int i = 0; i < 5; ++i)
        budget.on_failure();
    EXPECT_FALSE(budget.may_retry());
}

TEST(RetryBudgetTest, R38_TimeGivesBackAndKeepsRemainders) {
    RetryBudget budget;
    budget.on_elapsed(1'000'000);  // the first reading is only a beginning
    for (int i = 0; i < 5; ++i)
        budget.on_failure();
    for (int i = 1; i <= 9; ++i)
        budget.on_elapsed(1'000'000 + i);  // less than one step in sum
    EXPECT_FALSE(budget.may_retry());
    budget.on_elapsed(1'000'010);
    EXPECT_TRUE(budget.may_retry());
}

TEST(RetryBudgetTest, R38_TheFirstReadingRefillsNothing) {
    RetryBudget budget;
    for (int i = 0; i < 10; ++i)
        budget.on_failure();
    budget.on_elapsed(1'000'000'000);
    EXPECT_FALSE(budget.may_retry());
    budget.on_elapsed(5);  // a clock that went back is a new beginning
    budget.on_elapsed(50'004);
    EXPECT_FALSE(budget.may_retry());
    budget.on_elapsed(50'015);
    EXPECT_TRUE(budget.may_retry());
}

}  // namespace
}  // namespace credit
