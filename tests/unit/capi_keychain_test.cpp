// Choosing the Keychain where there is none. What it does where there is one: tests/apple.
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using CapiKeychain = CapiTest;

TEST_F(CapiKeychain, IsUnsupportedHereAndTheCheckSaysSo) {
    const Config config = empty_config();
    EXPECT_EQ(credit_config_set_environment(config.get(), CREDIT_ENVIRONMENT_TEST), CREDIT_OK);
    EXPECT_EQ(credit_config_set_keychain(config.get(), str("group.com.example.loans")),
              CREDIT_UNSUPPORTED);
    const Complaint refused = check(config);
    EXPECT_EQ(refused.code, CREDIT_UNSUPPORTED);
    EXPECT_EQ(refused.message, "keychain: this system has none");
}

}  // namespace
}  // namespace credit::test
