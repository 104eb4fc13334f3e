// R29: what a 401 means.
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

constexpr const char* kJourneys = "/api/v1/headless/journeys";

TEST(EngineUnauthorized, R29_A401WithoutTheEnvelopeRejectsNothing) {
    World world;
    const auto session = world.open_active();
    world.platform->next(kJourneys, [] { return reply(401, "<html>log in to the hotel</html>"); });
    const OutcomeRef called = world.send(*session, World::get());
    world.settle();
    ASSERT_EQ(called->code(), Code::ok);
    EXPECT_EQ(called->response->http.status, 401);
    EXPECT_EQ(called->response->attempts, 1);
    EXPECT_EQ(world.platform->rotations, 0);
    std::string out;
    EXPECT_EQ(world.copy(*session, out), Code::ok);
}

TEST(EngineUnauthorized, R29_ABurstOf401sIsOneRefresh) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(2));
    world.platform->session_token = "st_test_revoked_on_the_server_side";  // the server forgot ours
    std::vector<OutcomeRef> calls;
    for (int i = 0; i < 50; ++i)
        calls.push_back(world.send(*session, World::post(kJourneys, "{}")));
    world.settle();
    for (const OutcomeRef& call : calls) {
        ASSERT_EQ(call->code(), Code::ok) << call->error->message;
        EXPECT_EQ(call->response->http.status, 200);
        EXPECT_EQ(call->response->attempts, 2);
    }
    EXPECT_EQ(world.platform->rotations, 1);
}

TEST(EngineUnauthorized, R29_AnOlderGenerationRepeatsWithoutARefresh) {
    World world;
    const auto session = world.open_active();
    std::optional<HttpRequest> none;
    world.platform->next(kJourneys, [](const HttpRequest&) { return std::nullopt; });  // stays open
    const OutcomeRef slow = world.send(*session, World::get());
    world.settle();
    world.clock->advance(minutes(40));
    const OutcomeRef token = world.get_token(*session, 0, 3'600'000);
    // The slow call's deadline is over by now; take one that is not.
    world.settle();
    EXPECT_EQ(slow->code(), Code::deadline);
    EXPECT_EQ(token->code(), Code::ok);
    world.platform->next(kJourneys, [](const HttpRequest&) { return std::nullopt; });
    const OutcomeRef old = world.send(*session, World::get());
    world.settle();
    const std::size_t index = world.wire->sent.size() - 1;
    EXPECT_TRUE(session->reject_token(2).ok());
    const OutcomeRef newer = world.get_token(*session);
    world.advance(seconds(5));
    EXPECT_EQ(newer->token->generation, 3u);
    EXPECT_EQ(world.platform->rotations, 2);
    world.wire->complete(index, reply(401, error_body("AUTH_INVALID_SESSION")));
    world.settle();
    ASSERT_EQ(old->code(), Code::ok);
    EXPECT_EQ(old->response->attempts, 2);
    EXPECT_EQ(old->response->http.status, 200);
    EXPECT_EQ(world.platform->rotations, 2) << "generation 2 was refused, 3 is here already";
}

TEST(EngineUnauthorized, R29_ARejectedTokenIsGoneWhenRejectReturns) {
    World world;
    const auto session = world.open_active();
    std::string out;
    EXPECT_TRUE(session->reject_token(7).ok());  // names no token of this session
    EXPECT_EQ(world.copy(*session, out), Code::ok);
    EXPECT_TRUE(session->reject_token(1).ok());
    EXPECT_EQ(world.copy(*session, out), Code::no_live_token);  // before the engine has run
    world.settle();
    EXPECT_EQ(world.copy(*session, out), Code::no_live_token);
}

TEST(EngineUnauthorized, R29_RejectingTheCurrentGenerationRefreshesAtTheNextToken) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(2));
    EXPECT_TRUE(session->reject_token(1).ok());
    world.settle();
    std::string out;
    EXPECT_EQ(world.copy(*session, out), Code::no_live_token);
    const OutcomeRef token = world.get_token(*session);
    world.settle();
    EXPECT_EQ(token->token->generation, 2u);
    EXPECT_TRUE(session->reject_token(1).ok());  // old news
    world.settle();
    EXPECT_EQ(world.copy(*session, out), Code::ok);
}

TEST(EngineUnauthorized, R38_TheRetryBudgetIsSharedByAllSessions) {
    World world;
    world.wire->answer = [](const HttpRequest&) {
        return std::optional<HttpOutcome>(no_reply(HttpFailure::interrupted, true));
    };
    std::vector<std::shared_ptr<Session>> sessions;
    for (int i = 0; i < 12; ++i) {
        const std::string borrower = "borrower-" + std::to_string(i);
        sessions.push_back(world.open(world.config(), borrower));
        world.adopt(*sessions.back(), world.platform->flat(borrower));
    }
    world.settle();
    world.clock->advance(minutes(40));
    std::vector<OutcomeRef> tokens;
    for (const auto& session : sessions)
        tokens.push_back(world.get_token(*session, 0, 20'000));
    world.settle();
    const std::size_t first_tries = world.wire->sent.size();
    EXPECT_EQ(first_tries, 12u) << "a first try is never refused";
    world.advance(seconds(20));
    // 20 s bring back 2 tokens; without the budget twelve sessions would have sent about a hundred.
    EXPECT_LE(world.wire->sent.size(), first_tries + 6);
    bool told = false;
    for (const OutcomeRef& token : tokens) {
        EXPECT_EQ(token->calls, 1);
        told = told || token->code() == Code::retry_budget_exhausted;
    }
    EXPECT_TRUE(told);
    // The budget comes back with time, and nobody lost anything.
    world.wire->answer = [&world](const HttpRequest& request) {
        return std::optional<HttpOutcome>(reply(
            200,
            world.platform->envelope(
                R"({"sessionToken":"st_test_after_the_storm_1234567890","refreshToken":"rt_test_after_the_storm_1234567890",)"
                R"("sessionExpiresAt":"2099-01-01T00:00:00.000Z","refreshExpiresAt":"2099-01-01T00:00:00.000Z"})",
                header_of(request, "X-Correlation-ID"))));
    };
    world.advance(minutes(3));
    const OutcomeRef after = world.get_token(*sessions[0]);
    world.settle();
    EXPECT_EQ(after->code(), Code::ok);
}

}  // namespace
}  // namespace credit::test
