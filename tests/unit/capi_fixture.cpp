#include "tests/unit/capi_fixture.h"

#include <array>

namespace credit::test {

std::string checked(credit_str s) {
    EXPECT_NE(s.data, nullptr);
    EXPECT_EQ(s.data[s.size], '\0');
    return text(s);
}

Config empty_config() {
    credit_config* made = nullptr;
    EXPECT_EQ(credit_config_create(&made), CREDIT_OK);
    return Config(made);
}

Config good_config() {
    Config config = empty_config();
    std::array<std::uint8_t, 32> key{};
    key.fill(7);
    EXPECT_EQ(credit_config_set_environment(config.get(), CREDIT_ENVIRONMENT_TEST), CREDIT_OK);
    EXPECT_EQ(credit_config_set_platform_url(config.get(), str("https://sandbox.example.com/")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_partner_url(config.get(), str("https://partner.example.com")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_storage_dir(config.get(), str("/nonexistent/credit-capi-test")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_storage_key(config.get(), key.data(), key.size()), CREDIT_OK);
    return config;
}

Complaint check(const Config& config) {
    credit_error* error = nullptr;
    const credit_code code = credit_config_check(config.get(), &error);
    EXPECT_EQ(credit_error_code(error), code);
    const Complaint complaint{code, checked(credit_error_message(error))};
    credit_error_release(error);
    return complaint;
}

SessionHandle open(const Config& config, std::string_view borrower) {
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    EXPECT_EQ(credit_session_open(config.get(), str(borrower), &session, &error), CREDIT_OK)
        << text(credit_error_message(error));
    credit_error_release(error);
    return SessionHandle(session);
}

std::shared_ptr<SessionCore> core_of(const SessionHandle&) {
    return fake::last_opened();
}

void Outcome::done(void* context, const credit_error* error) {
    auto& outcome = *static_cast<Outcome*>(context);
    ++outcome.calls;
    outcome.code = credit_error_code(error);
    outcome.message = checked(credit_error_message(error));
}

}  // namespace credit::test
