// An app's own HTTP client, clock, log and background assertion.
#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

#include "capi/src/clock_bridge.h"
#include "capi/src/port_adapters.h"
#include "platform/memory/manual_clock.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using capi::OwnedTable;

// An app's client that keeps what it was asked.
struct AppHttp {
    struct Seen {
        std::string method;
        std::string url;
        std::vector<std::pair<std::string, std::string>> headers;
        std::string body;
        std::int64_t timeout_ms = 0;
        std::uint64_t max_reply_bytes = 0;
        std::int32_t fresh_connection = 0;
    };
    Seen seen;
    credit_http_exchange* exchange = nullptr;
    credit_http_exchange* cancelled = nullptr;
    bool answer_inside = false;
    int released = 0;

    static AppHttp& of(void* context) { return *static_cast<AppHttp*>(context); }
    static void start(void* context, const credit_http_request* request,
                      credit_http_exchange* exchange) {
        AppHttp& self = of(context);
        self.seen = {checked(request->method), checked(request->url), {},
                     checked(request->body),   request->timeout_ms,   request->max_reply_bytes,
                     request->fresh_connection};
        for (std::uint32_t i = 0; i < request->header_count; ++i) {
            self.seen.headers.emplace_back(checked(request->headers[i].name),
                                           checked(request->headers[i].value));
        }
        self.exchange = exchange;
        if (self.answer_inside) credit_http_complete(exchange, 200, nullptr, 0, nullptr, 0);
    }
    static void cancel(void* context, credit_http_exchange* exchange) {
        of(context).cancelled = exchange;
    }
    static void release(void* context) { ++of(context).released; }

    credit_transport table() {
        credit_transport made = sized<credit_transport>();
        made.context = this;
        made.start = start;
        made.cancel = cancel;
        made.release = release;
        return made;
    }
};

class CapiTransport : public CapiTest {
  protected:
    void TearDown() override {
        port_.reset();
        EXPECT_EQ(app_.released, 1);
        CapiTest::TearDown();
    }

    static HttpRequest plain() {
        HttpRequest request;
        request.method = "GET";
        request.url = "https://a.example.com/x";
        return request;
    }
    Transport::RequestID start(HttpRequest request = plain()) {
        return port_->start(std::move(request), [this](HttpOutcome outcome) {
            ++calls_;
            outcome_ = std::move(outcome);
        });
    }
    static Now at(std::int64_t elapsed_ms) {
        return {WallTime{1'000'000}, ElapsedTime{elapsed_ms}, BootID{1}};
    }

    AppHttp app_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>(at(1'000));
    std::unique_ptr<capi::TableTransport> port_ = std::make_unique<capi::TableTransport>(
        std::make_shared<const OwnedTable<credit_transport>>(app_.table()), clock_);
    int calls_ = 0;
    HttpOutcome outcome_;
};

TEST_F(CapiTransport, TheAppSeesTheWholeRequest) {
    HttpRequest request;
    request.method = "POST";
    request.url = "https://a.example.com/x";
    request.headers = {{"X-A", "1"}};
    request.bearer = Secret::copy_of("rt_test_1");
    request.body.append("{}");
    request.timeout = Millis{1234};
    request.max_reply_bytes = 99;
    request.fresh_connection = true;
    start(std::move(request));
    EXPECT_EQ(app_.seen.method, "POST");
    EXPECT_EQ(app_.seen.url, "https://a.example.com/x");
    EXPECT_THAT(app_.seen.headers,
                ::testing::ElementsAre(std::pair("X-A", "1"),
                                       std::pair("Authorization", "Bearer rt_test_1")));
    EXPECT_EQ(app_.seen.body, "{}");
    EXPECT_EQ(app_.seen.timeout_ms, 1234);
    EXPECT_EQ(app_.seen.max_reply_bytes, 99u);
    EXPECT_EQ(app_.seen.fresh_connection, 1);
    EXPECT_EQ(credit_debug_live_objects(), 1u);

    const credit_header headers[] = {{str("Date"), str("today")}};
    credit_http_complete(app_.exchange, 201, headers, 1,
                         reinterpret_cast<const std::uint8_t*>("ok"), 2);
    EXPECT_EQ(calls_, 1);
    EXPECT_TRUE(outcome_.ok);
    EXPECT_EQ(outcome_.response.status, 201);
    EXPECT_EQ(*outcome_.response.header("date"), "today");
    EXPECT_EQ(outcome_.response.body.view(), "ok");
}

TEST_F(CapiTransport, TheFirstAnswerCountsAndLaterOnesTouchNothing) {
    start();
    credit_http_exchange* const first = app_.exchange;
    const std::uint64_t before = capi::ignored_completions();
    credit_http_fail(first, CREDIT_HTTP_TIMEOUT, 1, str("slow"));
    credit_http_complete(first, 200, nullptr, 0, nullptr, 0);
    credit_http_fail(first, CREDIT_HTTP_TLS, 0, str(""));
    EXPECT_EQ(calls_, 1);
    EXPECT_EQ(outcome_.failure, HttpFailure::timeout);
    EXPECT_EQ(outcome_.detail, "slow");
    // Also not the exchange that came after it.
    start();
    credit_http_complete(first, 200, nullptr, 0, nullptr, 0);
    EXPECT_EQ(calls_, 1);
    EXPECT_EQ(capi::ignored_completions(), before + 3);
    credit_http_complete(nullptr, 200, nullptr, 0, nullptr, 0);
    EXPECT_EQ(calls_, 1);
    credit_http_complete(app_.exchange, 204, nullptr, 0, nullptr, 0);
    EXPECT_EQ(calls_, 2);
}

TEST_F(CapiTransport, MayAnswerInsideStartAndFromAnotherThread) {
    app_.answer_inside = true;
    start();
    EXPECT_EQ(calls_, 1);
    app_.answer_inside = false;
    start();
    std::thread([this] {
        credit_http_complete(app_.exchange, 200, nullptr, 0, nullptr, 0);
    }).join();
    EXPECT_EQ(calls_, 2);
}

TEST_F(CapiTransport, FailuresArriveAsWhatTheyAre) {
    for (int failure = CREDIT_HTTP_RESOLVE; failure <= CREDIT_HTTP_REFUSED; ++failure) {
        start();
        credit_http_fail(app_.exchange, static_cast<credit_http_failure>(failure), failure % 2,
                         {nullptr, 0});
        EXPECT_FALSE(outcome_.ok);
        EXPECT_EQ(outcome_.failure, static_cast<HttpFailure>(failure - 1));
        EXPECT_EQ(outcome_.maybe_sent, failure % 2 != 0);
    }
    start();
    credit_http_fail(app_.exchange, static_cast<credit_http_failure>(99), 1, {nullptr, 7});
    EXPECT_EQ(outcome_.failure, HttpFailure::interrupted);
}

TEST_F(CapiTransport, R40_DetailsAreRedacted) {
    start();
    credit_http_fail(app_.exchange, CREDIT_HTTP_TLS, 0,
                     str("Bearer st_test_abcdefgh12345678 failed"));
    EXPECT_EQ(outcome_.detail.find("abcdefgh"), std::string::npos);
}

TEST_F(CapiTransport, R33_WhatNobodyMaySendDoesNotReachTheApp) {
    HttpRequest smuggled = plain();
    smuggled.headers.push_back({"X-Note", "a\r\nX-Other: b"});
    start(std::move(smuggled));
    EXPECT_EQ(outcome_.failure, HttpFailure::refused);
    HttpRequest open = plain();
    open.url = "http://a.example.com/x";
    start(std::move(open));
    EXPECT_EQ(outcome_.failure, HttpFailure::refused);
    EXPECT_FALSE(outcome_.maybe_sent);
    EXPECT_EQ(calls_, 2);
    EXPECT_EQ(app_.exchange, nullptr);
}

TEST_F(CapiTransport, R15_AMutationWithoutKeyAsksForAFreshConnection) {
    HttpRequest post = plain();
    post.method = "POST";
    start(std::move(post));
    EXPECT_EQ(app_.seen.fresh_connection, 1);
    credit_http_fail(app_.exchange, CREDIT_HTTP_TIMEOUT, 1, str(""));
    start();
    EXPECT_EQ(app_.seen.fresh_connection, 0);
    credit_http_fail(app_.exchange, CREDIT_HTTP_TIMEOUT, 1, str(""));
}

TEST_F(CapiTransport, RepliesAreCappedAndChecked) {
    const auto reply = [&](std::int32_t status, const credit_header* headers,
                           std::size_t header_count, const void* body, std::size_t size) {
        HttpRequest request = plain();
        request.max_reply_bytes = 4;
        request.max_header_bytes = 8;
        start(std::move(request));
        credit_http_complete(app_.exchange, status, headers, header_count,
                             static_cast<const std::uint8_t*>(body), size);
        return outcome_.ok ? std::nullopt : std::optional(outcome_.failure);
    };
    const credit_header fits[] = {{str("abcd"), str("efgh")}};
    const credit_header large[] = {{str("abcd"), str("efghi")}};
    const credit_header hollow[] = {{{nullptr, 4}, str("x")}};
    const std::vector<credit_header> many(257, fits[0]);
    EXPECT_EQ(reply(200, fits, 1, "1234", 4), std::nullopt);
    EXPECT_EQ(reply(200, nullptr, 0, "12345", 5), HttpFailure::reply_too_large);
    EXPECT_EQ(reply(200, large, 1, nullptr, 0), HttpFailure::reply_too_large);
    EXPECT_EQ(reply(200, many.data(), many.size(), nullptr, 0), HttpFailure::reply_too_large);
    EXPECT_EQ(reply(200, nullptr, 1, nullptr, 0), HttpFailure::interrupted);
    EXPECT_EQ(reply(200, nullptr, 0, nullptr, 3), HttpFailure::interrupted);
    EXPECT_EQ(reply(200, hollow, 1, nullptr, 0), HttpFailure::interrupted);
    EXPECT_EQ(reply(0, nullptr, 0, nullptr, 0), HttpFailure::interrupted);
    EXPECT_EQ(reply(600, nullptr, 0, nullptr, 0), HttpFailure::interrupted);
}

TEST_F(CapiTransport, R9_MaySendIsAskedOfTheSessionsClock) {
    HttpRequest request = plain();
    request.send_before = ElapsedTime{1'500};
    start(std::move(request));
    EXPECT_EQ(credit_http_may_send(app_.exchange), 1);
    clock_->advance(Millis{500});
    EXPECT_EQ(credit_http_may_send(app_.exchange), 1);
    clock_->advance(Millis{1});
    EXPECT_EQ(credit_http_may_send(app_.exchange), 0);
    credit_http_fail(app_.exchange, CREDIT_HTTP_LEASE_LAPSED, 0, str(""));
    EXPECT_EQ(credit_http_may_send(app_.exchange), 0);
    EXPECT_EQ(credit_http_may_send(nullptr), 0);
    start();
    clock_->advance(days(365));
    EXPECT_EQ(credit_http_may_send(app_.exchange), 1);
    credit_http_complete(app_.exchange, 200, nullptr, 0, nullptr, 0);
}

TEST_F(CapiTransport, CancelReachesOpenExchangesOnly) {
    const Transport::RequestID id = start();
    port_->cancel(id);
    EXPECT_EQ(app_.cancelled, app_.exchange);
    EXPECT_EQ(calls_, 0);
    credit_http_fail(app_.exchange, CREDIT_HTTP_CANCELLED, 1, str(""));
    EXPECT_EQ(calls_, 1);
    app_.cancelled = nullptr;
    port_->cancel(id);
    port_->cancel(12345);
    EXPECT_EQ(app_.cancelled, nullptr);
}

TEST_F(CapiTransport, TheContextOutlivesTheLastExchange) {
    start();
    port_.reset();
    EXPECT_EQ(app_.released, 0);
    credit_http_complete(app_.exchange, 200, nullptr, 0, nullptr, 0);
    EXPECT_EQ(calls_, 1);
    EXPECT_EQ(app_.released, 1);
}

// Keeps the request it was given.
class KeepingTransport : public Transport {
  public:
    RequestID start(HttpRequest request, Completion) override {
        send_before = request.send_before;
        return 1;
    }
    void cancel(RequestID) override {}
    ElapsedTime send_before;
};

TEST(CapiClockBridge, R9_TranslatesTheBoundBetweenClocks) {
    const auto kept = std::make_shared<KeepingTransport>();
    const auto session =
        std::make_shared<ManualClock>(Now{WallTime{0}, ElapsedTime{1'000}, BootID{1}});
    const auto own =
        std::make_shared<ManualClock>(Now{WallTime{0}, ElapsedTime{500'000}, BootID{1}});
    capi::ClockBridge bridge(kept, session, own);
    const auto translated = [&](std::int64_t send_before) {
        HttpRequest request;
        request.send_before = ElapsedTime{send_before};
        bridge.start(std::move(request), nullptr);
        return kept->send_before.ms;
    };
    EXPECT_EQ(translated(1'300), 500'300);
    EXPECT_LT(translated(900), 500'000);
    EXPECT_EQ(translated(INT64_MAX), INT64_MAX);
    EXPECT_GT(translated(INT64_MAX - 1), 500'000);
    EXPECT_LT(translated(INT64_MIN), 500'000);
}

TEST(CapiSmallPorts, ClockLoggerAndBackground) {
    struct App {
        std::string line;
        credit_log_level level = CREDIT_LOG_DEBUG;
        std::uint64_t ended = 0;
    } app;
    credit_clock clock = sized<credit_clock>();
    clock.now = [](void*, credit_now* out) {
        EXPECT_EQ(out->struct_size, sizeof *out);
        out->wall_ms = 1;
        out->elapsed_ms = 2;
        out->boot_id = 3;
    };
    capi::TableClock table_clock(std::make_shared<const OwnedTable<credit_clock>>(clock));
    const Now now = table_clock.now();
    EXPECT_EQ(now.wall.ms, 1);
    EXPECT_EQ(now.elapsed.ms, 2);
    EXPECT_EQ(now.boot.value, 3u);

    credit_logger logger = sized<credit_logger>();
    logger.context = &app;
    logger.log = [](void* context, credit_log_level level, credit_str line) {
        static_cast<App*>(context)->line = checked(line);
        static_cast<App*>(context)->level = level;
    };
    capi::TableLogger table_logger(std::make_shared<const OwnedTable<credit_logger>>(logger));
    table_logger.log(LogLevel::warning, std::string_view("hello world").substr(0, 5));
    EXPECT_EQ(app.line, "hello");
    EXPECT_EQ(app.level, CREDIT_LOG_WARNING);

    credit_background background = sized<credit_background>();
    background.context = &app;
    background.begin = [](void*) { return std::uint64_t{42}; };
    background.end = [](void* context, std::uint64_t handle) {
        static_cast<App*>(context)->ended = handle;
    };
    capi::TableBackground table_background(
        std::make_shared<const OwnedTable<credit_background>>(background));
    EXPECT_EQ(table_background.begin(), 42u);
    table_background.end(42);
    EXPECT_EQ(app.ended, 42u);
}

}  // namespace
}  // namespace credit::test
