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
        {{"--ca-dir", "x", "--refresh-mode", "backend", "--db", "y"}, {}, "PARTNER_STORAGE_KEY"}};
    for (const BadStart& bad : cases) {
        const Finished ended =
            run_program(CREDIT_PARTNER_PROGRAM, bad.arguments, without_settings(bad.environment));
        EXPECT_EQ(ended.exit_code, 2) << bad.named;
        EXPECT_EQ(ended.output, "");
        EXPECT_NE(ended.errors.find(bad.named), std::string::npos) << ended.errors;
        for (const auto& [name, value] : bad.environment) {
            if (*value == "sk_test_") continue;  // the message itself names the prefix
            EXPECT_EQ(ended.errors.find(*value), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace credit::e2e::partner
