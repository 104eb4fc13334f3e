// Limits in time and size.
#include "tests/contract/transport_contract.h"

namespace credit::test {
namespace {

constexpr Millis kShort{300};
// Long enough for a handshake on a busy machine.
constexpr Millis kPatient{1'500};

}  // namespace

TEST_P(TransportContract, connection_refused_is_unsent) {
    std::string url;
    {
        TransportServer gone(tls_script());
        url = gone.url("/path");
    }
    expect_failure(exchange(fresh_post(url)), HttpFailure::connect, false);
}

TEST_P(TransportContract, unknown_host_is_unsent) {
    expect_failure(exchange(fresh_post("https://nonexistent.invalid/path")), HttpFailure::resolve,
                   false);
}

TEST_P(TransportContract, handshake_that_never_ends_is_unsent) {
    Gate never;
    TransportServer::Script script = tls_script();
    script.accepted = [&](Channel&) {
        never.pass();
        return After::close;
    };
    TransportServer server(script);
    const OpenAtEnd open(never);
    if (GetParam().carries_connect_timeout) {
        HttpRequest post = fresh_post(server.url("/path"));
        post.connect_timeout = kShort;
        expect_failure(exchange(std::move(post)), HttpFailure::connect, false);
    }
    HttpRequest whole = fresh_post(server.url("/path"));
    whole.timeout = kShort;
    expect_failure(exchange(std::move(whole)), HttpFailure::connect, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, silent_server_is_a_timeout) {
    Gate never;
    TransportServer server(tls_script([&](const Received&, Channel&) {
        never.pass();
        return After::close;
    }));
    const OpenAtEnd open(never);
    HttpRequest post = fresh_post(server.url("/path"));
    post.timeout = kPatient;
    expect_failure(exchange(std::move(post)), HttpFailure::timeout, true);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST_P(TransportContract, dripping_body_is_a_timeout) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        channel.drip("x");
        return After::close;
    }));
    HttpRequest post = fresh_post(server.url("/path"));
    post.timeout = kPatient;
    expect_failure(exchange(std::move(post)), HttpFailure::timeout, true);
}

TEST_P(TransportContract, dripping_header_is_a_timeout) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\n");
        channel.drip("X-Slow: 1\r\n");
        return After::close;
    }));
    HttpRequest post = fresh_post(server.url("/path"));
    post.timeout = kPatient;
    expect_failure(exchange(std::move(post)), HttpFailure::timeout, true);
}

TEST_P(TransportContract, body_at_its_limit_is_taken_and_above_refused) {
    const std::string body(64 * 1024, 'b');
    for (const bool chunked : {false, true}) {
        TransportServer server(tls_script([&](const Received&, Channel& channel) {
            if (!chunked) {
                channel.write(TransportServer::reply(body));
                return After::keep;
            }
            channel.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            channel.write("10000\r\n" + body + "\r\n0\r\n\r\n");
            return After::keep;
        }));
        HttpRequest fits = fresh_post(server.url("/path"));
        fits.max_reply_bytes = body.size();
        const HttpOutcome& outcome = exchange(std::move(fits));
        ASSERT_TRUE(outcome.ok) << outcome.detail;
        EXPECT_EQ(outcome.response.body.view(), body);
        HttpRequest above = fresh_post(server.url("/path"));
        above.max_reply_bytes = body.size() - 1;
        expect_failure(exchange(std::move(above)), HttpFailure::reply_too_large, true);
    }
}

TEST_P(TransportContract, endless_body_is_refused) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\n\r\n");
        const std::string piece(16 * 1024, 'b');
        while (channel.write(piece)) {
        }
        return After::cut;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::reply_too_large, true);
}

TEST_P(TransportContract, many_headers_are_refused) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\n");
        while (channel.write("X-Filler: 0123456789012345678901234567890123456789\r\n")) {
        }
        return After::cut;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::reply_too_large, true);
}

TEST_P(TransportContract, one_long_header_is_refused) {
    for (const std::size_t size : {std::size_t{40'000}, std::size_t{400'000}}) {
        TransportServer server(tls_script([size](const Received&, Channel& channel) {
            channel.write(
                TransportServer::reply("{}", "X-Long: " + std::string(size, 'l') + "\r\n"));
            return After::keep;
        }));
        expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::reply_too_large,
                       true);
    }
}

TEST_P(TransportContract, large_trailers_are_refused) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n");
        while (channel.write("X-Filler: 0123456789012345678901234567890123456789\r\n")) {
        }
        return After::cut;
    }));
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::reply_too_large, true);
}

TEST_P(TransportContract, two_hundred_requests_at_once) {
    TransportServer server(tls_script([](const Received& request, Channel& channel) {
        channel.write(TransportServer::reply(request.target + request.body));
        return After::keep;
    }));
    std::vector<std::shared_ptr<Call>> calls;
    for (int i = 0; i < 200; ++i) {
        const std::string url = server.url("/").append(std::to_string(i));
        calls.push_back(send(i % 2 == 0 ? request("GET", url) : fresh_post(url, "body")));
    }
    for (int i = 0; i < 200; ++i) {
        const HttpOutcome& outcome = finish(calls[static_cast<std::size_t>(i)]);
        ASSERT_TRUE(outcome.ok) << outcome.detail;
        std::string echo("/");
        echo.append(std::to_string(i)).append(i % 2 == 0 ? "" : "body");
        EXPECT_EQ(outcome.response.body.view(), echo);
    }
    EXPECT_EQ(server.received().size(), 200U);
}

}  // namespace credit::test
