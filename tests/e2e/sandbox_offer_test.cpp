// The sandbox's profile and offers: validation, the offer lock, refusals, what is not simulated, too many calls.
#include <gtest/gtest.h>

#include <future>

#include "sandbox_borrower.h"

namespace credit::e2e {
namespace {

using Json = nlohmann::json;

class SandboxOfferTest : public testing::Test {
  protected:
    SandboxDriver sandbox_;

    void bring_to(const SandboxBorrower& borrower, const std::string& status) const {
        sandbox_.admin("POST", "/journeys/advance",
                       {{"journeyID", borrower.journey()}, {"to", status}});
    }
};

TEST_F(SandboxOfferTest, NamesTheFieldOfAProfileThatIsWrong) {
    SandboxBorrower borrower(sandbox_, "B");
    const std::vector<std::pair<std::string, Json>> cases = {
        {"profile", {{"profile", 7}}},
        {"profile.contactNumber", {{"profile", {{"contactNumber", "1234567890"}}}}},
        {"profile.contactNumber", {{"profile", {{"contactNumber", 9876543210}}}}},
        {"profile.pan", {{"profile", {{"pan", "ABCDE12345"}}}}},
        {"profile.dob", {{"profile", {{"dob", "2023-02-30"}}}}},
        {"profile.dob", {{"profile", {{"dob", "31-01-1990"}}}}},
        {"profile.gender", {{"profile", {{"gender", "other"}}}}},
        {"profile.personalemail", {{"profile", {{"personalemail", "nobody"}}}}},
        {"profile.panName", {{"profile", {{"panName", std::string(255, 'x')}}}}},
        {"workProfile.employmentType", {{"workProfile", {{"employmentType", "pirate"}}}}},
        {"workProfile.income", {{"workProfile", {{"income", "-5"}}}}},
        {"workProfile.income", {{"workProfile", {{"income", 0}}}}},
        {"address.pincode", {{"address", {{"pincode", "012345"}}}}},
        {"goldLoan.purity", {{"goldLoan", {{"purity", "23K"}}}}},
        {"goldLoan.requestedAmount", {{"goldLoan", {{"requestedAmount", 5000}}}}},
    };
    for (const auto& [field, body] : cases) {
        expect_refusal(borrower.send("PUT", "/profile", body), 400, "VALIDATION_FAILED", field);
    }
    EXPECT_EQ(borrower.status(), "STARTED") << "what was refused changed nothing";
}

TEST_F(SandboxOfferTest, LaysAProfileOverWhatIsKnown) {
    SandboxBorrower borrower(sandbox_, "B");
    borrower.send("PUT", "/profile",
                  {{"profile", {{"pan", "abcde1234f"}, {"personalemail", "A.B@Example.COM"}}},
                   {"nobody", "knows"}});
    const auto after = borrower.send("PUT", "/profile", {{"profile", {{"panName", "Rahul"}}}});
    const auto data = after.json()["data"];
    EXPECT_EQ(
        data["profile"],
        Json({{"pan", "ABCDE1234F"}, {"panName", "Rahul"}, {"personalemail", "a.b@example.com"}}));
    EXPECT_EQ(data["requiredFields"], Json({"profile.contactNumber", "profile.dob",
                                            "workProfile.employmentType", "workProfile.income"}));
    EXPECT_EQ(borrower.get("/profile").json()["data"], data);
}

TEST_F(SandboxOfferTest, StartsAJourneyWithWhatTheBackendKnew) {
    const auto reply = sandbox_.call(
        "POST", "/sessions",
        {{"Authorization", std::string("Bearer ") + test_api_key}, {"Idempotency-Key", "k"}},
        Json{{"borrowerExternalID", "B"}, {"profile", {{"contactNumber", "9876543210"}}}}.dump());
    const std::string journey = reply.json()["data"]["activeJourney"]["journeyID"];
    const auto profile = sandbox_.call("GET", "/journeys/" + journey + "/profile",
                                       {{"Authorization", "Bearer " + pair_in(reply).session}});
    EXPECT_EQ(profile.json()["data"]["profile"]["contactNumber"], "9876543210");
}

TEST_F(SandboxOfferTest, TakesASubmissionOnceAndOnlyWithConsent) {
    SandboxBorrower borrower(sandbox_, "B");
    expect_refusal(borrower.send("POST", "/profile/submit", {{"bureauConsent", true}}), 400,
                   "VALIDATION_FAILED", "profile.contactNumber");
    borrower.send("PUT", "/profile", complete_profile("PERSONAL_LOAN"));
    for (const Json& body : {Json::object(), Json{{"bureauConsent", false}}}) {
        expect_refusal(borrower.send("POST", "/profile/submit", body), 400, "VALIDATION_FAILED",
                       "bureauConsent");
    }
    sandbox_.set({{"journeys_move", false}});
    const Json consent = {{"bureauConsent", true}};
    const auto first = borrower.send_with_key("POST", "/profile/submit", consent, "same");
    EXPECT_EQ(first.status, 202);
    EXPECT_EQ(borrower.send_with_key("POST", "/profile/submit", consent, "same").body, first.body);
    const auto again = borrower.send("POST", "/profile/submit", consent);
    expect_refusal(again, 409, "ASYNC_OPERATION_PENDING");
    EXPECT_EQ(again.json()["error"]["retryable"], true);
    EXPECT_GE(again.json()["error"]["details"]["pollAfterSeconds"], 1);
    bring_to(borrower, "OFFERS_AVAILABLE");
    expect_refusal(borrower.send("PUT", "/profile", complete_profile("PERSONAL_LOAN")), 409,
                   "STATE_PRECONDITION_FAILED");
}

TEST_F(SandboxOfferTest, ShowsACardForEachLenderAndAQuote) {
    SandboxBorrower borrower(sandbox_, "B");
    borrower.send("PUT", "/profile", complete_profile("PERSONAL_LOAN"));
    EXPECT_EQ(borrower.offers().size(), 0U);
    sandbox_.set({{"journeys_move", false}});
    bring_to(borrower, "OFFERS_PENDING");
    EXPECT_EQ(borrower.get("/offers").json()["data"]["items"][0]["status"], "OFFER_AWAITED");
    bring_to(borrower, "OFFERS_AVAILABLE");
    const auto items = borrower.get("/offers").json()["data"]["items"];
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0]["status"], "OFFER_RECEIVED");
    EXPECT_EQ(items[0]["amountPrincipal"], "500000");
    EXPECT_EQ(items[0]["aa"]["state"], "NOT_REQUIRED");
    EXPECT_EQ(items[1]["aa"]["state"], "REQUIRED");
    EXPECT_EQ(items[2]["status"], "NO_OFFER_AVAILABLE");
    const auto offer = borrower.get("/offers/" + items[0]["offerID"].get<std::string>());
    const auto data = offer.json()["data"];
    EXPECT_EQ(data["installments"].size(), 12U);
    std::int64_t sum = 0;
    for (const auto& part : data["installments"])
        sum += std::stoll(part["amount"].get<std::string>());
    const auto& quote = data["quoteBreakup"];
    EXPECT_EQ(sum, std::stoll(quote["principal"].get<std::string>()) +
                       std::stoll(quote["interest"].get<std::string>()));
    EXPECT_TRUE(data["proceedBoundaryState"].is_null());
    const std::string facts = data["keyFactsStatementLink"];
    EXPECT_EQ(raw_request(sandbox_.url(), sandbox_.ca_file(),
                          {"GET", facts.substr(sandbox_.url().size()), {}, ""})
                  .status,
              200);
}

TEST_F(SandboxOfferTest, LocksTheFirstOfferThatIsProceededWith) {
    SandboxBorrower borrower(sandbox_, "B");
    sandbox_.set({{"journeys_move", false}});
    bring_to(borrower, "OFFERS_AVAILABLE");
    const auto offers = borrower.offers();
    const std::string first = "/offers/" + offers[0];
    const std::string second = "/offers/" + offers[1];
    const auto locked = borrower.send("POST", first + "/proceed", Json::object());
    EXPECT_EQ(locked.status, 200) << locked.bytes;
    const auto data = locked.json()["data"];
    EXPECT_EQ(data["status"], "PROCEEDED");
    EXPECT_EQ(data["proceedBoundaryState"], "LOCKED");
    EXPECT_EQ(data["offerSelectionLock"]["lockSource"], "OFFER_DETAILS_PROCEED");
    const auto conflict = borrower.send("POST", second + "/proceed", Json::object());
    expect_refusal(conflict, 409, "OFFER_LOCK_CONFLICT");
    EXPECT_EQ(conflict.json()["error"]["retryable"], false);
    EXPECT_EQ(conflict.json()["error"]["details"]["proceedBoundaryState"],
              "LOCKED_TO_DIFFERENT_OFFER");
    EXPECT_EQ(borrower.get(second).json()["data"]["proceedBoundaryState"],
              "LOCKED_TO_DIFFERENT_OFFER");
    const auto again = borrower.send("POST", first + "/proceed", Json::object());
    EXPECT_EQ(again.json()["data"]["offerSelectionLock"], data["offerSelectionLock"]);
}

TEST_F(SandboxOfferTest, OnlyOneOfManyTakersWins) {
    SandboxBorrower borrower(sandbox_, "B");
    sandbox_.set({{"journeys_move", false}});
    bring_to(borrower, "OFFERS_AVAILABLE");
    const auto offers = borrower.offers();
    std::vector<std::future<int>> takers;
    for (int i = 0; i < 8; ++i) {
        const std::string& offer = offers[static_cast<std::size_t>(i % 2)];
        takers.push_back(std::async(std::launch::async, [&borrower, offer, i] {
            return borrower
                .send_with_key("POST", "/offers/" + offer + "/proceed", Json::object(),
                               "taker-" + std::to_string(i))
                .status;
        }));
    }
    int won = 0;
    for (auto& taker : takers) {
        const int status = taker.get();
        EXPECT_TRUE(status == 200 || status == 409) << status;
        won += status == 200 ? 1 : 0;
    }
    EXPECT_EQ(won, 4) << "everybody who asked for the offer that won, nobody else";
}

TEST_F(SandboxOfferTest, LetsABorrowerTurnOffersDown) {
    SandboxBorrower borrower(sandbox_, "B");
    sandbox_.set({{"journeys_move", false}});
    bring_to(borrower, "KYC_PENDING");
    const auto offers = borrower.offers();
    const Json reason = {{"rejectedStage", "KYC"}, {"rejectionReason", "too dear"}};
    expect_refusal(borrower.send("POST", "/offers/" + offers[0] + "/reject", {{"x", 1}}), 400,
                   "VALIDATION_FAILED", "rejectedStage");
    EXPECT_EQ(borrower.send("POST", "/offers/" + offers[0] + "/reject", reason).status, 200);
    EXPECT_EQ(borrower.status(), "OFFERS_AVAILABLE") << "the other offer can be had again";
    expect_refusal(borrower.send("POST", "/offers/" + offers[0] + "/proceed", Json::object()), 409,
                   "STATE_PRECONDITION_FAILED");
    EXPECT_EQ(borrower.send("POST", "/offers/" + offers[1] + "/reject", reason).status, 200);
    EXPECT_EQ(borrower.status(), "CLOSED");
    EXPECT_EQ(borrower.get("/offers").json()["data"]["items"][1]["lenderStateReason"],
              "REJECTED_BY_BORROWER");
}

TEST_F(SandboxOfferTest, ChecksTheBankAccount) {
    SandboxBorrower borrower(sandbox_, "B");
    sandbox_.set({{"journeys_move", false}});
    bring_to(borrower, "BANK_MANDATE_PENDING");
    const std::string path = "/offers/" + borrower.offers().at(0) + "/steps/bank-mandate";
    EXPECT_EQ(borrower.get(path).json()["data"]["actionRequired"], "SUBMIT_FORM");
    EXPECT_EQ(borrower.get(path).json()["data"]["resource"]["type"], "FORM");
    Json account = {{"accountHolderName", "Rahul Sharma"},
                    {"accountNumber", "123456789012"},
                    {"ifsc", "HDFC0001234"},
                    {"accountType", "saving"}};
    for (const char* field : {"accountHolderName", "accountNumber", "ifsc", "accountType"}) {
        Json wrong = account;
        wrong[field] = "?";
        expect_refusal(borrower.send("POST", path, wrong), 400, "VALIDATION_FAILED", field);
    }
    EXPECT_EQ(borrower.send("POST", path, account).status, 200);
    expect_refusal(borrower.send("POST", path, account), 409, "STATE_PRECONDITION_FAILED");
}

TEST_F(SandboxOfferTest, AnotherBorrowersOffersAreNotThere) {
    SandboxBorrower one(sandbox_, "B");
    SandboxBorrower other(sandbox_, "C");
    bring_to(one, "OFFERS_AVAILABLE");
    const std::string offer = one.offers().at(0);
    expect_refusal(other.get("/offers/" + offer), 404, "RESOURCE_NOT_FOUND");
    expect_refusal(other.get("/offers/nothing"), 400, "VALIDATION_FAILED", "offerID");
    const auto foreign = sandbox_.call("GET", "/journeys/" + one.journey() + "/offers",
                                       {{"Authorization", "Bearer " + other.token()}});
    expect_refusal(foreign, 404, "RESOURCE_NOT_FOUND");
}

TEST_F(SandboxOfferTest, SaysWhatIsNotSimulated) {
    SandboxBorrower borrower(sandbox_, "B");
    const auto aa = borrower.send("POST", "/aa/sessions", Json::object());
    expect_refusal(aa, 501, "NOT_SIMULATED");
    EXPECT_EQ(aa.json()["error"]["retryable"], false);
    expect_refusal(borrower.send("POST", "/post-disbursal/status", Json::object()), 501,
                   "NOT_SIMULATED");
    const auto features =
        raw_request(sandbox_.url(), sandbox_.ca_file(),
                    {"GET", "/api/lab/features", {{"X-API-Key", test_api_key}}, ""});
    expect_refusal(features, 501, "NOT_SIMULATED");
    const auto stranger =
        sandbox_.call("GET", "/journeys/" + borrower.journey() + "/aa/sessions", {});
    expect_refusal(stranger, 401, "AUTH_INVALID_SESSION");
}

TEST_F(SandboxOfferTest, LimitsTheCallsOfABorrower) {
    sandbox_.set({{"rate_limit_per_minute", 5}});
    SandboxBorrower eager(sandbox_, "B");
    SandboxBorrower calm(sandbox_, "C");
    RawReply last;
    int answered = 0;
    while (answered < 20 && last.status != 429) {
        last = eager.get("/state");
        if (last.status == 200) ++answered;
    }
    EXPECT_EQ(answered, 5);
    expect_refusal(last, 429, "RATE_LIMITED");
    EXPECT_EQ(last.json()["error"]["retryable"], true);
    const int wait_s = std::stoi(last.header("retry-after"));
    EXPECT_GE(wait_s, 1);
    EXPECT_LE(wait_s, 60);
    EXPECT_EQ(calm.get("/state").status, 200);
    sandbox_.advance(wait_s * 1000);
    EXPECT_EQ(eager.get("/state").status, 200);
}

TEST_F(SandboxOfferTest, ARefreshThatComesTooOftenSpendsNothing) {
    const auto pair = sandbox_.new_pair("B");
    sandbox_.set({{"rate_limit_per_minute", 1}});
    EXPECT_EQ(sandbox_.journeys(pair.session).status, 200);
    expect_refusal(sandbox_.refresh(pair.refresh, "k"), 429, "RATE_LIMITED");
    sandbox_.advance(60'000);
    EXPECT_EQ(sandbox_.refresh(pair.refresh, "k").status, 200);
    EXPECT_EQ(sandbox_.counter("rotations"), 1);
}

TEST_F(SandboxOfferTest, ATokenThatWasRotatedInBetweenDoesNotLoseTheReply) {
    SandboxBorrower borrower(sandbox_, "B");
    const auto pair = pair_in(sandbox_.start("B", "again"));
    const auto profile = [&](const std::string& token) {
        return sandbox_.call("PUT", "/journeys/" + borrower.journey() + "/profile",
                             {{"Authorization", "Bearer " + token}, {"Idempotency-Key", "once"}},
                             complete_profile("PERSONAL_LOAN").dump());
    };
    const auto first = profile(pair.session);
    const auto next = pair_in(sandbox_.refresh(pair.refresh, "r"));
    EXPECT_EQ(profile(next.session).body, first.body);
}

}  // namespace
}  // namespace credit::e2e
