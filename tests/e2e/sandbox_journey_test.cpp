// Journeys of the sandbox: the documented states, by the clock, by the borrower and by command.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "sandbox_borrower.h"

namespace credit::e2e {
namespace {

using Json = nlohmann::json;

// So long that the time the test itself takes does not matter.
constexpr std::int64_t step_ms = 3'600'000;
constexpr std::int64_t month_ms = 2'592'000'000;

const std::vector<std::string> slow_journeys = {"--journey-step-ms", std::to_string(step_ms),
                                                "--session-ttl-ms", "100000000000"};

class SandboxJourneyTest : public testing::Test {
  protected:
    SandboxDriver sandbox_{slow_journeys};

    std::string form(const std::string& path, const std::string& outcome) const {
        return raw_request(sandbox_.url(), sandbox_.ca_file(),
                           {"POST",
                            path,
                            {{"Content-Type", "application/x-www-form-urlencoded"}},
                            "outcome=" + outcome})
            .bytes;
    }

    RawReply page(const std::string& path) const {
        return raw_request(sandbox_.url(), sandbox_.ca_file(), {"GET", path, {}, ""});
    }

    // Until the borrower may choose.
    void get_offers(SandboxBorrower& borrower) const {
        borrower.submit_profile();
        sandbox_.advance(2 * step_ms);
        ASSERT_EQ(borrower.status(), "OFFERS_AVAILABLE");
    }
};

TEST_F(SandboxJourneyTest, APersonalLoanGoesThroughEveryDocumentedState) {
    SandboxBorrower borrower(sandbox_, "B");
    EXPECT_EQ(borrower.state()["nextAction"], "FILL_PROFILE");
    EXPECT_EQ(borrower.get("").json()["data"]["timelineState"], "PROFILE_REQUIRED");
    borrower.send("PUT", "/profile", complete_profile("PERSONAL_LOAN"));
    EXPECT_EQ(borrower.status(), "PROFILE_REQUIRED");
    const auto operation = borrower.send("POST", "/profile/submit", {{"bureauConsent", true}});
    EXPECT_EQ(operation.status, 202);
    EXPECT_EQ(operation.json()["data"]["status"], "ACCEPTED");
    EXPECT_EQ(operation.json()["data"]["pollAfterSeconds"], 3600);
    EXPECT_EQ(operation.json()["data"]["operationID"].get<std::string>().substr(0, 3), "op_");
    EXPECT_EQ(borrower.status(), "PROFILE_SUBMITTED");
    EXPECT_EQ(borrower.state()["pendingOperations"], Json({"PROFILE_SUBMISSION"}));
    sandbox_.advance(step_ms);
    EXPECT_EQ(borrower.status(), "OFFERS_PENDING");
    EXPECT_EQ(borrower.state()["nextAction"], "WAIT_FOR_OFFERS");
    sandbox_.advance(step_ms);
    EXPECT_EQ(borrower.status(), "OFFERS_AVAILABLE");
    EXPECT_EQ(borrower.state()["pendingOperations"], Json::array());

    const std::string offer = borrower.offers().at(1);
    borrower.send("POST", "/offers/" + offer + "/proceed", Json::object());
    EXPECT_EQ(borrower.status(), "OFFER_SELECTED");
    EXPECT_EQ(borrower.state()["pendingOperations"], Json({"SELECT_DISPATCH"}));
    sandbox_.advance(step_ms);
    EXPECT_EQ(borrower.status(), "AA_REQUIRED");
    sandbox_.advance(step_ms);
    EXPECT_EQ(borrower.status(), "KYC_PENDING");
    sandbox_.advance(10 * step_ms);
    EXPECT_EQ(borrower.status(), "KYC_PENDING") << "this step is the borrower's";
    form(borrower.kyc_page(offer), "success");
    EXPECT_EQ(borrower.status(), "BANK_MANDATE_PENDING");
    const Json account = {{"accountHolderName", "Rahul Sharma"},
                          {"accountNumber", "123456789012"},
                          {"ifsc", "HDFC0001234"},
                          {"accountType", "saving"}};
    const auto mandate = borrower.send("POST", "/offers/" + offer + "/steps/bank-mandate", account);
    EXPECT_EQ(mandate.status, 200) << mandate.bytes;
    EXPECT_EQ(mandate.json()["data"]["status"], "SUCCESS");
    for (const char* next : {"E_MANDATE_PENDING", "LOAN_AGREEMENT_PENDING", "LENDER_PROCESSING"}) {
        EXPECT_EQ(borrower.status(), next);
        sandbox_.advance(step_ms);
    }
    EXPECT_EQ(borrower.status(), "DISBURSED");
    EXPECT_TRUE(borrower.state()["nextAction"].is_null());
    sandbox_.advance(2 * month_ms);
    EXPECT_EQ(sandbox_.admin("GET", "/journeys")["journeys"][0]["status"], "DISBURSED");
}

TEST_F(SandboxJourneyTest, AGoldLoanHasFewerStepsAndItsOwnFields) {
    SandboxBorrower borrower(sandbox_, "B", "GOLD_LOAN");
    borrower.send("PUT", "/profile", complete_profile("PERSONAL_LOAN"));
    expect_refusal(borrower.send("POST", "/profile/submit", {{"bureauConsent", true}}), 400,
                   "VALIDATION_FAILED", "goldLoan.jewelleryWeightGrams");
    get_offers(borrower);
    const std::string offer = borrower.offers().at(1);
    borrower.send("POST", "/offers/" + offer + "/proceed", Json::object());
    sandbox_.advance(step_ms);
    EXPECT_EQ(borrower.status(), "KYC_PENDING") << "no Account Aggregator for gold";
    const auto steps = borrower.get("/offers/" + offer + "/steps").json()["data"];
    EXPECT_EQ(steps["bankMandate"]["status"], "NOT_REQUIRED");
    EXPECT_EQ(steps["eMandate"]["status"], "NOT_REQUIRED");
    form(borrower.kyc_page(offer), "success");
    EXPECT_EQ(borrower.status(), "LOAN_AGREEMENT_PENDING");
    sandbox_.advance(2 * step_ms);
    EXPECT_EQ(borrower.status(), "DISBURSED");
}

TEST_F(SandboxJourneyTest, MoveWithoutAnybodyAskingForThem) {
    sandbox_.set({{"journey_step_ms", 1}});
    SandboxBorrower borrower(sandbox_, "B");
    borrower.submit_profile();
    // This list moves nothing, and no call is made: only the sandbox's own thread can do it.
    const auto deadline = std::chrono::steady_clock::now() + default_patience;
    std::string status;
    while (status != "OFFERS_AVAILABLE" && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
        status = sandbox_.admin("GET", "/journeys")["journeys"][0]["status"];
    }
    EXPECT_EQ(status, "OFFERS_AVAILABLE");
}

TEST_F(SandboxJourneyTest, CanBeHeldStill) {
    sandbox_.set({{"journeys_move", false}});
    SandboxBorrower borrower(sandbox_, "B");
    borrower.submit_profile();
    sandbox_.advance(5 * step_ms);
    EXPECT_EQ(sandbox_.admin("GET", "/journeys")["journeys"][0]["status"], "PROFILE_SUBMITTED");
    sandbox_.set({{"journeys_move", true}});
    EXPECT_EQ(sandbox_.admin("GET", "/journeys")["journeys"][0]["status"], "OFFERS_AVAILABLE");
}

TEST_F(SandboxJourneyTest, ExpireWhenNothingHappens) {
    SandboxBorrower borrower(sandbox_, "B");
    sandbox_.advance(month_ms - 60'000);
    EXPECT_EQ(sandbox_.admin("GET", "/journeys")["journeys"][0]["status"], "STARTED");
    sandbox_.advance(60'001);
    EXPECT_EQ(sandbox_.admin("GET", "/journeys")["journeys"][0]["status"], "EXPIRED");
    EXPECT_TRUE(sandbox_.start("B", "later").json()["data"]["activeJourney"].is_null());
}

TEST_F(SandboxJourneyTest, AreRejectedWhereNoLenderOffersAnything) {
    SandboxBorrower poor(sandbox_, "B");
    poor.submit_profile({{"workProfile", {{"income", "9000"}}}});
    SandboxBorrower little(sandbox_, "C", "GOLD_LOAN");
    little.submit_profile({{"goldLoan", {{"jewelleryWeightGrams", 2}}}});
    sandbox_.advance(2 * step_ms);
    for (const auto* borrower : {&poor, &little}) {
        EXPECT_EQ(borrower->status(), "REJECTED");
        EXPECT_TRUE(borrower->state()["nextAction"].is_null());
        const auto items = borrower->get("/offers").json()["data"]["items"];
        EXPECT_EQ(items[0]["status"], "NO_OFFER_AVAILABLE");
        EXPECT_EQ(items[0]["lenderStateReason"], "PROFILE_NOT_ELIGIBLE");
    }
}

TEST_F(SandboxJourneyTest, KycGoesThroughThePageOfALender) {
    SandboxBorrower borrower(sandbox_, "B");
    sandbox_.admin("POST", "/journeys/advance",
                   {{"journeyID", borrower.journey()}, {"to", "KYC_PENDING"}});
    const std::string offer = borrower.offers().at(0);
    const std::string step = "/offers/" + offer + "/steps/kyc";
    auto kyc = borrower.get(step).json()["data"];
    EXPECT_EQ(kyc["status"], "READY");
    EXPECT_EQ(kyc["actionRequired"], "REDIRECT");
    const std::string path = borrower.kyc_page(offer);
    const auto shown = page(path);
    EXPECT_EQ(shown.status, 200);
    EXPECT_NE(shown.header("content-security-policy").find("default-src 'none'"),
              std::string::npos);
    EXPECT_EQ(borrower.get(step + "/status").json()["data"]["status"], "IN_PROGRESS");
    EXPECT_NE(form(path, "perhaps").find("400"), std::string::npos);
    EXPECT_EQ(borrower.status(), "KYC_PENDING");
    form(path, "failure");
    EXPECT_EQ(borrower.status(), "REJECTED");
    kyc = borrower.get(step).json()["data"];
    EXPECT_EQ(kyc["status"], "FAILURE");
    EXPECT_EQ(kyc["diagnostics"]["reason"], "REFUSED_BY_LENDER");
    EXPECT_EQ(page(path).status, 404) << "a page works once";
    EXPECT_EQ(page("/lender/kyc/guessed").status, 404);
    sandbox_.process().terminate();
    EXPECT_EQ(sandbox_.process().errors().find(path.substr(path.rfind('/') + 1)),
              std::string::npos);
}

TEST_F(SandboxJourneyTest, GoWhereACommandPutsThem) {
    SandboxBorrower borrower(sandbox_, "B");
    const auto put = [&](const Json& body) {
        auto all = body;
        all["journeyID"] = borrower.journey();
        return sandbox_.raw_admin("POST", "/journeys", all.dump());
    };
    EXPECT_EQ(put({{"status", "SOMEWHERE"}}).status, 400);
    const std::int64_t before = sandbox_.admin("GET", "/journeys")["journeys"][0]["sequence"];
    EXPECT_EQ(put({{"status", "LENDER_PROCESSING"}}).json()["sequence"], before + 1);
    EXPECT_EQ(borrower.status(), "LENDER_PROCESSING");
    EXPECT_EQ(borrower.offers().size(), 3U) << "an offer was chosen on the way";
    for (const char* end : {"REJECTED", "EXPIRED", "CLOSED"}) {
        put({{"status", end}});
        EXPECT_EQ(borrower.status(), end);
    }
    EXPECT_EQ(
        sandbox_
            .raw_admin("POST", "/journeys/advance", Json{{"journeyID", borrower.journey()}}.dump())
            .status,
        400);
    EXPECT_EQ(sandbox_.admin("POST", "/journeys/advance",
                             {{"journeyID", "00000000-0000-0000-0000-000000000000"}})["changed"],
              0);
}

TEST_F(SandboxJourneyTest, KeepWhereTheBorrowerWas) {
    SandboxBorrower borrower(sandbox_, "B");
    const auto kept =
        borrower.send("PATCH", "/resume", {{"resume", {{"lastCompletedStep", "PROFILE"}}}});
    EXPECT_EQ(kept.json()["data"]["resume"]["lastCompletedStep"], "PROFILE");
    borrower.send("PATCH", "/resume", {{"resume", {{"lastViewedOfferID", "o"}}}});
    auto markers = borrower.get("").json()["data"]["resume"];
    EXPECT_EQ(markers, Json({{"lastCompletedStep", "PROFILE"}, {"lastViewedOfferID", "o"}}));
    borrower.send("PATCH", "/resume", {{"resume", {{"lastViewedOfferID", nullptr}}}});
    EXPECT_TRUE(borrower.get("").json()["data"]["resume"]["lastViewedOfferID"].is_null());
    expect_refusal(borrower.send("PATCH", "/resume", {{"resume", {{"lastCompletedStep", 7}}}}), 400,
                   "VALIDATION_FAILED", "resume.lastCompletedStep");
    expect_refusal(borrower.send("PATCH", "/resume", Json::object()), 400, "VALIDATION_FAILED",
                   "resume");
}

TEST(SandboxJourneyCrashTest, SurviveTheEndOfTheProgram) {
    TemporaryFolder folder;
    std::vector<std::string> arguments = {"--db", folder.path() + "/state.db", "--ca-dir",
                                          folder.path() + "/ca"};
    arguments.insert(arguments.end(), slow_journeys.begin(), slow_journeys.end());
    std::string journey;
    std::string token;
    Json offers;
    {
        SandboxDriver sandbox(arguments);
        SandboxBorrower borrower(sandbox, "B");
        borrower.submit_profile();
        sandbox.advance(2 * step_ms);
        offers = borrower.get("/offers").json()["data"]["items"];
        borrower.send("POST", "/offers/" + borrower.offers().at(0) + "/proceed", Json::object());
        journey = borrower.journey();
        token = borrower.token();
        sandbox.process().signal(SIGKILL);
        EXPECT_EQ(sandbox.process().wait(), 128 + SIGKILL);
    }
    SandboxDriver sandbox(arguments);
    const auto get = [&](const std::string& path) {
        return sandbox
            .call("GET", "/journeys/" + journey + path, {{"Authorization", "Bearer " + token}})
            .json()["data"];
    };
    EXPECT_EQ(get("/profile")["profile"]["pan"], "ABCDE1234F");
    EXPECT_EQ(get("/offers")["items"][0]["offerID"], offers[0]["offerID"]);
    EXPECT_EQ(get("/offers/" + offers[0]["offerID"].get<std::string>())["proceedBoundaryState"],
              "LOCKED");
    sandbox.advance(step_ms);
    EXPECT_EQ(get("/state")["status"], "KYC_PENDING") << "the clock goes on where it was";
}

}  // namespace
}  // namespace credit::e2e
