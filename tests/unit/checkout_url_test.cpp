// The one-time URL of the hosted page: what is accepted, who gets it, and that nothing of it stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "core/base/arena.h"
#include "core/checkout/checkout.h"
#include "core/checkout/embed_url.h"
#include "platform/memory/manual_clock.h"

namespace credit::test {
namespace {

constexpr std::string_view kOrigin = "https://hosted.example.com";
constexpr std::string_view kUrl =
    "https://hosted.example.com/lab/"
    "embed?tenant_id=t1&borrower_provider_id=B%201#bt_test_9f8e7d6c5b";
constexpr std::string_view kToken = "bt_test_9f8e7d6c5b";

// The memory secrets live in, in sight of the test.
std::array<char, arena::kRegionBytes>& region() {
    alignas(64) static std::array<char, arena::kRegionBytes> bytes{};
    static const bool installed = [] {
        arena::install(bytes.data(), bytes.size(), false);
        return true;
    }();
    static_cast<void>(installed);
    return bytes;
}

bool in_memory(std::string_view what) {
    const auto& bytes = region();
    return std::search(bytes.begin(), bytes.end(), what.begin(), what.end()) != bytes.end();
}

std::shared_ptr<ManualClock> clock_at(std::int64_t elapsed) {
    return std::make_shared<ManualClock>(Now{WallTime{1'000'000}, ElapsedTime{elapsed}, BootID{7}});
}

std::unique_ptr<Checkout> received(const std::shared_ptr<ManualClock>& clock) {
    static_cast<void>(region());
    auto made = Checkout::receive(kUrl, {Environment::test, std::string(kOrigin), {}}, clock);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return std::move(made).value();
}

struct Taken {
    Code code;
    std::string url;
};

Taken take(Checkout& checkout) {
    std::array<char, 512> buffer{};
    std::size_t size = 99;
    const Code code = checkout.take(buffer.data(), buffer.size(), size);
    EXPECT_EQ(size == 0, code != Code::ok);
    return {code, std::string(buffer.data(), size)};
}

TEST(Checkout, R42_TakenOnceAndWiped) {
    const auto checkout = received(clock_at(0));
    EXPECT_TRUE(in_memory(kToken));
    const Taken first = take(*checkout);
    EXPECT_EQ(first.code, Code::ok);
    EXPECT_EQ(first.url, kUrl);
    EXPECT_FALSE(in_memory(kToken));
    EXPECT_EQ(take(*checkout).code, Code::checkout_taken);
}

TEST(Checkout, R42_OneOfManyThreadsGetsIt) {
    constexpr int kThreads = 8;
    for (int round = 0; round < 50; ++round) {
        const auto checkout = received(clock_at(0));
        std::atomic<int> won{0};
        std::atomic<int> told{0};
        std::latch start(kThreads);
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                const Taken mine = take(*checkout);
                won += mine.code == Code::ok && mine.url == kUrl;
                told += mine.code == Code::checkout_taken;
            });
        }
        threads.clear();
        EXPECT_EQ(won, 1);
        EXPECT_EQ(told, kThreads - 1);
    }
}

TEST(Checkout, R42_ExpiresTwoMinutesAfterReceiptAndIsWiped) {
    const auto clock = clock_at(50'000);
    const auto early = received(clock);
    const auto late = received(clock);
    clock->advance(Checkout::kLife - Millis{1});  // asleep or awake: elapsed time counts both
    EXPECT_EQ(take(*early).code, Code::ok);
    clock->advance(Millis{1});
    EXPECT_EQ(take(*late).code, Code::checkout_expired);
    EXPECT_FALSE(in_memory(kToken));
    EXPECT_EQ(take(*late).code, Code::checkout_expired);
    EXPECT_EQ(take(*early).code, Code::checkout_taken) << "what was taken has not expired";
}

TEST(Checkout, R42_AnyCallAfterTheEndWipes) {
    const auto clock = clock_at(0);
    const auto checkout = received(clock);
    clock->advance(Checkout::kLife);
    EXPECT_TRUE(in_memory(kToken));
    EXPECT_TRUE(checkout->allows("https://hosted.example.com/", true)) << "the view may go on";
    EXPECT_FALSE(in_memory(kToken));
}

TEST(Checkout, R42_TheWallClockDoesNotCount) {
    const auto clock = clock_at(0);
    const auto checkout = received(clock);
    clock->set_wall(WallTime{1'000'000 + hours(5).count});
    EXPECT_EQ(take(*checkout).code, Code::ok);
}

TEST(Checkout, R42_AnotherBootOrAClockThatWentBackIsOver) {
    const auto rebooted = clock_at(10);
    const auto first = received(rebooted);
    rebooted->reboot(BootID{8}, seconds(1));
    EXPECT_EQ(take(*first).code, Code::checkout_expired);

    const auto back = clock_at(5'000);
    const auto second = received(back);
    back->advance(Millis{-1});
    EXPECT_EQ(take(*second).code, Code::checkout_expired);
}

TEST(Checkout, R42_ClocksOfAnyValueAreSafe) {
    for (const std::int64_t from : {INT64_MIN, std::int64_t{-5}, std::int64_t{0}}) {
        const auto clock = clock_at(from);
        const auto checkout = received(clock);
        EXPECT_NE(take(*checkout).code, Code::checkout_expired);
    }
    const auto clock = std::make_shared<ManualClock>(Now{{}, ElapsedTime{INT64_MIN}, BootID{7}});
    const auto checkout = received(clock);
    clock->advance(Millis{INT64_MAX});
    EXPECT_EQ(take(*checkout).code, Code::checkout_expired);
}

TEST(Checkout, R42_ReleasingWipes) {
    auto checkout = received(clock_at(0));
    EXPECT_TRUE(in_memory(kToken));
    checkout.reset();
    EXPECT_FALSE(in_memory(kToken));
}

TEST(Checkout, R42_ABufferThatIsTooSmallCostsNothing) {
    const auto checkout = received(clock_at(0));
    std::array<char, 512> buffer{};
    std::size_t size = 0;
    EXPECT_EQ(checkout->take(nullptr, 0, size), Code::buffer_too_small);
    EXPECT_EQ(size, kUrl.size());
    EXPECT_EQ(checkout->take(buffer.data(), kUrl.size(), size), Code::buffer_too_small)
        << "no room for the NUL";
    EXPECT_EQ(buffer[0], '\0');
    EXPECT_EQ(checkout->take(buffer.data(), kUrl.size() + 1, size), Code::ok);
    EXPECT_EQ(std::string_view(buffer.data(), size), kUrl);
    EXPECT_EQ(buffer[size], '\0');
}

struct UrlCase {
    std::string_view url;
    Code code;
    Environment environment = Environment::test;
    std::string_view origin = kOrigin;
};

TEST(Checkout, R42_OriginSchemeAndTokenAreChecked) {
    using enum Environment;
    constexpr std::string_view kLive = "https://credit.aarthiklabs.com";
    constexpr std::string_view kLocal = "http://127.0.0.1:8080";
    const UrlCase cases[] = {
        {kUrl, Code::ok},
        {"https://HOSTED.example.com:443/e#bt_test_12345678", Code::ok},
        {"https://hosted.example.com/e#token=bt_test_12345678", Code::ok},
        {"https://hosted.example.com/e#opaque-token.of-tomorrow", Code::ok},
        {"https://credit.aarthiklabs.com/lab/embed#bt_live_12345678", Code::ok, live, kLive},
        {"http://127.0.0.1:8080/e#bt_test_12345678", Code::ok, test, kLocal},
        {"", Code::config_missing},
        {"https://hosted.example.com/e", Code::config_invalid},
        {"https://hosted.example.com/e#", Code::config_invalid},
        {"https://hosted.example.com/e#bt_test_1#2", Code::ok},
        {"https://hosted.example.com/e#bt\\test", Code::contract_invalid_token},
        {"https://hosted.example.com/e#bt test", Code::contract_invalid_token},
        {"https://hosted.example.com/e#bt_test_\n", Code::contract_invalid_token},
        {"https://hosted.example.com/e#bt_test_\xc3\xa9", Code::contract_invalid_token},
        {"https://hosted.example.com/e#sk_test_12345678", Code::api_key_refused},
        {"https://hosted.example.com/e?k=sk_test_12345678#bt_test_1", Code::api_key_refused},
        {"https://hosted.example.com/e?t=bt_test_12345678#x", Code::config_invalid},
        {"https://hosted.example.com/e?t=bt%5ftest_12345678#x", Code::config_invalid},
        {"https://hosted.example.com/e#bt_live_12345678", Code::environment_mismatch},
        {"https://hosted.example.com/e#token=bt_live_12345678", Code::environment_mismatch},
        {"https://credit.aarthiklabs.com/e#bt_test_12345678", Code::environment_mismatch, live,
         kLive},
        {"http://hosted.example.com/e#bt_test_12345678", Code::insecure_url},
        {"http://127.0.0.1:8080/e#bt_live_12345678", Code::insecure_url, live, kLocal},
        {"javascript:alert(1)#bt_test_12345678", Code::insecure_url},
        {"data:text/html,x#bt_test_12345678", Code::insecure_url},
        {"https://hosted.example.com.evil.org/e#bt_test_1", Code::origin_refused},
        {"https://xhosted.example.com/e#bt_test_1", Code::origin_refused},
        {"https://hosted.example.com:8443/e#bt_test_1", Code::origin_refused},
        {"https://example.com/e#bt_test_1", Code::origin_refused},
        {"https://hosted.example.com@evil.org/e#bt_test_1", Code::config_invalid},
        {"https://evil.org\\@hosted.example.com/e#bt_test_1", Code::config_invalid},
        {"https://hosted.example.com%2eevil.org/e#bt_test_1", Code::config_invalid},
        {"https://hosted.example.com./e#bt_test_1", Code::config_invalid},
        {"https://hosted.ex\xc3\xa4mple.com/e#bt_test_1", Code::config_invalid},
        {"//hosted.example.com/e#bt_test_1", Code::insecure_url},
    };
    for (const UrlCase& c : cases) {
        const Status status = check_embed_url(c.url, c.origin, c.environment);
        const Code code = status.ok() ? Code::ok : status.error().code;
        EXPECT_EQ(code, c.code) << c.url;
    }
}

TEST(Checkout, R42_RefusalsDoNotShowTheUrl) {
    for (const std::string_view url :
         {"http://hosted.example.com/e#bt_test_S3CRET", "https://h.example/S3CRET#bt_test_1",
          "https://hosted.example.com/e#bt_live_S3CRET", "https://hosted.example.com/e# S3CRET"}) {
        const auto made =
            Checkout::receive(url, {Environment::test, std::string(kOrigin), {}}, clock_at(0));
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.error().message.find("S3CRET"), std::string::npos) << made.error().message;
        EXPECT_TRUE(made.error().message.starts_with("embed_url: ")) << made.error().message;
    }
}

TEST(Checkout, R42_LongUrlsAreRefused) {
    const std::string page = "https://hosted.example.com/";
    const auto code = [&](std::string_view url) {
        const Status status = check_embed_url(url, kOrigin, Environment::test);
        return status.ok() ? Code::ok : status.error().code;
    };
    EXPECT_EQ(code(page + std::string(2048 - page.size(), 'a') + "#t"), Code::ok);
    EXPECT_EQ(code(page + std::string(2049 - page.size(), 'a') + "#t"), Code::config_invalid);
    const std::size_t rest = 8192 - page.size() - 1;
    EXPECT_EQ(code(page + "#" + std::string(rest, 't')), Code::ok);
    EXPECT_EQ(code(page + "#" + std::string(rest + 1, 't')), Code::config_invalid);
}

}  // namespace
}  // namespace credit::test
