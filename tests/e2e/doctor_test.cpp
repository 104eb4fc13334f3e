// The doctor is right about every refresh model of the sandbox, and about what the partner does.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "doctor_world.h"

namespace credit::e2e {
namespace {

struct Model {
    const char* name;
    nlohmann::json found;  // of the doctor's report; null: the report does not have it
};

void PrintTo(const Model& model, std::ostream* out) {
    *out << model.name;
}

std::vector<Model> models() {
    using J = nlohmann::json;
    const J nothing = {{"crash_safety", "heal only"},
                       {"platform_crash_safety", "heal only"},
                       {"partner_crash_safety", "heal only"},
                       {"replays_by_key", "no"},
                       {"replay_at_least_s", nullptr},
                       {"key_looked_at", "after authentication"},
                       {"grace", "no"},
                       {"grace_at_least_s", nullptr},
                       {"partner_repeats", "no"},
                       {"keeps_refresh_token", "no"}};
    const J grace = {{"crash_safety", "grace"},
                     {"platform_crash_safety", "grace"},
                     {"partner_crash_safety", "grace"},
                     {"replays_by_key", "no"},
                     {"key_looked_at", "after authentication"},
                     {"grace", "yes"},
                     {"grace_s", 60},
                     {"grace_at_least_s", 60},
                     {"reuse_ends_session", "yes"},
                     {"partner_repeats", "yes"},
                     {"keeps_refresh_token", "no"}};
    const auto with = [](J base, const J& more) {
        base.update(more);
        return base;
    };
    return {
        {"replay",
         {{"crash_safety", "replay"},
          {"platform_crash_safety", "replay"},
          {"partner_crash_safety", "replay"},
          {"replays_by_key", "yes"},
          {"replay_at_least_s", 150},
          {"replay_ends_before_s", nullptr},
          {"key_looked_at", "before authentication"},
          {"grace", "no"},
          {"reuse_ends_session", "yes"},
          {"partner_repeats", "yes"},
          {"keeps_refresh_token", "no"},
          {"advice", {"a lost reply costs nothing: nothing to change"}}}},
        {"auth_first", with(nothing, {{"reuse_ends_session", "no"}})},
        {"strict", with(nothing, {{"reuse_ends_session", "no"}})},
        {"strict_family", with(nothing, {{"reuse_ends_session", "yes"}})},
        {"grace_fork", with(grace, {{"grace_gives", "another pair"}})},
        {"grace_same", with(grace, {{"grace_gives", "the same pair"}})},
        {"keeps_refresh_token",
         {{"crash_safety", "replay"},
          {"partner_crash_safety", "replay"},
          {"keeps_refresh_token", "yes"},
          {"replays_by_key", "no"},
          {"grace", "no"},
          {"reuse_ends_session", "unknown"},
          {"partner_repeats", "yes"}}},
    };
}

nlohmann::json answer_to(const Said& said, const std::string& what) {
    for (const auto& answer : said.json.value("answers", nlohmann::json::array())) {
        if (answer["what"] == what) return answer;
    }
    return nlohmann::json::object();
}

// Families of sessions that the ledger has for a borrower, as text.
std::string sessions_of(const nlohmann::json& ledger, const std::string& borrower) {
    std::ostringstream out;
    for (const auto& session : ledger["sessions"]) {
        if (session["borrowerExternalID"] == borrower) out << session.dump();
    }
    for (const auto& token : ledger["tokens"]) {
        if (token["borrowerExternalID"] == borrower) out << token.dump();
    }
    return out.str();
}

class DoctorModel : public ::testing::TestWithParam<Model> {};

TEST_P(DoctorModel, IsToldAsItIsAndTheAppsSessionIsUntouched) {
    DoctorWorld world(nlohmann::json{{"model", GetParam().name}});
    world.start();
    const std::string before = sessions_of(world.sandbox.ledger(), "borrower-1");
    const std::string stored = world.files().begin()->second;
    const Said said = world.diagnose();
    expect_found(said, GetParam().found);
    expect_found(said, {{"route", "platform"},
                        {"partner_refreshes", "yes"},
                        {"partner_forwards_key", "yes"},
                        {"old_session_token_lives", "no"},
                        {"second_session_ends_first", "no"},
                        {"refresh_needs_key", "yes"},
                        {"platform_timestamp", "yes"},
                        {"platform_date", "yes"},
                        {"partner_timestamp", "yes"},
                        {"backend_managed", "no"}});
    EXPECT_EQ(sessions_of(world.sandbox.ledger(), "borrower-1"), before);
    EXPECT_EQ(world.files().begin()->second, stored);
    EXPECT_TRUE(world.journeys().ok());
}

INSTANTIATE_TEST_SUITE_P(All, DoctorModel, ::testing::ValuesIn(models()),
                         [](const auto& one) { return std::string(one.param.name); });

// What the sandbox can be set to beside the model, in models that differ most.
struct Variant {
    const char* name;
    nlohmann::json settings;
    std::vector<std::string> partner;
    nlohmann::json found;
};

void PrintTo(const Variant& variant, std::ostream* out) {
    *out << variant.name;
}

class DoctorVariant : public ::testing::TestWithParam<Variant> {};

TEST_P(DoctorVariant, IsToldAsItIs) {
    const Variant& variant = GetParam();
    DoctorWorld world(variant.settings, variant.partner);
    expect_found(world.diagnose(), variant.found);
}

INSTANTIATE_TEST_SUITE_P(
    All, DoctorVariant,
    ::testing::Values(Variant{"OldTokenLives",
                              {{"model", "replay"}, {"old_session_token_lives", true}},
                              {},
                              {{"old_session_token_lives", "yes"}, {"crash_safety", "replay"}}},
                      Variant{"OneSessionAtATimeReplay",
                              {{"model", "replay"}, {"second_session_ends_first", true}},
                              {},
                              {{"second_session_ends_first", "yes"},
                               {"crash_safety", "replay"},
                               {"partner_forwards_key", "yes"}}},
                      Variant{"OneSessionAtATimeGrace",
                              {{"model", "grace_fork"}, {"second_session_ends_first", true}},
                              {},
                              {{"second_session_ends_first", "yes"}, {"grace_s", 60}}},
                      Variant{"OneSessionAtATimeStrict",
                              {{"model", "strict"}, {"second_session_ends_first", true}},
                              {},
                              {{"crash_safety", "heal only"}, {"reuse_ends_session", "no"}}},
                      Variant{"AuthFirstEndsTheSession",
                              {{"model", "auth_first"}, {"auth_first_revokes_family", true}},
                              {},
                              {{"crash_safety", "heal only"}, {"reuse_ends_session", "yes"}}},
                      Variant{"ShortGrace",
                              {{"model", "grace_same"}, {"grace_ms", 7000}},
                              {},
                              {{"crash_safety", "grace"}, {"grace_s", 5}, {"grace_at_least_s", 5}}},
                      Variant{"ShortReplay",
                              {{"model", "replay"}, {"idempotency_ttl_ms", 45000}},
                              {},
                              {{"crash_safety", "replay"}, {"replay_at_least_s", 30}}},
                      Variant{"RewrittenKeyReplay",
                              {{"model", "replay"}},
                              {"--rewrite-idempotency-key"},
                              {{"platform_crash_safety", "replay"},
                               {"partner_crash_safety", "heal only"},
                               {"partner_forwards_key", "no"}}},
                      Variant{"RewrittenKeyStrict",
                              {{"model", "strict"}},
                              {"--rewrite-idempotency-key"},
                              {{"partner_forwards_key", "no"}}},
                      Variant{"RewrittenKeyGrace",
                              {{"model", "grace_fork"}},
                              {"--rewrite-idempotency-key"},
                              {{"partner_crash_safety", "grace"}, {"partner_forwards_key", "no"}}},
                      Variant{"RewrittenKeyKeeps",
                              {{"model", "keeps_refresh_token"}},
                              {"--rewrite-idempotency-key"},
                              {{"partner_crash_safety", "replay"}, {"partner_forwards_key", "no"}}},
                      Variant{"PublicShape",
                              {{"model", "replay"}},
                              {"--shape", "public"},
                              {{"partner_timestamp", "no"}, {"crash_safety", "replay"}}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Doctor, TheLevelIsThatOfTheRoute) {
    DoctorWorld world(nlohmann::json{{"model", "replay"}}, {"--rewrite-idempotency-key"},
                      "partner");
    const Said said = world.diagnose();
    expect_found(said, {{"route", "partner"}, {"crash_safety", "heal only"}});
    const std::string advice = said.json["advice"].dump();
    EXPECT_NE(advice.find("does not forward Idempotency-Key"), std::string::npos) << advice;
    EXPECT_EQ(advice.find("nothing to change"), std::string::npos) << advice;
}

TEST(Doctor, CodesAndStatusesAreTheServers) {
    DoctorWorld world(nlohmann::json{{"model", "strict"}});
    const Said said = world.diagnose();
    ASSERT_TRUE(said.ok()) << said.text();
    for (const char* what : {"unknown session token", "unknown refresh token", "old session token",
                             "spent token, same key", "spent token, other key"}) {
        EXPECT_EQ(answer_to(said, what).value("status", 0), 401) << what;
        EXPECT_EQ(answer_to(said, what).value("code", ""), "AUTH_INVALID_SESSION") << what;
        EXPECT_EQ(answer_to(said, what).value("envelope", false), true) << what;
    }
    EXPECT_EQ(answer_to(said, "key of another token").value("status", 0), 422);
    EXPECT_EQ(answer_to(said, "refresh without key").value("status", 0), 400);
    EXPECT_EQ(answer_to(said, "partner without login").value("status", 0), 401);
    EXPECT_EQ(answer_to(said, "partner without login").value("envelope", true), false);
}

// Without a clock to move it waits, a short time, and says so.
TEST(Doctor, WaitsInTheFieldAndShowsIt) {
    DoctorWorld world(nlohmann::json{{"model", "replay"}});
    const Said said = world.run({"doctor", "--probe-seconds", "1"});
    expect_found(said, {{"crash_safety", "replay"}, {"replay_at_least_s", 1}});
    EXPECT_NE(said.errors.find("s to wait"), std::string::npos) << said.errors;
    EXPECT_NE(said.errors.find("doctor 7/7"), std::string::npos) << said.errors;
}

TEST(Doctor, NoSecretIsPrinted) {
    DoctorWorld world(nlohmann::json{{"model", "grace_fork"}});
    const Said said = world.diagnose();
    ASSERT_TRUE(said.ok()) << said.text();
    const std::string all = said.text();
    EXPECT_EQ(all.find("app-2"), std::string::npos);
    const nlohmann::json ledger = world.sandbox.ledger();
    for (const auto& token : ledger["tokens"])
        EXPECT_EQ(all.find(token["token"].get<std::string>()), std::string::npos);
    for (const auto& request : ledger["requests"]) {
        const auto& key = request["idempotency_key"];
        EXPECT_TRUE(!key.is_string() || key == "" ||
                    all.find(key.get<std::string>()) == std::string::npos);
    }
}

}  // namespace
}  // namespace credit::e2e
