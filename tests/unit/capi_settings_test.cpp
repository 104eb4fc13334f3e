// What good settings become on the way to the engine.
#include "capi/src/config.h"
#include "capi/src/config_check.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

struct ShapeCase {
    credit_refresh_route route;
    credit_credential_carrier carrier;
    credit_refresh_body body;
    CredentialCarrier carrier_becomes;
    RefreshBody body_becomes;
};

using CapiSettings = CapiTest;

TEST_F(CapiSettings, RefreshRequestsHaveTheirRoutesDefaults) {
    using C = CredentialCarrier;
    using B = RefreshBody;
    const ShapeCase cases[] = {
        {CREDIT_REFRESH_PLATFORM, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_DEFAULT,
         C::authorization_header, B::empty_object},
        {CREDIT_REFRESH_PLATFORM, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_NONE, C::authorization_header,
         B::none},
        {CREDIT_REFRESH_PLATFORM, CREDIT_CARRIER_BODY, CREDIT_BODY_DEFAULT, C::body_field,
         B::refresh_token},
        {CREDIT_REFRESH_PLATFORM, CREDIT_CARRIER_BODY, CREDIT_BODY_REFRESH_TOKEN_SNAKE,
         C::body_field, B::refresh_token_snake},
        {CREDIT_REFRESH_PARTNER, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_DEFAULT, C::body_field,
         B::refresh_token},
        {CREDIT_REFRESH_PARTNER, CREDIT_CARRIER_AUTHORIZATION, CREDIT_BODY_DEFAULT,
         C::authorization_header, B::empty_object},
        {CREDIT_REFRESH_BACKEND_MANAGED, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_DEFAULT,
         C::authorization_header, B::empty_object},
    };
    for (const ShapeCase& one : cases) {
        const Config config = good_config();
        EXPECT_EQ(credit_config_set_refresh_route(config.get(), one.route), CREDIT_OK);
        credit_refresh_request request = sized<credit_refresh_request>();
        request.carrier = one.carrier;
        request.body = one.body;
        EXPECT_EQ(credit_config_set_refresh_request(config.get(), &request), CREDIT_OK);
        const Result<SessionConfig> made = capi::make_session_config(*config);
        ASSERT_TRUE(made.ok());
        EXPECT_EQ(made.value().settings.carrier, one.carrier_becomes);
        EXPECT_EQ(made.value().settings.body, one.body_becomes);
    }
}

TEST_F(CapiSettings, PolicyZeroKeepsDefaultsAndTheLeaseOutlivesTheAttempt) {
    const Config config = good_config();
    credit_policy policy = sized<credit_policy>();
    EXPECT_EQ(credit_config_set_policy(config.get(), &policy), CREDIT_OK);
    EXPECT_EQ(config->values.policy, Policy{});
    policy.attempt_timeout_ms = 2'000;
    policy.max_waiters = 10;
    EXPECT_EQ(credit_config_set_policy(config.get(), &policy), CREDIT_OK);
    EXPECT_EQ(config->values.policy.attempt_timeout, Millis{2'000});
    EXPECT_EQ(config->values.policy.connect_timeout, Millis{2'000});  // was longer than the attempt
    EXPECT_EQ(config->values.policy.lease, Millis{7'000});
    EXPECT_EQ(config->values.policy.max_waiters, 10u);
}

TEST_F(CapiSettings, SettingsArriveAtTheEngine) {
    const Config config = good_config();
    credit_paths paths = sized<credit_paths>();
    paths.refresh = str("/r");
    EXPECT_EQ(credit_config_set_paths(config.get(), &paths), CREDIT_OK);
    EXPECT_EQ(credit_config_set_user_agent(config.get(), str("app/1.0")), CREDIT_OK);
    const SessionHandle session = open(config, "b-9");
    const SessionSettings& got = core_of(session)->config.settings;
    EXPECT_EQ(core_of(session)->borrower, "b-9");
    EXPECT_EQ(got.environment, Environment::test);
    EXPECT_EQ(got.platform_url, "https://sandbox.example.com");
    EXPECT_EQ(got.partner_url, "https://partner.example.com");
    EXPECT_EQ(got.paths.refresh, "/r");
    EXPECT_EQ(got.paths.journeys, "/api/v1/headless/journeys");
    EXPECT_EQ(got.user_agent, "app/1.0");
    EXPECT_EQ(got.storage_identity, "dir /nonexistent/credit-capi-test");
    const SessionPorts& ports = core_of(session)->config.ports;
    EXPECT_NE(ports.store, nullptr);
    EXPECT_NE(ports.transport, nullptr);
    EXPECT_EQ(ports.transport, std::dynamic_pointer_cast<Transport>(fake::installed_poller()));
    EXPECT_NE(ports.clock, nullptr);
    EXPECT_NE(ports.entropy, nullptr);
    EXPECT_EQ(ports.provider, nullptr);
    EXPECT_NE(ports.tls, nullptr);
    // What the app does to its configuration afterwards does not reach the session.
    EXPECT_EQ(credit_config_set_user_agent(config.get(), str("app/2.0")), CREDIT_OK);
    EXPECT_EQ(got.user_agent, "app/1.0");
}

}  // namespace
}  // namespace credit::test
