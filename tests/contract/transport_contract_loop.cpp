// The Poller half: who wakes whom, and where completions run.
#include <chrono>
#include <thread>

#include "tests/contract/transport_contract.h"

namespace credit::test {
namespace {

using Steady = std::chrono::steady_clock;

// A wait this long only ends early by a wake; the tests fail, and do not hang, when it does not.
constexpr Millis kLong = seconds(20);

bool took_less_than(Steady::time_point since, Millis limit) {
    return Steady::now() - since < std::chrono::milliseconds(limit.count);
}

// `rounds` times: another thread wakes, this one must notice. Once lost, a wake costs kLong.
void ping_pong(Poller& poller, int rounds) {
    std::atomic<int> said{0};
    std::atomic<int> heard{0};
    std::thread other([&] {
        for (int i = 1; i <= rounds; ++i) {
            said = i;
            poller.wake();
            int now = heard.load();
            while (now < i) {
                heard.wait(now);
                now = heard.load();
            }
        }
    });
    const auto begin = Steady::now();
    while (heard.load() < rounds && took_less_than(begin, kLong)) {
        poller.wait(kLong);
        heard = said.load();
        heard.notify_one();
    }
    EXPECT_EQ(heard.load(), rounds) << "a wake was lost";
    heard = rounds;
    heard.notify_one();
    other.join();
}

}  // namespace

TEST_P(TransportContract, wake_ends_the_next_wait_before_any_request) {
    const auto begin = Steady::now();
    poller().wake();
    poller().wait(kLong);
    EXPECT_TRUE(took_less_than(begin, kLong / 2));
}

TEST_P(TransportContract, wait_ends_by_itself) {
    const auto begin = Steady::now();
    poller().wait(Millis{20});
    EXPECT_FALSE(took_less_than(begin, Millis{15}));
    poller().wait(Millis{0});
    poller().wait(Millis{-5});
    EXPECT_TRUE(took_less_than(begin, kLong));
}

TEST_P(TransportContract, wakes_from_another_thread_are_not_lost_before_any_request) {
    ping_pong(poller(), 500);
}

TEST_P(TransportContract, wakes_from_another_thread_are_not_lost_after_a_request) {
    TransportServer server(tls_script());
    ASSERT_TRUE(exchange(request("GET", server.url("/path"))).ok);
    ping_pong(poller(), 500);
}

TEST_P(TransportContract, wakes_from_another_thread_are_not_lost_around_the_first_request) {
    TransportServer server(tls_script());
    std::atomic<bool> stop{false};
    std::thread other([&] {
        while (!stop.load())
            poller().wake();
    });
    const HttpOutcome& outcome = exchange(request("GET", server.url("/path")));
    stop = true;
    other.join();
    EXPECT_TRUE(outcome.ok) << outcome.detail;
    ping_pong(poller(), 50);
}

TEST_P(TransportContract, wake_given_before_the_first_request_counts_after_it) {
    Gate never;
    TransportServer server(tls_script([&](const Received&, Channel&) {
        never.pass();
        return After::close;
    }));
    const OpenAtEnd open(never);
    poller().wake();
    const auto call = send(request("GET", server.url("/path")));
    ASSERT_TRUE(drive([&] { return server.received().size() == 1; }));
    const auto begin = Steady::now();
    poller().wake();
    poller().wait(kLong);
    EXPECT_TRUE(took_less_than(begin, kLong / 2));
    cancel(*call);
    expect_failure(finish(call), HttpFailure::cancelled, true);
}

TEST_P(TransportContract, failure_at_start_is_told_by_the_next_wait) {
    const auto call = send(request("GET", "not a url"));
    EXPECT_EQ(call->completions.load(), 0);
    const auto begin = Steady::now();
    poller().wait(kLong);
    EXPECT_TRUE(took_less_than(begin, kLong / 2));
    expect_failure(finish(call), HttpFailure::refused, false);
}

TEST_P(TransportContract, cancellation_is_told_by_the_next_wait) {
    Gate handshake;
    TransportServer::Script script = tls_script();
    script.accepted = [&](Channel&) {
        handshake.pass();
        return After::keep;
    };
    TransportServer server(script);
    const OpenAtEnd open(handshake);
    const auto call = send(request("GET", server.url("/path")));
    cancel(*call);
    const auto begin = Steady::now();
    poller().wait(kLong);
    EXPECT_TRUE(took_less_than(begin, kLong / 2));
    const HttpOutcome& outcome = finish(call);
    expect_failure(outcome, HttpFailure::cancelled, may_say_sent(*call));
}

TEST_P(TransportContract, completion_may_start_the_next_request) {
    TransportServer server(tls_script());
    std::atomic<int> completed{0};
    const std::string url = server.url("/path");
    std::function<void(HttpOutcome)> again = [&](HttpOutcome outcome) {
        EXPECT_TRUE(outcome.ok) << outcome.detail;
        if (++completed < 5) transport().start(fresh_post(url), again);
    };
    transport().start(fresh_post(url), again);
    drive([&] { return completed.load() == 5; });
    EXPECT_EQ(server.received().size(), 5U);
}

TEST_P(TransportContract, completion_may_cancel_another_request) {
    Gate never;
    TransportServer server(tls_script([&](const Received& request, Channel& channel) {
        if (request.target == "/silent") never.pass();
        channel.write(TransportServer::reply("{}"));
        return After::keep;
    }));
    const OpenAtEnd open(never);
    const auto silent = send(fresh_post(server.url("/silent")));
    ASSERT_TRUE(drive([&] { return server.received().size() == 1; }));
    bool told = false;
    transport().start(fresh_post(server.url("/path")), [&](HttpOutcome) {
        transport().cancel(silent->id);
        told = true;
    });
    ASSERT_TRUE(drive([&] { return told; }));
    expect_failure(finish(silent), HttpFailure::cancelled, true);
}

}  // namespace credit::test
