// What goes wrong with webhooks on demand, and two secrets at once.
#include <gtest/gtest.h>

#include "webhook_receiver.h"

namespace credit::e2e {
namespace {

void arm(const WebhookWorld& world, const std::string& kind, nlohmann::json more = {}) {
    more["kind"] = kind;
    world.sandbox->admin("POST", "/webhooks/faults", more);
}

TEST(WebhookFault, SendsTwice) {
    WebhookWorld world;
    arm(world, "duplicate");
    world.start("B-1");
    const auto all = world.receiver.wait_for(2);
    EXPECT_EQ(all[0].body, all[1].body);
    EXPECT_TRUE(is_signed_with(all[1], test_webhook_secret));
}

TEST(WebhookFault, ALostAnswerBringsItAgain) {
    WebhookWorld world;
    arm(world, "lost_ack");
    world.start("B-1");
    world.wait_for_attempts(1);
    world.sandbox->advance(2000);
    const auto all = world.receiver.wait_for(2);
    EXPECT_EQ(all[0].event_id(), all[1].event_id());
    const auto delivery = world.wait_until_all("delivered").at(0);
    EXPECT_EQ(delivery["attempts"][0]["fault"], "lost_ack");
}

TEST(WebhookFault, SendsInTheWrongOrder) {
    WebhookWorld world;
    arm(world, "disorder", {{"count", 3}});
    world.start("B-1");
    world.move("B-1", "PROFILE_REQUIRED");
    EXPECT_TRUE(world.receiver.received().empty());
    world.move("B-1", "PROFILE_SUBMITTED");
    world.move("B-1", "REJECTED");
    const auto all = world.receiver.wait_for(4);
    EXPECT_GT(all[0].sequence(), all[1].sequence());
    EXPECT_GT(all[1].sequence(), all[2].sequence());
    EXPECT_EQ(all[3].status(), "REJECTED");
    EXPECT_TRUE(world.sandbox->admin("GET", "/webhooks/faults")["faults"].empty());
}

TEST(WebhookFault, SignsWrongly) {
    for (const char* kind : {"wrong_signature", "tampered_body"}) {
        WebhookWorld world;
        world.receiver.answer(401);
        arm(world, kind);
        world.start("B-1");
        EXPECT_FALSE(is_signed_with(world.receiver.wait_for(1).at(0), test_webhook_secret));
        world.wait_for_attempts(1);
        world.receiver.answer(200);
        world.sandbox->advance(2000);
        world.wait_until_all("delivered");
        EXPECT_TRUE(is_signed_with(world.receiver.received().back(), test_webhook_secret)) << kind;
    }
}

TEST(WebhookFault, SaysAnOldTime) {
    WebhookWorld world;
    arm(world, "stale_timestamp", {{"ms", -7'200'000}});
    world.start("B-1");
    const auto stale = world.receiver.wait_for(1).at(0);
    EXPECT_TRUE(is_signed_with(stale, test_webhook_secret));
    world.start("B-2");
    const auto fresh = world.receiver.wait_for(2).at(1);
    EXPECT_GE(std::stoll(fresh.headers.at("X-AL-Webhook-Timestamp")) -
                  std::stoll(stale.headers.at("X-AL-Webhook-Timestamp")),
              7200);
}

TEST(WebhookFault, BadFaultsAreNamed) {
    WebhookWorld world;
    for (const char* body : {R"({"kind":"other"})", "{}", R"({"kind":"duplicate","count":0})",
                             R"({"kind":"disorder","count":1})", R"({"kind":7})", "[]"}) {
        EXPECT_EQ(world.sandbox->raw_admin("POST", "/webhooks/faults", body).status, 400) << body;
    }
}

TEST(WebhookSecret, TwoAreGoodWhileOneTakesOver) {
    constexpr const char* next = "whsec_the_next_0123456789";
    WebhookWorld world;
    world.receiver.answer(500);
    world.start("B-1");
    world.wait_for_attempts(1);
    const auto secrets = world.sandbox->admin("POST", "/webhooks/secret",
                                              {{"secret", next}, {"overlap_ms", 600'000}});
    ASSERT_EQ(secrets["secrets"].size(), 2U);
    world.receiver.answer(200);
    world.start("B-2");
    // Made before the rotation, signed as before; made after it, signed with the new secret.
    world.sandbox->advance(5000);
    world.wait_until_all("delivered");
    for (const auto& webhook : world.receiver.received()) {
        const bool first = webhook.json()["borrower"]["borrowerExternalID"] == "B-1";
        EXPECT_TRUE(is_signed_with(webhook, first ? test_webhook_secret : next));
    }
    EXPECT_EQ(world.sandbox->raw_admin("POST", "/webhooks/secret", R"({"secret":"short"})").status,
              400);
}

TEST(WebhookSecret, ARetiredOneSignsNothing) {
    constexpr const char* next = "whsec_the_next_0123456789";
    WebhookWorld world;
    world.receiver.answer(500);
    world.start("B-1");
    world.wait_for_attempts(1);
    world.sandbox->admin("POST", "/webhooks/secret", {{"secret", next}, {"overlap_ms", 1000}});
    world.receiver.answer(200);
    world.sandbox->advance(60'000);
    world.wait_until_all("delivered");
    EXPECT_TRUE(is_signed_with(world.receiver.received().back(), next));
    const auto left = world.sandbox->admin("GET", "/webhooks")["applications"][0]["secrets"];
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0]["secret"], next);
}

}  // namespace
}  // namespace credit::e2e
