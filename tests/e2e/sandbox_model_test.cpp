// What the refresh models of the sandbox do with a refresh token that comes again.
#include <gtest/gtest.h>

#include "sandbox_driver.h"

namespace credit::e2e {
namespace {

class SandboxModelTest : public testing::Test {
  protected:
    TestPair begin(const std::string& model) {
        sandbox_.set({{"model", model}});
        return sandbox_.new_pair("B");
    }

    void expect_dead(const RawReply& reply) {
        EXPECT_EQ(reply.status, 401) << reply.bytes;
        EXPECT_EQ(reply.json()["error"]["code"], "AUTH_INVALID_SESSION");
    }

    void expect_family(bool alive, const TestPair& newest) {
        EXPECT_EQ(sandbox_.journeys(newest.session).status, alive ? 200 : 401);
        EXPECT_EQ(sandbox_.ledger()["sessions"][0]["state"], alive ? "active" : "revoked");
        EXPECT_EQ(sandbox_.counter("family_revocations"), alive ? 0 : 1);
    }

    SandboxDriver sandbox_;
};

TEST_F(SandboxModelTest, RotationRepliesWithExactlyFourFieldsAndEndsTheOldPair) {
    const auto old = begin("replay");
    const auto reply = sandbox_.refresh(old.refresh, "k");
    ASSERT_EQ(reply.status, 200) << reply.bytes;
    const auto data = reply.json()["data"];
    EXPECT_EQ(data.size(), 4U);
    for (const char* field :
         {"sessionToken", "refreshToken", "sessionExpiresAt", "refreshExpiresAt"}) {
        EXPECT_TRUE(data[field].is_string());
    }
    expect_dead(sandbox_.journeys(old.session));
    EXPECT_EQ(sandbox_.journeys(pair_in(reply).session).status, 200);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
}

TEST_F(SandboxModelTest, OldSessionTokenMayLiveOn) {
    sandbox_.set({{"old_session_token_lives", true}});
    const auto old = begin("replay");
    pair_in(sandbox_.refresh(old.refresh, "k"));
    EXPECT_EQ(sandbox_.journeys(old.session).status, 200);
}

TEST_F(SandboxModelTest, CredentialMayComeInTheBody) {
    auto pair = begin("replay");
    for (const char* field : {"refreshToken", "refresh_token"}) {
        const auto reply = sandbox_.call("POST", "/sessions/refresh", {{"Idempotency-Key", field}},
                                         nlohmann::json{{field, pair.refresh}}.dump());
        pair = pair_in(reply);
    }
    const auto bare = sandbox_.call(
        "POST", "/sessions/refresh",
        {{"Authorization", "Bearer " + pair.refresh}, {"Idempotency-Key", "empty body"}});
    EXPECT_EQ(bare.status, 400) << "a space is not visible";
    const auto empty = sandbox_.call(
        "POST", "/sessions/refresh",
        {{"Authorization", "Bearer " + pair.refresh}, {"Idempotency-Key", "empty-body"}});
    EXPECT_EQ(empty.status, 200) << empty.bytes;
    expect_dead(sandbox_.call("POST", "/sessions/refresh", {{"Idempotency-Key", "none"}}, "{}"));
}

TEST_F(SandboxModelTest, RefreshTokensExpire) {
    const auto pair = begin("replay");
    sandbox_.advance(604'800'001);
    expect_dead(sandbox_.refresh(pair.refresh, "k"));
}

TEST_F(SandboxModelTest, ReplayGivesTheStoredReply) {
    const auto old = begin("replay");
    const auto first = sandbox_.refresh(old.refresh, "k");
    const auto again = sandbox_.refresh(old.refresh, "k");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(first.body, again.body);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
    EXPECT_EQ(sandbox_.counter("replays"), 1);
    expect_family(true, pair_in(first));
}

TEST_F(SandboxModelTest, ReplayWithAnotherKeyIsReuse) {
    const auto old = begin("replay");
    const auto next = pair_in(sandbox_.refresh(old.refresh, "k"));
    expect_dead(sandbox_.refresh(old.refresh, "other"));
    EXPECT_EQ(sandbox_.counter("reuse_verdicts"), 1);
    expect_family(false, next);
    expect_dead(sandbox_.refresh(next.refresh, "k3"));
}

TEST_F(SandboxModelTest, ReplayWithAnotherTokenIsAMismatch) {
    const auto old = begin("replay");
    const auto next = pair_in(sandbox_.refresh(old.refresh, "k"));
    EXPECT_EQ(sandbox_.refresh(next.refresh, "k").status, 422);
    expect_family(true, next);
}

TEST_F(SandboxModelTest, ReplayEndsWithTheLifeOfTheKey) {
    sandbox_.set({{"idempotency_ttl_ms", 1000}});
    const auto old = begin("replay");
    const auto next = pair_in(sandbox_.refresh(old.refresh, "k"));
    sandbox_.advance(1001);
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    expect_family(false, next);
}

TEST_F(SandboxModelTest, AuthFirstRefusesEvenTheRightKey) {
    const auto old = begin("auth_first");
    const auto next = pair_in(sandbox_.refresh(old.refresh, "k"));
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    EXPECT_EQ(sandbox_.counter("replays"), 0);
    expect_family(true, next);
    sandbox_.set({{"auth_first_revokes_family", true}});
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    expect_family(false, next);
}

TEST_F(SandboxModelTest, GraceForkGivesAnotherPair) {
    const auto old = begin("grace_fork");
    const auto first = pair_in(sandbox_.refresh(old.refresh, "k"));
    const auto fork = pair_in(sandbox_.refresh(old.refresh, "k"));
    EXPECT_NE(first.refresh, fork.refresh);
    EXPECT_EQ(sandbox_.journeys(first.session).status, 200);
    EXPECT_EQ(sandbox_.journeys(fork.session).status, 200);
    EXPECT_EQ(sandbox_.counter("graces"), 1);
    sandbox_.advance(120'000);
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    expect_family(false, fork);
}

TEST_F(SandboxModelTest, GraceIsOnlyForTheImmediatelyPreviousToken) {
    for (const char* model : {"grace_fork", "grace_same"}) {
        sandbox_.admin("POST", "/reset");
        const auto old = begin(model);
        const auto second = pair_in(sandbox_.refresh(old.refresh, "k1"));
        const auto third = pair_in(sandbox_.refresh(second.refresh, "k2"));
        expect_dead(sandbox_.refresh(old.refresh, "k1"));
        expect_family(false, third);
    }
}

TEST_F(SandboxModelTest, GraceSameGivesTheSamePair) {
    const auto old = begin("grace_same");
    const auto first = sandbox_.refresh(old.refresh, "k");
    const auto again = sandbox_.refresh(old.refresh, "other");
    EXPECT_EQ(first.json()["data"], again.json()["data"]);
    EXPECT_NE(first.json()["requestID"], again.json()["requestID"]);
    sandbox_.advance(120'000);
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    expect_family(false, pair_in(first));
}

TEST_F(SandboxModelTest, StrictRefusesAndTheFamilyLives) {
    const auto old = begin("strict");
    const auto next = pair_in(sandbox_.refresh(old.refresh, "k"));
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    expect_family(true, next);
    EXPECT_EQ(sandbox_.refresh(next.refresh, "k2").status, 200);
}

TEST_F(SandboxModelTest, StrictFamilyEndsTheFamily) {
    const auto old = begin("strict_family");
    const auto next = pair_in(sandbox_.refresh(old.refresh, "k"));
    expect_dead(sandbox_.refresh(old.refresh, "k"));
    expect_family(false, next);
}

TEST_F(SandboxModelTest, KeepingTheRefreshToken) {
    const auto old = begin("keeps_refresh_token");
    const auto first = sandbox_.refresh(old.refresh, "k");
    const auto again = sandbox_.refresh(old.refresh, "k");
    const auto other = sandbox_.refresh(old.refresh, "k2");
    EXPECT_EQ(first.body, again.body);
    EXPECT_EQ(pair_in(first).refresh, old.refresh);
    EXPECT_EQ(pair_in(other).refresh, old.refresh);
    EXPECT_NE(pair_in(first).session, pair_in(other).session);
    expect_dead(sandbox_.journeys(pair_in(first).session));
    EXPECT_EQ(sandbox_.journeys(pair_in(other).session).status, 200);
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    EXPECT_EQ(sandbox_.counter("kept"), 2);
    EXPECT_EQ(sandbox_.counter("replays"), 1);
}

TEST_F(SandboxModelTest, LedgerTellsTheWholeStory) {
    const auto old = begin("replay");
    const auto reply = sandbox_.refresh(old.refresh, "k");
    sandbox_.refresh(old.refresh, "k");
    sandbox_.refresh(old.refresh, "other");
    const auto ledger = sandbox_.ledger();
    ASSERT_EQ(ledger["tokens"].size(), 4U);
    const auto& spent = ledger["tokens"][0];
    const auto& next = ledger["tokens"][2];
    EXPECT_EQ(spent["token"], old.refresh);
    EXPECT_EQ(spent["kind"], "refresh");
    EXPECT_EQ(spent["state"], "rotated");
    EXPECT_EQ(spent["borrowerExternalID"], "B");
    EXPECT_TRUE(spent["parent"].is_null());
    ASSERT_EQ(spent["uses"].size(), 3U);
    EXPECT_EQ(spent["uses"][0]["verdict"], "rotated");
    EXPECT_EQ(spent["uses"][1]["verdict"], "replay");
    EXPECT_EQ(spent["uses"][2]["verdict"], "reuse");
    EXPECT_EQ(next["parent"], spent["id"]);
    EXPECT_EQ(next["generation"], 2);
    EXPECT_EQ(next["idempotency_key"], "k");
    EXPECT_EQ(next["request_id"], reply.json()["requestID"]);
    EXPECT_EQ(next["state"], "revoked");
    ASSERT_EQ(ledger["requests"].size(), 4U);
    const auto& request = ledger["requests"][1];
    EXPECT_EQ(request["effect"], "rotation");
    EXPECT_EQ(request["route"], "refresh");
    EXPECT_EQ(request["token_id"], spent["id"]);
    EXPECT_EQ(request["correlation_id"], reply.json()["correlationID"]);
    const auto later = sandbox_.admin("GET", "/ledger?since=3");
    ASSERT_EQ(later["requests"].size(), 1U);
    EXPECT_EQ(later["requests"][0]["effect"], "reuse");
    EXPECT_EQ(later["requests"][0]["code"], "AUTH_INVALID_SESSION");
}

}  // namespace
}  // namespace credit::e2e
