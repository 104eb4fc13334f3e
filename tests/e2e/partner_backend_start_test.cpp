// How the partner backend takes flags and environment.
#include <gtest/gtest.h>

#include "partner_backend_rig.h"

namespace credit::e2e::partner {
namespace {

struct BadStart {
    std::vector<std::string> arguments;
    Environment environment;
    std::string named;
};

TEST(PartnerBackendStart, BadFlagsAndEnvironmentAreNamedAndExit2) {
    const std::vector<BadStart> cases{
        {{}, {}, "--ca-dir"},
        {{"--ca-dir", "x", "--port", "99999"}, {}, "--port"},
        {{"--ca-dir", "x", "--port", "x"}, {}, "--port"},
        {{"--ca-dir", "x", "--bogus"}, {}, "--bogus"},
        {{"--ca-dir", "x", "--shape", "round"}, {}, "--shape"},
        {{"--ca-dir", "x", "--refresh-mode", "both"}, {}, "--refresh-mode"},
        {{"--ca-dir", "x", "--user", "nobody"}, {}, "--user"},
        {{"--ca-dir", "x", "--user", "st_test_a=B"}, {}, "--user"},
        {{"--ca-dir", "x", "--user", "a=B", "--user", "a=C"}, {}, "--user"},
        {{"--ca-dir", "x", "--host", "0.0.0.0"}, {}, "--host"},
        {{"--ca-dir", "x", "--platform-url", "http://example.org"}, {}, "--platform-url"},
        {{"--ca-dir", "x", "--platform-url", "https://u@example.org"}, {}, "--platform-url"},
        {{"--ca-dir", "x", "--platform-ca-file", "/nowhere"}, {}, "--platform-ca-file"},
        {{"--ca-dir", "x"}, {{"PLATFORM_BASE_URL", "ftp://x"}}, "PLATFORM_BASE_URL"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEY", "st_test_zzz"}}, "PLATFORM_API_KEY"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEY", "sk_test_"}}, "PLATFORM_API_KEY"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEY", "sk_test_a b"}}, "PLATFORM_API_KEY"},
        {{"--ca-dir", "x"}, {{"PARTNER_STORAGE_KEY", "1234"}}, "PARTNER_STORAGE_KEY"},
        {{"--ca-dir", "x", "--refresh-mode", "backend", "--db", "y"}, {}, "PARTNER_STORAGE_KEY"},
        {{"--ca-dir", "x", "--environment", "prod"}, {}, "--environment"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEY", "sk_live_aaaaaa"}}, "live environment"},
        {{"--ca-dir", "x", "--environment", "live"},
         {{"PLATFORM_API_KEY", "sk_test_aaaaaa"}},
         "test environment"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEYS", "sk_test_aa,sk_live_bb"}}, "live environment"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEYS", "sk_test_aa,sk_test_aa"}}, "stands twice"},
        {{"--ca-dir", "x"}, {{"PLATFORM_API_KEYS", "sk_test_aa,,sk_test_bb"}}, "PLATFORM_API_KEYS"},
        {{"--ca-dir", "x"},
         {{"PLATFORM_API_KEY", "sk_test_aa"}, {"PLATFORM_API_KEYS", "sk_test_bb"}},
         "API keys: one of"},
        {{"--ca-dir", "x", "--api-keys-file", "/nowhere"}, {}, "--api-keys-file"},
        {{"--ca-dir", "x", "--platform-url", "https://api.credit.aarthiklabs.com"},
         {},
         "other environment"},
        {{"--ca-dir", "x", "--environment", "live", "--platform-url",
          "https://Preprod.credit.aarthiklabs.com:443"},
         {},
         "other environment"},
        {{"--ca-dir", "x"}, {{"PARTNER_WEBHOOK_SECRETS", "short"}}, "PARTNER_WEBHOOK_SECRETS"},
        {{"--ca-dir", "x"},
         {{"PARTNER_WEBHOOK_SECRETS", "a2345678901234567,b2345678901234567,c2345678901234567"}},
         "PARTNER_WEBHOOK_SECRETS"},
        {{"--ca-dir", "x", "--webhook-secrets-file", "/nowhere"}, {}, "--webhook-secrets-file"},
        {{"--ca-dir", "x", "--webhook-timestamp", "days"}, {}, "--webhook-timestamp"},
        {{"--ca-dir", "x", "--tenant-id", "x"}, {}, "--tenant-id"},
        {{"--ca-dir", "x", "--subscribe"}, {}, "--subscribe"},
        {{"--ca-dir", "x", "--webhook-url", "http://x"}, {}, "--webhook-url"},
        {{"--ca-dir", "x", "--mint-limit", "-1"}, {}, "--mint-limit"}};
    for (const BadStart& bad : cases) {
        const Finished ended =
            run_program(CREDIT_PARTNER_PROGRAM, bad.arguments, without_settings(bad.environment));
        EXPECT_EQ(ended.exit_code, 2) << bad.named;
        EXPECT_EQ(ended.output, "");
        EXPECT_NE(ended.errors.find(bad.named), std::string::npos) << ended.errors;
        for (const auto& [name, value] : bad.environment) {
            if (*value == "sk_test_") continue;  // the message itself names the prefix
            EXPECT_EQ(ended.errors.find(*value), std::string::npos) << bad.named;
        }
    }
}

}  // namespace
}  // namespace credit::e2e::partner
