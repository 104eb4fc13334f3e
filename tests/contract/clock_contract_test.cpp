// What every Clock keeps (R31).
#include <gtest/gtest.h>
#include <time.h>

#include "platform/memory/manual_clock.h"
#include "platform/posix/posix_clock.h"

namespace credit {
namespace {

TEST(PosixClockContract, GivesTheSystemsTimes) {
    timespec wall{};
    timespec boot{};
    ::clock_gettime(CLOCK_REALTIME, &wall);
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    PosixClock clock;
    const Now now = clock.now();
    const auto ms = [](const timespec& at) {
        return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
    };
    EXPECT_GE(now.wall.ms, ms(wall));
    EXPECT_LT(now.wall.ms, ms(wall) + 60'000);
    EXPECT_GE(now.elapsed.ms, ms(boot));
    EXPECT_LT(now.elapsed.ms, ms(boot) + 60'000);
}

TEST(PosixClockContract, ElapsedNeverGoesBack) {
    PosixClock clock;
    ElapsedTime last = clock.now().elapsed;
    for (int i = 0; i < 10'000; ++i) {
        const ElapsedTime now = clock.now().elapsed;
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(PosixClockContract, TheBootHasOneName) {
    PosixClock one;
    PosixClock another;
    EXPECT_EQ(one.now().boot, another.now().boot);
    EXPECT_TRUE(one.now().boot.same_boot(another.now().boot));
    EXPECT_NE(one.now().boot.value, 0u);
}

TEST(ManualClockContract, MovesOnlyWhenTold) {
    ManualClock clock({WallTime{1'000'000}, ElapsedTime{500}, BootID{7}});
    EXPECT_EQ(clock.now().wall, WallTime{1'000'000});
    clock.advance(seconds(2));
    EXPECT_EQ(clock.now().wall, WallTime{1'002'000});
    EXPECT_EQ(clock.now().elapsed, ElapsedTime{2'500});
    clock.set_wall(WallTime{5});
    EXPECT_EQ(clock.now().wall, WallTime{5});
    EXPECT_EQ(clock.now().elapsed, ElapsedTime{2'500});
    clock.reboot(BootID{8}, minutes(1));
    EXPECT_EQ(clock.now().wall, WallTime{60'005});
    EXPECT_EQ(clock.now().elapsed, ElapsedTime{0});
    EXPECT_FALSE(clock.now().boot.same_boot(BootID{7}));
}

}  // namespace
}  // namespace credit
