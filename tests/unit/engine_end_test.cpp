// R28, R35: ending, and that nothing comes back.
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

TEST(EngineEnd, R35_TheTokenIsGoneWhenEndReturns) {
    World world;
    const auto session = world.open_active();
    std::string out;
    ASSERT_EQ(world.copy(*session, out), Code::ok);
    const OutcomeRef ended = world.end(*session);
    // Nothing has run since.
    EXPECT_EQ(world.copy(*session, out), Code::session_spent);
    TokenHandle* token = nullptr;
    EXPECT_EQ(session->current_token(0, token), Code::session_spent);
    EXPECT_EQ(token, nullptr);
    world.settle();
    EXPECT_EQ(ended->calls, 1);
    EXPECT_EQ(ended->code(), Code::ok);
    const auto stored = world.stored();
    ASSERT_TRUE(stored && stored->tombstone);
    EXPECT_FALSE(stored->pair);
    EXPECT_EQ(session->state().state, PublicState::no_session);
    EXPECT_EQ(session->state().reason, Code::session_ended);
}

TEST(EngineEnd, R35_WhatWasAskedBeforeGetsNoTokenAfterIt) {
    World world;
    const auto session = world.open_active();
    const OutcomeRef token = world.get_token(*session);
    const OutcomeRef call = world.send(*session, World::get());
    world.end(*session);
    world.settle();
    EXPECT_EQ(token->calls, 1);
    EXPECT_EQ(token->code(), Code::session_ended);
    EXPECT_EQ(token->token, nullptr);
    EXPECT_EQ(call->code(), Code::session_ended);
    EXPECT_TRUE(world.wire->sent.empty()) << "no request carried the token any more";
}

TEST(EngineEnd, R35_WhatWasAboutToGetATokenGetsNone) {
    World world;
    const auto session = world.open_active();
    const OutcomeRef token = world.get_token(*session);
    const OutcomeRef call = world.send(*session, World::get());
    world.engine.run_once(Millis{0});
    while (world.storage->run_one()) {
    }
    // The look at the store lies in the mailbox: the next round would hand out the token.
    world.end(*session);
    world.settle();
    EXPECT_EQ(token->calls, 1);
    EXPECT_EQ(token->code(), Code::session_ended);
    EXPECT_EQ(call->calls, 1);
    EXPECT_EQ(call->code(), Code::session_ended);
    EXPECT_TRUE(world.wire->sent.empty());
}

TEST(EngineEnd, R35_ALateReplyBringsNoTokenBack) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    const OutcomeRef token = world.get_token(*session);
    world.settle();
    ASSERT_EQ(world.wire->sent.size(), 1u);
    const OutcomeRef ended = world.end(*session);
    // The reply lies in the mailbox before the engine has heard of the end.
    world.wire->complete(0, *world.platform->answer(world.wire->sent[0].request));
    world.settle();
    std::string out;
    EXPECT_EQ(world.copy(*session, out), Code::session_spent);
    EXPECT_EQ(token->code(), Code::session_ended);
    EXPECT_EQ(ended->code(), Code::ok);
    EXPECT_FALSE(world.stored()->pair);
    const auto again = world.open();
    const OutcomeRef none = world.get_token(*again);
    world.settle();
    EXPECT_EQ(none->code(), Code::session_ended);
}

TEST(EngineEnd, R28_TheHandleIsSpent) {
    World world;
    const auto session = world.open_active();
    world.end(*session);
    EXPECT_EQ(world.start(*session)->code(), Code::session_spent);
    EXPECT_EQ(world.adopt(*session, world.platform->flat("borrower-1"))->code(),
              Code::session_spent);
    EXPECT_EQ(world.end(*session)->code(), Code::session_spent);
    EXPECT_EQ(world.get_token(*session)->code(), Code::session_spent);
    EXPECT_EQ(world.send(*session, World::get())->code(), Code::session_spent);
    EXPECT_EQ(world.journey(*session)->code(), Code::session_spent);
    EXPECT_EQ(session->reject_token(1).error().code, Code::session_spent);
    world.settle();
    const OutcomeRef text = world.diagnostics(*session);
    world.settle();
    EXPECT_EQ(text->calls, 1);
    EXPECT_NE(text->text.find("\"ended\""), std::string::npos);
}

TEST(EngineEnd, AStoreThatDoesNotTakeTheEndIsToldAndTriedAgain) {
    World world;
    const auto session = world.open_active();
    world.disk->answer_next(MemoryDisk::Operation::replace, StoreAnswer::full, 1);
    const OutcomeRef ended = world.end(*session);
    world.settle();
    EXPECT_EQ(ended->code(), Code::storage_full);
    EXPECT_TRUE(world.stored()->pair);
    world.advance(seconds(2));
    EXPECT_TRUE(world.stored()->tombstone);
    EXPECT_EQ(ended->calls, 1);
}

TEST(EngineEnd, ClosingTwiceCallsBothBackOnce) {
    World world;
    const auto session = world.open_active();
    const OutcomeRef first = world.close(*session);
    const OutcomeRef second = world.close(*session);
    world.settle();
    const OutcomeRef third = world.close(*session);
    world.settle();
    EXPECT_EQ(first->calls, 1);
    EXPECT_EQ(second->calls, 1);
    EXPECT_EQ(third->calls, 1);
    EXPECT_TRUE(world.stored()->pair) << "closing keeps what is stored";
}

TEST(EngineEnd, ReleasingTheLastReferenceClosesAndLetsGo) {
    World world;
    auto session = world.open_active();
    const std::weak_ptr<SessionCore> core = world.cores[0];
    const OutcomeRef token = world.get_token(*session);
    world.cores.clear();
    session.reset();
    world.settle();
    EXPECT_EQ(token->calls, 1);
    EXPECT_TRUE(core.expired());
}

TEST(EngineEnd, TheEngineLetsTheTransportDeliverBeforeItsThreadEnds) {
    World world;
    auto session = world.open_active();
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    const OutcomeRef call = world.send(*session, World::get());
    world.settle();
    const std::weak_ptr<SessionCore> core = world.cores[0];
    world.cores.clear();
    session.reset();
    // A transport that is its own poller, as libcurl's is, delivers in wait() only.
    world.poller->on_wait = [&] { world.wire->deliver(); };
    bool over = false;
    for (int i = 0; i < 100 && !over; ++i) {
        over = world.engine.run_once(Millis{1000});
        while (world.storage->run_one())
            over = false;
    }
    EXPECT_TRUE(over);
    EXPECT_EQ(call->calls, 1);
    EXPECT_EQ(world.wire->open(), 0u);
    EXPECT_TRUE(core.expired()) << "the cancelled request still held the session and its tokens";
    world.poller->on_wait = nullptr;
}

TEST(EngineEnd, ObserversSeeEveryStateInOrderAndTheirEnd) {
    World world;
    const auto session = world.open();
    std::vector<PublicState> seen;
    int last = 0;
    session->subscribe(
        [&](const StateInfo& info) {
            EXPECT_EQ(last, 0);
            if (seen.empty() || seen.back() != info.state) seen.push_back(info.state);
        },
        [&] { ++last; });
    int others = 0;
    int other_last = 0;
    std::uint64_t id = 0;
    id = session->subscribe(
        [&](const StateInfo&) {
            ++others;
            session->unsubscribe(id);
        },
        [&] { ++other_last; });
    EXPECT_TRUE(seen.empty()) << "never inside the call";
    world.settle();
    world.adopt(*session, world.platform->flat("borrower-1"));
    world.settle();
    world.end(*session);
    world.settle();
    world.close(*session);
    world.settle();
    const std::vector<PublicState> expected = {PublicState::loading, PublicState::no_session,
                                               PublicState::active, PublicState::no_session,
                                               PublicState::closed};
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(last, 1);
    EXPECT_EQ(other_last, 1);
    int after = 0;
    int after_last = 0;
    session->subscribe(
        [&](const StateInfo& info) { after += info.state == PublicState::closed ? 1 : 0; },
        [&] { ++after_last; });
    world.settle();
    EXPECT_EQ(after, 1);
    EXPECT_EQ(after_last, 1);
}

}  // namespace
}  // namespace credit::test
