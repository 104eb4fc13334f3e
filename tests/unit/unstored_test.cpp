// Installs that only memory holds, against what came to the store meanwhile.
#include "core/session/unstored.h"

#include <gtest/gtest.h>

#include "core/session/transaction.h"

namespace credit {
namespace {

constexpr WallTime kOpened{500'000};
const Unstored kMade{{1, 3}, kOpened, true};

Record installed(std::uint64_t epoch, std::uint64_t generation, std::int64_t server_time) {
    Record out;
    out.version = {epoch, generation};
    out.write_seq = 10;
    out.pair.emplace();
    out.pair->session_token = Secret::copy_of("st");
    out.pair->refresh_token = Secret::copy_of(std::to_string(server_time));
    out.pair->server_time_ms = server_time;
    out.pair->from_start = true;
    return out;
}

Record ended(std::uint64_t epoch, WallTime at) {
    Record out;
    out.version = {epoch, 3};
    out.write_seq = 10;
    out.tombstone = Tombstone{Code::session_ended, at};
    return out;
}

TEST(UnstoredTest, R4_AnInstallIsWrittenWhereNothingHappenedSince) {
    const Record mine = installed(4, 6, 900);  // three installs in memory, one upon the other
    EXPECT_TRUE(still_wanted(kMade, mine, installed(1, 3, 100)));
    EXPECT_TRUE(still_wanted(kMade, mine, installed(1, 2, 999)));
}

TEST(UnstoredTest, R28_AnEndThatWasAskedLaterGoesBeforeHoweverManyInstalls) {
    const Record mine = installed(9, 9, 900);
    EXPECT_FALSE(still_wanted(kMade, mine, ended(2, kOpened)));
    EXPECT_FALSE(still_wanted(kMade, mine, ended(2, WallTime{kOpened.ms + 1})));
    // The same epoch as the session knew, and an end: nobody counted on.
    EXPECT_FALSE(still_wanted({{1, 5}, kOpened, true}, mine, ended(1, kOpened)));
}

TEST(UnstoredTest, R28_AnEndFromBeforeTheHandleWasOpenedEndedAnotherSession) {
    const Record mine = installed(2, 4, 900);
    EXPECT_TRUE(still_wanted(kMade, mine, ended(2, WallTime{kOpened.ms - 1})));
    EXPECT_FALSE(still_wanted({{1, 3}, kOpened, false}, mine, ended(2, WallTime{0})));  // healing
}

TEST(UnstoredTest, R11_OfTwoInstallsTheYoungerStays) {
    const Record mine = installed(2, 4, 900);
    EXPECT_TRUE(still_wanted(kMade, mine, installed(2, 4, 899)));
    Record twin = installed(7, 9, 900);
    EXPECT_FALSE(still_wanted(kMade, mine, twin));  // it is there already
    twin.pair->refresh_token = Secret::copy_of("another");
    EXPECT_TRUE(still_wanted(kMade, mine, twin));
    EXPECT_FALSE(still_wanted(kMade, mine, installed(2, 4, 901)));
    EXPECT_FALSE(still_wanted({{1, 3}, kOpened, false}, mine, installed(2, 4, 1)));  // healing
}

TEST(UnstoredTest, R11_WhatWasRenewedSinceMayDescendFromThisInstall) {
    Record renewed = installed(2, 5, 100);
    renewed.pair->from_start = false;
    EXPECT_FALSE(still_wanted(kMade, installed(2, 4, 900), renewed));
    renewed.version.epoch = 1;  // of the session that was to be replaced
    EXPECT_TRUE(still_wanted(kMade, installed(2, 4, 900), renewed));
    EXPECT_FALSE(still_wanted({{1, 3}, kOpened, false}, installed(2, 4, 900), renewed));
}

TEST(UnstoredTest, R24_ACondemnedSessionIsNeverInTheWayAndNeverPutBack) {
    Record dead = installed(2, 5, 950);
    dead.suspect.emplace();
    EXPECT_TRUE(still_wanted(kMade, installed(2, 4, 900), dead));
    EXPECT_FALSE(still_wanted(kMade, dead, installed(2, 4, 900)));
    Record none = dead;
    none.pair.reset();
    none.suspect.reset();
    EXPECT_TRUE(still_wanted(kMade, installed(2, 4, 900), none));
    EXPECT_FALSE(still_wanted(kMade, none, installed(2, 4, 900)));
}

TEST(UnstoredTest, R28_WhichPairWasIssuedBefore) {
    Pair a = *installed(1, 1, 0).pair;
    Pair b = a;
    EXPECT_FALSE(issued_before(a, b));
    a.session_expires_at_ms = 10;
    EXPECT_FALSE(issued_before(a, b));
    b.session_expires_at_ms = 11;
    EXPECT_TRUE(issued_before(a, b));
    EXPECT_FALSE(issued_before(b, a));
    a.server_time_ms = 9;
    EXPECT_TRUE(issued_before(a, b));  // one timestamp alone says nothing
    b.server_time_ms = 8;
    EXPECT_FALSE(issued_before(a, b));
}

Txn write_back(const Record& mine) {
    Txn out;
    out.kind = TxnKind::write_back;
    out.owner = 5;
    out.expected = mine.version;
    out.proposal = mine;
    out.unstored = kMade;
    return out;
}

TxnPlan planned(const Txn& txn, const Record& stored) {
    return plan(txn, StoreAnswer::present, stored, {{9'000'000}, {1'000'000}, {7}},
                [](std::uint64_t) { return false; });
}

TEST(UnstoredTest, R4_WrittenLateItGoesIntoBothSlotsAboveWhatIsThere) {
    const TxnPlan tie = planned(write_back(installed(2, 4, 900)), installed(2, 4, 100));
    ASSERT_EQ(tie.outcome, TxnOutcome::applied);
    EXPECT_TRUE(tie.both_slots);
    EXPECT_EQ(tie.record.version, (Version{3, 5}));
    const TxnPlan quiet = planned(write_back(installed(2, 4, 900)), installed(1, 3, 100));
    EXPECT_EQ(quiet.record.version, (Version{2, 4}));
    const TxnPlan over_end =
        planned(write_back(installed(2, 4, 900)), ended(6, WallTime{kOpened.ms - 1}));
    ASSERT_EQ(over_end.outcome, TxnOutcome::applied);
    EXPECT_EQ(over_end.record.version.epoch, 7U);
    EXPECT_FALSE(over_end.record.tombstone.has_value());
}

TEST(UnstoredTest, R8_WritingMemoryBackLeavesAnothersLeaseAlone) {
    Record theirs = installed(1, 3, 100);
    theirs.lease = {7, 666, {7}, ElapsedTime{1'010'000}};
    const TxnPlan out = planned(write_back(installed(2, 4, 900)), theirs);
    ASSERT_EQ(out.outcome, TxnOutcome::applied);
    EXPECT_EQ(out.record.lease.owner, 666U);
    EXPECT_EQ(out.record.lease.fence, 7U);
    theirs.lease.owner = 0;
    EXPECT_EQ(planned(write_back(installed(2, 4, 900)), theirs).record.lease.owner, 0U);
}

TEST(UnstoredTest, R28_AnEndIsNotUndoneByManyInstallsInMemory) {
    const TxnPlan out = planned(write_back(installed(9, 9, 900)), ended(2, kOpened));
    EXPECT_EQ(out.outcome, TxnOutcome::newer);
    EXPECT_FALSE(out.write);
    Txn adopt = write_back(installed(9, 9, 900));
    adopt.kind = TxnKind::adopt;
    EXPECT_EQ(planned(adopt, ended(2, kOpened)).outcome, TxnOutcome::newer);
    Txn start = write_back(installed(9, 9, 900));
    start.kind = TxnKind::start;
    EXPECT_EQ(planned(start, ended(2, kOpened)).outcome, TxnOutcome::newer);
    EXPECT_EQ(planned(start, installed(1, 3, 100)).outcome, TxnOutcome::applied);
}

}  // namespace
}  // namespace credit
