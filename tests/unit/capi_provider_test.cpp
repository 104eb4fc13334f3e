// An app's session provider and its login towards the partner.
#include <vector>

#include "capi/src/port_adapters.h"
#include "core/platform_api/contract.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using capi::OwnedTable;

struct AppProvider {
    struct Seen {
        int healing = -1;
        std::string borrower;
        std::string journey_type;
        std::string profile;
        std::string correlation_id;
        std::string idempotency_key;
    };
    Seen seen;
    credit_provider_call* call = nullptr;
    int released = 0;

    static void provide(void* context, const credit_provider_request* request,
                        credit_provider_call* call) {
        auto& self = *static_cast<AppProvider*>(context);
        self.seen = {request->healing,
                     checked(request->borrower_external_id),
                     checked(request->journey_type),
                     checked(request->profile_json),
                     checked(request->correlation_id),
                     checked(request->idempotency_key)};
        self.call = call;
    }
    static void release(void* context) { ++static_cast<AppProvider*>(context)->released; }
};

class CapiProvider : public CapiTest {
  protected:
    CapiProvider() {
        credit_session_provider table = sized<credit_session_provider>();
        table.context = &app_;
        table.provide = AppProvider::provide;
        table.release = AppProvider::release;
        port_ = std::make_unique<capi::TableProvider>(
            std::make_shared<const OwnedTable<credit_session_provider>>(table));
    }
    void TearDown() override {
        port_.reset();
        EXPECT_EQ(app_.released, 1);
        CapiTest::TearDown();
    }
    void provide(const ProviderRequest& request = {}) {
        port_->provide(request, [this](ProviderOutcome outcome) {
            ++calls_;
            outcome_ = std::move(outcome);
        });
    }

    AppProvider app_;
    std::unique_ptr<capi::TableProvider> port_;
    int calls_ = 0;
    ProviderOutcome outcome_;
};

TEST_F(CapiProvider, TheAppSeesTheRequestAndAnswersOnce) {
    ProviderRequest request;
    request.borrower_external_id = "b-1";
    request.options.journey_type = "GOLD_LOAN";
    request.options.profile_json = Secret::copy_of(R"({"pan":"x"})");
    request.healing = true;
    request.correlation_id = "corr";
    request.idempotency_key = "key";
    provide(request);
    EXPECT_EQ(app_.seen.healing, 1);
    EXPECT_EQ(app_.seen.borrower, "b-1");
    EXPECT_EQ(app_.seen.journey_type, "GOLD_LOAN");
    EXPECT_EQ(app_.seen.profile, R"({"pan":"x"})");
    EXPECT_EQ(app_.seen.correlation_id, "corr");
    EXPECT_EQ(app_.seen.idempotency_key, "key");
    EXPECT_EQ(credit_debug_live_objects(), 1u);

    const std::uint64_t before = capi::ignored_completions();
    credit_provider_complete(app_.call, str(R"({"sessionToken":"x"})"));
    credit_provider_complete(app_.call, str("{}"));
    credit_provider_fail(app_.call, CREDIT_PARTNER_REFUSED, str(""));
    EXPECT_EQ(calls_, 1);
    EXPECT_TRUE(outcome_.ok);
    EXPECT_EQ(outcome_.json.view(), R"({"sessionToken":"x"})");
    EXPECT_EQ(capi::ignored_completions(), before + 2);
}

TEST_F(CapiProvider, NoProfileIsAnEmptyString) {
    provide();
    EXPECT_EQ(app_.seen.profile, "");
    EXPECT_EQ(app_.seen.healing, 0);
    credit_provider_complete(app_.call, credit_str{nullptr, 3});
    EXPECT_FALSE(outcome_.ok);
    EXPECT_EQ(outcome_.error.code, Code::provider_failed);
}

TEST_F(CapiProvider, AHugeAnswerIsCutWhereTheParserRefusesIt) {
    provide();
    const std::string huge(1024 * 1024, ' ');
    credit_provider_complete(app_.call, str(huge));
    EXPECT_EQ(outcome_.json.size(), kMaxJsonBytes + 1);
}

TEST_F(CapiProvider, OnlyCodesAboutTheWayArePassedOn) {
    const std::pair<int, Code> cases[] = {
        {CREDIT_PARTNER_UNAUTHORIZED, Code::partner_unauthorized},
        {CREDIT_PARTNER_REFUSED, Code::partner_refused},
        {CREDIT_PARTNER_UNAVAILABLE, Code::partner_unavailable},
        {CREDIT_NETWORK_TIMEOUT, Code::network_timeout},
        {CREDIT_OK, Code::provider_failed},
        {CREDIT_SESSION_DEAD, Code::provider_failed},  // a provider gives no verdicts
        {CREDIT_STORAGE_CORRUPT, Code::provider_failed},
        {3999, Code::provider_failed},
    };
    for (const auto& [said, meant] : cases) {
        provide();
        credit_provider_fail(app_.call, static_cast<credit_code>(said), str("no luck"));
        EXPECT_FALSE(outcome_.ok);
        EXPECT_EQ(outcome_.error.code, meant) << said;
        EXPECT_EQ(outcome_.error.message, "session_provider: no luck");
    }
}

TEST_F(CapiProvider, R40_MessagesAreRedacted) {
    provide();
    credit_provider_fail(app_.call, CREDIT_PARTNER_REFUSED,
                         str("key sk_live_abcdefgh12345678 refused"));
    EXPECT_EQ(outcome_.error.message.find("abcdefgh"), std::string::npos);
}

class CapiPartnerAuth : public CapiTest {
  protected:
    CapiPartnerAuth() {
        credit_partner_auth table = sized<credit_partner_auth>();
        table.context = this;
        table.headers = [](void* context, credit_partner_auth_call* call) {
            static_cast<CapiPartnerAuth*>(context)->call_ = call;
        };
        port_ = std::make_unique<capi::TablePartnerAuth>(
            std::make_shared<const OwnedTable<credit_partner_auth>>(table));
    }
    void TearDown() override {
        port_.reset();
        CapiTest::TearDown();
    }
    const PartnerAuth::Answer& answer_with(const std::vector<credit_header>& headers) {
        port_->headers([this](PartnerAuth::Answer answer) { answer_ = std::move(answer); });
        credit_partner_auth_complete(call_, headers.data(), headers.size());
        return answer_;
    }
    static credit_header header(std::string_view name, std::string_view value) {
        return {str(name), str(value)};
    }

    std::unique_ptr<capi::TablePartnerAuth> port_;
    credit_partner_auth_call* call_ = nullptr;
    PartnerAuth::Answer answer_;
};

TEST_F(CapiPartnerAuth, BearersAreKeptApartFromOtherHeaders) {
    const auto& answer =
        answer_with({header("authorization", "Bearer app-login"), header("X-App", "1")});
    EXPECT_TRUE(answer.ok);
    ASSERT_NE(answer.bearer, nullptr);
    EXPECT_EQ(answer.bearer->view(), "app-login");
    ASSERT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(answer.headers[0].name, "X-App");
}

TEST_F(CapiPartnerAuth, OtherSchemesTravelAsTheyAre) {
    const auto& answer = answer_with({header("Authorization", "Basic dTpw")});
    EXPECT_TRUE(answer.ok);
    EXPECT_EQ(answer.bearer, nullptr);
    ASSERT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(answer.headers[0].value, "Basic dTpw");
    EXPECT_TRUE(answer_with({}).ok);
}

TEST_F(CapiPartnerAuth, BadHeadersAreRefused) {
    const auto code = [&](const std::vector<credit_header>& headers) {
        const auto& answer = answer_with(headers);
        return answer.ok ? Code::ok : answer.error.code;
    };
    EXPECT_EQ(code({header("Host", "x")}), Code::invalid_header);
    EXPECT_EQ(code({header("X-A", "a\r\nb")}), Code::invalid_header);
    EXPECT_EQ(code({header("Authorization", "Bearer a\nb")}), Code::invalid_header);
    EXPECT_EQ(code({header("Authorization", "Bearer sk_live_abcdefgh12345678")}),
              Code::api_key_refused);
    EXPECT_EQ(code({header("Authorization", "Bearer a"), header("authorization", "Bearer b")}),
              Code::invalid_header);
    EXPECT_EQ(code(std::vector<credit_header>(65, header("X-A", "a"))), Code::invalid_header);
    EXPECT_EQ(code({{{nullptr, 2}, str("x")}}), Code::invalid_header);
    const std::string large(9000, 'a');
    EXPECT_EQ(code({header("X-A", large)}), Code::invalid_header);
}

TEST_F(CapiPartnerAuth, MayFail) {
    port_->headers([this](PartnerAuth::Answer answer) { answer_ = std::move(answer); });
    credit_partner_auth_fail(call_, CREDIT_PARTNER_UNAUTHORIZED, str("signed out"));
    EXPECT_FALSE(answer_.ok);
    EXPECT_EQ(answer_.error.code, Code::partner_unauthorized);
    EXPECT_EQ(answer_.error.message, "partner_auth: signed out");
}

}  // namespace
}  // namespace credit::test
