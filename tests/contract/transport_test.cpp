// libcurl held to the transport contract, and what only concerns libcurl.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <new>
#include <thread>

#include "platform/curl/curl_engine.h"
#include "tests/contract/transport_contract.h"
#include "tests/contract/transport_failing_memory.h"
#include "tests/contract/transport_slow_resolver.h"

namespace credit::test {
namespace {

TransportKit make_curl(std::shared_ptr<Clock> clock, std::shared_ptr<Logger> logger) {
    auto made = std::make_shared<CurlTransport>(std::move(clock), std::move(logger));
    return {made, made.get(), made.get()};
}

TransportSubject curl_subject() {
    TransportSubject subject;
    subject.name = "curl";
    subject.make = make_curl;
    return subject;
}

const TransportSubject kCurl = curl_subject();

}  // namespace

INSTANTIATE_TEST_SUITE_P(Curl, TransportContract, ::testing::Values(kCurl),
                         [](const auto& subject) { return subject.param.name; });

// The contract's fixture, for what is true of libcurl alone.
class CurlTransportTest : public TransportContract {};
INSTANTIATE_TEST_SUITE_P(Curl, CurlTransportTest, ::testing::Values(kCurl),
                         [](const auto& subject) { return subject.param.name; });

// The defect that R15 guards against is real, and the server would notice: with its key, on a kept
// connection, one call is delivered twice.
TEST_P(CurlTransportTest, R15_libcurl_repeats_a_keyed_post_on_a_kept_connection) {
    TransportServer server(tls_script([](const Received& request, Channel& channel) {
        if (request.target != "/warm") return After::close;
        channel.write(TransportServer::reply("warm"));
        return After::keep;
    }));
    ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
    HttpRequest post = request("POST", server.url("/path"));
    post.headers.push_back({"idempotency-key", "key-1"});
    expect_failure(exchange(std::move(post)), HttpFailure::interrupted, true);
    EXPECT_EQ(server.received().size(), 3U);
}

TEST_P(CurlTransportTest, sends_no_header_of_its_own) {
    TransportServer server(tls_script());
    HttpRequest get = request("GET", server.url("/path"));
    get.headers.push_back({"X-Empty", ""});
    ASSERT_TRUE(exchange(std::move(get)).ok);
    const Received seen = server.received().back();
    EXPECT_EQ(seen.header_count(), 3U) << seen.head;  // Host, Authorization, X-Empty
    EXPECT_EQ(seen.header("X-Empty"), "");
    ASSERT_TRUE(exchange(fresh_post(server.url("/path"))).ok);
    EXPECT_EQ(server.received().back().header_count(), 3U);  // Host, Authorization, Content-Length
}

// libcurl does not tell an end with close_notify from a cut, so such a reply is never known to be
// whole.
TEST_P(CurlTransportTest, reply_that_ends_with_its_connection_is_no_reply) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}");
        return After::close;
    }));
    const HttpOutcome& outcome = exchange(fresh_post(server.url("/path")));
    expect_failure(outcome, HttpFailure::interrupted, true);
    EXPECT_EQ(outcome.detail, "the reply does not say where it ends");
}

TEST_P(CurlTransportTest, R22_room_for_an_ordinary_reply_is_taken_before_sending) {
    TransportServer server(tls_script());
    const HttpOutcome& outcome = exchange(fresh_post(server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.body.capacity(), 8U * 1024);
}

TEST_P(CurlTransportTest, completions_run_inside_wait_on_its_thread) {
    TransportServer server(tls_script());
    const std::thread::id engine = std::this_thread::get_id();
    bool inside_wait = false;
    bool told = false;
    transport().start(request("GET", server.url("/path")), [&](HttpOutcome outcome) {
        EXPECT_TRUE(outcome.ok) << outcome.detail;
        EXPECT_TRUE(inside_wait);
        EXPECT_EQ(std::this_thread::get_id(), engine);
        told = true;
    });
    inside_wait = true;
    drive([&] { return told; });
}

TEST_P(CurlTransportTest, trust_stores_of_the_environment_are_ignored) {
    TransportServer server(tls_script());
    const std::string path =
        (std::filesystem::temp_directory_path() / ("credit-ca-" + std::to_string(::getpid())))
            .string();
    std::ofstream(path) << authority_.pem();
    const EnvironmentVariable file("SSL_CERT_FILE", path), bundle("CURL_CA_BUNDLE", path);
    HttpRequest get = request("GET", server.url("/path"));
    get.tls = nullptr;
    expect_failure(exchange(std::move(get)), HttpFailure::tls, false);
    std::filesystem::remove(path);
}

TEST_P(CurlTransportTest, slow_name_server_does_not_hold_up_a_cancel) {
    const SlowResolver slow;
    const auto call = send(fresh_post(std::string("https://") + kSlowHost + "/path"));
    ASSERT_TRUE(drive([&] { return slow.waiting() == 1; }));
    cancel(*call);
    expect_failure(finish(call), HttpFailure::cancelled, false);
    EXPECT_EQ(slow.waiting(), 1);
}

TEST_P(CurlTransportTest, slow_name_server_does_not_hold_up_a_timeout_nor_other_requests) {
    const SlowResolver slow;
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(std::string("https://") + kSlowHost + "/path");
    post.timeout = Millis{300};
    const auto call = send(std::move(post));
    ASSERT_TRUE(drive([&] { return slow.waiting() == 1; }));
    EXPECT_TRUE(exchange(request("GET", server.url("/path"))).ok);
    expect_failure(finish(call), HttpFailure::connect, false);
    EXPECT_EQ(slow.waiting(), 1);
}

TEST_P(CurlTransportTest, too_many_requests_fail_unsent) {
    Gate never;
    TransportServer::Script script = tls_script();
    script.accepted = [&](Channel&) {
        never.pass();
        return After::close;
    };
    TransportServer server(script);
    const OpenAtEnd open(never);
    std::vector<std::shared_ptr<Call>> calls;
    for (std::size_t i = 0; i < CurlTransport::kMaxTransfers; ++i) {
        calls.push_back(send(request("GET", server.url("/path"))));
    }
    const auto above = send(request("GET", server.url("/path")));
    // Before the first wait, so that none of them opens a connection.
    for (const auto& call : calls)
        cancel(*call);
    poller().wait(Millis{0});
    EXPECT_EQ(above->completions.load(), 1);
    expect_failure(finish(above), HttpFailure::connect, false);
    for (const auto& call : calls)
        expect_failure(finish(call), HttpFailure::cancelled, false);
}

TEST_P(CurlTransportTest, destruction_ends_open_requests_without_a_word) {
    TransportServer server(tls_script());
    int told = 0;
    {
        CurlTransport mine(clock_, log_);
        mine.start(request("GET", server.url("/path")), [&](HttpOutcome) { ++told; });
        mine.start(request("GET", "not a url"), [&](HttpOutcome) { ++told; });
    }
    EXPECT_EQ(told, 0);
}

#if CREDIT_TEST_FAILING_MEMORY
// Every allocation of C++ code inside start() and wait() fails in turn; nothing escapes through C,
// nothing is told twice, and the request ends whole or as out of memory.
TEST_P(CurlTransportTest, any_failing_allocation_ends_as_out_of_memory) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write(TransportServer::reply(std::string(20'000, 'b'),
                                             "X-Long-Header-Name-One: 01234567890123456789\r\n"
                                             "X-Long-Header-Name-Two: 01234567890123456789\r\n"));
        return After::keep;
    }));
    ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
    bool refused = true;
    int failures = 0;
    for (int successes = 0; refused; ++successes) {
        ASSERT_LT(successes, 1'000);
        refused = false;
        HttpRequest post = fresh_post(server.url("/path"));
        post.headers.push_back({"Idempotency-Key", "0123456789012345678901234567890123456789"});
        std::optional<HttpOutcome> told;
        bool threw = false;
        CurlTransport::Completion done = [&](HttpOutcome outcome) {
            refused = stop_failing_allocations() || refused;
            EXPECT_FALSE(told.has_value());
            told = std::move(outcome);
        };
        fail_allocations_after(successes);
        try {
            transport().start(std::move(post), std::move(done));
        } catch (const std::bad_alloc&) {
            threw = true;
        }
        while (!threw && !told)
            poller().wait(seconds(10));
        refused = stop_failing_allocations() || refused;
        if (threw) continue;
        if (!refused) {
            EXPECT_TRUE(told->ok) << told->detail;
        } else if (!told->ok) {
            ++failures;
            EXPECT_EQ(static_cast<int>(told->failure),
                      static_cast<int>(HttpFailure::out_of_memory));
        }
    }
    EXPECT_GT(failures, 3);
    EXPECT_TRUE(exchange(request("GET", server.url("/after"))).ok);
}
#endif

// Runs in a process of its own, because libcurl looks at the variable once, when it is initialised.
class CurlKeyLogDeathTest : public ::testing::Test {
  protected:
    static void request_with_key_log() {
        const std::string path = (std::filesystem::temp_directory_path() /
                                  ("credit-keylog-" + std::to_string(::getpid())))
                                     .string();
        const EnvironmentVariable variable("SSLKEYLOGFILE", path);
        const CertificateAuthority authority("key log CA");
        TransportServer::Script script;
        script.identity = authority.issue();
        TransportServer server(script);
        CurlTransport transport(std::make_shared<SettableClock>(), std::make_shared<KeptLog>());
        auto settings = std::make_shared<TlsSettings>();
        settings->ca_bundle_pem = authority.pem();
        HttpRequest get;
        get.method = "GET";
        get.url = server.url("/path");
        get.tls = settings;
        std::optional<HttpOutcome> told;
        transport.start(std::move(get), [&](HttpOutcome outcome) { told = std::move(outcome); });
        while (!told)
            transport.wait(seconds(1));
        const bool refused = !told->ok && told->failure == HttpFailure::refused &&
                             !told->maybe_sent &&
                             told->detail.find("SSLKEYLOGFILE") != std::string::npos;
        if (std::filesystem::remove(path)) std::_Exit(2);
        std::_Exit(refused && server.connections() == 0 ? 0 : 1);
    }
};

TEST_F(CurlKeyLogDeathTest, R40_no_tls_secret_reaches_a_key_log) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(request_with_key_log(), ::testing::ExitedWithCode(0), "");
}

}  // namespace credit::test
