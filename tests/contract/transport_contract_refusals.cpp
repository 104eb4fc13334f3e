// What never leaves the process.
#include "tests/contract/transport_contract.h"

namespace credit::test {
namespace {

TransportServer::Script plain_script() {
    return {};
}

}  // namespace

TEST_P(TransportContract, R33_control_characters_in_headers_are_refused) {
    TransportServer server(tls_script());
    const std::string bad_values[] = {"a\r\nX-Injected: 1",   "a\nb", "a\rb", "a\tb",
                                      std::string("a\0b", 3), "a\x7f"};
    for (const std::string& value : bad_values) {
        HttpRequest get = request("GET", server.url("/path"));
        get.headers.push_back({"X-Value", value});
        expect_failure(exchange(std::move(get)), HttpFailure::refused, false);
    }
    for (const char* name : {"", "X Value", "X:Value", "X\r\nInjected", "Bad\x80"}) {
        HttpRequest get = request("GET", server.url("/path"));
        get.headers.push_back({name, "value"});
        expect_failure(exchange(std::move(get)), HttpFailure::refused, false);
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_P(TransportContract, R33_bad_bearer_is_refused) {
    TransportServer server(tls_script());
    for (const std::string& token : {std::string("a\r\nX: 1"), std::string("a b"),
                                     std::string("a\x80"), std::string("a\0b", 3), std::string()}) {
        HttpRequest get = request("GET", server.url("/path"));
        get.bearer = Secret::copy_of(std::string_view(token));
        expect_failure(exchange(std::move(get)), HttpFailure::refused, false);
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_P(TransportContract, R33_headers_of_the_transport_are_refused) {
    TransportServer server(tls_script());
    for (const char* name : {"Authorization", "authorization", "Host", "Content-Length",
                             "Transfer-Encoding", "Connection", "Expect", "Upgrade"}) {
        HttpRequest get = request("GET", server.url("/path"));
        get.headers.push_back({name, "1"});
        expect_failure(exchange(std::move(get)), HttpFailure::refused, false);
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_P(TransportContract, authorization_without_a_bearer_is_the_callers) {
    TransportServer server(tls_script());
    HttpRequest get = request("GET", server.url("/path"));
    get.bearer = nullptr;
    get.headers.push_back({"Authorization", "Session app-login"});
    ASSERT_TRUE(exchange(std::move(get)).ok);
    EXPECT_EQ(server.received().front().header("Authorization"), "Session app-login");
}

TEST_P(TransportContract, bad_methods_are_refused) {
    TransportServer server(tls_script());
    for (const char* method : {"", "GET /x HTTP/1.1\r\nX:", "G T", "CONNECT"}) {
        expect_failure(exchange(request(method, server.url("/path"))), HttpFailure::refused, false);
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_P(TransportContract, bad_urls_are_refused) {
    TransportServer server(tls_script());
    const std::string port = std::to_string(server.port());
    const std::string urls[] = {"",
                                "127.0.0.1:" + port + "/path",
                                "ftp://127.0.0.1:" + port + "/path",
                                "file:///etc/hostname",
                                "https://user:canary@127.0.0.1:" + port + "/path",
                                "https://user@127.0.0.1:" + port + "/path",
                                "https://127.0.0.1:" + port + "/path#fragment",
                                "https://127.0.0.1:" + port + "/pa th",
                                "https://127.0.0.1:" + port + "/pa\r\nth",
                                "https://127.0.0.1:99999/path",
                                "https:///path"};
    for (const std::string& url : urls) {
        expect_failure(exchange(request("GET", url)), HttpFailure::refused, false);
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_P(TransportContract, plain_http_needs_permission_and_loopback) {
    TransportServer server(plain_script());
    expect_failure(exchange(request("GET", server.url("/path"))), HttpFailure::refused, false);
    EXPECT_EQ(server.connections(), 0);
    for (const char* host : {"127.0.0.1", "localhost"}) {
        HttpRequest get = request("GET", server.url("/path", host));
        get.allow_http = true;
        EXPECT_TRUE(exchange(std::move(get)).ok) << host;
    }
    EXPECT_EQ(server.received().size(), 2U);
    for (const char* host : {"127.0.0.1.example.invalid", "localhost.example.invalid", "10.0.0.1",
                             "example.invalid", "127.evil.invalid.x"}) {
        HttpRequest get = request("GET", server.url("/path", host));
        get.allow_http = true;
        expect_failure(exchange(std::move(get)), HttpFailure::refused, false);
    }
}

TEST_P(TransportContract, proxies_of_the_environment_are_ignored) {
    TransportServer proxy(plain_script());
    TransportServer server(tls_script());
    TransportServer plain(plain_script());
    const std::string url = proxy.url("");
    const EnvironmentVariable https("https_proxy", url), https_upper("HTTPS_PROXY", url);
    const EnvironmentVariable http("http_proxy", url);
    const EnvironmentVariable all("all_proxy", url), all_upper("ALL_PROXY", url);
    const EnvironmentVariable none("no_proxy", "example.invalid");
    ASSERT_TRUE(exchange(request("GET", server.url("/path"))).ok);
    HttpRequest get = request("GET", plain.url("/path"));
    get.allow_http = true;
    ASSERT_TRUE(exchange(std::move(get)).ok);
    EXPECT_EQ(proxy.connections(), 0);
}

}  // namespace credit::test
