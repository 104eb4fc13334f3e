// R36: a failed check closes the session, completes everything and leaves the process alone.
#include "core/base/check.h"
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

struct Broken {
    World world;
    std::shared_ptr<HookedStore> store;
    std::shared_ptr<Session> session;

    Broken() {
        SessionConfig config = world.config();
        store = std::make_shared<HookedStore>(config.ports.store);
        config.ports.store = store;
        session = world.open(config);
        const OutcomeRef adopted = world.adopt(*session, world.platform->flat("borrower-1"));
        world.settle();
        EXPECT_EQ(adopted->code(), Code::ok);
    }

    // Everything open is completed, the session is closed with this code, and opening again goes on
    // from the store.
    void expect_closed(Code code, const std::vector<OutcomeRef>& open) {
        for (const OutcomeRef& one : open) {
            EXPECT_EQ(one->calls, 1);
            EXPECT_EQ(one->code(), code) << (one->error ? one->error->message : "no error");
        }
        EXPECT_EQ(session->state().state, PublicState::closed);
        EXPECT_EQ(session->state().reason, code);
        std::string out;
        EXPECT_EQ(world.copy(*session, out), Code::session_spent);
        const OutcomeRef closed = world.close(*session);
        world.settle();
        EXPECT_EQ(closed->calls, 1);
        EXPECT_NE(world.logger->lines.find("session closed"), std::string::npos);
    }

    // `journaled`: the store could still take the entry that says why.
    void expect_reopens(bool journaled) {
        store->hook().before = nullptr;
        world.entropy->fail = false;
        world.wire->answer = [this](const HttpRequest& request) {
            return world.platform->answer(request);
        };
        const auto again = world.open();
        const OutcomeRef token = world.get_token(*again);
        world.advance(seconds(40));
        EXPECT_EQ(token->code(), Code::ok) << token->error->message;
        EXPECT_EQ(token->value(), world.platform->session_token);
        const bool told = world.journal_of(*again).find("internal_error") != std::string::npos;
        EXPECT_EQ(told, journaled);
    }
};

TEST(EngineBroken, R36_ACheckThatFailsInTheStore) {
    for (const std::string operation : {"lock", "replace"}) {
        Broken broken;
        World& world = broken.world;
        world.clock->advance(minutes(40));
        broken.store->hook().before = [&](const std::string& now) {
            if (now == operation) check_failed("a store's check", __FILE__, __LINE__);
        };
        std::vector<OutcomeRef> open = {world.get_token(*broken.session),
                                        world.send(*broken.session, World::get())};
        world.settle();
        broken.expect_closed(Code::internal, open);
        EXPECT_EQ(broken.store->hook().calls["unlock"], broken.store->hook().calls["locked"])
            << "the commit lock is free again";
        broken.expect_reopens(false);
    }
}

TEST(EngineBroken, R36_MemoryThatRunsOutInTheStore) {
    Broken broken;
    World& world = broken.world;
    world.clock->advance(minutes(40));
    broken.store->hook().before = [](const std::string& now) {
        if (now == "replace") throw std::bad_alloc();
    };
    const OutcomeRef token = world.get_token(*broken.session);
    world.settle();
    broken.expect_closed(Code::out_of_memory, {token});
    broken.expect_reopens(false);
}

TEST(EngineBroken, R36_ACheckThatFailsWhileAPeekOrTheFirstLoadRuns) {
    Broken broken;
    World& world = broken.world;
    broken.store->hook().before = [](const std::string& now) {
        if (now == "peek") check_failed("a store's check", __FILE__, __LINE__);
    };
    const OutcomeRef token = world.get_token(*broken.session);
    world.settle();
    broken.expect_closed(Code::internal, {token});
    broken.store->hook().before = [](const std::string& now) {
        if (now == "load") check_failed("a store's check", __FILE__, __LINE__);
    };
    broken.session = world.open(world.cores[0]->config());
    std::vector<OutcomeRef> open = {world.get_token(*broken.session),
                                    world.journey(*broken.session)};
    const OutcomeRef text = world.diagnostics(*broken.session);
    world.settle();
    broken.expect_closed(Code::internal, open);
    EXPECT_EQ(text->calls, 1);
    EXPECT_EQ(text->code(), Code::ok) << "diagnostics explain a broken session, too";
    broken.expect_reopens(true);
}

TEST(EngineBroken, R36_ACheckThatFailsWhileAnEffectIsCarriedOut) {
    Broken broken;
    World& world = broken.world;
    world.clock->advance(minutes(40));
    world.entropy->fail =
        true;  // asked for the refresh's correlation id, inside the machine's effects
    std::vector<OutcomeRef> open = {world.get_token(*broken.session)};
    world.settle();
    broken.expect_closed(Code::internal, open);
    broken.expect_reopens(true);
}

TEST(EngineBroken, R36_ACheckThatFailsWhileAnOperationIsTakenOn) {
    Broken broken;
    World& world = broken.world;
    world.wire->answer = [](const HttpRequest&) { return std::nullopt; };
    const OutcomeRef on_wire = world.send(*broken.session, World::get());
    world.settle();
    world.entropy->fail = true;
    const OutcomeRef call = world.send(*broken.session, World::get());
    world.settle();
    broken.expect_closed(Code::internal, {on_wire, call});
    EXPECT_TRUE(world.wire->sent[0].cancelled);
    broken.expect_reopens(true);
}

TEST(EngineBroken, R36_OneSessionsFailureIsNotAnothers) {
    Broken broken;
    World& world = broken.world;
    const auto other = world.open(world.config(), "borrower-2");
    world.adopt(*other, world.platform->flat("borrower-2"));
    world.settle();
    broken.store->hook().before = [](const std::string&) {
        check_failed("a store's check", __FILE__, __LINE__);
    };
    const OutcomeRef broken_token = world.get_token(*broken.session);
    const OutcomeRef token = world.get_token(*other);
    world.settle();
    EXPECT_EQ(broken_token->code(), Code::internal);
    EXPECT_EQ(token->code(), Code::ok);
    EXPECT_EQ(other->state().state, PublicState::active);
}

TEST(EngineBroken, AnUndecodableRecordIsCorruptNotBroken) {
    World world;
    const auto first = world.open_active();
    MemoryDisk::Image image = world.disk->image();
    for (auto& [name, record] : image) {
        for (auto& slot : record.slots) {
            if (slot.body) slot.body = Secret::copy_of(std::string_view("no record"));
        }
    }
    world.disk->restore(image);
    const auto session = world.open();
    const OutcomeRef token = world.get_token(*session);
    world.settle();
    EXPECT_EQ(token->code(), Code::storage_corrupt);
    EXPECT_EQ(world.disk->image().size(), 1u) << "nothing was deleted (R3)";
}

}  // namespace
}  // namespace credit::test
