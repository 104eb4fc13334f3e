// Backend-managed refresh after the platform declared a pair dead, or bound its key to a failure: nothing is given up before
// a new session is stored.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "partner_backend_fixture.h"
#include "partner_backend_pair.h"
#include "server_kit/sqlite.h"

namespace credit::e2e::partner {
namespace {

constexpr std::int64_t kQuarterOfAnHour = 15 * 60 * 1000;
constexpr std::int64_t kDay = 24 * 3600 * 1000;

// A platform that declares refresh tokens dead and mints no session either: one bad deployment.
class SuspectPair : public PartnerBackend {
  protected:
    void start_on_file() {
        start({"--refresh-mode", "backend", "--db", file()},
              {{"PARTNER_STORAGE_KEY", kStorageKey}});
    }
    std::string file() const { return folder_ + "/partner.db"; }

    void refuse_all(int refresh_status) {
        platform_.refuse_when([refresh_status](const Seen& seen) -> std::pair<int, json> {
            if (!seen.path.ends_with("/refresh")) return {503, failed()};
            if (refresh_status == 401) return {401, error_envelope("AUTH_INVALID_SESSION")};
            return {refresh_status, refresh_status == 0 ? json() : failed()};
        });
    }
    static json failed() { return error_envelope("UPSTREAM_TEMPORARY_FAILURE"); }

    // The pair becomes suspect; nobody gets a token.
    void declare_dead() {
        ASSERT_EQ(session().status, 200);
        refuse_all(401);
        ASSERT_EQ(refresh({{"force", true}}).status, 503);
    }
    // As if the verdict had come so much earlier.
    void age(std::int64_t ms) {
        kit::Database database(file());
        database.prepare("UPDATE suspect_sessions SET since_ms = since_ms - ?1").bind(1, ms).run();
        ASSERT_EQ(database.changes(), 1);
    }
    std::int64_t count(const std::string& table) {
        kit::Database database(file());
        auto row = database.prepare("SELECT count(*) FROM " + table);
        row.step();
        return row.integer(0);
    }
    std::vector<Seen> refreshes() {
        std::vector<Seen> found;
        for (const Seen& seen : platform_.seen()) {
            if (seen.path.ends_with("/refresh")) found.push_back(seen);
        }
        return found;
    }
    json events() {
        json names = json::array();
        for (const json& row : audit())
            names.push_back(row["event"]);
        return names;
    }
};

TEST_F(SuspectPair, IsKeptAndSentNoMoreUntilANewSessionIsStored) {
    start_on_file();
    declare_dead();
    EXPECT_EQ(refresh({{"force", true}}).status, 503);
    start_on_file();
    EXPECT_EQ(count("kept_sessions"), 1);
    EXPECT_EQ(count("suspect_sessions"), 1);
    platform_.refuse_when(nullptr);
    // Its session token is good for half an hour by the clock, and is not handed out.
    const Reply healed = refresh(json::object());
    ASSERT_EQ(healed.status, 200) << healed.body;
    EXPECT_EQ(platform_.seen().back().path, "/api/v1/headless/sessions");
    EXPECT_EQ(refreshes().size(), 1U);
    EXPECT_EQ(count("suspect_sessions"), 0);
    EXPECT_EQ(refresh(json::object()).body["sessionToken"], healed.body["sessionToken"]);
    EXPECT_EQ(refresh({{"force", true}}).status, 200);
    EXPECT_EQ(refreshes().size(), 2U);
}

TEST_F(SuspectPair, IsTriedOnceMoreAfterAQuarterOfAnHourAndMayLive) {
    start_on_file();
    declare_dead();
    refuse_all(0);
    EXPECT_EQ(refresh({{"force", true}}).status, 503) << "too early to try it again";
    EXPECT_EQ(refreshes().size(), 1U);
    age(kQuarterOfAnHour);
    const Reply lived = refresh(json::object());
    ASSERT_EQ(lived.status, 200) << lived.body;
    ASSERT_EQ(refreshes().size(), 2U);
    EXPECT_EQ(refreshes()[1].authorization, refreshes()[0].authorization);
    EXPECT_EQ(refreshes()[1].idempotency_key, refreshes()[0].idempotency_key);
    EXPECT_EQ(events().back(), "suspect_session_lived");
    EXPECT_EQ(count("suspect_sessions"), 0);
    EXPECT_EQ(refresh(json::object()).body["sessionToken"], lived.body["sessionToken"]);
}

TEST_F(SuspectPair, IsTriedAgainOnlyOnce) {
    start_on_file();
    declare_dead();
    for (int i = 0; i < 3; ++i) {
        age(kQuarterOfAnHour);
        EXPECT_EQ(refresh({{"force", true}}).status, 503);
    }
    EXPECT_EQ(refreshes().size(), 2U);
    EXPECT_EQ(count("kept_sessions"), 1);
}

TEST_F(SuspectPair, ASecondTryWithoutAnAnswerIsRepeatedUnderItsKey) {
    start_on_file();
    declare_dead();
    age(kQuarterOfAnHour);
    refuse_all(500);
    EXPECT_EQ(refresh({{"force", true}}).status, 503);
    refuse_all(0);
    start_on_file();
    EXPECT_EQ(refresh({{"force", true}}).status, 200);
    const auto sent = refreshes();
    ASSERT_GE(sent.size(), 3U);
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_EQ(sent[i].authorization, sent[0].authorization);
        EXPECT_EQ(sent[i].idempotency_key, sent[0].idempotency_key);
    }
    EXPECT_EQ(count("suspect_sessions"), 0);
}

TEST_F(SuspectPair, IsErasedAfterADay) {
    start_on_file();
    declare_dead();
    age(kDay - kQuarterOfAnHour);
    start_on_file();
    EXPECT_EQ(refresh({{"force", true}}).status, 503);
    EXPECT_EQ(count("kept_sessions"), 1) << "not yet a day";
    age(kQuarterOfAnHour);
    start_on_file();
    while (count("kept_sessions") != 0)
        std::this_thread::yield();
    EXPECT_EQ(count("suspect_sessions"), 0);
    platform_.refuse_when(nullptr);
    EXPECT_EQ(refresh(json::object()).status, 200);
    EXPECT_EQ(events().back(), "session_missing_reminted");
}

// A platform that stores its failures gives one out for every repeat of the request: rule R14.
class PinnedKey : public SuspectPair {
  protected:
    // The first key ever seen is answered with a failure, the same each time or another one.
    void pin(bool same) {
        platform_.refuse_when([this, same](const Seen& seen) -> std::pair<int, json> {
            if (!seen.path.ends_with("/refresh")) return {0, nullptr};
            if (key_.empty()) key_ = seen.idempotency_key;
            if (seen.idempotency_key != key_) return {0, nullptr};
            json failure = failed();
            if (!same) failure["requestID"] = "req_" + std::to_string(++count_);
            return {500, failure};
        });
    }
    void a_quarter_passes() {
        kit::Database database(file());
        database.prepare("UPDATE repeated_answers SET first_at_ms = first_at_ms - ?1")
            .bind(1, kQuarterOfAnHour)
            .run();
        ASSERT_EQ(database.changes(), 1);
    }
    int force() { return refresh({{"force", true}}).status; }

    std::string key_;
    int count_ = 0;
};

TEST_F(PinnedKey, IsChangedOnceAfterTheSameFailureFiveTimesOverAQuarterOfAnHour) {
    start_on_file();
    session();
    pin(true);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(force(), 500) << "often enough, not for long enough";
    a_quarter_passes();
    ASSERT_EQ(force(), 200);
    const auto sent = refreshes();
    ASSERT_EQ(sent.size(), 8U);
    EXPECT_EQ(sent[6].idempotency_key, key_);
    EXPECT_NE(sent[7].idempotency_key, key_);
    EXPECT_EQ(sent[7].authorization, sent[0].authorization);
}

TEST_F(PinnedKey, IsKeptWhileTheFailuresAreFewOrDiffer) {
    start_on_file();
    session();
    pin(true);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(force(), 500);
    a_quarter_passes();
    EXPECT_EQ(force(), 500) << "four times only";
    pin(false);
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(force(), 500);
        a_quarter_passes();
    }
    for (const Seen& seen : refreshes())
        EXPECT_EQ(seen.idempotency_key, key_);
}

TEST_F(PartnerAndSandbox, AVerdictDoesNotTouchASessionThatWasStartedMeanwhile) {
    start({"--refresh-mode", "backend"});
    session();
    sandbox_admin("POST", "/settings", {{"second_session_ends_first", true}});
    sandbox_admin("POST", "/faults", {{"kind", "hold_before"}, {"route", "refresh"}});
    auto forced = std::async(std::launch::async, [&] { return refresh({{"force", true}}); });
    while (sandbox_admin("GET", "/holds").body["held"] != 1)
        std::this_thread::yield();
    const json newer = session().body;
    sandbox_admin("POST", "/release", json::object());
    const Reply answer = forced.get();
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.body["sessionToken"], newer["sessionToken"]);
    EXPECT_EQ(ledger()["sessions"].size(), 2U) << "a third one would have ended the second";
    EXPECT_EQ(refresh(json::object()).body["sessionToken"], newer["sessionToken"]);
}

}  // namespace
}  // namespace credit::e2e::partner
