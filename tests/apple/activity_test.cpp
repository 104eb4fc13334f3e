// performExpiringActivity as an assertion, and the background port on top of it (R22).
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/apple/activity.h"
#include "platform/apple/activity_background.h"
#include "tests/apple/darwin_double/darwin_double.h"

namespace credit::test {
namespace {

using suspension::Answer;

void count(void* counter) {
    ++*static_cast<std::atomic<int>*>(counter);
}

class SystemActivity : public testing::Test {
  protected:
    ~SystemActivity() override { suspension::reset(); }
    // A block ends on its own thread, soon after it was let go.
    static bool all_let_go() {
        while (suspension::running() != 0)
            std::this_thread::yield();
        return true;
    }
    std::atomic<int> expired_ = 0;
};

TEST_F(SystemActivity, HoldsTheProcessUpUntilItEnds) {
    const Activity activity = system_activity();
    const std::uint64_t handle = activity.begin(activity.context, &count, &expired_);
    ASSERT_NE(handle, 0u);
    EXPECT_EQ(suspension::running(), 1);
    activity.end(activity.context, handle);
    EXPECT_TRUE(all_let_go());
    EXPECT_EQ(expired_, 0);
}

TEST_F(SystemActivity, SaysWhenTheSystemGrantsNothing) {
    const Activity activity = system_activity();
    suspension::set_answer(Answer::refuse);
    EXPECT_EQ(activity.begin(activity.context, &count, &expired_), 0u);
    EXPECT_TRUE(all_let_go());
    EXPECT_EQ(expired_, 0);
}

TEST_F(SystemActivity, GivesUpOnASystemThatDoesNotAnswer) {
    const Activity activity = system_activity();
    suspension::set_answer(Answer::never);
    EXPECT_EQ(activity.begin(activity.context, &count, &expired_), 0u);
}

TEST_F(SystemActivity, TellsOnceThatTheTimeIsOverAndLetsGo) {
    const Activity activity = system_activity();
    const std::uint64_t handle = activity.begin(activity.context, &count, &expired_);
    suspension::expire_all();
    EXPECT_EQ(expired_, 1);
    EXPECT_TRUE(all_let_go());
    suspension::expire_all();
    activity.end(activity.context, handle);
    EXPECT_EQ(expired_, 1);
}

TEST_F(SystemActivity, MayBeEndedFromInsideTheCallback) {
    struct Self {
        Activity activity = system_activity();
        std::uint64_t handle = 0;
        int calls = 0;
    } self;
    self.handle = self.activity.begin(
        self.activity.context,
        [](void* context) {
            auto& me = *static_cast<Self*>(context);
            ++me.calls;
            me.activity.end(me.activity.context, me.handle);
        },
        &self);
    suspension::expire_all();
    EXPECT_EQ(self.calls, 1);
    EXPECT_TRUE(all_let_go());
}

TEST_F(SystemActivity, AfterTheEndNobodyIsCalled) {
    const Activity activity = system_activity();
    for (int round = 0; round < 200; ++round) {
        auto expired = std::make_unique<std::atomic<int>>(0);
        const std::uint64_t handle = activity.begin(activity.context, &count, expired.get());
        std::thread system([] { suspension::expire_all(); });
        activity.end(activity.context, handle);
        expired.reset();  // a late call would write to freed memory
        system.join();
    }
    EXPECT_TRUE(all_let_go());
}

TEST_F(SystemActivity, TheEndWaitsForACallbackThatRuns) {
    struct Callback {
        std::atomic<bool> entered = false;
        std::atomic<bool> may_finish = false;
        std::atomic<bool> finished = false;
    } callback;
    const Activity activity = system_activity();
    const std::uint64_t handle = activity.begin(
        activity.context,
        [](void* context) {
            auto& self = *static_cast<Callback*>(context);
            self.entered = true;
            while (!self.may_finish)
                std::this_thread::yield();
            self.finished = true;
        },
        &callback);
    std::thread system([] { suspension::expire_all(); });
    while (!callback.entered)
        std::this_thread::yield();
    std::atomic<bool> ending = false;
    bool finished_at_end = false;
    std::thread owner([&] {
        ending = true;
        activity.end(activity.context, handle);
        finished_at_end = callback.finished;
    });
    while (!ending)
        std::this_thread::yield();
    for (int chance = 0; chance < 2000; ++chance)  // to return too early
        std::this_thread::yield();
    callback.may_finish = true;
    owner.join();
    system.join();
    EXPECT_TRUE(finished_at_end);
}

TEST_F(SystemActivity, IsEndlessWhereNobodyIsSuspended) {
    suspension::set_answer(Answer::no_such_method);
    const Activity activity = system_activity();
    const std::uint64_t handle = activity.begin(activity.context, &count, &expired_);
    EXPECT_NE(handle, 0u);
    EXPECT_EQ(suspension::asked(), 0);
    activity.end(activity.context, handle);
}

class BackgroundPort : public SystemActivity {
  protected:
    ActivityBackground background_{system_activity()};
};

TEST_F(BackgroundPort, AllSessionsShareOneAssertion) {
    const std::uint64_t first = background_.begin();
    const std::uint64_t second = background_.begin();
    EXPECT_NE(first, 0u);
    EXPECT_NE(second, 0u);
    EXPECT_EQ(suspension::running(), 1);
    background_.end(first);
    EXPECT_EQ(suspension::running(), 1);
    background_.end(second);
    EXPECT_TRUE(all_let_go());
    EXPECT_NE(background_.begin(), 0u);
    EXPECT_EQ(suspension::asked(), 2);
}

TEST_F(BackgroundPort, SaysWhenThereIsNone) {
    suspension::set_answer(Answer::refuse);
    EXPECT_EQ(background_.begin(), 0u);
    suspension::set_answer(Answer::grant);
    EXPECT_NE(background_.begin(), 0u);
}

TEST_F(BackgroundPort, ALateEndTakesNothingFromTheNextRound) {
    const std::uint64_t old = background_.begin();
    suspension::expire_all();
    EXPECT_TRUE(all_let_go());
    const std::uint64_t fresh = background_.begin();
    EXPECT_NE(fresh, old);
    background_.end(old);
    background_.end(old);
    EXPECT_EQ(background_.begin(), fresh);  // still the same assertion
    EXPECT_EQ(suspension::asked(), 2);
    background_.end(fresh);
    background_.end(fresh);
    EXPECT_TRUE(all_let_go());
}

TEST_F(BackgroundPort, SurvivesExpiriesAmongManySessions) {
    std::vector<std::thread> sessions;
    std::atomic<bool> stop = false;
    for (int i = 0; i < 4; ++i) {
        sessions.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                const std::uint64_t handle = background_.begin();
                if (handle != 0) background_.end(handle);
            }
        });
    }
    std::thread system([&] {
        while (!stop)
            suspension::expire_all();
    });
    for (std::thread& session : sessions)
        session.join();
    stop = true;
    system.join();
    EXPECT_TRUE(all_let_go());
}

}  // namespace
}  // namespace credit::test
