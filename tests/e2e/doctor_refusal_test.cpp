// What the doctor does not touch, and how it fails.
#include <gtest/gtest.h>

#include "doctor_world.h"

namespace credit::e2e {
namespace {

TEST(DoctorRefuses, TheAppsOwnBorrowerAndLogin) {
    DoctorWorld world;
    world.environment["CREDIT_DOCTOR_BORROWER"] = "borrower-1";
    EXPECT_EQ(world.diagnose().name(), "config_invalid");
    world.environment["CREDIT_DOCTOR_BORROWER"] = "doctor-1";
    world.environment["CREDIT_DOCTOR_AUTH"] = "Bearer app-1";
    EXPECT_EQ(world.diagnose().name(), "config_invalid");
    EXPECT_EQ(world.counter("requests"), 0);
}

TEST(DoctorRefuses, WhatIsMissingOrLive) {
    DoctorWorld world;
    const Said live = world.run({"doctor", "--environment", "live"});
    EXPECT_EQ(live.name(), "environment_mismatch");
    EXPECT_EQ(live.exit, 2);
    // With the flag the SDK's own rules hold: LIVE is not on loopback.
    EXPECT_EQ(world.run({"doctor", "--environment", "live", "--allow-live"}).name(),
              "environment_mismatch");
    EXPECT_EQ(world.run({"doctor", "--probe-clock-url", "http://example.com/"}).name(),
              "config_invalid");
    EXPECT_EQ(world.run({"doctor", "--probe-seconds", "601"}).exit, 2);
    EXPECT_EQ(world.run({"status", "--probe-seconds", "1"}).exit, 2);
    EXPECT_EQ(world.run({"doctor", "--platform-url", "http://example.com"}).name(), "insecure_url");
    world.environment["CREDIT_DOCTOR_AUTH"] = std::nullopt;
    EXPECT_EQ(world.diagnose().name(), "config_missing");
    EXPECT_EQ(world.counter("requests"), 0);
}

TEST(DoctorRefuses, ALoginOfSomebodyElse) {
    DoctorWorld world;
    world.environment["CREDIT_DOCTOR_AUTH"] = "Bearer nobody";
    const Said said = world.diagnose();
    EXPECT_EQ(said.name(), "partner_unauthorized") << said.text();
    EXPECT_EQ(said.text().find("nobody"), std::string::npos);
}

TEST(DoctorFails, WhenNobodyAnswers) {
    DoctorWorld world;
    EXPECT_EQ(world.diagnose({"--platform-url", "https://127.0.0.1:9"}).name(),
              "network_unreachable");
    EXPECT_EQ(world.diagnose({"--partner-url", "https://127.0.0.1:9"}).name(),
              "network_unreachable");
}

TEST(DoctorFails, WhenAReplyIsLost) {
    DoctorWorld world;
    world.sandbox.fault({{"kind", "drop_reply_after_commit"}, {"route", "refresh"}, {"skip", 3}});
    const Said said = world.diagnose();
    EXPECT_EQ(said.name(), "network_unreachable") << said.text();
    EXPECT_EQ(said.exit, 5);
}

TEST(DoctorFails, WhenThePlatformRefreshesNothing) {
    DoctorWorld world;
    world.sandbox.fault(
        {{"kind", "status_before_commit"}, {"route", "refresh"}, {"status", 503}, {"count", 100}});
    const Said said = world.diagnose();
    EXPECT_EQ(said.name(), "platform_refused") << said.text();
    EXPECT_NE(said.message().find("503"), std::string::npos) << said.message();
}

}  // namespace
}  // namespace credit::e2e
