// PROTOCOL, calls (R34, R36, R38) and what the machine adds to the others.
#include <gtest/gtest.h>

#include "core/base/check.h"
#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

TEST(Protocol, R21_SingleFlightForAThousandWaiters) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    std::vector<OpID> all;
    for (int i = 0; i < 1000; ++i)
        all.push_back(p.token());
    w.settle();
    for (const OpID op : all) {
        ASSERT_EQ(p.op(op).token, "st-2");
        ASSERT_EQ(p.op(op).source, TokenSource::refresh);
    }
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R34_WaitersAreBounded) {
    World w;
    w.setup.policy.max_waiters = 8;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    for (int i = 0; i < 8; ++i)
        p.token();
    EXPECT_TRUE(p.op(p.token()).failed_with(Code::too_many_waiters));
    w.provider.held = true;
    for (int i = 0; i < 8; ++i)
        p.start(true);
    EXPECT_TRUE(p.op(p.start(true)).failed_with(Code::too_many_waiters));
    EXPECT_TRUE(p.op(p.adopt(w.server.mint(w.now))).failed_with(Code::too_many_waiters));
    w.disk.sick = StoreAnswer::locked;
}

TEST(Protocol, R34_ManyWaitersAreCheap) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    const std::size_t many = w.setup.policy.max_waiters;
    for (std::size_t i = 0; i < many; ++i)
        p.token();
    EXPECT_TRUE(p.op(p.token()).failed_with(Code::too_many_waiters));
    w.server.held = false;
    w.settle();
    std::size_t given = 0;
    for (const auto& [id, op] : p.ops)
        given += op.given ? 1 : 0;
    EXPECT_EQ(given, many);
}

TEST(Protocol, R34_EveryOperationEndsWithCloseAndNothingFollows) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    w.provider.held = true;
    std::vector<OpID> all = {p.token(), p.start(true), p.adopt(w.server.mint(w.now))};
    w.settle();
    all.push_back(p.token());
    all.push_back(p.start(true));
    p.close();
    p.close();
    EXPECT_TRUE(p.op(p.token()).failed_with(Code::closed));
    EXPECT_TRUE(p.op(p.start()).failed_with(Code::session_spent));
    EXPECT_TRUE(p.op(p.adopt(w.server.mint(w.now))).failed_with(Code::session_spent));
    w.settle();
    w.server.held = false;
    w.settle();
    EXPECT_TRUE(p.closed);
    EXPECT_TRUE(p.is(PublicState::closed));
    for (const OpID op : all)
        EXPECT_EQ(p.op(op).answers, 1);
    p.hint(Hint::foreground);  // ignored
    p.token();
    w.provider.held = false;
    w.advance(minutes(5));
    EXPECT_EQ(p.machine.info(w.now).state, PublicState::closed);
}

TEST(Protocol, R34_ClosingWhileTheStoreIsStillLoadingDoesNotSpin) {
    World w;
    w.crash(w.started());
    w.disk.sick = StoreAnswer::locked;
    Process& p = w.open();
    w.settle();
    p.storage_stalls = true;
    p.hint(Hint::storage_unlocked);
    p.close();
    w.advance(minutes(1));
    EXPECT_FALSE(p.closed);
    p.storage_stalls = false;
    w.settle();
    EXPECT_TRUE(p.closed);
}

TEST(Protocol, R34_CancelAnswersOnceAndOnlyItsOwn) {
    World w;
    Process& p = w.open();
    w.settle();
    w.provider.held = true;
    const OpID start = p.start();
    const OpID other = p.start();
    w.settle();
    p.cancel(start);
    EXPECT_TRUE(p.op(start).failed_with(Code::cancelled));
    p.cancel(999'999);
    p.cancel(start);
    w.provider.held = false;
    w.settle();
    EXPECT_TRUE(p.op(other).finished);
    p.storage_stalls = true;
    const OpID running = p.adopt(w.server.mint(w.now));
    const OpID queued = p.adopt(w.server.mint(w.now));
    p.cancel(running);  // too late: it is being written
    p.cancel(queued);
    EXPECT_EQ(p.op(running).answers, 0);
    EXPECT_TRUE(p.op(queued).failed_with(Code::cancelled));
    p.storage_stalls = false;
    w.settle();
    EXPECT_TRUE(p.op(running).finished);
}

TEST(Protocol, R34_AStartHasADeadlineAndItsSessionIsKept) {
    World w;
    Process& p = w.open();
    w.settle();
    w.provider.held = true;
    const OpID start = p.start(false, seconds(3));
    const OpID later = p.start(false, minutes(1));
    w.advance(seconds(4));
    EXPECT_TRUE(p.op(start).failed_with(Code::deadline));
    EXPECT_EQ(p.op(later).answers, 0);
    p.cancel(later);
    w.provider.held = false;
    w.settle();
    EXPECT_EQ(w.get(p).token, "st-1");
}

TEST(Protocol, R36_AFailedCheckThrowsAndHarmsNothing) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.held = true;
    p.token();
    w.settle();
    const Record before = *w.disk.record;
    const Record memory = p.record();
    for (const TxnKind kind : {TxnKind::mark, TxnKind::commit, TxnKind::suspect, TxnKind::heal_mark,
                               TxnKind::heal, TxnKind::note}) {
        // Nothing of the kind was asked for.
        const event::TxnDone impossible{std::make_shared<TxnWork>()};
        impossible.work->result.kind = kind;
        impossible.work->result.outcome = TxnOutcome::applied;
        EXPECT_THROW(p.feed(impossible), CheckFailed);
    }
    EXPECT_TRUE(same_record(p.record(), memory));
    EXPECT_TRUE(same_record(*w.disk.record, before));
    // Opened again it goes on from there.
    w.crash(p);
    w.server.held = false;
    EXPECT_EQ(w.get(w.open()).token, "st-2");
}

TEST(Protocol, R38_RetryAfterIsClampedByWhoWaits) {
    const auto asked_for = [](Millis wanted, bool waiting) {
        World w;
        Process& p = w.started();
        w.advance(minutes(29) + seconds(30));
        w.server.scripted.assign(1, answer_busy(wanted.count));
        if (waiting) {
            w.advance(minutes(1));
            p.token({}, hours(3));
        } else {
            p.ahead();
        }
        w.settle();
        EXPECT_EQ(w.server.requests, 1);
        return w.disk.record->intent->not_before - w.now.wall;
    };
    EXPECT_EQ(asked_for(seconds(120), true), seconds(120));
    EXPECT_EQ(asked_for(hours(2), true), minutes(5));
    EXPECT_EQ(asked_for(hours(2), false), hours(1));
    EXPECT_EQ(asked_for(minutes(20), false), minutes(20));
    EXPECT_LE(asked_for(Millis{0}, true), seconds(1));
}

TEST(Protocol, R38_ACallerHearsWhenToComeBack) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.scripted.assign(1, answer_busy(seconds(200).count));
    const FakeOp op = w.get(p);
    EXPECT_TRUE(op.failed_with(Code::rate_limited));
    EXPECT_EQ(op.error.retry_after_ms, seconds(200).count);
    p.hint(Hint::network_available);  // does not shorten what the server asked for
    const FakeOp next = w.get(p);
    EXPECT_TRUE(next.failed_with(Code::rate_limited));
    EXPECT_EQ(w.server.requests, 1);
}

TEST(Protocol, R40_ErrorsAndJournalHoldNoToken) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.revoked = true;
    w.provider.failures.assign(3, Error(Code::partner_refused, "no"));
    w.get(p);
    w.advance(minutes(10));
    w.get(p);
    p.end();
    w.settle();
    for (const auto& [id, op] : p.ops) {
        EXPECT_EQ(op.error.message.find("t-"), std::string::npos) << op.error.message;
    }
    // The journal is looked at with every write of the disk.
    EXPECT_GT(w.disk.record->journal.entries().size(), 3U);
}

TEST(Protocol, R20_OfflineIsAPropertyNotAState) {
    World w;
    Process& p = w.started();
    w.advance(minutes(31));
    w.server.scripted.assign(2, answer_offline());
    w.get(p);
    EXPECT_TRUE(p.is(PublicState::active));
    EXPECT_TRUE(p.has(StateInfo::kOffline));
    p.hint(Hint::network_available);
    const OpID op = p.token();
    w.settle();
    EXPECT_TRUE(p.op(op).failed());
    p.hint(Hint::network_available);
    EXPECT_EQ(w.get(p).token, "st-2");
    EXPECT_FALSE(p.has(StateInfo::kOffline));
}

TEST(Protocol, R21_TheSourceOfATokenIsTold) {
    World w;
    Process& p = w.open();
    const OpID start = p.start();
    const OpID first = p.token();
    w.settle();
    EXPECT_TRUE(p.op(start).finished);
    EXPECT_EQ(p.op(first).source, TokenSource::start);
    EXPECT_EQ(w.get(p).source, TokenSource::cache);
    w.crash(p);
    Process& again = w.open();
    const OpID early = again.token();  // before the store was read
    w.settle();
    EXPECT_EQ(again.op(early).token, "st-1");
    EXPECT_EQ(again.op(early).source, TokenSource::cache);
    EXPECT_EQ(w.server.requests, 0);
    w.advance(minutes(31));
    EXPECT_EQ(w.get(again).source, TokenSource::refresh);
}

TEST(Protocol, R21_MoreLifeIsWantedBeforeTheStoreWasRead) {
    World w;
    w.crash(w.started());
    w.advance(minutes(20));
    Process& again = w.open();
    const OpID op = again.token(minutes(14));
    w.settle();
    EXPECT_EQ(again.op(op).token, "st-2");
}

TEST(Protocol, R16_AStartWithoutAProviderSaysSo) {
    World w(without_provider());
    w.setup.has_provider = false;
    Process& p = w.open();
    w.settle();
    EXPECT_TRUE(w.start(p).failed_with(Code::provider_missing));
    w.crash(p);
    w.setup.has_provider = true;
    Process& q = w.open();
    w.settle();
    w.provider.failures.push_back(Error(Code::network_timeout, "slow"));
    EXPECT_TRUE(w.start(q).failed_with(Code::network_timeout));
    EXPECT_TRUE(w.start(q).finished);
}

}  // namespace
}  // namespace credit::test
