// Tokens through the driver: from memory, by one refresh, by another process; deadlines,
// cancelling, closing.
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

constexpr const char* kRefresh = "/headless/sessions/refresh";

TEST(EngineToken, ALiveTokenComesFromMemoryWithoutTheNetwork) {
    World world;
    const auto session = world.open_active();
    const OutcomeRef token = world.get_token(*session);
    world.settle();
    EXPECT_EQ(token->calls, 1);
    EXPECT_EQ(token->value(), world.platform->session_token);
    EXPECT_EQ(token->source, TokenSource::cache);
    EXPECT_EQ(token->token->generation, 1u);
    EXPECT_EQ(token->token->expires_at_ms, world.clock->now().wall.ms + world.platform->life_ms);
    EXPECT_TRUE(world.wire->sent.empty());
    std::string copied;
    EXPECT_EQ(world.copy(*session, copied), Code::ok);
    EXPECT_EQ(copied, world.platform->session_token);
}

TEST(EngineToken, R34_EveryOperationFinishesOnceNeverInsideItsCallAndSerially) {
    for (const auto when : {FakeTransport::When::later, FakeTransport::When::inside_start,
                            FakeTransport::When::other_thread}) {
        World world;
        world.wire->when = when;
        const auto session = world.open_active();
        world.advance(minutes(40));  // expired
        std::vector<OutcomeRef> all;
        for (int i = 0; i < 20; ++i) {
            all.push_back(world.get_token(*session));
            all.push_back(world.send(*session, World::get()));
            all.push_back(world.journey(*session));
            all.push_back(world.diagnostics(*session));
        }
        all[0]->then = [&] { all.push_back(world.get_token(*session)); };
        world.settle();
        ASSERT_EQ(all.size(), 81u);
        for (const OutcomeRef& one : all)
            EXPECT_EQ(one->calls, 1) << (one->error ? one->error->message : "");
        for (const OutcomeRef& one : all)
            EXPECT_EQ(one->code(), Code::ok) << one->error->message;
        EXPECT_EQ(world.platform->rotations, 1);
        EXPECT_EQ(world.wire->to(kRefresh).size(), 1u);
    }
}

TEST(EngineToken, R12_NothingIsSentBeforeTheMarkIsOnDisk) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    const OutcomeRef token = world.get_token(*session);
    while (world.wire->sent.empty()) {
        world.engine.run_once(Millis{0});
        world.storage->run_one();
    }
    const auto marked = world.stored();
    ASSERT_TRUE(marked && marked->intent);
    const HttpRequest& request = world.wire->sent[0].request;
    EXPECT_EQ(header_of(request, "Idempotency-Key"), marked->intent->idempotency_key->view());
    EXPECT_EQ(request.bearer->view(), marked->pair->refresh_token->view());
    EXPECT_TRUE(request.fresh_connection);                                             // R15
    EXPECT_EQ(request.send_before.ms, marked->lease.deadline.ms - seconds(10).count);  // R9
    EXPECT_EQ(request.url, "https://platform.example.com/api/v1/headless/sessions/refresh");
    EXPECT_NE(header_of(request, "X-Correlation-ID"), "");
    EXPECT_EQ(header_of(request, "User-Agent"), "credit-sdk-core");
    EXPECT_EQ(request.timeout.count, seconds(10).count);
    EXPECT_FALSE(request.body.view().find("rt_test") != std::string_view::npos);
    world.settle();
    EXPECT_EQ(token->value(), world.platform->session_token);
    EXPECT_EQ(token->source, TokenSource::refresh);
    EXPECT_FALSE(world.stored()->intent);
}

TEST(EngineToken, MisuseIsToldAtOnceAndItsCallbackNeverComes) {
    World world;
    const auto session = world.open_active();
    EXPECT_EQ(world.get_token(*session, -1)->code(), Code::invalid_argument);
    EXPECT_EQ(world.get_token(*session, 0, -1)->code(), Code::invalid_argument);
    EXPECT_EQ(session->reject_token(0).error().code, Code::invalid_argument);
    std::string out;
    EXPECT_EQ(world.copy(*session, out, -1), Code::invalid_argument);
    TokenHandle* token = nullptr;
    EXPECT_EQ(session->current_token(-1, token), Code::invalid_argument);
    EXPECT_TRUE(session->cancel(12345).ok());  // unknown: ignored
    world.settle();
}

TEST(EngineToken, TheCopySaysHowMuchRoomItNeeds) {
    World world;
    const auto session = world.open_active();
    const std::size_t needed = world.platform->session_token.size();
    std::vector<char> buffer(needed + 1, 'x');
    std::size_t size = 0;
    std::uint64_t generation = 0;
    EXPECT_EQ(session->copy_token(0, buffer.data(), needed, size, &generation),
              Code::buffer_too_small);
    EXPECT_EQ(size, needed);
    EXPECT_EQ(buffer[0], 'x');
    EXPECT_EQ(session->copy_token(0, buffer.data(), needed + 1, size, &generation), Code::ok);
    EXPECT_STREQ(buffer.data(), world.platform->session_token.c_str());
    EXPECT_EQ(generation, 1u);
}

TEST(EngineToken, TheHotPathAsksForARefreshAhead) {
    World world;
    const auto session = world.open_active();
    std::string out;
    world.clock->advance(Millis{world.platform->life_ms} -
                         seconds(30));  // inside the last minute, still good
    EXPECT_EQ(world.copy(*session, out), Code::ok);
    world.settle();
    EXPECT_EQ(world.platform->rotations, 1);
    EXPECT_EQ(world.copy(*session, out), Code::ok);
    EXPECT_EQ(out, world.platform->session_token);
}

TEST(EngineToken, AnExpiredTokenIsNotCopied) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(31));
    std::string out;
    EXPECT_EQ(world.copy(*session, out), Code::no_live_token);
    TokenHandle* token = nullptr;
    EXPECT_EQ(session->current_token(0, token), Code::no_live_token);
    EXPECT_EQ(token, nullptr);
}

TEST(EngineToken, R20_ALiveTokenBeatsAnErrorAndADeadTokenGivesIt) {
    World world;
    const auto session = world.open_active();
    world.platform->next(kRefresh, [] { return no_reply(HttpFailure::connect, false); });
    world.clock->advance(Millis{world.platform->life_ms} - seconds(30));
    const OutcomeRef wanted = world.get_token(*session, 60'000);
    world.settle();
    EXPECT_EQ(wanted->code(), Code::ok);
    EXPECT_EQ(wanted->source, TokenSource::cache);
    world.clock->advance(minutes(1));
    world.platform->next(kRefresh, [] { return no_reply(HttpFailure::connect, false); });
    const OutcomeRef failed = world.get_token(*session, 0, 5'000);
    world.advance(seconds(6));
    EXPECT_EQ(failed->calls, 1);
    EXPECT_EQ(failed->code(), Code::network_unreachable);
}

TEST(EngineToken, R18_CancelAndDeadlineDoNotAbortTheRefresh) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    OpID op = 0;
    const OutcomeRef cancelled = world.get_token(*session, 0, 0, &op);
    const OutcomeRef late = world.get_token(*session, 0, 2'000);
    const OutcomeRef patient = world.get_token(*session);
    world.settle();
    ASSERT_EQ(world.wire->sent.size(), 1u);
    EXPECT_TRUE(session->cancel(op).ok());
    world.advance(seconds(3));
    EXPECT_EQ(cancelled->code(), Code::cancelled);
    EXPECT_EQ(late->code(), Code::deadline);
    EXPECT_EQ(patient->calls, 0);
    EXPECT_FALSE(world.wire->sent[0].cancelled);
    world.wire->complete(0, *world.platform->answer(world.wire->sent[0].request));
    world.settle();
    EXPECT_EQ(patient->value(), world.platform->session_token);
    EXPECT_TRUE(session->cancel(op).ok());
    world.settle();
    EXPECT_EQ(cancelled->calls, 1);
}

TEST(EngineToken, R18_ClosingDuringARefreshStillStoresItsReply) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    const OutcomeRef token = world.get_token(*session);
    world.settle();
    ASSERT_EQ(world.wire->sent.size(), 1u);
    const OutcomeRef closed = world.close(*session);
    world.settle();
    EXPECT_EQ(token->code(), Code::closed);
    EXPECT_EQ(closed->calls, 0) << "closing waits for the reply";
    world.wire->complete(0, *world.platform->answer(world.wire->sent[0].request));
    world.settle();
    EXPECT_EQ(closed->calls, 1);
    EXPECT_EQ(session->state().state, PublicState::closed);
    EXPECT_EQ(world.stored()->pair->session_token->view(), world.platform->session_token);
    EXPECT_FALSE(world.stored()->intent);
}

TEST(EngineToken, R10_ReopeningWhileTheOldOneFinishesARefreshWaitsForItsReply) {
    World world;
    auto first = world.open_active();
    world.clock->advance(minutes(40));
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    const OutcomeRef given_up = world.get_token(*first);
    world.settle();
    first.reset();  // closes without a callback
    world.settle();
    EXPECT_EQ(given_up->code(), Code::closed);
    // As the composition root does it: the same process, so the same store.
    SessionConfig config = world.cores[0]->config();
    const auto second = world.open(config);
    const OutcomeRef token = world.get_token(*second);
    world.settle();
    EXPECT_EQ(token->calls, 0);
    EXPECT_EQ(world.wire->sent.size(), 1u) << "the lease is the old one's";
    world.wire->complete(0, *world.platform->answer(world.wire->sent[0].request));
    world.advance(seconds(1));
    EXPECT_EQ(token->value(), world.platform->session_token);
    EXPECT_EQ(world.platform->rotations, 1);
}

TEST(EngineToken, R19_AnUnansweredRefreshIsReplayedWithTheSameKey) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    world.platform->next(kRefresh, [&world](const HttpRequest& request) {
        (void)world.platform->answer(request);  // the server rotates, the reply is lost
        return std::optional<HttpOutcome>(no_reply(HttpFailure::interrupted, true));
    });
    const OutcomeRef token = world.get_token(*session);
    world.advance(seconds(10));
    EXPECT_EQ(token->value(), world.platform->session_token);
    const auto sent = world.wire->to(kRefresh);
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(header_of(sent[0]->request, "Idempotency-Key"),
              header_of(sent[1]->request, "Idempotency-Key"));
    EXPECT_NE(header_of(sent[0]->request, "X-Correlation-ID"),
              header_of(sent[1]->request, "X-Correlation-ID"));
    EXPECT_EQ(world.platform->rotations, 1);
    EXPECT_EQ(world.platform->replays, 1);
}

TEST(EngineToken, R12_AReplayAfterARestartIsTheRequestThatWasMarked) {
    World world;
    {
        auto session = world.open_active();
        world.clock->advance(minutes(40));
        world.platform->next(kRefresh, [&world](const HttpRequest& request) {
            (void)world.platform->answer(request);
            return std::optional<HttpOutcome>(no_reply(HttpFailure::interrupted, true));
        });
        world.get_token(*session);
        world.settle();
        world.cores.clear();
    }
    world.settle();
    SessionConfig config = world.config();
    config.settings.paths.refresh = "/api/v2/refresh";
    config.settings.body = RefreshBody::none;
    config.settings.api_version = "2030-01-01";
    const auto again = world.open(config);
    const OutcomeRef token = world.get_token(*again);
    world.advance(seconds(30));
    EXPECT_EQ(token->value(), world.platform->session_token);
    EXPECT_EQ(token->source, TokenSource::refresh);
    EXPECT_EQ(world.platform->replays, 1);
    const auto sent = world.wire->to(kRefresh);
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent[1]->request.body.view(), sent[0]->request.body.view());
    EXPECT_EQ(header_of(sent[1]->request, "X-AL-API-Version"), "");
}

TEST(EngineToken, TwoProcessesMakeOneRotation) {
    World world;
    const auto first = world.open_active();
    const auto second = world.open();
    world.settle();
    world.clock->advance(minutes(40));
    const OutcomeRef a = world.get_token(*first);
    const OutcomeRef b = world.get_token(*second);
    world.advance(seconds(2));
    EXPECT_EQ(world.platform->rotations, 1);
    EXPECT_EQ(a->value(), world.platform->session_token);
    EXPECT_EQ(b->value(), world.platform->session_token);
    EXPECT_EQ(a->token->generation, b->token->generation);
}

TEST(EngineToken, R35_AnEndInOneProcessIsNoticedAtTheOthersNextToken) {
    World world;
    const auto first = world.open_active();
    const auto second = world.open();
    const OutcomeRef before = world.get_token(*second);
    world.settle();
    EXPECT_EQ(before->code(), Code::ok);
    world.end(*first);
    world.settle();
    const OutcomeRef after = world.get_token(*second);
    world.settle();
    EXPECT_EQ(after->code(), Code::session_ended);
    std::string out;
    EXPECT_EQ(world.copy(*second, out), Code::no_live_token);
}

TEST(EngineToken, ManySessionsShareOneEngine) {
    World world;
    std::vector<std::shared_ptr<Session>> sessions;
    std::vector<OutcomeRef> tokens;
    for (int i = 0; i < 200; ++i) {
        const std::string borrower = "borrower-" + std::to_string(i);
        sessions.push_back(world.open(world.config(), borrower));
        world.adopt(*sessions.back(), world.platform->flat(borrower));
        tokens.push_back(world.get_token(*sessions.back()));
    }
    world.settle();
    for (const OutcomeRef& token : tokens)
        EXPECT_EQ(token->calls, 1);
    EXPECT_EQ(world.disk->image().size(), 200u);
}

TEST(EngineToken, HintsReachTheMachine) {
    World world;
    const auto session = world.open_active();
    const auto other = world.open();
    world.settle();
    world.end(*session);
    world.settle();
    std::string out;
    EXPECT_EQ(world.copy(*other, out), Code::ok);
    EXPECT_TRUE(other->notify(Hint::foreground).ok());  // R35: looks at the store
    world.settle();
    EXPECT_EQ(world.copy(*other, out), Code::no_live_token);
    EXPECT_EQ(other->state().reason, Code::session_ended);
    EXPECT_EQ(session->notify(Hint::foreground).error().code, Code::session_spent);
}

}  // namespace
}  // namespace credit::test
