// R10: what is the same session, the same configuration, the same place.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "capi/src/composition.h"
#include "capi/src/config_check.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using CapiSameSession = CapiTest;

TEST_F(CapiSameSession, R10_OpeningTwiceGivesTheSameHandle) {
    const Config config = good_config();
    const Config equal = good_config();
    const SessionHandle first = open(config);
    const SessionHandle again = open(equal);
    const SessionHandle other = open(config, "borrower-2");
    EXPECT_EQ(first.get(), again.get());
    EXPECT_NE(first.get(), other.get());
}

TEST_F(CapiSameSession, R10_AnotherConfigurationIsAConflict) {
    const Config config = good_config();
    const SessionHandle first = open(config);
    EXPECT_EQ(credit_config_set_user_agent(config.get(), str("other/1")), CREDIT_OK);
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    EXPECT_EQ(credit_session_open(config.get(), str("borrower-1"), &session, &error),
              CREDIT_CONFIG_CONFLICT);
    EXPECT_EQ(session, nullptr);
    EXPECT_EQ(credit_error_code(error), CREDIT_CONFIG_CONFLICT);
    credit_error_release(error);
}

TEST_F(CapiSameSession, AHandleLivesUntilItsLastReference) {
    const Config config = good_config();
    SessionHandle first = open(config);
    credit_session* const kept = credit_session_retain(first.get());
    first.reset();
    EXPECT_NE(fake::last_opened(), nullptr);
    credit_state_info info = sized<credit_state_info>();
    EXPECT_EQ(credit_session_state(kept, &info), CREDIT_OK);
    credit_session_release(kept);
    EXPECT_EQ(fake::last_opened(), nullptr);
    EXPECT_EQ(credit_session_retain(nullptr), nullptr);
    credit_session_release(nullptr);
}

TEST_F(CapiSameSession, ThreadsMayOpenAndReleaseAtWill) {
    // The fake's registry knows no threads, so one session stays open and the handle's life alone
    // is raced for.
    const Config config = good_config();
    const SessionHandle first = open(config);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; ++i) {
                credit_session* const mine = credit_session_retain(first.get());
                credit_session_release(mine);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(credit_debug_live_objects(), 2u);
}

std::string fingerprint(const Config& config) {
    const Result<SessionConfig> made = capi::make_session_config(*config);
    return made.ok() ? made.value().settings.fingerprint : "refused: " + made.error().message;
}

std::int64_t ticks_a = 0;
std::int64_t ticks_b = 0;
void now(void*, credit_now*) {}
credit_clock clock_with(void* context) {
    credit_clock clock = sized<credit_clock>();
    clock.context = context;
    clock.now = now;
    return clock;
}

TEST_F(CapiSameSession, R10_FingerprintsDifferWhereConfigurationsDo) {
    using Change = void (*)(credit_config*);
    const Change changes[] = {
        [](credit_config* c) {
            (void)credit_config_set_platform_url(c, str("https://b.example.com"));
        },
        [](credit_config* c) {
            (void)credit_config_set_partner_url(c, str("https://b.example.com"));
        },
        [](credit_config* c) { (void)credit_config_set_storage_dir(c, str("/nonexistent/other")); },
        [](credit_config* c) {
            std::uint8_t key[32] = {9};
            (void)credit_config_set_storage_key(c, key, sizeof key);
        },
        [](credit_config* c) { (void)credit_config_set_user_agent(c, str("x")); },
        [](credit_config* c) {
            credit_policy policy = sized<credit_policy>();
            policy.settle_window_ms = 1'000;
            (void)credit_config_set_policy(c, &policy);
        },
        [](credit_config* c) {
            credit_refresh_request request = sized<credit_refresh_request>();
            request.quote_idempotency_key = 1;
            (void)credit_config_set_refresh_request(c, &request);
        },
        [](credit_config* c) {
            const credit_clock clock = clock_with(&ticks_a);
            (void)credit_config_set_clock(c, &clock);
        },
        [](credit_config* c) {
            const credit_clock clock = clock_with(&ticks_b);
            (void)credit_config_set_clock(c, &clock);
        },
    };
    std::vector<std::string> seen = {fingerprint(good_config())};
    EXPECT_EQ(seen[0], fingerprint(good_config()));
    for (const Change change : changes) {
        const Config config = good_config();
        change(config.get());
        const std::string mine = fingerprint(config);
        EXPECT_THAT(seen, ::testing::Not(::testing::Contains(mine)));
        seen.push_back(mine);
        EXPECT_EQ(mine.size(), 64u);
    }
}

TEST_F(CapiSameSession, OnePlaceHasOneName) {
    namespace fs = std::filesystem;
    const fs::path base = fs::temp_directory_path() / ("credit-capi-" + std::to_string(getpid()));
    fs::create_directories(base / "real");
    fs::create_directory_symlink(base / "real", base / "link");
    const std::string place = capi::storage_place((base / "real").string());
    EXPECT_EQ(capi::storage_place((base / "real" / "").string()), place);
    EXPECT_EQ(capi::storage_place((base / "link").string()), place);
    EXPECT_EQ(capi::storage_place((base / "x" / ".." / "real").string()), place);
    EXPECT_EQ(capi::storage_place((base / "real" / "new").string()), place + "/new");
    EXPECT_TRUE(fs::path(capi::storage_place("relative")).is_absolute());
    fs::remove_all(base);
}

}  // namespace
}  // namespace credit::test
