#include "core/session/lifetime.h"

#include <gtest/gtest.h>

namespace credit {
namespace {

const Policy kPolicy;
const Stamp kSent{{7}, {1000}, {5'000'000}};

Issued issued(std::int64_t expires, std::int64_t server_time, std::int64_t date) {
    Issued out;
    out.session_token = Secret::copy_of("st");
    out.session_expires_at_ms = expires;
    out.server_time_ms = server_time;
    out.http_date_ms = date;
    return out;
}

std::int64_t life(const Issued& from, const Record& learned = {}) {
    return pair_from(from, kSent, nullptr, learned, kPolicy).life_ms;
}

TEST(LifetimeTest, R30_TimestampThenDateThenOffsetThenUnknown) {
    Record learned;
    learned.offset_known = true;
    learned.offset_ms = 1'000'000;
    EXPECT_EQ(life(issued(9000, 8000, 7000), learned), 1000);
    EXPECT_EQ(life(issued(9000, 0, 7000), learned), 2000);
    EXPECT_EQ(life(issued(6'500'000, 0, 0), learned), 500'000);
    EXPECT_EQ(life(issued(6'500'000, 0, 0)), -1);
    EXPECT_EQ(life(issued(0, 8000, 7000), learned), -1);
}

TEST(LifetimeTest, R30_LivesThatMakeNoSenseAreUnknown) {
    EXPECT_EQ(life(issued(8000, 8000, 0)), -1);
    EXPECT_EQ(life(issued(7999, 8000, 0)), -1);
    EXPECT_EQ(life(issued(8000 + days(400).count, 8000, 0)), days(400).count);
    EXPECT_EQ(life(issued(8001 + days(400).count, 8000, 0)), -1);
}

TEST(LifetimeTest, R30_TheOffsetIsServerMinusDevice) {
    EXPECT_EQ(offset_from(issued(0, 5'000'500, 0), kSent), 500);
    EXPECT_EQ(offset_from(issued(0, 0, 4'999'000), kSent), -1000);
    EXPECT_FALSE(offset_from(issued(0, 0, 0), kSent).has_value());
}

TEST(LifetimeTest, R13_AKeptRefreshTokenIsCounted) {
    Pair old;
    old.refresh_token = Secret::copy_of("rt");
    old.refresh_expires_at_ms = 77;
    old.kept = 4;
    Issued fresh = issued(0, 0, 0);
    Pair none = pair_from(fresh, kSent, &old, {}, kPolicy);
    EXPECT_EQ(none.kept, 5U);
    EXPECT_EQ(none.refresh_token, old.refresh_token);
    EXPECT_EQ(none.refresh_expires_at_ms, 77);
    EXPECT_FALSE(none.from_start);
    fresh.refresh_token = Secret::copy_of("rt");
    fresh.refresh_expires_at_ms = 99;
    Pair same = pair_from(fresh, kSent, &old, {}, kPolicy);
    EXPECT_EQ(same.kept, 5U);
    EXPECT_EQ(same.refresh_expires_at_ms, 99);
    fresh.refresh_token = Secret::copy_of("rt-2");
    EXPECT_EQ(pair_from(fresh, kSent, &old, {}, kPolicy).kept, 0U);
    EXPECT_TRUE(pair_from(fresh, kSent, nullptr, {}, kPolicy).from_start);
}

TEST(LifetimeTest, R31_WhatIsLeftByTheClockThatCounts) {
    Pair pair = pair_from(issued(9000, 8000, 0), kSent, nullptr, {}, kPolicy);
    const Now same{{1}, {1400}, {7}};
    EXPECT_EQ(life_left(pair, same)->count, 600);
    EXPECT_EQ(ends_at(pair, same)->ms, 2000);
    const Now other{{5'000'300}, {50}, {8}};
    EXPECT_EQ(life_left(pair, other)->count, 700);
    EXPECT_EQ(ends_at(pair, other)->ms, 750);
    EXPECT_FALSE(life_left(pair, Now{{4'999'999}, {50}, {8}}).has_value());
    EXPECT_FALSE(ends_at(pair, Now{{4'999'999}, {50}, {8}}).has_value());
    EXPECT_EQ(expires_at_ms(pair), 5'001'000);
    pair.life_ms = -1;
    EXPECT_FALSE(life_left(pair, same).has_value());
    EXPECT_EQ(expires_at_ms(pair), -1);
}

TEST(LifetimeTest, R21_MinimumAndAhead) {
    Pair pair;
    pair.life_ms = minutes(30).count;
    EXPECT_EQ(effective_minimum(pair, {}, kPolicy), seconds(10));
    EXPECT_EQ(effective_minimum(pair, minutes(5), kPolicy), minutes(5));
    EXPECT_EQ(effective_minimum(pair, hours(5), kPolicy), minutes(15));
    EXPECT_EQ(refresh_ahead(pair, 0, kPolicy), seconds(60));
    EXPECT_EQ(refresh_ahead(pair, 1023, kPolicy).count, 60'000 - 60'000 * 1023 / 4096);
    pair.life_ms = 1000;
    EXPECT_EQ(effective_minimum(pair, {}, kPolicy), Millis{50});
    EXPECT_EQ(refresh_ahead(pair, 0, kPolicy), Millis{100});
    pair.life_ms = -1;
    EXPECT_EQ(effective_minimum(pair, minutes(5), kPolicy), Millis{0});
    EXPECT_EQ(refresh_ahead(pair, 0, kPolicy), Millis{0});
}

}  // namespace
}  // namespace credit
