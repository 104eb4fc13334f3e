// What goes out and what comes back, byte for byte.
#include "tests/contract/transport_contract.h"

namespace credit::test {

TEST_P(TransportContract, ordinary_reply_comes_back_whole) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write(
            "HTTP/1.1 201 Created\r\nContent-Length: 7\r\nX-Request-Id:  r-1 \r\nVary: a\r\nVary: "
            "b\r\n\r\n{\"a\":1}");
        return After::keep;
    }));
    HttpRequest post = request("POST", server.url("/path?q=1"), R"({"x":"y"})");
    post.headers.push_back({"Content-Type", "application/json"});
    post.headers.push_back({"X-Correlation-ID", "c-1"});
    const HttpOutcome& outcome = exchange(std::move(post));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.status, 201);
    EXPECT_EQ(outcome.response.body.view(), R"({"a":1})");
    EXPECT_EQ(header(outcome, "x-request-id"), "r-1");
    // A list may come in one piece (RFC 9110, 5.3), but whole and in order.
    std::string vary;
    for (const HttpHeader& h : outcome.response.headers)
        if (h.name == "Vary") vary.append(vary.empty() ? "" : ", ").append(h.value);
    EXPECT_EQ(vary, "a, b");

    ASSERT_EQ(server.received().size(), 1U);
    const Received seen = server.received().front();
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.target, "/path?q=1");
    EXPECT_EQ(seen.body, R"({"x":"y"})");
    EXPECT_EQ(seen.header("Authorization"), std::string("Bearer ") + kBearer);
    EXPECT_EQ(seen.header("X-Correlation-ID"), "c-1");
    EXPECT_EQ(seen.header("Content-Type"), "application/json");
    EXPECT_EQ(seen.header("Cookie"), std::nullopt);
    EXPECT_EQ(seen.header("Accept-Encoding").value_or("identity"), "identity");
    EXPECT_EQ(seen.header("Expect"), std::nullopt);
}

TEST_P(TransportContract, every_method_arrives_with_its_body) {
    TransportServer server(tls_script());
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        const std::string body = std::string(method) == "GET" ? "" : "body";
        ASSERT_TRUE(exchange(request(method, server.url("/path"), body)).ok) << method;
        EXPECT_EQ(server.received().back().method, method);
        EXPECT_EQ(server.received().back().body, body);
    }
    ASSERT_TRUE(exchange(request("POST", server.url("/path"))).ok);
    EXPECT_EQ(server.received().back().header("Content-Length"), "0");
}

TEST_P(TransportContract, head_has_no_body_whatever_its_length_says) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        return After::keep;
    }));
    const HttpOutcome& outcome = exchange(request("HEAD", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_TRUE(outcome.response.body.empty());
    EXPECT_EQ(server.received().front().method, "HEAD");
}

TEST_P(TransportContract, no_content_is_a_reply) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 204 No Content\r\n\r\n");
        return After::keep;
    }));
    const HttpOutcome& outcome = exchange(request("DELETE", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.status, 204);
}

TEST_P(TransportContract, interim_replies_and_trailers_do_not_mix_with_the_headers) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write(
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Real: 1\r\n\r\n"
            "3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: 1\r\n\r\n");
        return After::keep;
    }));
    const HttpOutcome& outcome = exchange(request("GET", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.status, 200);
    EXPECT_EQ(outcome.response.body.view(), "abcdefg");
    EXPECT_EQ(header(outcome, "X-Real"), "1");
    EXPECT_EQ(header(outcome, "X-Early"), std::nullopt);
    EXPECT_EQ(header(outcome, "X-Trailer"), std::nullopt);
}

TEST_P(TransportContract, encoded_body_is_passed_on_as_it_is) {
    const std::string encoded("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03not really", 20);
    TransportServer server(tls_script([&](const Received&, Channel& channel) {
        channel.write(TransportServer::reply(encoded, "Content-Encoding: gzip\r\n"));
        return After::keep;
    }));
    const HttpOutcome& outcome = exchange(request("GET", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.body.view(), encoded);
    EXPECT_EQ(header(outcome, "Content-Encoding"), "gzip");
}

TEST_P(TransportContract, R33_redirect_is_an_answer) {
    TransportServer elsewhere(tls_script());
    TransportServer server(tls_script([&](const Received&, Channel& channel) {
        channel.write("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " +
                      elsewhere.url("/taken") + "\r\n\r\n");
        return After::keep;
    }));
    const HttpOutcome& outcome = exchange(request("GET", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.status, 302);
    EXPECT_EQ(header(outcome, "Location"), elsewhere.url("/taken"));
    EXPECT_EQ(elsewhere.connections(), 0);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST_P(TransportContract, R15_cookies_are_not_kept) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write(TransportServer::reply("", "Set-Cookie: id=1; Path=/\r\n"));
        return After::keep;
    }));
    ASSERT_TRUE(exchange(request("GET", server.url("/1"))).ok);
    ASSERT_TRUE(exchange(request("GET", server.url("/2"))).ok);
    EXPECT_EQ(server.received().back().header("Cookie"), std::nullopt);
}

TEST_P(TransportContract, authentication_challenge_is_an_answer) {
    TransportServer server(tls_script([](const Received&, Channel& channel) {
        channel.write(
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nWWW-Authenticate: Basic "
            "realm=\"x\"\r\n\r\n{}");
        return After::keep;
    }));
    const HttpOutcome& outcome = exchange(request("GET", server.url("/path")));
    ASSERT_TRUE(outcome.ok) << outcome.detail;
    EXPECT_EQ(outcome.response.status, 401);
    EXPECT_EQ(outcome.response.body.view(), "{}");
    EXPECT_EQ(server.received().size(), 1U);
}

TEST_P(TransportContract, early_answer_to_a_large_body_is_the_answer) {
    // 417 and 413 while the body is still on its way: no second try.
    for (const char* status : {"417 Expectation Failed", "413 Too Large"}) {
        TransportServer server(tls_script([&](const Received&, Channel& channel) {
            channel.write(std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 0\r\n\r\n");
            return After::keep;
        }));
        const HttpOutcome& outcome =
            exchange(fresh_post(server.url("/path"), std::string(2'000'000, 'b')));
        ASSERT_TRUE(outcome.ok) << outcome.detail;
        EXPECT_EQ(std::to_string(outcome.response.status), std::string(status).substr(0, 3));
        EXPECT_EQ(server.received().size(), 1U);
        EXPECT_EQ(server.received().front().header("Expect"), std::nullopt);
    }
}

TEST_P(TransportContract, path_is_sent_as_given) {
    TransportServer server(tls_script());
    ASSERT_TRUE(exchange(request("GET", server.url("/a/../b/./c%2Fd"))).ok);
    EXPECT_EQ(server.received().front().target, "/a/../b/./c%2Fd");
}

}  // namespace credit::test
