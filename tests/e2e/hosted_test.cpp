// The hosted page's side of the sandbox over TLS: the one-time token, its scope and life, the
// page's own tokens, the walk, who may frame it.
#include <gtest/gtest.h>

#include <regex>
#include <thread>

#include "sandbox_driver.h"

namespace credit::e2e {
namespace {

using Json = nlohmann::json;

class HostedTest : public testing::Test {
  protected:
    explicit HostedTest(const std::vector<std::string>& arguments = {}) : sandbox_(arguments) {}

    RawReply post(const std::string& path, const Json& body, const std::string& token = "") const {
        std::vector<std::pair<std::string, std::string>> headers;
        if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
        return raw_request(sandbox_.url(), sandbox_.ca_file(),
                           {"POST", "/api/lab/" + path, headers, body.dump()});
    }
    RawReply get(const std::string& path, const std::string& token = "") const {
        std::vector<std::pair<std::string, std::string>> headers;
        if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
        return raw_request(sandbox_.url(), sandbox_.ca_file(), {"GET", path, headers, ""});
    }
    Json mint(const std::string& borrower) const {
        const auto reply = post("sessions", {{"borrowerProviderID", borrower}}, test_api_key);
        if (reply.status != 200) throw std::runtime_error(reply.bytes);
        return reply.json();
    }
    static std::string token_of(const Json& minted) {
        const std::string url = minted["embedURL"];
        return url.substr(url.find('#') + 1);
    }
    Json exchange_body(const std::string& token, const std::string& borrower) const {
        return {{"bootstrapToken", token},
                {"tenantID", sandbox_.ready()["tenant_id"]},
                {"applicationID", sandbox_.ready()["application_id"]},
                {"borrowerProviderID", borrower},
                {"journeyType", "PERSONAL_LOAN"}};
    }
    RawReply exchange(const std::string& token, const std::string& borrower = "B-1") const {
        return post("exchange", exchange_body(token, borrower));
    }
    Json opened(const std::string& borrower = "B-1") const {
        return exchange(token_of(mint(borrower)), borrower).json();
    }
    void wait_for_status(const std::string& token, const std::string& status) const {
        const auto deadline = std::chrono::steady_clock::now() + default_patience;
        for (;;) {
            const auto journey = get("/api/lab/journey", token).json();
            if (journey["status"] == status) return;
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << journey;
            sandbox_.advance(3000);
        }
    }

    SandboxDriver sandbox_;
};

void expect_refused(const RawReply& reply, int status, const std::string& code,
                    const std::string& field = "") {
    EXPECT_EQ(reply.status, status) << reply.bytes;
    const auto json = reply.json();
    ASSERT_TRUE(json.is_object()) << reply.bytes;
    EXPECT_EQ(json["error"]["code"], code);
    if (!field.empty()) {
        EXPECT_EQ(json["error"]["details"]["field"], field);
    }
}

TEST_F(HostedTest, MintsAnAddressWithTheTokenInItsFragment) {
    const auto reply = post("sessions", {{"borrowerProviderID", " B 1/ü "}}, test_api_key);
    ASSERT_EQ(reply.status, 200) << reply.bytes;
    EXPECT_EQ(reply.header("cache-control"), "no-store");
    const auto json = reply.json();
    const std::string url = json["embedURL"];
    EXPECT_EQ(json["embedUrl"], url);
    EXPECT_EQ(json["environment"], "TEST");
    EXPECT_EQ(json["borrowerProviderID"], "B 1/ü");
    const std::string expected =
        sandbox_.url() +
        "/lab/embed?tenant_id=" + sandbox_.ready()["tenant_id"].get<std::string>() +
        "&application_id=" + sandbox_.ready()["application_id"].get<std::string>() +
        "&borrower_provider_id=B%201%2f%c3%bc&journey_type=PERSONAL_LOAN#";
    EXPECT_EQ(url.substr(0, expected.size()), expected);
    EXPECT_TRUE(std::regex_match(token_of(json), std::regex("bt_test_[0-9A-Za-z]{40}")));
}

TEST_F(HostedTest, EveryCallMintsAnotherToken) {
    EXPECT_NE(token_of(mint("B-1")), token_of(mint("B-1")));
}

TEST_F(HostedTest, RefusesBadCallers) {
    expect_refused(post("sessions", {{"borrowerProviderID", "B"}}), 401, "AUTH_INVALID_API_KEY");
    const auto pair = sandbox_.new_pair("B-1");
    expect_refused(post("sessions", {{"borrowerProviderID", "B"}}, pair.session), 401,
                   "AUTH_INVALID_API_KEY");
    for (const Json& body :
         {Json::object(), Json{{"borrowerProviderID", " "}}, Json{{"borrowerProviderID", 7}},
          Json{{"borrowerProviderID", std::string(129, 'x')}},
          Json{{"borrowerProviderID", "a\nb"}}}) {
        expect_refused(post("sessions", body, test_api_key), 400, "VALIDATION_FAILED",
                       "borrowerProviderID");
    }
    expect_refused(
        post("sessions", {{"borrowerProviderID", "B"}, {"journeyType", "CAR"}}, test_api_key), 400,
        "VALIDATION_FAILED", "journeyType");
    expect_refused(
        post("sessions", {{"borrowerProviderID", "B"}, {"bureau", Json::object()}}, test_api_key),
        400, "VALIDATION_FAILED", "journey.bureauConsent");
    expect_refused(get("/api/lab/sessions", test_api_key), 405, "VALIDATION_FAILED");
}

TEST_F(HostedTest, TheTokenIsGoodOnce) {
    const std::string token = token_of(mint("B-1"));
    EXPECT_EQ(exchange(token).status, 200);
    expect_refused(exchange(token), 401, "AUTH_INVALID_SESSION");
    expect_refused(exchange("bt_test_made_up"), 401, "AUTH_INVALID_SESSION");
}

TEST_F(HostedTest, OfManyWhoSpendItAtOnceOneGetsIt) {
    const std::string token = token_of(mint("B-1"));
    std::atomic<int> winners{0};
    std::atomic<int> losers{0};
    std::vector<std::thread> crowd;
    for (int i = 0; i < 8; ++i) {
        crowd.emplace_back([&] {
            const int status = exchange(token).status;
            if (status == 200) ++winners;
            if (status == 401) ++losers;
        });
    }
    for (auto& thread : crowd)
        thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(losers, 7);
}

TEST_F(HostedTest, TheTokenLivesForTwoMinutesOfTheSandbox) {
    const std::string late = token_of(mint("B-1"));
    sandbox_.advance(60'000);
    const std::string early = token_of(mint("B-1"));
    sandbox_.advance(60'000);
    expect_refused(exchange(late), 401, "AUTH_INVALID_SESSION");
    EXPECT_EQ(exchange(early).status, 200);
}

TEST_F(HostedTest, TheTokenIsBoundToItsScopeAndSpentByAnother) {
    const std::string token = token_of(mint("B-1"));
    expect_refused(exchange(token, "B-2"), 403, "ACCESS_SCOPE_MISMATCH");
    expect_refused(exchange(token, "B-1"), 401, "AUTH_INVALID_SESSION");
    for (const char* field : {"tenantID", "applicationID", "journeyType"}) {
        auto body = exchange_body(token_of(mint("B-1")), "B-1");
        body[field] = "other";
        expect_refused(post("exchange", body), 403, "ACCESS_SCOPE_MISMATCH");
    }
}

TEST_F(HostedTest, ThePagesTokensAreItsOwn) {
    const auto page = opened();
    const auto pair = sandbox_.new_pair("B-1");
    EXPECT_EQ(get("/api/lab/journey", page["accessToken"]).status, 200);
    EXPECT_EQ(sandbox_.journeys(page["accessToken"]).status, 401);
    EXPECT_EQ(sandbox_.refresh(page["refreshToken"], "k").status, 401);
    for (const std::string& wrong : {pair.session, pair.refresh, std::string(test_api_key),
                                     page["refreshToken"].get<std::string>(), std::string()}) {
        expect_refused(get("/api/lab/journey", wrong), 401, "AUTH_INVALID_SESSION");
    }
}

TEST_F(HostedTest, ThePageRotatesItsTokensAndReuseEndsThem) {
    const auto page = opened();
    sandbox_.advance(301'000);
    expect_refused(get("/api/lab/journey", page["accessToken"]), 401, "AUTH_INVALID_SESSION");
    const auto next = post("refresh", {{"refreshToken", page["refreshToken"]}}).json();
    EXPECT_EQ(get("/api/lab/journey", next["accessToken"]).status, 200);
    expect_refused(post("refresh", {{"refreshToken", page["refreshToken"]}}), 401,
                   "AUTH_INVALID_SESSION");
    expect_refused(get("/api/lab/journey", next["accessToken"]), 401, "AUTH_INVALID_SESSION");
    expect_refused(post("refresh", {{"refreshToken", next["refreshToken"]}}), 401,
                   "AUTH_INVALID_SESSION");
}

TEST_F(HostedTest, TomorrowAFreshTokenOpensTheSameJourney) {
    const auto first = mint("B-1");
    EXPECT_EQ(exchange(token_of(first)).status, 200);
    sandbox_.advance(86'400'000);
    const auto second = mint("B-1");
    EXPECT_EQ(second["journeyID"], first["journeyID"]);
    EXPECT_EQ(exchange(token_of(second)).json()["journey"]["journeyID"], first["journeyID"]);
    // It is the journey a session of the app has, too.
    const auto session = sandbox_.start("B-1", "k").json()["data"];
    EXPECT_EQ(session["activeJourney"]["journeyID"], first["journeyID"]);
}

TEST_F(HostedTest, WalksAJourney) {
    const auto page = opened();
    const std::string token = page["accessToken"];
    EXPECT_EQ(page["journey"]["status"], "STARTED");
    const Json profile = {
        {"profile",
         {{"contactNumber", "9876543210"}, {"pan", "ABCDE1234F"}, {"dob", "1990-01-31"}}},
        {"workProfile", {{"employmentType", "salaried"}, {"income", "50000"}}}};
    expect_refused(post("journey/profile", profile, token), 400, "VALIDATION_FAILED",
                   "bureauConsent");
    Json wrong = profile;
    wrong["profile"]["pan"] = "nonsense";
    expect_refused(post("journey/profile", wrong, token), 400, "VALIDATION_FAILED", "profile.pan");
    Json agreed = profile;
    agreed["bureauConsent"] = true;
    EXPECT_EQ(post("journey/profile", agreed, token).json()["status"], "PROFILE_SUBMITTED");
    wait_for_status(token, "OFFERS_AVAILABLE");
    const auto offers = get("/api/lab/journey", token).json()["offers"];
    ASSERT_FALSE(offers.empty());
    expect_refused(post("journey/offer", {{"offerID", "other"}}, token), 404, "RESOURCE_NOT_FOUND");
    EXPECT_EQ(post("journey/offer", {{"offerID", offers[0]["offerID"]}}, token).status, 200);
    expect_refused(post("journey/offer", {{"offerID", offers[0]["offerID"]}}, token), 409,
                   "STATE_PRECONDITION_FAILED");
    wait_for_status(token, "KYC_PENDING");
    const auto links = post("journey/lender", Json::object(), token).json();
    const std::string lender = links["externalURL"];
    EXPECT_EQ(lender.substr(0, sandbox_.url().size()), sandbox_.url());
    EXPECT_EQ(links["resumeURL"].get<std::string>().find('#'), std::string::npos);
    EXPECT_EQ(get(lender.substr(sandbox_.url().size())).status, 200);
}

TEST_F(HostedTest, LeavingEndsThePagesTokens) {
    const auto page = opened();
    EXPECT_EQ(post("exit", Json::object(), page["accessToken"]).status, 200);
    expect_refused(get("/api/lab/journey", page["accessToken"]), 401, "AUTH_INVALID_SESSION");
    expect_refused(post("refresh", {{"refreshToken", page["refreshToken"]}}), 401,
                   "AUTH_INVALID_SESSION");
}

TEST_F(HostedTest, ServesAPageThatLoadsNothingFromElsewhere) {
    const std::string url = mint("B-1")["embedURL"];
    const auto page = get(url.substr(sandbox_.url().size(), url.find('#') - sandbox_.url().size()));
    ASSERT_EQ(page.status, 200);
    const std::string policy = page.header("content-security-policy");
    for (const char* part : {"default-src 'none'", "script-src 'self'", "base-uri 'none'",
                             "form-action 'none'", "frame-ancestors 'none'"}) {
        EXPECT_NE(policy.find(part), std::string::npos) << policy;
    }
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(page.header("cache-control"), "no-store");
    EXPECT_EQ(page.header("referrer-policy"), "no-referrer");
    EXPECT_TRUE(page.header("access-control-allow-origin").empty());
    EXPECT_TRUE(page.header("set-cookie").empty());
    for (const char* path : {"/lab/hosted.js", "/lab/hosted.css"}) {
        const auto part = get(path);
        EXPECT_EQ(part.status, 200);
        EXPECT_FALSE(std::regex_search(part.body, std::regex("https?://[a-z]"))) << path;
    }
    EXPECT_EQ(get("/lab/other").status, 404);
}

TEST_F(HostedTest, OnlyEmbedDomainsMayFrameIt) {
    const std::string application = sandbox_.ready()["application_id"];
    const auto ancestors = [&](const std::string& id) {
        const auto policy =
            get("/lab/embed?application_id=" + id).header("content-security-policy");
        return policy.substr(policy.find("frame-ancestors ") + 16);
    };
    EXPECT_EQ(ancestors(application), "'none'");
    sandbox_.admin("POST", "/embed_domains",
                   {{"embed_domains", {"https://shop.example", "https://*.shop.example:8443"}}});
    EXPECT_EQ(ancestors(application), "https://*.shop.example:8443 https://shop.example");
    EXPECT_EQ(ancestors("another"), "'none'");
    for (const char* bad : {"http://shop.example", "https://shop.example/path", "*", "'self'",
                            "https://a; script-src *", "https://a b", "https://", ""}) {
        const auto reply =
            sandbox_.raw_admin("POST", "/embed_domains", Json{{"embed_domains", {bad}}}.dump());
        EXPECT_EQ(reply.status, 400) << bad;
    }
    EXPECT_EQ(ancestors(application), "https://*.shop.example:8443 https://shop.example");
}

TEST(HostedReset, LeavesTheDomainsItStartedWith) {
    SandboxDriver sandbox({"--embed-domain", "https://first.example"});
    sandbox.admin("POST", "/embed_domains", {{"embed_domains", {"https://other.example"}}});
    sandbox.admin("POST", "/webhooks/faults", {{"kind", "duplicate"}});
    sandbox.admin("POST", "/reset");
    EXPECT_EQ(sandbox.admin("GET", "/embed_domains")["embed_domains"],
              nlohmann::json({"https://first.example"}));
    EXPECT_TRUE(sandbox.admin("GET", "/webhooks/faults")["faults"].empty());
}

TEST(HostedOptions, ABadOneIsNamed) {
    const auto run = [](const std::vector<std::string>& arguments, const std::string& secret) {
        return run_program(CREDIT_SANDBOX_PROGRAM, arguments,
                           {{"CREDIT_SANDBOX_WEBHOOK_SECRET", secret}});
    };
    const auto domain = run({"--embed-domain", "http://shop.example"}, "");
    EXPECT_EQ(domain.exit_code, 2);
    EXPECT_NE(domain.errors.find("embed_domains"), std::string::npos);
    EXPECT_EQ(run({"--webhook-ca-file", "/nowhere/ca.pem"}, "").exit_code, 2);
    const auto secret = run({}, "too short");
    EXPECT_EQ(secret.exit_code, 2);
    EXPECT_NE(secret.errors.find("CREDIT_SANDBOX_WEBHOOK_SECRET"), std::string::npos);
    EXPECT_EQ(secret.errors.find("too short"), std::string::npos);
}

TEST_F(HostedTest, NoTokenReachesTheLogOrTheLedger) {
    const std::string token = token_of(mint("B-1"));
    const auto page = exchange(token).json();
    get("/api/lab/journey", page["accessToken"]);
    const std::string ledger = sandbox_.ledger().dump();
    const std::string log = sandbox_.process().errors();
    for (const std::string& secret :
         {token, page["accessToken"].get<std::string>(), page["refreshToken"].get<std::string>()}) {
        EXPECT_EQ(ledger.find(secret), std::string::npos);
        EXPECT_EQ(log.find(secret), std::string::npos);
    }
}

TEST(HostedLive, HasItsOwnTokensAndKeys) {
    SandboxDriver live({"--environment", "live"}, {{"CREDIT_SANDBOX_API_KEYS", "sk_live_e2e"}});
    const auto mint = [&](const std::string& key) {
        return raw_request(
            live.url(), live.ca_file(),
            {"POST", "/api/lab/sessions", {{"X-API-Key", key}}, R"({"borrowerProviderID":"B"})"});
    };
    const auto reply = mint("sk_live_e2e");
    ASSERT_EQ(reply.status, 200) << reply.bytes;
    EXPECT_NE(reply.body.find("#bt_live_"), std::string::npos);
    EXPECT_EQ(reply.json()["environment"], "LIVE");
    EXPECT_EQ(mint("sk_test_e2e").status, 401);
}

}  // namespace
}  // namespace credit::e2e
