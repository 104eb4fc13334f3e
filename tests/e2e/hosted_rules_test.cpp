// The rules that hosted routes share with all others: headers, methods, rate limit, ids, prefill.
#include <gtest/gtest.h>

#include <csignal>

#include "sandbox_borrower.h"

namespace credit::e2e {
namespace {

using Json = nlohmann::json;

class HostedRulesTest : public testing::Test {
  protected:
    RawReply send(const std::string& method, const std::string& path, const std::string& token,
                  const Json& body = nullptr, const std::string& correlation_id = "") const {
        RawRequest request{method, path, {}, body.is_null() ? "" : body.dump()};
        if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
        if (!correlation_id.empty())
            request.headers.emplace_back("X-Correlation-ID", correlation_id);
        return raw_request(sandbox_.url(), sandbox_.ca_file(), request);
    }
    RawReply mint(const Json& body) const {
        return send("POST", "/api/lab/sessions", test_api_key, body);
    }
    // What the page sends to spend the token of a fresh address.
    Json exchange_body(const std::string& borrower) const {
        const Json minted = mint({{"borrowerProviderID", borrower}}).json();
        const std::string url = minted["embedURL"];
        return {{"bootstrapToken", url.substr(url.find('#') + 1)},
                {"tenantID", sandbox_.ready()["tenant_id"]},
                {"applicationID", sandbox_.ready()["application_id"]},
                {"borrowerProviderID", borrower},
                {"journeyType", "PERSONAL_LOAN"}};
    }
    Json open_page(const std::string& borrower) const {
        return send("POST", "/api/lab/exchange", "", exchange_body(borrower)).json();
    }
    std::string webhooks() const {
        return "/api/tenants/" + sandbox_.ready()["tenant_id"].get<std::string>() +
               "/applications/" + sandbox_.ready()["application_id"].get<std::string>() +
               "/webhooks/configuration";
    }

    SandboxDriver sandbox_;
};

TEST_F(HostedRulesTest, AnInvalidCorrelationIDIsRefusedAndSpendsNothing) {
    const Json exchange = exchange_body("B-1");
    const std::string page = open_page("B-2")["accessToken"];
    for (const std::string& bad : {std::string("caf\u00e9"), std::string(129, 'x')}) {
        const auto refused = [&](const RawReply& reply) {
            expect_refusal(reply, 400, "VALIDATION_FAILED", "X-Correlation-ID");
            EXPECT_NE(reply.header("x-correlation-id"), bad) << "one is made instead";
        };
        refused(send("POST", "/api/lab/exchange", "", exchange, bad));
        refused(send("GET", "/api/lab/journey", page, nullptr, bad));
        refused(send("POST", "/api/lab/exit", page, nullptr, bad));
        refused(
            send("POST", "/api/lab/sessions", test_api_key, {{"borrowerProviderID", "B"}}, bad));
        refused(send("GET", webhooks(), test_api_key, nullptr, bad));
    }
    EXPECT_EQ(send("POST", "/api/lab/exchange", "", exchange, "good").status, 200);
    EXPECT_EQ(send("GET", "/api/lab/journey", page).status, 200);
}

TEST_F(HostedRulesTest, APathDoesNotTakeEveryMethod) {
    for (const char* path : {"/api/lab/sessions", "/api/lab/exchange", "/api/lab/exit"}) {
        const auto reply = send("PUT", path, test_api_key, Json::object());
        expect_refusal(reply, 405, "VALIDATION_FAILED", "method");
        EXPECT_EQ(reply.header("allow"), "POST");
    }
    EXPECT_EQ(send("POST", "/api/lab/journey", "", Json::object()).header("allow"), "GET");
}

TEST_F(HostedRulesTest, ABorrowersLimitCountsAppAndPageTogether) {
    const std::string page = open_page("B-1")["accessToken"];
    const std::string app = sandbox_.new_pair("B-1").session;
    const Json other = exchange_body("B-2");
    sandbox_.set({{"rate_limit_per_minute", 2}});
    EXPECT_EQ(send("GET", "/api/lab/journey", page).status, 200);
    EXPECT_EQ(sandbox_.journeys(app).status, 200);
    const auto refused = send("GET", "/api/lab/journey", page);
    expect_refusal(refused, 429, "RATE_LIMITED");
    EXPECT_GT(std::stoi(refused.header("retry-after")), 0);
    EXPECT_EQ(sandbox_.journeys(app).status, 429);
    EXPECT_EQ(send("POST", "/api/lab/exchange", "", other).status, 200) << "another borrower";
    sandbox_.advance(60'000);
    EXPECT_EQ(send("GET", "/api/lab/journey", page).status, 200);
}

TEST_F(HostedRulesTest, ATokenThatIsLimitedIsNotSpent) {
    const Json page = open_page("B-1");
    const Json exchange = exchange_body("B-1");
    const Json refresh{{"refreshToken", page["refreshToken"]}};
    sandbox_.set({{"rate_limit_per_minute", 1}});
    EXPECT_EQ(send("GET", "/api/lab/journey", page["accessToken"]).status, 200);
    EXPECT_EQ(send("POST", "/api/lab/exchange", "", exchange).status, 429);
    EXPECT_EQ(send("POST", "/api/lab/refresh", "", refresh).status, 429);
    sandbox_.set({{"rate_limit_per_minute", 0}});
    EXPECT_EQ(send("POST", "/api/lab/exchange", "", exchange).status, 200);
    EXPECT_EQ(send("POST", "/api/lab/refresh", "", refresh).status, 200);
}

TEST_F(HostedRulesTest, AnApplicationsLimitCountsItsCallsWithTheKey) {
    sandbox_.set({{"rate_limit_per_minute", 2}});
    EXPECT_EQ(mint({{"borrowerProviderID", "B-1"}}).status, 200);
    EXPECT_EQ(send("GET", webhooks(), test_api_key).status, 200);
    expect_refusal(mint({{"borrowerProviderID", "B-1"}}), 429, "RATE_LIMITED");
    expect_refusal(sandbox_.start("B-1", "k"), 429, "RATE_LIMITED");
}

TEST_F(HostedRulesTest, AnIdCountsCharacters) {
    std::string longest;
    for (int i = 0; i < 128; ++i)
        longest += "ü";
    EXPECT_EQ(mint({{"borrowerProviderID", longest}}).status, 200);
    expect_refusal(mint({{"borrowerProviderID", longest + "ü"}}), 400, "VALIDATION_FAILED",
                   "borrowerProviderID");
}

TEST_F(HostedRulesTest, TheHostedSurfaceHasItsOwnWaysToSayAnIncome) {
    const auto with_work = [&](const Json& work) {
        return mint({{"borrowerProviderID", "B-1"}, {"workProfile", work}});
    };
    for (const char* employed : {"selfEmployed", "self-employed", "self employed"}) {
        const Json work{{"employmentType", employed},
                        {"udyamNumber", "UDYAM-1"},
                        {"income", "1000"},
                        {"incomeType", "annual"}};
        EXPECT_EQ(with_work(work).status, 200) << employed;
    }
    const auto refused = [&](const Json& work, const char* field) {
        expect_refusal(with_work(work), 400, "VALIDATION_FAILED", field);
    };
    refused({{"income", "999"}}, "workProfile.income");
    refused({{"income", 999}}, "workProfile.income");
    refused({{"incomeType", "weekly"}}, "workProfile.incomeType");
    refused({{"employmentType", "retired"}}, "workProfile.employmentType");
    refused({{"employmentType", "salaried"}, {"udyamNumber", "UDYAM-1"}},
            "workProfile.udyamNumber");
    EXPECT_EQ(with_work({{"employmentType", "self employed"}, {"income", "999000"}}).status, 200);
    // It is 83,250 a month, and kept as the headless API writes it.
    const std::string token = sandbox_.start("B-1", "k").json()["data"]["sessionToken"];
    const Json started = sandbox_
                             .call("POST", "/journeys",
                                   {{"Authorization", "Bearer " + token}, {"Idempotency-Key", "j"}},
                                   R"({"type":"PERSONAL_LOAN"})")
                             .json();
    const std::string path = "/journeys/" + started["data"]["journeyID"].get<std::string>();
    const std::vector<std::pair<std::string, std::string>> bearer{
        {"Authorization", "Bearer " + token}};
    const Json work = sandbox_.call("GET", path + "/profile", bearer).json()["data"]["workProfile"];
    EXPECT_EQ(work["employmentType"], "selfEmployed");
    EXPECT_EQ(work["incomeType"], "annual");
    sandbox_.admin("POST", "/journeys/advance",
                   {{"journeyID", started["data"]["journeyID"]}, {"to", "OFFERS_AVAILABLE"}});
    const Json offers = sandbox_.call("GET", path + "/offers", bearer).json()["data"]["items"];
    EXPECT_EQ(offers[0]["amountPrincipal"], "830000");
}

TEST_F(HostedRulesTest, PrefillIsLaidOverWhatIsKnown) {
    mint(
        {{"borrowerProviderID", "B-1"}, {"profile", {{"pan", "ABCDE1234F"}, {"panName", "Asha"}}}});
    mint({{"borrowerProviderID", "B-1"},
          {"profile", {{"panName", "Asha R"}}},
          {"workProfile", {{"employmentType", "salaried"}}}});
    // A journey that starts now begins with all of it.
    const Json session = sandbox_.start("B-1", "k").json()["data"];
    const auto headers = [&](const char* key) {
        return std::vector<std::pair<std::string, std::string>>{
            {"Authorization", "Bearer " + session["sessionToken"].get<std::string>()},
            {"Idempotency-Key", key}};
    };
    const Json started =
        sandbox_.call("POST", "/journeys", headers("j"), R"({"type":"GOLD_LOAN"})").json();
    const std::string journey = started["data"]["journeyID"];
    const Json kept =
        sandbox_.call("GET", "/journeys/" + journey + "/profile", headers("")).json()["data"];
    EXPECT_EQ(kept["profile"], Json({{"pan", "ABCDE1234F"}, {"panName", "Asha R"}}));
    EXPECT_EQ(kept["workProfile"], Json({{"employmentType", "salaried"}}));
}

TEST(HostedRestart, WhatWasMintedBeforeACrashIsGoodAfterIt) {
    TemporaryFolder folder;
    const std::vector<std::string> arguments{"--db", folder.path() + "/state.db", "--ca-dir",
                                             folder.path() + "/ca"};
    const auto send = [](const SandboxDriver& sandbox, const std::string& method,
                         const std::string& path, const std::string& token, const Json& body) {
        return raw_request(sandbox.url(), sandbox.ca_file(),
                           {method,
                            "/api/lab/" + path,
                            {{"Authorization", "Bearer " + token}},
                            body.is_null() ? "" : body.dump()});
    };
    const auto exchange = [&](const SandboxDriver& sandbox, const Json& minted) {
        const std::string url = minted["embedURL"];
        return send(sandbox, "POST", "exchange", "",
                    {{"bootstrapToken", url.substr(url.find('#') + 1)},
                     {"tenantID", sandbox.ready()["tenant_id"]},
                     {"applicationID", sandbox.ready()["application_id"]},
                     {"borrowerProviderID", "B-1"},
                     {"journeyType", "PERSONAL_LOAN"}});
    };
    Json spent, open_page, waiting;
    {
        SandboxDriver sandbox(arguments);
        const auto mint = [&] {
            return send(sandbox, "POST", "sessions", test_api_key, {{"borrowerProviderID", "B-1"}})
                .json();
        };
        spent = mint();
        open_page = exchange(sandbox, spent).json();
        waiting = mint();
        sandbox.process().signal(SIGKILL);
        sandbox.process().wait();
    }
    SandboxDriver sandbox(arguments);
    EXPECT_EQ(exchange(sandbox, spent).status, 401);
    EXPECT_EQ(exchange(sandbox, waiting).status, 200);
    const auto journey = send(sandbox, "GET", "journey", open_page["accessToken"], nullptr);
    ASSERT_EQ(journey.status, 200) << journey.bytes;
    EXPECT_EQ(journey.json()["journeyID"], open_page["journey"]["journeyID"]);
}

}  // namespace
}  // namespace credit::e2e
