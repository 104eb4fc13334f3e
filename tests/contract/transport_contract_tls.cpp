// Whom the transport talks to (R32, R33).
#include "tests/contract/transport_contract.h"

namespace credit::test {

TEST_P(TransportContract, authority_not_in_the_bundle_is_refused_unsent) {
    const CertificateAuthority other("another CA");
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.tls = trust(other);
    expect_failure(exchange(std::move(post)), HttpFailure::tls, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, private_authority_is_not_trusted_by_default) {
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.tls = nullptr;
    expect_failure(exchange(std::move(post)), HttpFailure::tls, false);
}

TEST_P(TransportContract, bundle_that_is_no_pem_is_refused_unsent) {
    TransportServer server(tls_script());
    auto settings = std::make_shared<TlsSettings>();
    settings->ca_bundle_pem = "this is not a certificate";
    HttpRequest post = fresh_post(server.url("/path"));
    post.tls = settings;
    expect_failure(exchange(std::move(post)), HttpFailure::tls, false);
}

TEST_P(TransportContract, certificate_for_another_host_is_refused_unsent) {
    TransportServer::Script script = tls_script();
    script.identity = authority_.issue({"DNS:other.example,IP:127.0.0.2", -3600, 3600});
    TransportServer server(script);
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::tls, false);
    expect_failure(exchange(fresh_post(server.url("/path", "localhost"))), HttpFailure::tls, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, R32_expired_certificate_is_a_matter_of_time) {
    TransportServer::Script script = tls_script();
    script.identity = authority_.issue({"IP:127.0.0.1", -7200, -3600});
    TransportServer server(script);
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::tls_time, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, R32_certificate_not_yet_valid_is_a_matter_of_time) {
    TransportServer::Script script = tls_script();
    script.identity = authority_.issue({"IP:127.0.0.1", 3600, 7200});
    TransportServer server(script);
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::tls_time, false);
}

TEST_P(TransportContract, old_tls_is_refused_unsent) {
    TransportServer::Script script = tls_script();
    script.highest_tls = TLS1_1_VERSION;
    TransportServer server(script);
    expect_failure(exchange(fresh_post(server.url("/path"))), HttpFailure::tls, false);
}

TEST_P(TransportContract, tls_1_2_is_spoken) {
    TransportServer::Script script = tls_script();
    script.highest_tls = TLS1_2_VERSION;
    TransportServer server(script);
    const HttpOutcome& outcome = exchange(fresh_post(server.url("/path")));
    EXPECT_TRUE(outcome.ok) << outcome.detail;
}

TEST_P(TransportContract, plain_server_on_the_tls_port_is_refused_unsent) {
    TransportServer::Script script;
    script.accepted = [](Channel& channel) {
        channel.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        return After::keep;
    };
    TransportServer server(script);
    const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/path";
    expect_failure(exchange(fresh_post(url)), HttpFailure::tls, false);
}

TEST_P(TransportContract, pin_of_the_key_is_accepted) {
    if (!GetParam().carries_pins) GTEST_SKIP();
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.tls = trust(authority_, {impossible_pin('A'), identity_.pin});
    const HttpOutcome& outcome = exchange(std::move(post));
    EXPECT_TRUE(outcome.ok) << outcome.detail;
}

TEST_P(TransportContract, other_pins_are_refused_unsent) {
    if (!GetParam().carries_pins) GTEST_SKIP();
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.tls = trust(authority_, {impossible_pin('A'), impossible_pin('B')});
    expect_failure(exchange(std::move(post)), HttpFailure::pin, false);
    EXPECT_TRUE(server.received().empty());
}

TEST_P(TransportContract, pin_does_not_replace_trust) {
    if (!GetParam().carries_pins) GTEST_SKIP();
    const CertificateAuthority other("another CA");
    TransportServer server(tls_script());
    HttpRequest post = fresh_post(server.url("/path"));
    post.tls = trust(other, {impossible_pin('A'), identity_.pin});
    expect_failure(exchange(std::move(post)), HttpFailure::tls, false);
}

TEST_P(TransportContract, fresh_connections_resume_the_tls_session) {
    TransportServer server(tls_script());
    for (int i = 0; i < 3; ++i) {
        HttpRequest post = fresh_post(server.url("/path"));
        post.tls = trust(authority_, {impossible_pin('A'), identity_.pin});
        ASSERT_TRUE(exchange(std::move(post)).ok);
    }
    EXPECT_EQ(server.connections(), 3);
    EXPECT_GE(server.resumed(), 1);
}

TEST_P(TransportContract, resumption_and_kept_connections_do_not_outlive_their_trust) {
    const CertificateAuthority other("another CA");
    TransportServer server(tls_script());
    ASSERT_TRUE(exchange(request("GET", server.url("/path"))).ok);
    ASSERT_TRUE(exchange(fresh_post(server.url("/path"))).ok);
    for (const bool fresh : {true, false}) {
        HttpRequest distrusted = request("GET", server.url("/path"));
        distrusted.fresh_connection = fresh;
        distrusted.tls = trust(other);
        expect_failure(exchange(std::move(distrusted)), HttpFailure::tls, false);
        if (!GetParam().carries_pins) continue;
        HttpRequest unpinned = request("GET", server.url("/path"));
        unpinned.fresh_connection = fresh;
        unpinned.tls = trust(authority_, {impossible_pin('A'), impossible_pin('B')});
        expect_failure(exchange(std::move(unpinned)), HttpFailure::pin, false);
    }
    EXPECT_EQ(server.received().size(), 2U);
}

}  // namespace credit::test
