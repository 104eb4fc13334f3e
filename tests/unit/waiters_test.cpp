#include "core/session/waiters.h"

#include <gtest/gtest.h>

#include <vector>

namespace credit {
namespace {

TokenWaiter waiter(OpID op, std::int64_t deadline) {
    TokenWaiter out;
    out.op = op;
    out.deadline = {deadline};
    return out;
}

TEST(TokenWaitersTest, KeepsTheOrderOfArrival) {
    TokenWaiters waiters(10);
    EXPECT_TRUE(waiters.empty());
    for (OpID op = 1; op <= 5; ++op)
        waiters.add(waiter(op, 100));
    std::vector<OpID> seen;
    waiters.sweep([&](const TokenWaiter& w) {
        seen.push_back(w.op);
        return w.op % 2 == 0;
    });
    waiters.sweep([&](const TokenWaiter& w) {
        seen.push_back(w.op);
        return true;
    });
    EXPECT_EQ(seen, (std::vector<OpID>{1, 2, 3, 4, 5, 1, 3, 5}));
    EXPECT_TRUE(waiters.empty());
}

TEST(TokenWaitersTest, IsFullAtItsLimit) {
    TokenWaiters waiters(2);
    waiters.add(waiter(1, 1));
    EXPECT_FALSE(waiters.full());
    waiters.add(waiter(2, 1));
    EXPECT_TRUE(waiters.full());
}

TEST(TokenWaitersTest, TheEarliestDeadlineIsNeverLate) {
    TokenWaiters waiters(10);
    EXPECT_EQ(waiters.earliest_deadline(), TokenWaiters::kNever);
    waiters.add(waiter(1, 300));
    waiters.add(waiter(2, 100));
    waiters.add(waiter(3, 200));
    EXPECT_EQ(waiters.earliest_deadline().ms, 100);
    waiters.sweep([](const TokenWaiter& w) { return w.op == 2; });
    EXPECT_EQ(waiters.earliest_deadline().ms, 200);
    waiters.sweep([](const TokenWaiter&) { return true; });
    EXPECT_EQ(waiters.earliest_deadline(), TokenWaiters::kNever);
}

TEST(TokenWaitersTest, TheNewestAloneCanBeOffered) {
    TokenWaiters waiters(10);
    waiters.visit_newest([](const TokenWaiter&) { return true; });
    waiters.add(waiter(1, 1));
    waiters.add(waiter(2, 1));
    OpID seen = 0;
    waiters.visit_newest([&](const TokenWaiter& w) {
        seen = w.op;
        return false;
    });
    EXPECT_EQ(seen, 2U);
    waiters.visit_newest([](const TokenWaiter&) { return true; });
    waiters.visit_newest([&](const TokenWaiter& w) {
        seen = w.op;
        return true;
    });
    EXPECT_EQ(seen, 1U);
    EXPECT_TRUE(waiters.empty());
}

}  // namespace
}  // namespace credit
