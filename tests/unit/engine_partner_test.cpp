// The partner's routes: sessions from its URL, refreshes through it, backend-managed, and the app's
// login towards it.
#include "core/platform_api/idempotency.h"
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

constexpr const char* kSession = "/api/credit/session";
constexpr const char* kRefresh = "/api/credit/session/refresh";

PartnerAuth::Answer login(const std::string& bearer) {
    PartnerAuth::Answer answer;
    answer.bearer = Secret::copy_of(bearer);
    answer.headers.push_back({"X-App", "1"});
    return answer;
}

struct Partner {
    World world;
    std::shared_ptr<FakePartnerAuth> auth = std::make_shared<FakePartnerAuth>();
    std::shared_ptr<Session> session;
    explicit Partner(RefreshRoute route) {
        SessionConfig config = world.config();
        config.settings.partner_url = "https://partner.example.com";
        config.settings.route = route;
        if (route == RefreshRoute::partner) {
            config.settings.carrier = CredentialCarrier::body_field;
            config.settings.body = RefreshBody::refresh_token;
        }
        world.platform->backend_managed = route == RefreshRoute::backend_managed;
        config.ports.partner_auth = auth;
        auth->answer = [this] {
            return std::optional<PartnerAuth::Answer>(
                login("login-" + std::to_string(auth->asked)));
        };
        session = world.open(config);
    }
    void start() {
        const OutcomeRef started = world.start(*session);
        world.settle();
        ASSERT_EQ(started->code(), Code::ok) << started->error->message;
    }
};

TEST(EnginePartner, ASessionIsAskedForAtThePartnersUrlWithTheAppsLogin) {
    Partner it(RefreshRoute::platform);
    StartOptions options;
    options.journey_type = "PERSONAL_LOAN";
    options.profile_json = Secret::copy_of(std::string_view(R"({"phone":"+919999999999"})"));
    const OutcomeRef started = it.world.start(*it.session, options);
    it.world.settle();
    EXPECT_EQ(started->code(), Code::ok);
    const auto sent = it.world.wire->to(kSession);
    ASSERT_EQ(sent.size(), 1u);
    const HttpRequest& request = sent[0]->request;
    EXPECT_EQ(request.url, "https://partner.example.com/api/credit/session");
    EXPECT_EQ(request.bearer->view(), "login-1");
    EXPECT_EQ(header_of(request, "X-App"), "1");
    EXPECT_TRUE(request.fresh_connection);  // R15
    EXPECT_EQ(request.max_reply_bytes, 64u * 1024);
    EXPECT_EQ(request.body.view(),
              R"({"borrowerExternalID":"borrower-1","journeyType":"PERSONAL_LOAN",)"
              R"("profile":{"phone":"+919999999999"}})");
    // The platform's route: the platform never sees the app's login.
    it.world.clock->advance(minutes(40));
    const OutcomeRef token = it.world.get_token(*it.session);
    it.world.settle();
    EXPECT_EQ(token->code(), Code::ok);
    EXPECT_EQ(it.auth->asked, 1);
    EXPECT_EQ(header_of(it.world.wire->to("/headless/sessions/refresh").at(0)->request, "X-App"),
              "");
}

TEST(EnginePartner, RefreshesGoThroughThePartnerAndAskForTheLoginEachTime) {
    Partner it(RefreshRoute::partner);
    it.start();
    for (int i = 2; i <= 3; ++i) {
        const std::string before = it.world.platform->refresh_token;
        it.world.clock->advance(minutes(40));
        const OutcomeRef token = it.world.get_token(*it.session);
        it.world.settle();
        ASSERT_EQ(token->code(), Code::ok) << token->error->message;
        EXPECT_EQ(token->value(), it.world.platform->session_token);
        const HttpRequest& request = it.world.wire->to(kRefresh).back()->request;
        EXPECT_EQ(request.url, "https://partner.example.com/api/credit/session/refresh");
        EXPECT_EQ(request.bearer->view(), "login-" + std::to_string(i));
        EXPECT_EQ(request.body.view(), R"({"refreshToken":")" + before + R"("})");
        EXPECT_EQ(header_of(request, "Idempotency-Key"), derive_refresh_key(before, 0, 0));  // R13
    }
    EXPECT_EQ(it.auth->asked, 3);
    EXPECT_EQ(it.world.platform->rotations, 2);
}

TEST(EnginePartner, BackendManagedKeepsNoRefreshToken) {
    Partner it(RefreshRoute::backend_managed);
    it.start();
    EXPECT_EQ(it.world.stored()->pair->refresh_token, nullptr);
    const std::string before = it.world.platform->session_token;
    it.world.clock->advance(minutes(40));
    const OutcomeRef token = it.world.get_token(*it.session);
    it.world.settle();
    ASSERT_EQ(token->code(), Code::ok) << token->error->message;
    EXPECT_EQ(token->value(), it.world.platform->session_token);
    const HttpRequest& request = it.world.wire->to(kRefresh).at(0)->request;
    EXPECT_EQ(request.bearer->view(), "login-2");
    EXPECT_EQ(request.body.view(), R"({"force":true})");
    EXPECT_EQ(header_of(request, "Idempotency-Key"), derive_refresh_key(before, 0, 0));
    EXPECT_EQ(it.world.stored()->pair->refresh_token, nullptr);
}

TEST(EnginePartner, R16_BackendManagedKeepsNoRefreshTokenThatComesNevertheless) {
    Partner it(RefreshRoute::backend_managed);
    it.world.platform->backend_managed = false;  // the partner's server has a leak
    const OutcomeRef started = it.world.start(*it.session);
    it.world.settle();
    const auto stored = it.world.stored();
    const bool kept = stored && stored->pair && stored->pair->refresh_token != nullptr;
    EXPECT_FALSE(kept);
    EXPECT_EQ(started->calls, 1);
}

TEST(EnginePartner, R23_ABare401KeepsTheTokensAndWaitsForNewCredentials) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.world.platform->next(kRefresh, [] { return reply(401, R"({"error":"Unauthorized."})"); });
    const OutcomeRef refused = it.world.get_token(*it.session);
    it.world.settle();
    EXPECT_EQ(refused->code(), Code::partner_unauthorized);
    EXPECT_TRUE(it.world.stored()->pair);
    EXPECT_FALSE(it.world.stored()->suspect);
    const OutcomeRef again = it.world.get_token(*it.session);
    it.world.settle();
    EXPECT_EQ(again->code(), Code::partner_unauthorized);
    it.world.advance(minutes(10));
    EXPECT_EQ(it.world.wire->to(kRefresh).size(), 1u) << "no retry until the app says so";
    EXPECT_TRUE(it.session->notify(Hint::partner_credentials).ok());
    const OutcomeRef good = it.world.get_token(*it.session);
    it.world.advance(seconds(10));
    EXPECT_EQ(good->value(), it.world.platform->session_token);
}

TEST(EnginePartner, AnAppThatHasNoLoginIsLikeAPartnerThatRefusesIt) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.auth->answer = [] {
        PartnerAuth::Answer answer;
        answer.ok = false;
        answer.error = Error(Code::partner_unauthorized, "the user is signed out of the app");
        return std::optional<PartnerAuth::Answer>(answer);
    };
    const OutcomeRef refused = it.world.get_token(*it.session);
    const OutcomeRef replace = it.world.start(*it.session, {}, true);
    it.world.settle();
    EXPECT_EQ(refused->code(), Code::partner_unauthorized);
    EXPECT_EQ(replace->code(), Code::partner_unauthorized);
    EXPECT_EQ(it.world.wire->to(kRefresh).size(), 0u);
    EXPECT_TRUE(it.world.stored()->pair);
}

TEST(EnginePartner, AFailingLoginIsProvablyUnsent) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.auth->answer = [] {
        PartnerAuth::Answer answer;
        answer.ok = false;
        answer.error = Error(Code::partner_unavailable, "the login server is down");
        return std::optional<PartnerAuth::Answer>(answer);
    };
    const OutcomeRef refused = it.world.get_token(*it.session);
    it.world.settle();
    EXPECT_EQ(refused->code(), Code::partner_unavailable);
    EXPECT_FALSE(it.world.stored()->intent && it.world.stored()->intent->maybe_sent);
}

TEST(EnginePartner, ALoginThatAnswersTwiceSendsOnce) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.auth->answer = nullptr;
    const OutcomeRef token = it.world.get_token(*it.session);
    it.world.settle();
    ASSERT_EQ(it.auth->open.size(), 1u);
    const PartnerAuth::Completion answer = it.auth->open[0];
    answer(login("once"));
    answer(login("twice"));
    it.world.settle();
    answer(login("thrice"));
    it.world.settle();
    EXPECT_EQ(token->code(), Code::ok);
    EXPECT_EQ(it.world.wire->to(kRefresh).size(), 1u);
    EXPECT_EQ(it.world.wire->sent.size(), 2u);
}

TEST(EnginePartner, ALoginThatNeverAnswersDoesNotHoldTheSessionForEver) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.auth->answer = nullptr;
    const OutcomeRef token = it.world.get_token(*it.session, 0, 60'000);
    it.world.advance(seconds(61));
    EXPECT_EQ(token->calls, 1);
    EXPECT_EQ(it.world.wire->to(kRefresh).size(), 0u);
    it.auth->answer = [] { return std::optional<PartnerAuth::Answer>(login("late but there")); };
    const OutcomeRef again = it.world.get_token(*it.session, 0, 60'000);
    it.world.advance(seconds(61));
    EXPECT_EQ(again->code(), Code::ok);
    it.auth->answer = nullptr;
    it.world.clock->advance(minutes(40));
    it.world.get_token(*it.session);
    it.world.settle();
    const OutcomeRef closed = it.world.close(*it.session);
    it.world.advance(seconds(61));
    EXPECT_EQ(closed->calls, 1) << "closing waits for the refresh, and the refresh for the login";
}

TEST(EnginePartner, R39_AnAppThatNeverAnswersKeepsNoClosedSessionAlive) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.auth->answer = nullptr;
    it.world.get_token(*it.session);
    it.world.settle();
    ASSERT_EQ(it.auth->open.size(), 1u);
    const std::weak_ptr<SessionCore> core = it.world.cores[0];
    const OutcomeRef closed = it.world.close(*it.session);
    it.world.advance(seconds(11));
    EXPECT_EQ(closed->calls, 1);
    it.session.reset();
    it.world.settle();
    it.world.cores.clear();
    EXPECT_TRUE(core.expired());
    it.auth->open[0](login("nobody is there any more"));
    it.world.settle();
}

TEST(EnginePartner, R28_ALoginThatComesAfterTheEndSendsNothing) {
    Partner it(RefreshRoute::partner);
    it.start();
    it.world.clock->advance(minutes(40));
    it.auth->answer = nullptr;
    it.world.get_token(*it.session);
    it.world.settle();
    const OutcomeRef ended = it.world.end(*it.session);
    it.world.settle();
    EXPECT_EQ(ended->code(), Code::ok);
    it.auth->open.at(0)(login("too late"));
    it.world.settle();
    EXPECT_EQ(it.world.wire->to(kRefresh).size(), 0u);
}

TEST(EnginePartner, PartnersErrorsOfASessionRequest) {
    const std::vector<std::pair<HttpOutcome (*)(), Code>> answers = {
        {[] { return reply(401, R"({"error":"Unauthorized."})"); }, Code::partner_unauthorized},
        {[] { return reply(403, R"({"error":"Forbidden."})"); }, Code::partner_unauthorized},
        {[] { return reply(400, R"({"error":"Missing borrowerExternalID."})"); },
         Code::partner_refused},
        {[] { return reply(500, R"({"error":"Platform configuration missing."})"); },
         Code::partner_unavailable},
        {[] { return reply(200, "{}"); }, Code::contract_missing_field},
        {[] { return no_reply(HttpFailure::resolve, false); }, Code::network_unreachable},
        {[] { return no_reply(HttpFailure::tls, false); }, Code::tls_failed},
    };
    for (const auto& [make, code] : answers) {
        Partner it(RefreshRoute::platform);
        it.world.platform->next(kSession, make);
        const OutcomeRef started = it.world.start(*it.session);
        it.world.settle();
        EXPECT_EQ(started->code(), code) << code_name(started->code());
        EXPECT_EQ(it.session->state().state, PublicState::no_session);
    }
}

TEST(EnginePartner, ABorrowerOrProfileThatCannotBeSentIsRefused) {
    Partner it(RefreshRoute::platform);
    StartOptions options;
    options.profile_json = Secret::copy_of(std::string_view("[1]"));
    const OutcomeRef started = it.world.start(*it.session, options);
    it.world.settle();
    EXPECT_EQ(started->code(), Code::invalid_argument);
    EXPECT_TRUE(it.world.wire->sent.empty());
}

}  // namespace
}  // namespace credit::test
