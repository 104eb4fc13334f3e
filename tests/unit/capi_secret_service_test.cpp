// Choosing the desktop's keyring for the key. Talking to it is tests/secret_service' part.
#include "capi/src/secret_service.h"
#include "platform/posix/posix_entropy.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using CapiSecretService = CapiTest;

// Everything but a key.
Config config_without_key() {
    Config config = empty_config();
    EXPECT_EQ(credit_config_set_environment(config.get(), CREDIT_ENVIRONMENT_TEST), CREDIT_OK);
    EXPECT_EQ(credit_config_set_platform_url(config.get(), str("https://platform.example")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_storage_dir(config.get(), str("/nonexistent/x")), CREDIT_OK);
    return config;
}

credit_secret_service_options options(std::int64_t timeout_ms, std::int64_t prompt_timeout_ms) {
    credit_secret_service_options made = sized<credit_secret_service_options>();
    made.timeout_ms = timeout_ms;
    made.prompt_timeout_ms = prompt_timeout_ms;
    return made;
}

#if CREDIT_HAS_SECRET_SERVICE

TEST_F(CapiSecretService, IsAKeyLikeAnyOther) {
    const Config config = config_without_key();
    EXPECT_EQ(check(config).code, CREDIT_CONFIG_MISSING);
    EXPECT_EQ(credit_config_set_secret_service(config.get(), nullptr), CREDIT_OK);
    EXPECT_EQ(check(config).code, CREDIT_OK);
    EXPECT_NE(open(config), nullptr);
    EXPECT_EQ(credit_config_set_storage_passphrase(config.get(), str("12345678")), CREDIT_OK);
    const Complaint both = check(config);
    EXPECT_EQ(both.code, CREDIT_CONFIG_INVALID);
    EXPECT_TRUE(both.message.starts_with("storage_key: only one of ")) << both.message;
}

TEST_F(CapiSecretService, TimesAreBounded) {
    const struct {
        credit_secret_service_options options;
        const char* field;
    } cases[] = {{options(-1, 0), "secret_service.timeout_ms: "},
                 {options(60'001, 0), "secret_service.timeout_ms: "},
                 {options(0, -1), "secret_service.prompt_timeout_ms: "},
                 {options(0, 600'001), "secret_service.prompt_timeout_ms: "}};
    for (const auto& [given, field] : cases) {
        const Config config = config_without_key();
        EXPECT_EQ(credit_config_set_secret_service(config.get(), &given), CREDIT_CONFIG_INVALID);
        const Complaint complaint = check(config);
        EXPECT_EQ(complaint.code, CREDIT_CONFIG_INVALID);
        EXPECT_TRUE(complaint.message.starts_with(field)) << complaint.message;
        const credit_secret_service_options longest = options(60'000, 600'000);
        EXPECT_EQ(credit_config_set_secret_service(config.get(), &longest), CREDIT_OK);
        EXPECT_EQ(check(config).code, CREDIT_OK);
    }
}

TEST_F(CapiSecretService, R10_OtherOptionsAreAnotherConfiguration) {
    const Config config = config_without_key();
    credit_secret_service_options given = options(1000, 0);
    ASSERT_EQ(credit_config_set_secret_service(config.get(), &given), CREDIT_OK);
    const SessionHandle first = open(config);
    const Config equal = config_without_key();
    ASSERT_EQ(credit_config_set_secret_service(equal.get(), &given), CREDIT_OK);
    EXPECT_EQ(open(equal).get(), first.get());
    given.allow_prompt = 1;
    ASSERT_EQ(credit_config_set_secret_service(equal.get(), &given), CREDIT_OK);
    credit_session* session = nullptr;
    EXPECT_EQ(credit_session_open(equal.get(), str("borrower-1"), &session, nullptr),
              CREDIT_CONFIG_CONFLICT);
    EXPECT_EQ(session, nullptr);
}

TEST_F(CapiSecretService, SessionsThatAskAlikeShareOneKey) {
    const auto entropy = std::make_shared<PosixEntropy>();
    const std::string origin = "https://platform.example";
    const capi::SecretServiceChoice choice;
    const auto key = capi::secret_service_key(choice, Environment::test, origin, entropy);
    EXPECT_EQ(capi::secret_service_key(choice, Environment::test, origin, entropy), key);
    EXPECT_NE(capi::secret_service_key(choice, Environment::live, origin, entropy), key);
    EXPECT_NE(capi::secret_service_key(choice, Environment::test, origin + ":1", entropy), key);
    const capi::SecretServiceChoice with_prompt{true, {}, {}};
    EXPECT_NE(capi::secret_service_key(with_prompt, Environment::test, origin, entropy), key);
    EXPECT_EQ(key.use_count(), 1) << "the library does not keep it alive";
}

#else

TEST_F(CapiSecretService, IsUnsupportedWhereItWasNotBuilt) {
    const Config config = config_without_key();
    const credit_secret_service_options given = options(0, 0);
    EXPECT_EQ(credit_config_set_secret_service(config.get(), &given), CREDIT_UNSUPPORTED);
    EXPECT_EQ(credit_config_set_secret_service(config.get(), nullptr), CREDIT_UNSUPPORTED);
    EXPECT_EQ(check(config).code, CREDIT_UNSUPPORTED) << "no other key is taken instead";
}

#endif

TEST_F(CapiSecretService, NullIsMisuse) {
    EXPECT_EQ(credit_config_set_secret_service(nullptr, nullptr), CREDIT_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace credit::test
