// The session provider and what of its answers is refused (R16, R25, R41).
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

struct Provided {
    World world;
    std::shared_ptr<FakeProvider> provider = std::make_shared<FakeProvider>();
    std::shared_ptr<Session> session;
    explicit Provided(RefreshRoute route = RefreshRoute::platform) {
        SessionConfig config = world.config();
        config.settings.route = route;
        config.settings.partner_url =
            route == RefreshRoute::platform ? "" : "https://partner.example.com";
        config.ports.provider = provider;
        session = world.open(config);
        provider->answer = [this](const ProviderRequest& request) {
            return std::optional<ProviderOutcome>(
                provided(world.platform->flat(request.borrower_external_id)));
        };
    }
};

TEST(EngineProvider, AStartAsksOnceForAllAndGetsTheOptions) {
    Provided it;
    StartOptions options;
    options.journey_type = "PERSONAL_LOAN";
    options.profile_json = Secret::copy_of(std::string_view(R"({"pan":"ABCDE1234F"})"));
    const OutcomeRef first = it.world.start(*it.session, options);
    const OutcomeRef second = it.world.start(*it.session);
    const OutcomeRef token = it.world.get_token(*it.session);
    it.world.settle();
    EXPECT_EQ(first->code(), Code::ok);
    EXPECT_EQ(second->code(), Code::ok);
    EXPECT_EQ(token->source, TokenSource::start);
    ASSERT_EQ(it.provider->asked.size(), 1u);
    EXPECT_EQ(it.provider->asked[0].borrower_external_id, "borrower-1");
    EXPECT_EQ(it.provider->asked[0].options.journey_type, "PERSONAL_LOAN");
    EXPECT_EQ(it.provider->asked[0].options.profile_json->view(), R"({"pan":"ABCDE1234F"})");
    EXPECT_FALSE(it.provider->asked[0].healing);
    EXPECT_EQ(it.provider->asked[0].idempotency_key.size(), 36u);
    EXPECT_NE(it.provider->asked[0].idempotency_key, it.provider->asked[0].correlation_id);
    const OutcomeRef nothing_to_do = it.world.start(*it.session);
    it.world.settle();
    EXPECT_EQ(nothing_to_do->code(), Code::ok);
    EXPECT_EQ(it.provider->asked.size(), 1u);
    const OutcomeRef replaced = it.world.start(*it.session, {}, true);
    it.world.settle();
    EXPECT_EQ(replaced->code(), Code::ok);
    EXPECT_EQ(it.provider->asked.size(), 2u);
    std::string out;
    EXPECT_EQ(it.world.copy(*it.session, out), Code::ok);
    EXPECT_EQ(out, it.world.platform->session_token);
}

TEST(EngineProvider, ItsErrorIsTheStarts) {
    Provided it;
    it.provider->answer = [](const ProviderRequest&) {
        ProviderOutcome outcome;
        outcome.error = Error(Code::partner_refused, "not today");
        return std::optional<ProviderOutcome>(std::move(outcome));
    };
    const OutcomeRef started = it.world.start(*it.session);
    it.world.settle();
    EXPECT_EQ(started->code(), Code::partner_refused);
    EXPECT_EQ(started->error->message, "not today");
    EXPECT_EQ(it.session->state().state, PublicState::no_session);
}

TEST(EngineProvider, ASecondAnswerIsIgnored) {
    Provided it;
    it.provider->answer = nullptr;
    const OutcomeRef started = it.world.start(*it.session);
    it.world.settle();
    ASSERT_EQ(it.provider->open.size(), 1u);
    const std::string first = it.world.platform->flat("borrower-1");
    const std::string token = it.world.platform->session_token;
    const std::string second = it.world.platform->flat("borrower-1");
    it.provider->open[0](provided(first));
    it.provider->open[0](provided(second));
    it.world.settle();
    it.provider->open[0](provided(second));
    it.world.settle();
    EXPECT_EQ(started->calls, 1);
    std::string out;
    EXPECT_EQ(it.world.copy(*it.session, out), Code::ok);
    EXPECT_EQ(out, token);
    EXPECT_EQ(it.world.stored()->version.generation, 1u);
}

TEST(EngineProvider, WithoutOneAndWithoutAPartnerAStartSaysSo) {
    World world;
    const auto session = world.open();
    const OutcomeRef started = world.start(*session);
    world.settle();
    EXPECT_EQ(started->code(), Code::provider_missing);
}

TEST(EngineProvider, R28_AnAnswerAfterTheEndIsDropped) {
    Provided it;
    it.provider->answer = nullptr;
    const OutcomeRef started = it.world.start(*it.session);
    it.world.settle();
    it.world.end(*it.session);
    it.provider->open.at(0)(provided(it.world.platform->flat("borrower-1")));
    it.world.settle();
    EXPECT_EQ(started->calls, 1);
    EXPECT_EQ(started->code(), Code::session_ended);
    EXPECT_FALSE(it.world.stored()->pair);
}

struct Refusal {
    const char* name;
    Code code;
    std::function<std::string(World&)> json;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(EngineProvider, R16_R41_WhatIsRefusedBeforeItIsCommitted) {
    const std::vector<Refusal> refusals = {
        {"another borrower", Code::contract_wrong_borrower,
         [](World& w) { return w.platform->flat("borrower-2"); }},
        {"case differs", Code::contract_wrong_borrower,
         [](World& w) { return w.platform->flat("Borrower-1"); }},
        {"a LIVE token", Code::environment_mismatch,
         [](World& w) { return replaced(w.platform->flat("borrower-1"), "st_test_", "st_live_"); }},
        {"an API key", Code::api_key_refused,
         [](World& w) {
             const std::string json = w.platform->flat("borrower-1");
             return replaced(json, w.platform->session_token, "sk_test_abcdefghijkl");
         }},
        {"expired by its own clock", Code::contract_expired_pair,
         [](World& w) {
             w.platform->life_ms = -1000;
             return w.platform->flat("borrower-1");
         }},
        {"no refresh token", Code::contract_missing_field,
         [](World& w) { return w.platform->flat("borrower-1", false); }},
        {"no JSON", Code::contract_not_json, [](World&) { return std::string("<html></html>"); }},
        {"a wrong type", Code::contract_wrong_type,
         [](World& w) {
             const std::string json = w.platform->flat("borrower-1");
             return replaced(json, '"' + w.platform->session_token + '"', "17");
         }},
        {"too large", Code::reply_too_large,
         [](World& w) { return w.platform->flat("borrower-1") + std::string(70'000, ' '); }},
    };
    for (const Refusal& refusal : refusals) {
        SCOPED_TRACE(refusal.name);
        Provided it;
        it.provider->answer = [&](const ProviderRequest&) {
            return std::optional<ProviderOutcome>(provided(refusal.json(it.world)));
        };
        const OutcomeRef started = it.world.start(*it.session);
        it.world.settle();
        EXPECT_EQ(started->code(), refusal.code) << code_name(started->code());
        EXPECT_FALSE(it.world.stored() && it.world.stored()->pair);
        World other;
        const auto adopting = other.open();
        const OutcomeRef adopted = other.adopt(*adopting, refusal.json(other));
        other.settle();
        EXPECT_EQ(adopted->code(), refusal.code) << code_name(adopted->code());
        EXPECT_EQ(adopting->state().state, PublicState::no_session);
    }
}

TEST(EngineProvider, R28_AStaleAdoptIsRefusedUnlessAskedToReplace) {
    World world;
    const auto session = world.open();
    const std::string old = world.platform->flat("borrower-1");
    world.clock->advance(seconds(5));
    const OutcomeRef first = world.adopt(*session, world.platform->flat("borrower-1"));
    world.settle();
    const std::string token = world.platform->session_token;
    const OutcomeRef stale = world.adopt(*session, old);
    world.settle();
    EXPECT_EQ(first->code(), Code::ok);
    EXPECT_EQ(stale->code(), Code::stale_adopt);
    std::string out;
    EXPECT_EQ(world.copy(*session, out), Code::ok);
    EXPECT_EQ(out, token);
    const OutcomeRef forced = world.adopt(*session, old, true);
    world.settle();
    EXPECT_EQ(forced->code(), Code::ok);
    EXPECT_EQ(world.copy(*session, out), Code::ok);
    EXPECT_NE(out, token);
}

TEST(EngineProvider, R25_ADeadSessionIsHealedThroughIt) {
    Provided it;
    it.world.start(*it.session);
    it.world.settle();
    it.world.clock->advance(minutes(40));
    it.world.platform->refresh_token = "rt_test_somebody_revoked_the_family";
    const OutcomeRef token = it.world.get_token(*it.session);
    it.world.advance(seconds(6));
    ASSERT_EQ(token->code(), Code::ok) << token->error->message;
    EXPECT_EQ(token->value(), it.world.platform->session_token);
    ASSERT_EQ(it.provider->asked.size(), 2u);
    EXPECT_TRUE(it.provider->asked[1].healing);
    EXPECT_EQ(it.provider->asked[1].options.journey_type, "");
    EXPECT_EQ(it.provider->asked[1].options.profile_json, nullptr);
    const std::string journal = it.world.journal_of(*it.session);
    for (const char* event : {"verdict", "suspected", "heal_asked", "healed"}) {
        EXPECT_NE(journal.find(event), std::string::npos) << event;
    }
}

TEST(EngineProvider, R16_TheDeadTokenAgainIsNoHealing) {
    Provided it;
    const std::string json = it.world.platform->flat("borrower-1");
    it.world.adopt(*it.session, json);
    it.world.settle();
    it.world.platform->refresh_token = "rt_test_somebody_revoked_the_family";
    std::string stale = json;
    it.provider->answer = [&](const ProviderRequest&) {
        return std::optional<ProviderOutcome>(provided(stale));
    };
    EXPECT_TRUE(it.session->reject_token(1).ok());
    const OutcomeRef token = it.world.get_token(*it.session, 0, 20'000);
    it.world.advance(seconds(21));
    EXPECT_EQ(token->code(), Code::contract_same_dead_token);
    EXPECT_TRUE(it.world.stored()->pair) << "kept as suspect (R24)";
}

}  // namespace
}  // namespace credit::test
