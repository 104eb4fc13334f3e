// How often a request reaches the server, and what the transport says about it (R9, R15).
#include <array>

#include "tests/contract/transport_contract.h"

namespace credit::test {
namespace {

// Answers /warm and keeps the connection; reads anything else whole and closes without a word.
After die_after_warm(const Received& request, Channel& channel) {
    if (request.target != "/warm") return After::close;
    channel.write(TransportServer::reply("warm"));
    return After::keep;
}

int deliveries(const TransportServer& server, const std::string& target) {
    int count = 0;
    for (const Received& request : server.received())
        count += request.target == target ? 1 : 0;
    return count;
}

}  // namespace

TEST_P(TransportContract, R15_fresh_post_is_delivered_once_when_its_connection_dies) {
    TransportServer server(tls_script(die_after_warm));
    ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
    HttpRequest post = fresh_post(server.url("/path"));
    post.headers.push_back({"Idempotency-Key", "key-1"});
    expect_failure(exchange(std::move(post)), HttpFailure::interrupted, true);
    EXPECT_EQ(deliveries(server, "/path"), 1);
    EXPECT_EQ(server.connections(), 2);
}

TEST_P(TransportContract, R15_mutation_without_idempotency_key_is_delivered_once) {
    TransportServer server(tls_script(die_after_warm));
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
        ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
        const std::string target = std::string("/path-") + method;
        expect_failure(exchange(request(method, server.url(target))), HttpFailure::interrupted,
                       true);
        EXPECT_EQ(deliveries(server, target), 1) << method;
    }
}

TEST_P(TransportContract, R15_keyed_mutation_repeats_only_with_its_key) {
    // On a kept connection a transport may repeat a request that carries its key; it must be the
    // same request.
    TransportServer server(tls_script(die_after_warm));
    ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
    HttpRequest post = request("POST", server.url("/path"), R"({"a":1})");
    post.headers.push_back({"Idempotency-Key", "key-1"});
    expect_failure(exchange(std::move(post)), HttpFailure::interrupted, true);
    EXPECT_GE(deliveries(server, "/path"), 1);
    for (const Received& seen : server.received()) {
        if (seen.target != "/path") continue;
        EXPECT_EQ(seen.header("Idempotency-Key"), "key-1");
        EXPECT_EQ(seen.body, R"({"a":1})");
    }
}

TEST_P(TransportContract, R15_kept_connections_are_used_again_and_fresh_ones_never) {
    TransportServer server(tls_script());
    ASSERT_TRUE(exchange(fresh_post(server.url("/1"))).ok);
    ASSERT_TRUE(exchange(request("GET", server.url("/2"))).ok);
    EXPECT_EQ(server.connections(), 2) << "what a fresh request opened was left for others";
    ASSERT_TRUE(exchange(request("GET", server.url("/3"))).ok);
    EXPECT_EQ(server.connections(), 2);
    ASSERT_TRUE(exchange(fresh_post(server.url("/4"))).ok);
    EXPECT_EQ(server.connections(), 3);
}

TEST_P(TransportContract, reset_before_the_handshake_is_unsent) {
    for (const bool greeted : {false, true}) {
        TransportServer::Script script = tls_script();
        script.accepted = [greeted](Channel& channel) {
            std::array<char, 16> hello{};
            if (greeted) channel.read(hello.data(), hello.size());
            return After::reset;
        };
        TransportServer server(script);
        const HttpOutcome& outcome = exchange(fresh_post(server.url("/path")));
        EXPECT_FALSE(outcome.ok);
        EXPECT_FALSE(outcome.maybe_sent) << outcome.detail;
        EXPECT_TRUE(server.received().empty());
    }
}

TEST_P(TransportContract, reset_before_the_reply_may_have_been_sent) {
    TransportServer::Script script = tls_script();
    script.opened = [](Channel&) { return After::reset; };
    TransportServer server(script);
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
}

TEST_P(TransportContract, reset_instead_of_a_reply) {
    TransportServer server(tls_script([](const Received&, Channel&) { return After::reset; }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST_P(TransportContract, reset_within_the_headers) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\nContent-Le");
        return After::reset;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
}

TEST_P(TransportContract, connection_closed_within_the_headers) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
        return After::close;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
}

TEST_P(TransportContract, interim_reply_alone_is_no_reply) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 100 Continue\r\n\r\n");
        return After::close;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
}

TEST_P(TransportContract, bytes_that_are_no_http_are_no_reply) {
    for (const char* bytes :
         {"garbage garbage garbage\r\n\r\n{}", "HTTP/1.1 banana\r\n\r\n{}", ""}) {
        TransportServer server(tls_script([bytes](const Received&, Channel& channel) {
            channel.write(bytes);
            return After::close;
        }));
        expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
    }
}

TEST_P(TransportContract, reset_after_a_complete_reply_changes_nothing) {
    Gate told;
    TransportServer server(tls_script([&](const Received& request, Channel& channel) {
        channel.write(TransportServer::reply("whole"));
        if (request.target == "/last") return After::keep;
        told.pass();
        return After::reset;
    }));
    const OpenAtEnd open(told);
    const HttpOutcome& outcome = exchange(request("GET", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.body.view(), "whole");
    told.open();
    EXPECT_TRUE(exchange(request("GET", server.url("/last"))).ok);
}

TEST_P(TransportContract, body_shorter_than_its_length_is_no_reply) {
    for (const After after : {After::close, After::cut, After::reset}) {
        TransportServer server(tls_script([after](const Received&, Channel& channel) {
            channel.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":1}");
            return after;
        }));
        expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
    }
}

TEST_P(TransportContract, chunked_body_without_its_end_is_no_reply) {
    for (const char* body : {"5\r\nhello\r\n", "5\r\nhel", "5\r\nhello\r\n0\r\n"}) {
        for (const After after : {After::close, After::cut}) {
            TransportServer server(tls_script([&](const Received&, Channel& channel) {
                channel.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                channel.write(body);
                return after;
            }));
            const HttpOutcome& outcome = exchange(fresh_post(server.url("/path")));
            // The zero chunk ends the body; a transport may do without the last line break.
            if (std::string_view(body).ends_with("0\r\n") && outcome.ok) {
                EXPECT_EQ(outcome.response.body.view(), "hello");
                continue;
            }
            expect_failure(outcome, HttpFailure::interrupted, true);
        }
    }
}

TEST_P(TransportContract, unframed_body_cut_off_by_a_third_party_is_no_reply) {
    // Without a length only TLS's close_notify tells the end from an attack.
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}");
        return After::cut;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::interrupted, true);
}

TEST_P(TransportContract, R9_lapsed_lease_sends_nothing) {
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.send_before = {clock_->elapsed_ms - 1};
    expect_failure(exchange(std::move(post)), HttpFailure::lease_lapsed, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, R9_lease_at_its_last_millisecond_still_sends) {
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.send_before = {clock_->elapsed_ms};
    EXPECT_TRUE(exchange(std::move(post)).ok);
}

TEST_P(TransportContract, R9_lease_that_lapses_while_connecting_sends_nothing) {
    Gate handshake;
    std::atomic<bool> accepted{false};
    TransportServer::Script script = tls_script();
    script.accepted = [&](Channel&) {
        accepted = true;
        handshake.pass();
        return After::keep;
    };
    TransportServer server(script);
    const OpenAtEnd open(handshake);
    HttpRequest post = fresh_post(server.url("/path"));
    post.send_before = {clock_->elapsed_ms + 5'000};
    const auto call = send(std::move(post));
    ASSERT_TRUE(drive([&] { return accepted.load(); }));
    clock_->elapsed_ms += 5'001;
    handshake.open();
    expect_failure(finish(call), HttpFailure::lease_lapsed, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, R9_lease_binds_requests_that_could_use_a_kept_connection) {
    TransportServer server(tls_script());
    ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
    HttpRequest get = request("GET", server.url("/path"));
    get.send_before = {clock_->elapsed_ms - 1};
    expect_failure(exchange(std::move(get)), HttpFailure::lease_lapsed, false);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST_P(TransportContract, R9_request_under_a_lease_is_delivered_once) {
    TransportServer server(tls_script(die_after_warm));
    ASSERT_TRUE(exchange(request("GET", server.url("/warm"))).ok);
    HttpRequest post = request("POST", server.url("/path"));
    post.headers.push_back({"Idempotency-Key", "key-1"});
    post.send_before = {clock_->elapsed_ms + 5'000};
    expect_failure(exchange(std::move(post)), HttpFailure::interrupted, true);
    EXPECT_EQ(deliveries(server, "/path"), 1);
}

TEST_P(TransportContract, cancel_in_flight_completes_once) {
    TransportServer server(tls_script([](const Received& request, Channel& channel) {
        std::array<char, 16> none{};
        if (request.target == "/path") channel.read(none.data(), none.size());  // until it leaves
        channel.write(TransportServer::reply("late"));
        return After::keep;
    }));
    const auto call = send(fresh_post(server.url("/path")));
    ASSERT_TRUE(drive([&] { return server.received().size() == 1; }));
    cancel(*call);
    EXPECT_EQ(call->completions.load(), 0);
    expect_failure(finish(call), HttpFailure::cancelled, true);
    cancel(*call);
    EXPECT_TRUE(exchange(request("GET", server.url("/next"))).ok);
    EXPECT_EQ(call->completions.load(), 1);
}

TEST_P(TransportContract, cancel_before_anything_happened_is_unsent) {
    Gate handshake;
    TransportServer::Script script = tls_script();
    script.accepted = [&](Channel&) {
        handshake.pass();
        return After::keep;
    };
    TransportServer server(script);
    const OpenAtEnd open(handshake);
    const auto call = send(fresh_post(server.url("/path")));
    cancel(*call);
    EXPECT_EQ(call->completions.load(), 0);
    const HttpOutcome& outcome = finish(call);
    expect_failure(outcome, HttpFailure::cancelled, may_say_sent(*call));
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, cancel_of_an_unknown_request_is_ignored) {
    TransportServer server(tls_script());
    transport().cancel(0);
    const auto call = send(request("GET", server.url("/path")));
    transport().cancel(call->id + 1'000);
    EXPECT_TRUE(finish(call).ok);
}

}  // namespace credit::test
