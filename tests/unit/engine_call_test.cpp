// R33: authorised requests.
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

constexpr const char* kJourneys = "/api/v1/headless/journeys";

TEST(EngineCall, R33_TheBearerGoesToThePlatformsOriginOnly) {
    World world;
    const auto session = world.open_active();
    const OutcomeRef called = world.send(*session, World::get("/api/v1/headless/journeys?x=1"));
    world.settle();
    ASSERT_EQ(called->code(), Code::ok);
    EXPECT_EQ(called->response->http.status, 200);
    EXPECT_EQ(called->response->attempts, 1);
    ASSERT_EQ(world.wire->sent.size(), 1u);
    const HttpRequest& request = world.wire->sent[0].request;
    EXPECT_EQ(request.url, "https://platform.example.com/api/v1/headless/journeys?x=1");
    EXPECT_EQ(request.bearer->view(), world.platform->session_token);
    for (const HttpHeader& header : request.headers)
        EXPECT_NE(header.name, "Authorization");
    EXPECT_EQ(header_of(request, "Idempotency-Key"), "") << "a GET needs none";
    EXPECT_EQ(header_of(request, "X-Correlation-ID").size(), 36u);
    EXPECT_EQ(called->response->correlation_id, header_of(request, "X-Correlation-ID"));
    EXPECT_NE(called->response->envelope.request_id, "");
    EXPECT_TRUE(request.allow_http);
    EXPECT_FALSE(request.fresh_connection);
}

TEST(EngineCall, R33_InLiveNoPlainHttp) {
    World world;
    SessionConfig config = world.config();
    config.settings.environment = Environment::live;
    const auto session = world.open(config);
    std::string json = world.platform->flat("borrower-1");
    for (std::size_t at = json.find("_test_"); at != std::string::npos;
         at = json.find("_test_", at)) {
        json.replace(at, 6, "_live_");
    }
    const OutcomeRef adopted = world.adopt(*session, json);
    world.send(*session, World::get());
    world.settle();
    EXPECT_EQ(adopted->code(), Code::ok);
    ASSERT_EQ(world.wire->sent.size(), 1u);
    EXPECT_FALSE(world.wire->sent[0].request.allow_http);
}

TEST(EngineCall, R33_ARepeatIsTheSameRequestWithTheNextToken) {
    World world;
    const auto session = world.open_active();
    const std::string first = world.platform->session_token;
    world.clock->advance(minutes(2));  // too old for the breaker (R29)
    world.platform->next(kJourneys, [](const HttpRequest& request) {
        return std::optional<HttpOutcome>(
            reply(401, error_body("AUTH_INVALID_SESSION", header_of(request, "X-Correlation-ID"))));
    });
    const std::string body = R"({"journeyType":"PERSONAL_LOAN"})";
    CallRequest request = World::post(kJourneys, body);
    request.headers.push_back({"X-Own", "1"});
    const OutcomeRef called = world.send(*session, std::move(request));
    world.settle();
    ASSERT_EQ(called->code(), Code::ok);
    EXPECT_EQ(called->response->attempts, 2);
    EXPECT_EQ(called->response->http.status, 200);
    const auto sent = world.wire->to(kJourneys);
    ASSERT_EQ(sent.size(), 2u);
    for (const auto* one : sent) {
        EXPECT_EQ(one->request.body.view(), body);
        EXPECT_EQ(header_of(one->request, "Content-Type"), "application/json");
        EXPECT_EQ(header_of(one->request, "X-Own"), "1");
    }
    EXPECT_EQ(header_of(sent[0]->request, "Idempotency-Key").size(), 36u);
    EXPECT_EQ(header_of(sent[0]->request, "Idempotency-Key"),
              header_of(sent[1]->request, "Idempotency-Key"));
    EXPECT_EQ(header_of(sent[0]->request, "X-Correlation-ID"),
              header_of(sent[1]->request, "X-Correlation-ID"));
    EXPECT_EQ(sent[0]->request.bearer->view(), first);
    EXPECT_EQ(sent[1]->request.bearer->view(), world.platform->session_token);
    EXPECT_EQ(world.platform->rotations, 1);
}

TEST(EngineCall, R33_TheCallersKeyAndIdsAreKept) {
    World world;
    const auto session = world.open_active();
    CallRequest request = World::post(kJourneys, "x=1");
    request.content_type = "application/x-www-form-urlencoded";
    request.idempotency_key = "my-key";
    request.correlation_id = "my-correlation";
    world.send(*session, std::move(request));
    world.settle();
    const HttpRequest& sent = world.wire->sent.at(0).request;
    EXPECT_EQ(header_of(sent, "Idempotency-Key"), "my-key");
    EXPECT_EQ(header_of(sent, "X-Correlation-ID"), "my-correlation");
    EXPECT_EQ(header_of(sent, "Content-Type"), "application/x-www-form-urlencoded");
}

TEST(EngineCall, R33_OneRepeatOnly) {
    World world;
    const auto session = world.open_active();
    for (int i = 0; i < 3; ++i) {
        world.platform->next(kJourneys,
                             [] { return reply(401, error_body("AUTH_INVALID_SESSION")); });
    }
    const OutcomeRef called = world.send(*session, World::post(kJourneys, "{}"));
    world.advance(seconds(20));
    ASSERT_EQ(called->code(), Code::ok);
    EXPECT_EQ(called->response->http.status, 401);
    EXPECT_EQ(called->response->attempts, 2);
    EXPECT_EQ(called->response->envelope.error_code, "AUTH_INVALID_SESSION");
    EXPECT_EQ(world.wire->to(kJourneys).size(), 2u);
}

TEST(EngineCall, R33_AOneShotBodyIsNotRepeated) {
    World world;
    const auto session = world.open_active();
    world.platform->next(kJourneys, [] { return reply(401, error_body("AUTH_INVALID_SESSION")); });
    CallRequest request = World::post(kJourneys, "{}");
    request.one_shot = true;
    const OutcomeRef called = world.send(*session, std::move(request));
    world.settle();
    EXPECT_EQ(called->response->http.status, 401);
    EXPECT_EQ(called->response->attempts, 1);
    EXPECT_EQ(world.wire->to(kJourneys).size(), 1u);
    const OutcomeRef next = world.send(*session, World::get());
    world.advance(seconds(2));
    EXPECT_EQ(next->response->http.status, 200) << "the refused token was not used again";
    EXPECT_EQ(next->response->attempts, 1);
    EXPECT_EQ(world.platform->rotations, 1);
}

TEST(EngineCall, R33_RedirectsAreHandedOverNotFollowed) {
    World world;
    const auto session = world.open_active();
    world.platform->next(kJourneys,
                         [] { return reply(302, "", {{"Location", "https://evil.example/"}}); });
    const OutcomeRef called = world.send(*session, World::get());
    world.settle();
    ASSERT_EQ(called->code(), Code::ok);
    EXPECT_EQ(called->response->http.status, 302);
    EXPECT_EQ(*called->response->http.header("location"), "https://evil.example/");
    EXPECT_EQ(world.wire->sent.size(), 1u);
}

TEST(EngineCall, R33_AnyStatusIsAResponseAndNotAnError) {
    World world;
    const auto session = world.open_active();
    for (const int status : {204, 400, 403, 404, 409, 422, 429, 500, 503}) {
        world.platform->next(kJourneys, [status](const HttpRequest&) {
            return std::optional<HttpOutcome>(reply(status, "not JSON"));
        });
        const OutcomeRef called = world.send(*session, World::get());
        world.settle();
        ASSERT_EQ(called->code(), Code::ok);
        EXPECT_EQ(called->response->http.status, status);
    }
    EXPECT_EQ(world.platform->rotations, 0);
}

TEST(EngineCall, R33_TheReplyCapIsTheTransports) {
    World world;
    const auto session = world.open_active();
    CallRequest request = World::get();
    request.max_reply_bytes = 777;
    world.send(*session, std::move(request));
    world.send(*session, World::get());
    world.settle();
    EXPECT_EQ(world.wire->sent.at(0).request.max_reply_bytes, 777u);
    EXPECT_EQ(world.wire->sent.at(1).request.max_reply_bytes, 2u * 1024 * 1024);
    world.platform->next(kJourneys, [] { return no_reply(HttpFailure::reply_too_large, true); });
    const OutcomeRef called = world.send(*session, World::get());
    world.settle();
    EXPECT_EQ(called->code(), Code::reply_too_large);
    EXPECT_NE(called->error->correlation_id, "");
}

TEST(EngineCall, TheDeadlineHoldsOnTheWireAndWhileATokenIsWaitedFor) {
    World world;
    const auto session = world.open_active();
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    CallRequest request = World::get();
    request.deadline_ms = 3'000;
    const OutcomeRef on_wire = world.send(*session, std::move(request));
    world.settle();
    ASSERT_EQ(world.wire->sent.size(), 1u);
    EXPECT_EQ(world.wire->sent[0].request.timeout.count, 3'000);
    world.advance(seconds(4));
    EXPECT_EQ(on_wire->code(), Code::deadline);
    EXPECT_TRUE(world.wire->sent[0].cancelled);
    world.clock->advance(minutes(40));
    CallRequest second = World::get();
    second.deadline_ms = 3'000;
    const OutcomeRef waiting = world.send(*session, std::move(second));
    world.settle();
    ASSERT_EQ(world.wire->sent.size(), 2u) << "the refresh";
    world.advance(seconds(4));
    EXPECT_EQ(waiting->calls, 1);
    EXPECT_EQ(waiting->code(), Code::deadline);
    // The late reply goes nowhere.
    world.wire->complete(1, *world.platform->answer(world.wire->sent[1].request));
    world.settle();
    EXPECT_EQ(waiting->calls, 1);
    EXPECT_EQ(world.wire->sent.size(), 2u);
}

TEST(EngineCall, CancellingEndsTheRequestAndTheCall) {
    World world;
    const auto session = world.open_active();
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    OpID op = 0;
    const OutcomeRef called = world.send(*session, World::get(), &op);
    world.settle();
    EXPECT_TRUE(session->cancel(op).ok());
    world.settle();
    EXPECT_EQ(called->code(), Code::cancelled);
    EXPECT_TRUE(world.wire->sent[0].cancelled);
    OpID waiting_op = 0;
    world.clock->advance(minutes(40));
    const OutcomeRef waiting = world.send(*session, World::get(), &waiting_op);
    world.settle();
    EXPECT_TRUE(session->cancel(waiting_op).ok());
    world.settle();
    EXPECT_EQ(waiting->code(), Code::cancelled);
    EXPECT_FALSE(world.wire->sent[1].cancelled) << "the refresh is the SDK's (R18)";
}

TEST(EngineCall, ClosingFinishesCallsFirst) {
    World world;
    const auto session = world.open_active();
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    const OutcomeRef called = world.send(*session, World::get());
    world.settle();
    const OutcomeRef closed = world.close(*session);
    closed->then = [&] { EXPECT_EQ(called->calls, 1); };
    world.settle();
    EXPECT_EQ(called->code(), Code::closed);
    EXPECT_EQ(closed->code(), Code::ok);
    EXPECT_EQ(world.wire->open(), 0u);
    const OutcomeRef late = world.send(*session, World::get());
    EXPECT_EQ(late->code(), Code::session_spent);
    EXPECT_EQ(world.get_token(*session)->code(), Code::session_spent);
}

TEST(EngineCall, WithoutASessionNothingIsSent) {
    World world;
    const auto session = world.open();
    const OutcomeRef called = world.send(*session, World::get());
    world.settle();
    EXPECT_EQ(called->code(), Code::no_session);
    EXPECT_TRUE(world.wire->sent.empty());
}

TEST(EngineCall, ATransportOutOfMemoryFailsTheCallNotTheSession) {
    World world;
    const auto session = world.open_active();
    world.wire->out_of_memory = true;
    const OutcomeRef called = world.send(*session, World::get());
    world.settle();
    EXPECT_EQ(called->code(), Code::out_of_memory);
    world.clock->advance(minutes(40));
    const OutcomeRef refreshed = world.get_token(*session, 0, 1'000);
    world.advance(seconds(2));
    EXPECT_EQ(refreshed->code(), Code::out_of_memory);
    EXPECT_EQ(session->state().state, PublicState::active);
    world.wire->out_of_memory = false;
    const OutcomeRef again = world.get_token(*session);
    world.advance(seconds(20));
    EXPECT_EQ(again->value(), world.platform->session_token);
}

TEST(EngineCall, TheJourneyIsAskedForByItsId) {
    World world;
    const auto session = world.open_active();
    const OutcomeRef known = world.journey(*session, true);
    world.settle();
    ASSERT_TRUE(known->journey);
    EXPECT_EQ(known->journey->status, "IN_PROGRESS");
    EXPECT_TRUE(world.wire->sent.empty());
    const OutcomeRef asked = world.journey(*session);
    world.settle();
    ASSERT_TRUE(asked->journey);
    EXPECT_EQ(asked->journey->status, "REVIEW");
    EXPECT_EQ(asked->journey->next_action, "SIGN");
    EXPECT_EQ(world.wire->sent.at(0).request.url,
              "https://platform.example.com/api/v1/headless/journeys/journey-1/state");
    world.platform->next("/state", [] { return reply(404, error_body("RESOURCE_NOT_FOUND")); });
    const OutcomeRef refused = world.journey(*session);
    world.settle();
    EXPECT_EQ(refused->calls, 1);
    EXPECT_EQ(refused->code(), Code::platform_refused);
    EXPECT_EQ(refused->error->platform_code, "RESOURCE_NOT_FOUND");
    EXPECT_EQ(refused->error->http_status, 404);
    world.platform->next("/state", [] { return reply(200, "<html>"); });
    const OutcomeRef broken = world.journey(*session);
    world.settle();
    EXPECT_EQ(broken->code(), Code::contract_not_json);
}

TEST(EngineCall, AJourneyIdCannotLeadARequestElsewhere) {
    World world;
    world.platform->journey_id = "b?c#d e";
    const auto session = world.open_active();
    const OutcomeRef asked = world.journey(*session);
    world.settle();
    EXPECT_EQ(asked->calls, 1);
    ASSERT_EQ(world.wire->sent.size(), 1u);
    EXPECT_EQ(world.wire->sent[0].request.url,
              "https://platform.example.com/api/v1/headless/journeys/b%3Fc%23d%20e/state");
    for (const char* id : {"..", "a/../../b"}) {
        World other;
        other.platform->journey_id = id;
        const auto climbing = other.open_active();
        const OutcomeRef refused = other.journey(*climbing);
        other.settle();
        EXPECT_EQ(refused->code(), Code::contract_malformed);
        EXPECT_TRUE(other.wire->sent.empty());
    }
}

TEST(EngineCall, AJourneyWaitsForTheStoreNoLongerThanItsDeadline) {
    World world;
    world.disk->answer_next(MemoryDisk::Operation::load, StoreAnswer::transient, 1000);
    const auto session = world.open();
    // The first load never comes back: the store hangs.
    OpID op = 0;
    const OutcomeRef late = world.journey(*session, false, 2'000);
    const OutcomeRef cancelled = world.journey(*session, false, 60'000, &op);
    world.engine.run_once(Millis{0});
    EXPECT_TRUE(session->cancel(op).ok());
    world.engine.run_once(Millis{0});
    EXPECT_EQ(cancelled->calls, 1);
    EXPECT_EQ(cancelled->code(), Code::cancelled);
    world.clock->advance(seconds(3));
    world.engine.run_once(Millis{0});
    EXPECT_EQ(late->calls, 1);
    EXPECT_EQ(late->code(), Code::deadline);
}

TEST(EngineCall, AJourneyWhileClosingIsClosed) {
    World world;
    const auto session = world.open();
    const OutcomeRef asked = world.journey(*session);
    world.close(*session);
    world.settle();
    EXPECT_EQ(asked->calls, 1);
    EXPECT_EQ(asked->code(), Code::closed);
}

}  // namespace
}  // namespace credit::test
