// Every fault the sandbox can inject, as a client sees it on the wire and as the ledger tells it.
#include <gtest/gtest.h>

#include <future>

#include "sandbox_driver.h"

namespace credit::e2e {
namespace {

class SandboxFaultTest : public testing::Test {
  protected:
    void SetUp() override { pair_ = sandbox_.new_pair("B"); }

    RawReply refresh_under(nlohmann::json fault) {
        fault["route"] = "refresh";
        sandbox_.fault(fault);
        return refresh();
    }
    RawReply refresh() { return sandbox_.refresh(pair_.refresh, "k"); }

    nlohmann::json last_request() { return sandbox_.ledger()["requests"].back(); }

    std::future<RawReply> later(std::function<RawReply()> call) {
        return std::async(std::launch::async, std::move(call));
    }

    SandboxDriver sandbox_;
    TestPair pair_;
};

TEST_F(SandboxFaultTest, DropAfterCommitSendsNothingAndRotates) {
    const auto lost = refresh_under({{"kind", "drop_reply_after_commit"}});
    EXPECT_EQ(lost.bytes, "");
    EXPECT_EQ(lost.end, RawEnd::closed);
    EXPECT_EQ(last_request()["effect"], "rotation");
    EXPECT_EQ(last_request()["fault"], "drop_reply_after_commit");
    EXPECT_EQ(last_request()["sent_status"], 0);
    EXPECT_EQ(refresh().status, 200);
    EXPECT_EQ(last_request()["effect"], "replay");
}

TEST_F(SandboxFaultTest, ResetsBeforeAndAfter) {
    const auto before = refresh_under({{"kind", "reset_before"}});
    EXPECT_EQ(before.bytes, "");
    EXPECT_EQ(before.end, RawEnd::reset);
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    const auto after = refresh_under({{"kind", "reset_after"}});
    EXPECT_EQ(after.bytes, "");
    EXPECT_EQ(after.end, RawEnd::reset);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
    const auto orderly = refresh_under({{"kind", "reset_before"}, {"how", "fin"}});
    EXPECT_EQ(orderly.bytes, "");
    EXPECT_EQ(orderly.end, RawEnd::closed);
}

TEST_F(SandboxFaultTest, ResetDuringSendsHalf) {
    const auto half = refresh_under({{"kind", "reset_during"}});
    EXPECT_EQ(half.status, 200);
    EXPECT_FALSE(half.whole());
    EXPECT_EQ(half.body.size(), std::stoul(half.header("content-length")) / 2);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
}

TEST_F(SandboxFaultTest, TruncatedIsWholeForHttpAndBrokenForJson) {
    const auto cut = refresh_under({{"kind", "truncated"}});
    EXPECT_EQ(cut.status, 200);
    EXPECT_TRUE(cut.whole());
    EXPECT_TRUE(cut.json().is_discarded());
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
}

TEST_F(SandboxFaultTest, DelayTakesItsTime) {
    const auto started = std::chrono::steady_clock::now();
    EXPECT_EQ(refresh_under({{"kind", "delay"}, {"ms", 150}}).status, 200);
    EXPECT_GE(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(150));
    EXPECT_EQ(refresh_under({{"kind", "delay"}, {"ms", 1}, {"before", true}}).status, 200);
}

TEST_F(SandboxFaultTest, HoldKeepsTheReplyBackAndOthersAreServed) {
    auto held = later([&] { return refresh_under({{"kind", "hold"}}); });
    sandbox_.wait_for_holds(1);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
    EXPECT_EQ(sandbox_.start("C", "c").status, 200);
    EXPECT_EQ(sandbox_.admin("POST", "/release")["released"], 1);
    EXPECT_EQ(held.get().status, 200);
    sandbox_.wait_for_holds(0);
}

TEST_F(SandboxFaultTest, ManyHeldRequestsBlockNobody) {
    sandbox_.fault({{"route", "journeys"}, {"kind", "hold"}, {"count", 40}});
    std::vector<std::future<RawReply>> held;
    for (int i = 0; i < 40; ++i) {
        held.push_back(later([&] { return sandbox_.journeys(pair_.session); }));
    }
    sandbox_.wait_for_holds(40);
    EXPECT_EQ(refresh().status, 200);
    sandbox_.admin("POST", "/release");
    for (auto& reply : held)
        EXPECT_EQ(reply.get().status, 200);
}

TEST_F(SandboxFaultTest, HoldBeforeKeepsTheCallBack) {
    auto held = later([&] { return refresh_under({{"kind", "hold_before"}}); });
    sandbox_.wait_for_holds(1);
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    const auto overtaking = refresh();
    EXPECT_EQ(overtaking.status, 200);
    sandbox_.admin("POST", "/release");
    EXPECT_EQ(held.get().body, overtaking.body);
}

TEST_F(SandboxFaultTest, AKeyInFlightIsAConflict) {
    auto held =
        later([&] { return refresh_under({{"kind", "hold_before"}, {"reserve_key", true}}); });
    sandbox_.wait_for_holds(1);
    const auto second = refresh();
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.json()["error"]["code"], "ASYNC_OPERATION_PENDING");
    EXPECT_EQ(second.json()["error"]["retryable"], true);
    EXPECT_EQ(sandbox_.refresh("rt_test_other_x", "k").status, 422);
    sandbox_.admin("POST", "/release");
    const auto first = held.get();
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(refresh().body, first.body);
}

TEST_F(SandboxFaultTest, StatusBeforeAndAfterCommit) {
    const auto busy =
        refresh_under({{"kind", "status_before_commit"}, {"status", 503}, {"retry_after", "7"}});
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.header("retry-after"), "7");
    EXPECT_EQ(busy.json()["error"]["code"], "UPSTREAM_TEMPORARY_FAILURE");
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    const auto limited = refresh_under({{"kind", "status_before_commit"},
                                        {"status", 429},
                                        {"retry_after", "Fri, 01 Jan 2100 00:00:00 GMT"}});
    EXPECT_EQ(limited.json()["error"]["code"], "RATE_LIMITED");
    EXPECT_EQ(limited.header("retry-after"), "Fri, 01 Jan 2100 00:00:00 GMT");
    const auto failed = refresh_under({{"kind", "status_after_commit"},
                                       {"status", 500},
                                       {"code", "MADE_UP"},
                                       {"retryable", false}});
    EXPECT_EQ(failed.status, 500);
    EXPECT_EQ(failed.json()["error"]["code"], "MADE_UP");
    EXPECT_EQ(failed.json()["error"]["retryable"], false);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
    EXPECT_EQ(last_request()["status"], 200);
    EXPECT_EQ(last_request()["sent_status"], 500);
    EXPECT_EQ(refresh().status, 200);
    EXPECT_EQ(
        refresh_under({{"kind", "status_before_commit"}, {"status", 502}, {"envelope", false}})
            .body,
        "");
}

TEST_F(SandboxFaultTest, AnErrorMayBeKeptUnderTheKey) {
    refresh_under({{"kind", "status_before_commit"}, {"status", 500}, {"cached", true}});
    EXPECT_EQ(refresh().status, 500);
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    EXPECT_EQ(sandbox_.refresh(pair_.refresh, "k2").status, 200);
}

TEST_F(SandboxFaultTest, AnErrorMayBeKeptUnderTheKeyAfterCommit) {
    refresh_under({{"kind", "status_after_commit"}, {"status", 500}, {"cached", true}});
    EXPECT_EQ(refresh().status, 500);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
}

TEST_F(SandboxFaultTest, RepliesThatAreNoEnvelope) {
    const auto garbage = refresh_under({{"kind", "garbage"}});
    EXPECT_EQ(garbage.status, 200);
    EXPECT_TRUE(garbage.json().is_discarded());
    const auto portal = refresh_under({{"kind", "captive_portal"}});
    EXPECT_EQ(portal.status, 200);
    EXPECT_EQ(portal.header("content-type"), "text/html");
    EXPECT_EQ(portal.header("x-correlation-id"), "");
    const auto redirect = refresh_under({{"kind", "captive_portal"}, {"status", 302}});
    EXPECT_EQ(redirect.status, 302);
    EXPECT_NE(redirect.header("location"), "");
    EXPECT_EQ(refresh_under({{"kind", "captive_portal"}, {"status", 401}}).status, 401);
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    EXPECT_EQ(refresh_under({{"kind", "garbage"}, {"after_commit", true}}).status, 200);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
}

TEST_F(SandboxFaultTest, EnvelopesThatAreOdd) {
    const auto conflict = refresh_under({{"kind", "conflict_409"}});
    EXPECT_EQ(conflict.status, 409);
    EXPECT_EQ(conflict.json()["error"]["retryable"], true);
    EXPECT_EQ(refresh_under({{"kind", "mismatch_422"}}).status, 422);
    const auto empty = refresh_under({{"kind", "no_data"}});
    EXPECT_EQ(empty.status, 200);
    EXPECT_TRUE(empty.json()["data"].is_null());
    EXPECT_TRUE(empty.json()["error"].is_null());
    const auto refused = refresh_under({{"kind", "unauthorized"}});
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.json()["error"]["code"], "AUTH_INVALID_SESSION");
    EXPECT_EQ(sandbox_.counter("rotations"), 0);
    EXPECT_EQ(refresh().status, 200);
}

TEST_F(SandboxFaultTest, RepliesThatAreHardToRead) {
    const auto plain = refresh();
    const auto large = refresh_under({{"kind", "oversize"}, {"bytes", 1'000'000}});
    EXPECT_EQ(large.body.size(),
              plain.body.size() + 1'000'000 + std::string("\"padding\":\"\",").size());
    const auto doubled = refresh_under({{"kind", "duplicate_keys"}});
    EXPECT_NE(doubled.body.find("\"data\""), doubled.body.rfind("\"data\""));
    const auto deep = refresh_under({{"kind", "deep_json"}, {"depth", 3000}});
    EXPECT_NE(deep.body.find(std::string(3000, '[')), std::string::npos);
    const auto packed = refresh_under({{"kind", "gzip"}});
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_EQ(packed.body.substr(0, 3), "\x1f\x8b\x08");
    EXPECT_EQ(refresh().body, plain.body);
}

TEST_F(SandboxFaultTest, TimesThatAreOff) {
    const auto plain = refresh().json();
    const auto skewed = refresh_under({{"kind", "clock_skew"}, {"ms", 86'400'000}}).json();
    for (const char* field : {"sessionExpiresAt", "refreshExpiresAt"}) {
        EXPECT_NE(skewed["data"][field], plain["data"][field]);
    }
    EXPECT_NE(skewed["timestamp"], plain["timestamp"]);
    const auto half =
        refresh_under({{"kind", "clock_skew"}, {"ms", -3'600'000}, {"envelope_only", true}}).json();
    EXPECT_EQ(half["data"], plain["data"]);
    EXPECT_LT(half["timestamp"].get<std::string>(), plain["timestamp"].get<std::string>());
}

TEST_F(SandboxFaultTest, APairThatCameTooLate) {
    const auto reply = refresh_under({{"kind", "expired_pair"}});
    ASSERT_EQ(reply.status, 200);
    const auto json = reply.json();
    EXPECT_LE(json["data"]["sessionExpiresAt"].get<std::string>(),
              json["timestamp"].get<std::string>());
    EXPECT_EQ(sandbox_.journeys(pair_in(reply).session).status, 401);
    EXPECT_EQ(sandbox_.refresh(pair_in(reply).refresh, "k2").status, 200);
}

TEST_F(SandboxFaultTest, FaultsAreCountedSkippedAndChosenByRoute) {
    sandbox_.fault({{"route", "journeys"},
                    {"kind", "status_before_commit"},
                    {"status", 500},
                    {"count", 2},
                    {"skip", 1}});
    EXPECT_EQ(refresh().status, 200);
    pair_ = pair_in(refresh());
    std::vector<int> seen;
    for (int i = 0; i < 4; ++i)
        seen.push_back(sandbox_.journeys(pair_.session).status);
    EXPECT_EQ(seen, (std::vector<int>{200, 500, 500, 200}));
    const auto list = sandbox_.admin("GET", "/faults")["faults"];
    EXPECT_EQ(list[0]["fired"], 2);
    sandbox_.fault({{"kind", "unauthorized"}, {"method", "POST"}});
    EXPECT_EQ(sandbox_.journeys(pair_.session).status, 200);
    sandbox_.admin("DELETE", "/faults");
    EXPECT_EQ(sandbox_.refresh(pair_.refresh, "k2").status, 200);
    EXPECT_TRUE(sandbox_.admin("GET", "/faults")["faults"].empty());
}

TEST_F(SandboxFaultTest, BadFaultsAreRefused) {
    for (const char* body : {R"({"kind":"no_such"})", R"({"kind":"hold","route":"moon"})", R"([])",
                             "{", R"({"kind":"status_before_commit"})",
                             R"({"kind":"delay","ms":"long"})", R"({"kind":"hold","count":0})"}) {
        const auto reply = sandbox_.raw_admin("POST", "/faults", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_TRUE(reply.json()["error"].is_string());
    }
}

}  // namespace
}  // namespace credit::e2e
