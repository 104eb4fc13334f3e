// The inspector: who may see it, that it shows no secret, that it stays small.
#include <gtest/gtest.h>

#include "sandbox_driver.h"
#include "server_kit/ids.h"
#include "server_kit/sqlite.h"

namespace credit::e2e {
namespace {

constexpr const char* views[] = {"requests", "sessions", "journeys", "hosted", "webhooks"};

class InspectorTest : public testing::Test {
  protected:
    RawReply get(const std::string& path,
                 std::vector<std::pair<std::string, std::string>> headers = {}) const {
        return raw_request(sandbox_.ready()["admin_url"], "", {"GET", path, headers, ""});
    }
    nlohmann::json view(const std::string& query) const {
        const auto reply = get("/inspector/data?view=" + query);
        if (reply.status != 200) throw std::runtime_error(reply.bytes);
        return reply.json();
    }

    SandboxDriver sandbox_;
};

TEST_F(InspectorTest, IsAtTheAddressOfTheReadyLine) {
    EXPECT_EQ(sandbox_.ready()["inspector_url"].get<std::string>(),
              sandbox_.ready()["admin_url"].get<std::string>() + "/inspector");
    const auto page = get("/inspector");
    ASSERT_EQ(page.status, 200);
    EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
    const std::string policy = page.header("content-security-policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(page.header("referrer-policy"), "no-referrer");
    for (const char* path : {"/inspector/inspector.js", "/inspector/inspector.css"}) {
        const auto part = get(path);
        EXPECT_EQ(part.status, 200);
        EXPECT_EQ(part.body.find("http"), std::string::npos) << path;
    }
}

TEST_F(InspectorTest, OpensOnlyToWhoKnowsTheToken) {
    const std::string admin = sandbox_.ready()["admin_url"];
    const std::string root = admin.substr(0, admin.rfind('/'));
    const std::string wrong(32, 'x');
    for (const std::string& path : {std::string("/inspector"), "/" + wrong + "/inspector",
                                    "/" + wrong + "/inspector/data?view=requests"}) {
        EXPECT_EQ(raw_request(root, "", {"GET", path, {}, ""}).status, 404) << path;
    }
}

TEST_F(InspectorTest, RefusesOtherHostsAndOrigins) {
    const std::string admin = sandbox_.ready()["admin_url"];
    const std::string root = admin.substr(0, admin.rfind('/'));
    const std::string token = admin.substr(admin.rfind('/'));
    const std::string port = root.substr(root.rfind(':'));
    const auto with = [&](const std::string& host, const std::string& more) {
        return raw_exchange(root, "",
                            "GET " + token + "/inspector HTTP/1.1\r\nHost: " + host + "\r\n" +
                                more + "Connection: close\r\n\r\n")
            .status;
    };
    EXPECT_EQ(with("127.0.0.1" + port, ""), 200);
    EXPECT_EQ(with("localhost" + port, ""), 200);
    EXPECT_EQ(with("evil.example" + port, ""), 403);
    EXPECT_EQ(with("127.0.0.1", ""), 403);
    EXPECT_EQ(with("127.0.0.1" + port, "Origin: http://evil.example\r\n"), 403);
    EXPECT_EQ(with("127.0.0.1" + port, "Origin: http://127.0.0.1" + port + "\r\n"), 200);
    EXPECT_TRUE(get("/inspector").header("access-control-allow-origin").empty());
}

TEST_F(InspectorTest, ShowsARefreshItsReplayAndTheirChain) {
    const auto first = sandbox_.new_pair("B-1");
    sandbox_.fault({{"route", "refresh"}, {"kind", "drop_reply_after_commit"}});
    EXPECT_EQ(sandbox_.refresh(first.refresh, "key-1").status, 0);
    const auto armed = view("requests");
    EXPECT_EQ(armed["faults"][0]["left"], 0);
    const auto second = pair_in(sandbox_.refresh(first.refresh, "key-1"));
    const auto requests = view("requests")["items"];
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0]["effect"], "replay");
    EXPECT_EQ(requests[0]["sent_status"], 200);
    EXPECT_TRUE(requests[0]["took_us"].is_number_integer());
    EXPECT_EQ(requests[1]["effect"], "rotation");
    EXPECT_EQ(requests[1]["sent_status"], 0);
    EXPECT_EQ(requests[1]["fault"], "drop_reply_after_commit");
    EXPECT_EQ(requests[0]["key"], requests[1]["key"]);
    EXPECT_EQ(requests[0]["borrower"], "B-1");
    const auto tokens = view("sessions")["items"][0]["tokens"];
    ASSERT_EQ(tokens.size(), 4U);
    EXPECT_EQ(tokens[0]["fingerprint"], kit::sha256_hex(first.refresh).substr(0, 10));
    EXPECT_EQ(tokens[0]["state"], "rotated");
    EXPECT_EQ(tokens[2]["fingerprint"], kit::sha256_hex(second.refresh).substr(0, 10));
    EXPECT_EQ(tokens[2]["parent"], tokens[0]["id"]);
    EXPECT_EQ(view("requests")["counters"]["replays"], 1);
}

TEST_F(InspectorTest, ShowsNoSecret) {
    const auto pair = sandbox_.new_pair("B-1");
    const auto next = pair_in(sandbox_.refresh(pair.refresh, "a-key-that-counts-as-a-secret"));
    sandbox_.journeys(next.session);
    for (const char* name : views) {
        const std::string text = get(std::string("/inspector/data?view=") + name).body;
        for (const std::string& secret :
             {pair.session, pair.refresh, next.session, next.refresh, std::string(test_api_key),
              std::string("a-key-that-counts-as-a-secret")}) {
            EXPECT_EQ(text.find(secret), std::string::npos) << name;
        }
    }
}

TEST_F(InspectorTest, SaysWhatHasNotChangedInOneLine) {
    sandbox_.new_pair("B-1");
    for (const char* name : views) {
        const std::string path = std::string("/inspector/data?view=") + name;
        const auto first = get(path);
        const auto again = get(path, {{"If-None-Match", first.header("etag")}});
        EXPECT_EQ(again.status, 304) << name;
        EXPECT_TRUE(again.body.empty());
    }
    const auto before = get("/inspector/data?view=requests");
    for (const auto& change : std::vector<std::function<void()>>{
             [&] { sandbox_.new_pair("B-2"); }, [&] { sandbox_.advance(1000); },
             [&] { sandbox_.fault({{"route", "refresh"}, {"kind", "garbage"}}); },
             [&] { sandbox_.set({{"model", "strict"}}); },
             [&] { sandbox_.admin("POST", "/webhooks/faults", {{"kind", "duplicate"}}); }}) {
        const auto tag = get("/inspector/data?view=requests").header("etag");
        change();
        EXPECT_EQ(get("/inspector/data?view=requests", {{"If-None-Match", tag}}).status, 200);
    }
}

TEST_F(InspectorTest, FindsByCorrelationBorrowerAndPart) {
    sandbox_.new_pair("B-1");
    sandbox_.new_pair("B-2");
    sandbox_.call("GET", "/journeys", {{"X-Correlation-ID", "flow-42"}});
    EXPECT_EQ(view("requests")["items"].size(), 3U);
    EXPECT_EQ(view("requests&search=B-1")["items"].size(), 1U);
    EXPECT_EQ(view("requests&search=flow-4")["items"].size(), 1U);
    EXPECT_EQ(view("requests&correlation=flow-42")["items"].size(), 1U);
    EXPECT_EQ(view("requests&correlation=flow-4")["items"].size(), 0U);
    EXPECT_EQ(view("sessions&search=B-2")["items"].size(), 1U);
}

TEST_F(InspectorTest, NamesBadQuestions) {
    EXPECT_EQ(get("/inspector/data?view=secrets").status, 404);
    EXPECT_EQ(get("/inspector/data?view=requests&before=x").status, 400);
    EXPECT_EQ(get("/inspector/data?view=requests&before=-1").status, 400);
    EXPECT_EQ(get("/inspector/data?view=requests&search=" + std::string(129, 'x')).status, 400);
    EXPECT_EQ(get("/inspector/other").status, 404);
}

TEST(Inspector, StaysSmallWithTenThousandRequests) {
    TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    {
        SandboxDriver once({"--db", path});
    }
    {
        kit::Database database(path);
        database.exec(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
            "INSERT INTO requests (request_id, correlation_id, method, path, route, status, "
            "sent_status, effect, at_ms) SELECT 'req_' || i, 'c-' || i, 'GET', "
            "'/api/v1/headless/journeys', 'journeys', 200, 200, 'none', i FROM n");
    }
    const SandboxDriver sandbox({"--db", path});
    std::int64_t before = 0;
    std::size_t seen = 0;
    for (int page = 0; page < 3; ++page) {
        const auto reply = raw_request(
            sandbox.ready()["admin_url"], "",
            {"GET", "/inspector/data?view=requests&before=" + std::to_string(before), {}, ""});
        ASSERT_EQ(reply.status, 200);
        EXPECT_LT(reply.body.size(), 64U * 1024);
        const auto items = reply.json()["items"];
        EXPECT_EQ(items.size(), 100U);
        seen += items.size();
        before = items.back()["cursor"];
        EXPECT_EQ(before, 10000 - static_cast<std::int64_t>(seen) + 1);
    }
}

}  // namespace
}  // namespace credit::e2e
