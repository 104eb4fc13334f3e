// Webhooks of the sandbox over TLS: subscription, signature, retries, the queue that outlives the
// program.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <regex>

#include "webhook_receiver.h"

namespace credit::e2e {
namespace {

constexpr const char* some_uuid = "00000000-0000-4000-8000-000000000000";

void expect_refused(const RawReply& reply, int status, const std::string& code,
                    const std::string& field = "") {
    EXPECT_EQ(reply.status, status) << reply.bytes;
    const auto json = reply.json();
    ASSERT_TRUE(json.is_object()) << reply.bytes;
    EXPECT_EQ(json["error"]["code"], code);
    if (!field.empty()) {
        EXPECT_EQ(json["error"]["details"]["field"], field);
    }
}

TEST(Webhook, SubscribesAndTellsItsConfiguration) {
    WebhookWorld world;
    const auto on = world.subscription("GET", "configuration");
    EXPECT_EQ(on.status, 200);
    const nlohmann::json expected = {{"tenant_id", world.sandbox->ready()["tenant_id"]},
                                     {"application_id", world.sandbox->ready()["application_id"]},
                                     {"webhook_enabled", true},
                                     {"webhook_url", world.receiver.url()}};
    EXPECT_EQ(on.json(), expected);
    const auto off = world.subscription("POST", "unsubscribe", "");
    EXPECT_EQ(off.json()["webhook_enabled"], false);
    EXPECT_TRUE(off.json()["webhook_url"].is_null());
    EXPECT_EQ(world.subscription("GET", "configuration").json(), off.json());
}

TEST(Webhook, RefusesBadSubscriptions) {
    WebhookWorld world;
    for (const char* url :
         {"http://partner.example/hook", "ftp://127.0.0.1/", "https://", "https://:443/",
          "https://host:0/", "https://host:65536/", "https://user@host/", "https://host/#here",
          "https://ho st/", "not a url", "http://127.0.0.1.partner.example/"}) {
        const auto reply =
            world.subscription("POST", "subscribe", nlohmann::json{{"url", url}}.dump());
        expect_refused(reply, 400, "VALIDATION_FAILED", "url");
    }
    expect_refused(world.subscription("POST", "subscribe", "{}"), 400, "VALIDATION_FAILED", "url");
    expect_refused(world.subscription("POST", "subscribe", "{"), 400, "VALIDATION_FAILED");
    expect_refused(world.subscription("GET", "subscribe"), 405, "VALIDATION_FAILED");
    EXPECT_EQ(world.subscription("GET", "configuration").json()["webhook_url"],
              world.receiver.url());
}

TEST(Webhook, BelongsToTheApplicationOfTheKey) {
    WebhookWorld world;
    expect_refused(world.subscription("GET", "configuration", "", "sk_test_wrong"), 401,
                   "AUTH_INVALID_API_KEY");
    const std::string key = std::string("Bearer ") + test_api_key;
    const std::string tenant = world.sandbox->ready()["tenant_id"];
    const auto at = [&](const std::string& path) {
        return raw_request(world.sandbox->url(), world.sandbox->ca_file(),
                           {"GET", path, {{"Authorization", key}}, ""});
    };
    const std::string end = "/webhooks/configuration";
    expect_refused(at("/api/tenants/" + tenant + "/applications/" + some_uuid + end), 403,
                   "ACCESS_SCOPE_MISMATCH");
    expect_refused(at("/api/tenants/x/applications/" + std::string(some_uuid) + end), 400,
                   "VALIDATION_FAILED", "tenantID");
    expect_refused(at("/api/tenants/" + tenant + "/applications/y" + end), 400, "VALIDATION_FAILED",
                   "applicationID");
    expect_refused(at("/api/tenants/" + tenant + "/applications/y/webhooks/other"), 404,
                   "RESOURCE_NOT_FOUND");
}

TEST(Webhook, DeliversASignedSnapshot) {
    WebhookWorld world;
    world.start("B-1");
    const auto webhook = world.receiver.wait_for(1).at(0);
    EXPECT_TRUE(is_signed_with(webhook, test_webhook_secret));
    EXPECT_TRUE(
        std::regex_match(webhook.headers.at("X-AL-Webhook-Signature"), std::regex("[0-9a-f]{64}")));
    EXPECT_TRUE(
        std::regex_match(webhook.headers.at("X-AL-Webhook-Timestamp"), std::regex("[0-9]{10}")));
    EXPECT_EQ(webhook.headers.at("Content-Type"), "application/json");
    const auto json = webhook.json();
    EXPECT_EQ(json["event_id"], webhook.headers.at("X-AL-Event-ID"));
    EXPECT_EQ(world.sandbox->ready()["tenant_id"], webhook.headers.at("X-AL-Tenant-ID"));
    EXPECT_EQ(world.sandbox->ready()["application_id"], webhook.headers.at("X-AL-Application-ID"));
    EXPECT_EQ(json["schema_version"], "1.0.0");
    EXPECT_EQ(json["event_type"], "journey.snapshot");
    EXPECT_EQ(json["issuer"]["source"], "credit-api");
    EXPECT_EQ(json["issuer"]["trigger"], "journey.started");
    EXPECT_GT(json["sequence"].get<std::int64_t>(), 1'700'000'000'000);
    EXPECT_EQ(json["borrower"]["borrowerExternalID"], "B-1");
    EXPECT_EQ(json["borrower"]["journeys"][0]["journeyID"], world.journeys["B-1"]);
    EXPECT_EQ(json["borrower"]["journeys"][0]["nextAction"], "FILL_PROFILE");
    world.wait_until_all("delivered");
}

TEST(Webhook, SaysTheTimeInTheUnitAskedFor) {
    WebhookWorld world;
    const std::map<std::string, std::string> forms = {
        {"s", "[0-9]{10}"}, {"ms", "[0-9]{13}"}, {"iso", "[0-9-]{10}T[0-9:.]{12}Z"}};
    std::size_t count = 0;
    for (const auto& [unit, form] : forms) {
        world.sandbox->admin("POST", "/webhooks/settings", {{"timestamp_unit", unit}});
        world.start("B-" + unit);
        const auto webhook = world.receiver.wait_for(++count).back();
        EXPECT_TRUE(
            std::regex_match(webhook.headers.at("X-AL-Webhook-Timestamp"), std::regex(form)));
        EXPECT_TRUE(is_signed_with(webhook, test_webhook_secret));
    }
    EXPECT_EQ(
        world.sandbox->raw_admin("POST", "/webhooks/settings", R"({"timestamp_unit":"h"})").status,
        400);
}

TEST(Webhook, TellsEveryChangeInOrder) {
    WebhookWorld world;
    world.start("B-1");
    for (const char* status : {"PROFILE_REQUIRED", "PROFILE_SUBMITTED", "REJECTED"})
        world.move("B-1", status);
    const auto all = world.receiver.wait_for(4);
    EXPECT_EQ(all.back().status(), "REJECTED");
    for (std::size_t i = 1; i < all.size(); ++i)
        EXPECT_GT(all[i].sequence(), all[i - 1].sequence());
}

TEST(Webhook, RepeatsOnTheSandboxsClockWithTheSameBytes) {
    WebhookWorld world;
    world.receiver.answer(503);
    world.start("B-1");
    for (std::size_t attempt = 1; attempt <= 4; ++attempt) {
        world.wait_for_attempts(attempt);
        if (attempt == 4) world.receiver.answer(204);
        world.sandbox->advance(std::int64_t{1000} << (attempt - 1));
    }
    const auto delivery = world.wait_until_all("delivered").at(0);
    const auto all = world.receiver.received();
    ASSERT_EQ(all.size(), 5U);
    ASSERT_EQ(delivery["attempts"].size(), all.size());
    EXPECT_EQ(delivery["attempts"][0]["status"], 503);
    for (const auto& webhook : all) {
        EXPECT_EQ(webhook.body, all[0].body);
        EXPECT_TRUE(is_signed_with(webhook, test_webhook_secret));
    }
    EXPECT_GT(std::stoll(all.back().headers.at("X-AL-Webhook-Timestamp")),
              std::stoll(all.front().headers.at("X-AL-Webhook-Timestamp")));
}

TEST(Webhook, GivesUpAfterSixteenAttemptsAndStartsAgainWhenAsked) {
    WebhookWorld world;
    world.receiver.answer(500);
    world.start("B-1");
    for (std::size_t attempt = 1; attempt <= 16; ++attempt) {
        world.wait_for_attempts(attempt);
        world.sandbox->advance(3'600'000);
    }
    const auto delivery = world.wait_until_all("gave_up").at(0);
    EXPECT_EQ(delivery["attempts"].size(), 16U);
    world.receiver.answer(200);
    world.sandbox->admin("POST", "/webhooks/redeliver", {{"event_id", delivery["event_id"]}});
    world.wait_until_all("delivered");
    EXPECT_EQ(delivery["event_id"], world.receiver.received().back().event_id());
    EXPECT_EQ(
        world.sandbox->raw_admin("POST", "/webhooks/redeliver", R"({"event_id":"evt_x"})").status,
        400);
}

TEST(Webhook, FollowsNoRedirect) {
    WebhookWorld world;
    world.receiver.answer(302);
    world.start("B-1");
    world.wait_for_attempts(1);
    world.receiver.answer(200);
    world.sandbox->advance(2000);
    const auto delivery = world.wait_until_all("delivered").at(0);
    EXPECT_EQ(delivery["attempts"][0]["status"], 302);
    EXPECT_EQ(world.receiver.received().size(), delivery["attempts"].size());
}

TEST(Webhook, TrustsOnlyItsCa) {
    WebhookWorld world;
    TemporaryFolder other;
    WebhookReceiver stranger(other.path());
    world.subscription("POST", "subscribe", nlohmann::json{{"url", stranger.url()}}.dump());
    world.start("B-1");
    world.wait_for_attempts(1);
    EXPECT_EQ(world.deliveries().at(0)["attempts"][0]["status"], 0);
    EXPECT_TRUE(stranger.received().empty());
    // The receiver it does trust gets what had waited.
    world.subscription("POST", "subscribe", nlohmann::json{{"url", world.receiver.url()}}.dump());
    world.sandbox->advance(60'000);
    world.wait_until_all("delivered");
    EXPECT_EQ(world.receiver.received().size(), 1U);
}

TEST(Webhook, SurvivesSigkill) {
    TemporaryFolder data;
    const std::string database = data.path() + "/db";
    WebhookWorld world({"--db", database});
    world.receiver.answer(500);
    world.start("B-1");
    world.move("B-1", "PROFILE_REQUIRED");
    world.receiver.wait_for(2);
    world.sandbox->process().signal(SIGKILL);
    world.sandbox->process().wait();
    const std::size_t before = world.receiver.received().size();
    world.receiver.answer(200);
    world.sandbox = webhook_sandbox(world.arguments);
    world.sandbox->advance(60'000);
    const auto all = world.wait_until_all("delivered");
    ASSERT_EQ(all.size(), 2U);
    std::vector<std::string> bodies;
    const auto received = world.receiver.received();
    for (std::size_t i = before; i < received.size(); ++i) {
        bodies.push_back(received[i].body);
        EXPECT_TRUE(is_signed_with(received[i], test_webhook_secret));
    }
    for (const auto& delivery : all) {
        const std::string body = delivery["body"];
        EXPECT_EQ(std::count(bodies.begin(), bodies.end(), body), 1);
    }
}

TEST(Webhook, ASlowReceiverHoldsUpNobody) {
    WebhookWorld world;
    world.receiver.hold();
    world.start("B-1");
    world.receiver.wait_for(1);
    for (int i = 0; i < 5; ++i)
        world.start("B-more-" + std::to_string(i));
    EXPECT_EQ(world.sandbox->counter("sessions_created"), 6);
    // Nor does it keep the program from ending.
    EXPECT_EQ(world.sandbox->process().terminate(), 0);
}

TEST(Webhook, UnsubscribingTakesBackWhatWaits) {
    WebhookWorld world;
    world.receiver.answer(500);
    world.start("B-1");
    world.receiver.wait_for(1);
    world.subscription("POST", "unsubscribe", "");
    world.wait_until_all("cancelled");
    world.move("B-1", "REJECTED");
    EXPECT_EQ(world.deliveries().size(), 1U);
}

}  // namespace
}  // namespace credit::e2e
