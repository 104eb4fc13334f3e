// The clock of Apple's systems (R31).
#include <gtest/gtest.h>
#include <time.h>

#include "platform/apple/apple_clock.h"
#include "tests/apple/darwin_double/darwin_double.h"

namespace credit::test {
namespace {

class DeviceClock : public testing::Test {
  protected:
    DeviceClock() {
        darwin_time::set_timebase(1, 1);
        darwin_time::set_ticks(0);
        darwin_time::set_boot_session("7A1D2B3C-0000-4000-8000-123456789ABC");
        darwin_time::set_boot_time(1'700'000'000);
    }
};

TEST_F(DeviceClock, GivesTheWallTimeOfTheSystem) {
    timespec at{};
    ::clock_gettime(CLOCK_REALTIME, &at);
    const std::int64_t before = static_cast<std::int64_t>(at.tv_sec) * 1000;
    const Now now = AppleClock().now();
    EXPECT_GE(now.wall.ms, before);
    EXPECT_LT(now.wall.ms, before + 60'000);
}

// Apple's chips tick 24 million times a second: 125/3 nanoseconds each.
TEST_F(DeviceClock, CountsTicksOfAnyLength) {
    darwin_time::set_timebase(125, 3);
    AppleClock clock;
    darwin_time::set_ticks(24'000);
    EXPECT_EQ(clock.now().elapsed.ms, 1);
    darwin_time::set_ticks(24'000'000ull * 3600 * 24 * 365 * 10);
    EXPECT_EQ(clock.now().elapsed.ms, 1000ll * 3600 * 24 * 365 * 10);
}

TEST_F(DeviceClock, NeverGoesBackWithItsTicks) {
    darwin_time::set_timebase(125, 3);
    AppleClock clock;
    std::int64_t last = 0;
    for (std::uint64_t ticks = 3'599'999'000; ticks < 3'600'400'000; ticks += 997) {
        darwin_time::set_ticks(ticks);
        const std::int64_t ms = clock.now().elapsed.ms;
        ASSERT_GE(ms, last);
        ASSERT_EQ(ms, static_cast<std::int64_t>(ticks / 24'000));
        last = ms;
    }
}

TEST_F(DeviceClock, NamesTheBoot) {
    const BootID first = AppleClock().now().boot;
    EXPECT_NE(first.value, 0u);
    EXPECT_EQ(AppleClock().now().boot, first);
    darwin_time::set_boot_time(1'700'000'555);  // somebody set the clock
    EXPECT_EQ(AppleClock().now().boot, first);
    darwin_time::set_boot_session("7A1D2B3C-0000-4000-8000-123456789ABD");
    EXPECT_FALSE(AppleClock().now().boot.same_boot(first));
}

TEST_F(DeviceClock, NamesTheBootByItsTimeWhereItHasNoOtherName) {
    darwin_time::set_boot_session(std::nullopt);
    const BootID first = AppleClock().now().boot;
    EXPECT_NE(first.value, 0u);
    EXPECT_EQ(AppleClock().now().boot, first);
    darwin_time::set_boot_time(1'700'000'001);
    EXPECT_FALSE(AppleClock().now().boot.same_boot(first));
    darwin_time::set_boot_session(std::string(200, 'x'));  // more than it may be
    EXPECT_NE(AppleClock().now().boot.value, 0u);
    darwin_time::set_boot_session("");
    EXPECT_NE(AppleClock().now().boot.value, 0u);
}

TEST_F(DeviceClock, ABootWithoutAnyNameIsLikeNoOther) {
    darwin_time::set_boot_session(std::nullopt);
    darwin_time::set_boot_time(std::nullopt);
    const BootID boot = AppleClock().now().boot;
    EXPECT_EQ(boot.value, 0u);
    EXPECT_FALSE(boot.same_boot(boot));
    darwin_time::set_boot_time(0);
    EXPECT_EQ(AppleClock().now().boot.value, 0u);
}

}  // namespace
}  // namespace credit::test
