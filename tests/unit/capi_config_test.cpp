// Every bad configuration has its own code and a message that names the field.
#include <array>
#include <functional>
#include <vector>

#include "capi/src/config.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

constexpr const char* kPinA = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr const char* kPinB = "sha256//BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr const char* kApiKey = "sk_test_abcdefgh12345678";

struct BadCase {
    const char* name;
    std::function<credit_code(credit_config*)> apply;  // to a good configuration
    credit_code code;
    const char* field;
    bool at_once;  // the setter itself refuses
};

credit_code set_environment(credit_config* c, int value) {
    return credit_config_set_environment(c, static_cast<credit_environment>(value));
}

credit_code set_pins(credit_config* c, std::vector<const char*> pins) {
    std::vector<credit_str> keys;
    for (const char* pin : pins)
        keys.push_back(str(pin));
    credit_tls tls = sized<credit_tls>();
    tls.pinned_keys = keys.data();
    tls.pinned_key_count = static_cast<std::uint32_t>(keys.size());
    return credit_config_set_tls(c, &tls);
}

credit_code set_bundle(credit_config* c, const char* pem) {
    credit_tls tls = sized<credit_tls>();
    tls.ca_bundle_pem = str(pem);
    return credit_config_set_tls(c, &tls);
}

credit_code set_policy(credit_config* c, std::int64_t credit_policy::* field, std::int64_t value) {
    credit_policy policy = sized<credit_policy>();
    policy.*field = value;
    return credit_config_set_policy(c, &policy);
}

credit_code set_path(credit_config* c, credit_str credit_paths::* field, const char* value) {
    credit_paths paths = sized<credit_paths>();
    paths.*field = str(value);
    return credit_config_set_paths(c, &paths);
}

credit_code set_refresh(credit_config* c, credit_credential_carrier carrier,
                        credit_refresh_body body, const char* version = "") {
    credit_refresh_request request = sized<credit_refresh_request>();
    request.carrier = carrier;
    request.body = body;
    request.api_version = str(version);
    return credit_config_set_refresh_request(c, &request);
}

credit_code set_key(credit_config* c, std::size_t size, std::uint8_t fill) {
    const std::vector<std::uint8_t> key(size + 1, fill);
    return credit_config_set_storage_key(c, key.data(), size);
}

credit_store_answer no_key(void*, std::uint8_t*) {
    return CREDIT_STORE_LOCKED;
}
credit_code set_sealing_key(credit_config* c) {
    credit_sealing_key key = sized<credit_sealing_key>();
    key.fetch = no_key;
    return credit_config_set_sealing_key(c, &key);
}

credit_store_answer no_load(void*, credit_str, credit_sink*) {
    return CREDIT_STORE_ABSENT;
}
credit_store_answer no_replace(void*, credit_str, const std::uint8_t*, std::size_t, std::uint64_t) {
    return CREDIT_STORE_DONE;
}
credit_store_answer no_erase(void*, credit_str) {
    return CREDIT_STORE_DONE;
}
void no_unlock(void*, credit_str) {}
credit_secure_store good_store() {
    credit_secure_store store = sized<credit_secure_store>();
    store.load = no_load;
    store.replace = no_replace;
    store.erase = no_erase;
    return store;
}

void no_start(void*, const credit_http_request*, credit_http_exchange*) {}
void no_cancel(void*, credit_http_exchange*) {}
credit_code set_transport(credit_config* c) {
    credit_transport transport = sized<credit_transport>();
    transport.start = no_start;
    transport.cancel = no_cancel;
    return credit_config_set_transport(c, &transport);
}

void no_headers(void*, credit_partner_auth_call* call) {
    credit_partner_auth_complete(call, nullptr, 0);
}
credit_code set_partner_auth(credit_config* c) {
    credit_partner_auth auth = sized<credit_partner_auth>();
    auth.headers = no_headers;
    return credit_config_set_partner_auth(c, &auth);
}

const BadCase kBad[] = {
    {"environment unknown", [](auto* c) { return set_environment(c, 3); }, CREDIT_CONFIG_INVALID,
     "environment", true},
    {"platform url missing", [](auto* c) { return credit_config_set_platform_url(c, str("")); },
     CREDIT_CONFIG_MISSING, "platform_url", false},
    {"platform url garbage",
     [](auto* c) { return credit_config_set_platform_url(c, str("https://")); },
     CREDIT_CONFIG_INVALID, "platform_url", true},
    {"platform url with user info",
     [](auto* c) { return credit_config_set_platform_url(c, str("https://a:b@c.de")); },
     CREDIT_CONFIG_INVALID, "platform_url", true},
    {"platform url with a query",
     [](auto* c) { return credit_config_set_platform_url(c, str("https://c.de/?a=b")); },
     CREDIT_CONFIG_INVALID, "platform_url", false},
    {"platform url with a control character",
     [](auto* c) { return credit_config_set_platform_url(c, str("https://c.de/\n")); },
     CREDIT_CONFIG_INVALID, "platform_url", true},
    {"platform url without bytes",
     [](auto* c) { return credit_config_set_platform_url(c, credit_str{nullptr, 5}); },
     CREDIT_INVALID_ARGUMENT, "platform_url", true},
    {"http outside loopback",
     [](auto* c) { return credit_config_set_platform_url(c, str("http://c.example.com")); },
     CREDIT_INSECURE_URL, "platform_url", true},
    {"http partner outside loopback",
     [](auto* c) { return credit_config_set_partner_url(c, str("http://c.example.com")); },
     CREDIT_INSECURE_URL, "partner_url", true},
    {"another scheme",
     [](auto* c) { return credit_config_set_platform_url(c, str("ftp://c.example.com")); },
     CREDIT_INSECURE_URL, "platform_url", true},
    {"http on loopback in LIVE",
     [](auto* c) {
         set_environment(c, CREDIT_ENVIRONMENT_LIVE);
         return credit_config_set_platform_url(c, str("http://127.0.0.1:8080"));
     },
     CREDIT_INSECURE_URL, "platform_url", false},
    {"LIVE with a test origin",
     [](auto* c) {
         set_environment(c, CREDIT_ENVIRONMENT_LIVE);
         return credit_config_set_platform_url(c, str("https://sandbox.credit.aarthiklabs.com"));
     },
     CREDIT_ENVIRONMENT_MISMATCH, "platform_url", false},
    {"LIVE with a private partner",
     [](auto* c) {
         set_environment(c, CREDIT_ENVIRONMENT_LIVE);
         return credit_config_set_partner_url(c, str("https://192.168.1.5"));
     },
     CREDIT_ENVIRONMENT_MISMATCH, "partner_url", false},
    {"TEST with a live host",
     [](auto* c) {
         return credit_config_set_platform_url(c, str("https://api.credit.aarthiklabs.com"));
     },
     CREDIT_ENVIRONMENT_MISMATCH, "platform_url", false},
    {"partner route without partner",
     [](auto* c) {
         credit_config_set_partner_url(c, str(""));
         return credit_config_set_refresh_route(c, CREDIT_REFRESH_PARTNER);
     },
     CREDIT_CONFIG_MISSING, "partner_url", false},
    {"backend-managed route without partner",
     [](auto* c) {
         credit_config_set_partner_url(c, str(""));
         return credit_config_set_refresh_route(c, CREDIT_REFRESH_BACKEND_MANAGED);
     },
     CREDIT_CONFIG_MISSING, "partner_url", false},
    {"unknown route",
     [](auto* c) {
         return credit_config_set_refresh_route(c, static_cast<credit_refresh_route>(4));
     },
     CREDIT_CONFIG_INVALID, "refresh_route", true},

    {"API key in the platform url",
     [](auto* c) {
         return credit_config_set_platform_url(c, str("https://c.de/sk_test_abcdefgh12345678"));
     },
     CREDIT_API_KEY_REFUSED, "platform_url", true},
    {"API key in the partner url",
     [](auto* c) {
         return credit_config_set_partner_url(c, str("https://c.de/?k=sk_live_abcdefgh12345678"));
     },
     CREDIT_API_KEY_REFUSED, "partner_url", true},
    {"API key as user agent", [](auto* c) { return credit_config_set_user_agent(c, str(kApiKey)); },
     CREDIT_API_KEY_REFUSED, "user_agent", true},
    {"API key in a path",
     [](auto* c) {
         return set_path(c, &credit_paths::partner_session, "/x/sk_test_abcdefgh12345678");
     },
     CREDIT_API_KEY_REFUSED, "paths.partner_session", true},
    {"API key as passphrase",
     [](auto* c) { return credit_config_set_storage_passphrase(c, str(kApiKey)); },
     CREDIT_API_KEY_REFUSED, "storage_passphrase", true},
    {"API key as folder",
     [](auto* c) { return credit_config_set_storage_dir(c, str("/x/sk_live_abcdefgh12345678")); },
     CREDIT_API_KEY_REFUSED, "storage_dir", true},
    {"API key as API version",
     [](auto* c) { return set_refresh(c, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_DEFAULT, kApiKey); },
     CREDIT_API_KEY_REFUSED, "refresh_request.api_version", true},

    {"path that is relative",
     [](auto* c) { return set_path(c, &credit_paths::refresh, "refresh"); }, CREDIT_CONFIG_INVALID,
     "paths.refresh", true},
    {"path that climbs", [](auto* c) { return set_path(c, &credit_paths::journeys, "/a/../b"); },
     CREDIT_CONFIG_INVALID, "paths.journeys", true},
    {"path to another host",
     [](auto* c) { return set_path(c, &credit_paths::partner_refresh, "//evil.example"); },
     CREDIT_CONFIG_INVALID, "paths.partner_refresh", true},
    {"user agent with a line break",
     [](auto* c) { return credit_config_set_user_agent(c, str("a\r\nX: b")); },
     CREDIT_CONFIG_INVALID, "user_agent", true},
    {"user agent too long",
     [](auto* c) { return credit_config_set_user_agent(c, str(std::string(257, 'a'))); },
     CREDIT_CONFIG_INVALID, "user_agent", true},

    {"storage folder missing", [](auto* c) { return credit_config_set_storage_dir(c, str("")); },
     CREDIT_CONFIG_MISSING, "storage_dir", false},
    {"storage key short", [](auto* c) { return set_key(c, 31, 7); }, CREDIT_CONFIG_INVALID,
     "storage_key", true},
    {"storage key long", [](auto* c) { return set_key(c, 33, 7); }, CREDIT_CONFIG_INVALID,
     "storage_key", true},
    {"storage key empty", [](auto* c) { return set_key(c, 0, 7); }, CREDIT_CONFIG_INVALID,
     "storage_key", true},
    {"storage key all zero", [](auto* c) { return set_key(c, 32, 0); }, CREDIT_CONFIG_INVALID,
     "storage_key", true},
    {"storage key NULL", [](auto* c) { return credit_config_set_storage_key(c, nullptr, 32); },
     CREDIT_INVALID_ARGUMENT, "storage_key", true},
    {"passphrase short",
     [](auto* c) { return credit_config_set_storage_passphrase(c, str("1234567")); },
     CREDIT_CONFIG_INVALID, "storage_passphrase", true},
    {"passphrase long",
     [](auto* c) { return credit_config_set_storage_passphrase(c, str(std::string(1025, 'x'))); },
     CREDIT_CONFIG_INVALID, "storage_passphrase", true},
    {"key and passphrase",
     [](auto* c) { return credit_config_set_storage_passphrase(c, str("12345678")); },
     CREDIT_CONFIG_INVALID, "storage_key", false},
    {"key and sealing key", [](auto* c) { return set_sealing_key(c); }, CREDIT_CONFIG_INVALID,
     "storage_key", false},
    {"folder and store",
     [](auto* c) {
         const credit_secure_store store = good_store();
         return credit_config_set_secure_store(c, &store);
     },
     CREDIT_CONFIG_INVALID, "secure_store", false},
    {"store without load",
     [](auto* c) {
         credit_secure_store store = good_store();
         store.load = nullptr;
         return credit_config_set_secure_store(c, &store);
     },
     CREDIT_INVALID_ARGUMENT, "secure_store.load", true},
    {"store with half a lock",
     [](auto* c) {
         credit_secure_store store = good_store();
         store.unlock = no_unlock;
         return credit_config_set_secure_store(c, &store);
     },
     CREDIT_INVALID_ARGUMENT, "secure_store.lock", true},
    {"clock without now",
     [](auto* c) {
         const credit_clock clock = sized<credit_clock>();
         return credit_config_set_clock(c, &clock);
     },
     CREDIT_INVALID_ARGUMENT, "clock.now", true},
    {"logger NULL", [](auto* c) { return credit_config_set_logger(c, nullptr); },
     CREDIT_INVALID_ARGUMENT, "logger", true},

    {"one pin without backup", [](auto* c) { return set_pins(c, {kPinA}); }, CREDIT_CONFIG_INVALID,
     "tls.pinned_keys", true},
    {"a pin twice", [](auto* c) { return set_pins(c, {kPinA, kPinA}); }, CREDIT_CONFIG_INVALID,
     "tls.pinned_keys", true},
    {"a malformed pin", [](auto* c) { return set_pins(c, {kPinA, "sha256//short"}); },
     CREDIT_CONFIG_INVALID, "tls.pinned_keys", true},
    {"too many pins", [](auto* c) { return set_pins(c, std::vector<const char*>(17, kPinA)); },
     CREDIT_CONFIG_INVALID, "tls.pinned_keys", true},
    {"pins NULL",
     [](auto* c) {
         credit_tls tls = sized<credit_tls>();
         tls.pinned_key_count = 2;
         return credit_config_set_tls(c, &tls);
     },
     CREDIT_INVALID_ARGUMENT, "tls.pinned_keys", true},
    {"a bundle that is none", [](auto* c) { return set_bundle(c, "hello"); }, CREDIT_CONFIG_INVALID,
     "tls.ca_bundle_pem", true},
    {"a bundle with a private key",
     [](auto* c) {
         return set_bundle(c,
                           "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
                           "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n");
     },
     CREDIT_CONFIG_INVALID, "tls.ca_bundle_pem", true},
    {"pins with an own transport",
     [](auto* c) {
         set_transport(c);
         return set_pins(c, {kPinA, kPinB});
     },
     CREDIT_CONFIG_INVALID, "tls", false},

    {"negative policy", [](auto* c) { return set_policy(c, &credit_policy::call_deadline_ms, -1); },
     CREDIT_CONFIG_INVALID, "policy.call_deadline_ms", true},
    {"attempt too long",
     [](auto* c) { return set_policy(c, &credit_policy::attempt_timeout_ms, 60'001); },
     CREDIT_CONFIG_INVALID, "policy.attempt_timeout_ms", true},
    {"attempt too short",
     [](auto* c) { return set_policy(c, &credit_policy::attempt_timeout_ms, 99); },
     CREDIT_CONFIG_INVALID, "policy.attempt_timeout_ms", true},
    {"connect too short",
     [](auto* c) { return set_policy(c, &credit_policy::connect_timeout_ms, 1); },
     CREDIT_CONFIG_INVALID, "policy.connect_timeout_ms", true},
    {"connect longer than the attempt",
     [](auto* c) { return set_policy(c, &credit_policy::connect_timeout_ms, 15'000); },
     CREDIT_CONFIG_INVALID, "policy.connect_timeout_ms", true},
    {"refresh ahead of more than a day",
     [](auto* c) { return set_policy(c, &credit_policy::refresh_ahead_ms, 86'400'001); },
     CREDIT_CONFIG_INVALID, "policy.refresh_ahead_ms", true},
    {"settle window too short",
     [](auto* c) { return set_policy(c, &credit_policy::settle_window_ms, 999); },
     CREDIT_CONFIG_INVALID, "policy.settle_window_ms", true},
    {"minimum lifetime too long",
     [](auto* c) { return set_policy(c, &credit_policy::minimum_lifetime_ms, 3'600'001); },
     CREDIT_CONFIG_INVALID, "policy.minimum_lifetime_ms", true},
    {"heal spread too long",
     [](auto* c) { return set_policy(c, &credit_policy::heal_spread_ms, 3'600'001); },
     CREDIT_CONFIG_INVALID, "policy.heal_spread_ms", true},
    {"too many waiters",
     [](auto* c) {
         credit_policy policy = sized<credit_policy>();
         policy.max_waiters = 65'537;
         return credit_config_set_policy(c, &policy);
     },
     CREDIT_CONFIG_INVALID, "policy.max_waiters", true},

    {"unknown carrier",
     [](auto* c) {
         return set_refresh(c, static_cast<credit_credential_carrier>(3), CREDIT_BODY_DEFAULT);
     },
     CREDIT_CONFIG_INVALID, "refresh_request.carrier", true},
    {"unknown body",
     [](auto* c) {
         return set_refresh(c, CREDIT_CARRIER_DEFAULT, static_cast<credit_refresh_body>(-1));
     },
     CREDIT_CONFIG_INVALID, "refresh_request.body", true},
    {"body carrier without a body",
     [](auto* c) { return set_refresh(c, CREDIT_CARRIER_BODY, CREDIT_BODY_NONE); },
     CREDIT_CONFIG_INVALID, "refresh_request.body", false},
    {"body carrier with an empty object",
     [](auto* c) { return set_refresh(c, CREDIT_CARRIER_BODY, CREDIT_BODY_EMPTY_OBJECT); },
     CREDIT_CONFIG_INVALID, "refresh_request.body", false},
    {"partner route whose body has no room",
     [](auto* c) {
         credit_config_set_refresh_route(c, CREDIT_REFRESH_PARTNER);
         return set_refresh(c, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_EMPTY_OBJECT);
     },
     CREDIT_CONFIG_INVALID, "refresh_request.body", false},
    {"two owners of Authorization on the partner's route",
     [](auto* c) {
         credit_config_set_refresh_route(c, CREDIT_REFRESH_PARTNER);
         set_partner_auth(c);
         return set_refresh(c, CREDIT_CARRIER_AUTHORIZATION, CREDIT_BODY_DEFAULT);
     },
     CREDIT_CONFIG_INVALID, "refresh_request.carrier", false},
    {"backend-managed with a carrier",
     [](auto* c) {
         credit_config_set_refresh_route(c, CREDIT_REFRESH_BACKEND_MANAGED);
         return set_refresh(c, CREDIT_CARRIER_BODY, CREDIT_BODY_DEFAULT);
     },
     CREDIT_CONFIG_INVALID, "refresh_request.carrier", false},
    {"backend-managed with a token in the body",
     [](auto* c) {
         credit_config_set_refresh_route(c, CREDIT_REFRESH_BACKEND_MANAGED);
         return set_refresh(c, CREDIT_CARRIER_DEFAULT, CREDIT_BODY_REFRESH_TOKEN_SNAKE);
     },
     CREDIT_CONFIG_INVALID, "refresh_request.body", false},
};

using CapiConfig = CapiTest;

TEST_F(CapiConfig, BadSettingsHaveACodeAndNameTheField) {
    for (const BadCase& bad : kBad) {
        SCOPED_TRACE(bad.name);
        const Config config = good_config();
        ASSERT_EQ(check(config).code, CREDIT_OK);
        EXPECT_EQ(bad.apply(config.get()), bad.at_once ? bad.code : CREDIT_OK);
        const Complaint complaint = check(config);
        EXPECT_EQ(complaint.code, bad.code);
        EXPECT_TRUE(complaint.message.starts_with(std::string(bad.field) + ": "))
            << complaint.message;
        EXPECT_EQ(complaint.message.find("abcdefgh12345678"), std::string::npos);

        credit_session* session = nullptr;
        EXPECT_EQ(credit_session_open(config.get(), str("b"), &session, nullptr), bad.code);
        EXPECT_EQ(session, nullptr);
    }
}

TEST_F(CapiConfig, EverythingRequiredIsAskedFor) {
    const Config config = empty_config();
    const auto missing = [&](const char* field) {
        const Complaint complaint = check(config);
        EXPECT_EQ(complaint.code, CREDIT_CONFIG_MISSING);
        EXPECT_TRUE(complaint.message.starts_with(std::string(field) + ": ")) << complaint.message;
    };
    missing("environment");
    EXPECT_EQ(set_environment(config.get(), CREDIT_ENVIRONMENT_LIVE), CREDIT_OK);
    missing("platform_url");
    EXPECT_EQ(
        credit_config_set_platform_url(config.get(), str("https://api.credit.aarthiklabs.com")),
        CREDIT_OK);
    missing("storage_dir");
    EXPECT_EQ(credit_config_set_storage_dir(config.get(), str("/nonexistent/x")), CREDIT_OK);
    missing("storage_key");
    EXPECT_EQ(credit_config_set_storage_passphrase(config.get(), str("12345678")), CREDIT_OK);
    // Neither partner nor provider: an app that only adopts.
    EXPECT_EQ(check(config).code, CREDIT_OK);
}

TEST_F(CapiConfig, HttpOnLoopbackIsForTest) {
    const Config config = good_config();
    for (const char* url : {"http://127.0.0.1:8443", "http://localhost:1", "http://[::1]:1"}) {
        EXPECT_EQ(credit_config_set_platform_url(config.get(), str(url)), CREDIT_OK) << url;
        EXPECT_EQ(check(config).code, CREDIT_OK) << url;
    }
}

TEST_F(CapiConfig, AFailedSetterIsRememberedUntilItSucceeds) {
    const Config config = good_config();
    EXPECT_EQ(set_pins(config.get(), {kPinA}), CREDIT_CONFIG_INVALID);
    EXPECT_EQ(check(config).code, CREDIT_CONFIG_INVALID);
    EXPECT_EQ(set_pins(config.get(), {kPinA, kPinB}), CREDIT_OK);
    EXPECT_EQ(check(config).code, CREDIT_OK);
    EXPECT_EQ(config->values.tls.pinned_keys.size(), 2u);
}

TEST_F(CapiConfig, NullConfigIsAnArgumentError) {
    EXPECT_EQ(credit_config_create(nullptr), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(set_environment(nullptr, CREDIT_ENVIRONMENT_TEST), CREDIT_INVALID_ARGUMENT);
    credit_error* error = nullptr;
    EXPECT_EQ(credit_config_check(nullptr, &error), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_error_code(error), CREDIT_INVALID_ARGUMENT);
    credit_error_release(error);
    credit_config_release(nullptr);
}

}  // namespace
}  // namespace credit::test
