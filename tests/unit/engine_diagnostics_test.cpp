// R37, R40: what explains a session, and that no secret is in it.
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

TEST(EngineDiagnostics, R40_NoSecretIsInThemNorInTheLogNorInAnyUrl) {
    World world;
    SessionConfig config = world.config();
    config.settings.partner_url = "https://partner.example.com";
    const std::string borrower = "borrower-with-a-name-of-its-own";
    const auto session = world.open(config, borrower);
    world.platform->next("/credit/session", [&](const HttpRequest&) {
        return std::optional<HttpOutcome>(reply(200, world.platform->flat(borrower)));
    });
    StartOptions options;
    options.profile_json =
        Secret::copy_of(std::string_view(R"({"pan":"ABCDE1234F","phone":"+919876543210"})"));
    const OutcomeRef started = world.start(*session, options);
    world.settle();
    ASSERT_EQ(started->code(), Code::ok);
    std::vector<std::string> all = {borrower, "ABCDE1234F", "9876543210"};
    for (int i = 0; i < 4; ++i) {
        world.advance(minutes(40));
        if (i == 1)
            world.platform->next("/refresh",
                                 [] { return no_reply(HttpFailure::interrupted, true); });
        if (i == 3) world.platform->refresh_token = "rt_test_revoked_by_somebody_else_00";
        if (i == 3) {
            world.platform->next("/credit/session", [&](const HttpRequest&) {
                return std::optional<HttpOutcome>(reply(200, world.platform->flat(borrower)));
            });
        }
        world.get_token(*session);
        world.advance(seconds(10));
        world.send(*session, World::get());
        world.advance(seconds(1));
    }
    const std::string text = world.journal_of(*session);
    EXPECT_NE(text.find("\"healed\""), std::string::npos);
    EXPECT_NE(text.find("\"refresh_replayed\""), std::string::npos);
    for (const std::string& token : world.platform->secrets)
        all.push_back(token);
    for (const auto& sent : world.wire->sent)
        all.push_back(header_of(sent.request, "Idempotency-Key"));
    ASSERT_GT(world.platform->secrets.size(), 8u);
    for (const std::string& secret : all) {
        if (secret.empty()) continue;
        EXPECT_EQ(text.find(secret), std::string::npos) << secret;
        EXPECT_EQ(world.logger->lines.find(secret), std::string::npos) << secret;
        for (const auto& sent : world.wire->sent)
            EXPECT_EQ(sent.request.url.find(secret), std::string::npos);
    }
}

TEST(EngineDiagnostics, R37_TheySayWhatHappenedAndHowItStands) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    world.get_token(*session);
    world.settle();
    const std::string text = world.journal_of(*session);
    for (const char* part :
         {R"("environment":"test")", R"("state":"active")", R"("reason":"ok")", R"("generation":2)",
          R"("intent":false)", R"("journey_id":"journey-1")", R"("what":"adopted")",
          R"("what":"refresh_marked")", R"("what":"refresh_committed")", R"("unsaved":false)"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    }
    EXPECT_EQ(text.front(), '{');
    EXPECT_EQ(text.back(), '}');
}

TEST(EngineDiagnostics, TheyWaitForTheStoreAndDoNotWaitForASickOne) {
    World world;
    {
        const auto session = world.open_active();
    }
    world.settle();
    const auto again = world.open();
    const OutcomeRef text = world.diagnostics(*again);
    world.engine.run_once(Millis{0});
    EXPECT_EQ(text->calls, 0);
    world.settle();
    EXPECT_NE(text->text.find("adopted"), std::string::npos);
    world.disk->set_locked(true);
    const auto locked = world.open(world.config(), "borrower-9");
    const OutcomeRef sick = world.diagnostics(*locked);
    world.settle();
    EXPECT_EQ(sick->calls, 1);
    EXPECT_NE(sick->text.find(R"("state":"storage_locked","reason":"storage_locked")"),
              std::string::npos)
        << sick->text;
    world.disk->set_locked(false);
    EXPECT_TRUE(locked->notify(Hint::storage_unlocked).ok());
    world.settle();
    EXPECT_EQ(locked->state().state, PublicState::no_session);
}

TEST(EngineDiagnostics, AnUnreadableJournalEntryIsEscaped) {
    World world;
    const auto session = world.open_active();
    world.clock->advance(minutes(40));
    world.platform->next("/refresh", [](const HttpRequest&) {
        return std::optional<HttpOutcome>(reply(
            503,
            R"({"requestID":"a\"b\\c","correlationID":null,"timestamp":"2026-03-05T16:10:10.123Z","data":null,)"
            R"("error":{"code":"X","message":"m","retryable":true,"details":{}}})"));
    });
    world.get_token(*session, 0, 300);
    world.settle();
    const std::string text = world.journal_of(*session);
    EXPECT_NE(text.find(R"(a\"b\\c)"), std::string::npos) << text;
}

}  // namespace
}  // namespace credit::test
