#include "core/http/url.h"

#include <gtest/gtest.h>

#include <string>

#include "core/http/ip_address.h"

namespace credit {
namespace {

struct UrlCase {
    const char* text;
    const char* origin;
    const char* whole;
};

class UrlTest : public testing::TestWithParam<UrlCase> {};

TEST_P(UrlTest, IsNormalised) {
    const Result<Url> url = parse_url(GetParam().text, "platform_url");
    ASSERT_TRUE(url.ok()) << GetParam().text << ": " << url.error().message;
    EXPECT_EQ(url.value().origin(), GetParam().origin);
    EXPECT_EQ(url.value().text(), GetParam().whole);
}

INSTANTIATE_TEST_SUITE_P(
    Good, UrlTest,
    testing::Values(
        UrlCase{"https://api.example.com", "https://api.example.com", "https://api.example.com/"},
        UrlCase{"HTTPS://API.Example.COM:443/A/b", "https://api.example.com",
                "https://api.example.com/A/b"},
        UrlCase{"https://h.example:8443/x?y=1&z=%20", "https://h.example:8443",
                "https://h.example:8443/x?y=1&z=%20"},
        UrlCase{"http://localhost:80", "http://localhost", "http://localhost/"},
        UrlCase{"http://127.0.0.1:65535/", "http://127.0.0.1:65535", "http://127.0.0.1:65535/"},
        UrlCase{"https://[::1]:8080/", "https://[::1]:8080", "https://[::1]:8080/"},
        UrlCase{"https://[0:0:0:0:0:0:0:1]", "https://[::1]", "https://[::1]/"},
        UrlCase{"https://[2001:DB8:0:0:1:0:0:1]", "https://[2001:db8::1:0:0:1]",
                "https://[2001:db8::1:0:0:1]/"},
        UrlCase{"https://[::ffff:1.2.3.4]", "https://[::ffff:102:304]",
                "https://[::ffff:102:304]/"},
        UrlCase{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example/"},
        UrlCase{"https://h.example?q=1", "https://h.example", "https://h.example/?q=1"},
        UrlCase{"https://1.2.3.4.example", "https://1.2.3.4.example", "https://1.2.3.4.example/"}));

struct BadUrl {
    const char* text;
    Code code;
};

class BadUrlTest : public testing::TestWithParam<BadUrl> {};

TEST_P(BadUrlTest, IsRefusedNamingTheField) {
    const Result<Url> url = parse_url(GetParam().text, "partner_url");
    ASSERT_FALSE(url.ok()) << GetParam().text;
    EXPECT_EQ(url.error().code, GetParam().code) << GetParam().text << url.error().message;
    EXPECT_NE(url.error().message.find("partner_url"), std::string::npos);
}

constexpr Code kInvalid = Code::config_invalid;

INSTANTIATE_TEST_SUITE_P(Whole, BadUrlTest,
                         testing::Values(BadUrl{"", Code::config_missing},
                                         BadUrl{"example.com", Code::insecure_url},
                                         BadUrl{"ftp://example.com", Code::insecure_url},
                                         BadUrl{"file:///etc/passwd", Code::insecure_url},
                                         BadUrl{"javascript:alert(1)", Code::insecure_url},
                                         BadUrl{"https:/example.com", Code::insecure_url},
                                         BadUrl{"https://user@example.com", kInvalid},
                                         BadUrl{"https://user:pw@example.com", kInvalid},
                                         BadUrl{"https://example.com@evil.example/", kInvalid},
                                         BadUrl{"https://example.com/#top", kInvalid},
                                         BadUrl{"https://example.com#", kInvalid},
                                         BadUrl{"https://example.com\\@evil.example", kInvalid},
                                         BadUrl{" https://example.com", kInvalid},
                                         BadUrl{"https://example.com/a b", kInvalid},
                                         BadUrl{"https://example.com/\r\nX: y", kInvalid},
                                         BadUrl{"https://ex\tample.com", kInvalid},
                                         BadUrl{"https://b\xc3\xbc"
                                                "cher.example",
                                                kInvalid}));

INSTANTIATE_TEST_SUITE_P(
    Hosts, BadUrlTest,
    testing::Values(BadUrl{"https://", kInvalid}, BadUrl{"https:///path", kInvalid},
                    BadUrl{"https://:443", kInvalid}, BadUrl{"https://example.com.", kInvalid},
                    BadUrl{"https://.example.com", kInvalid}, BadUrl{"https://a..b", kInvalid},
                    BadUrl{"https://-a.example", kInvalid}, BadUrl{"https://a-.example", kInvalid},
                    BadUrl{"https://a_b.example", kInvalid},
                    BadUrl{"https://ex%61mple.com", kInvalid},
                    BadUrl{"https://*.example", kInvalid}, BadUrl{"https://0x7f.1", kInvalid},
                    BadUrl{"https://2130706433", kInvalid}, BadUrl{"https://0x7f000001", kInvalid},
                    BadUrl{"https://127.1", kInvalid}, BadUrl{"https://0177.0.0.1", kInvalid},
                    BadUrl{"https://127.0.0.01", kInvalid}, BadUrl{"https://1.2.3.4.5", kInvalid},
                    BadUrl{"https://256.1.1.1", kInvalid}, BadUrl{"https://1.2.3.0x4", kInvalid},
                    BadUrl{"https://h.0x", kInvalid}));

INSTANTIATE_TEST_SUITE_P(
    V6, BadUrlTest,
    testing::Values(BadUrl{"https://[::1", kInvalid}, BadUrl{"https://[::1]x", kInvalid},
                    BadUrl{"https://[fe80::1%25eth0]", kInvalid}, BadUrl{"https://[]", kInvalid},
                    BadUrl{"https://[1:2:3:4:5:6:7]", kInvalid},
                    BadUrl{"https://[1:2:3:4:5:6:7:8:9]", kInvalid},
                    BadUrl{"https://[1:2:3:4:5:6:7::8]", kInvalid},  // the gap stands for nothing
                    BadUrl{"https://[1::2::3]", kInvalid}, BadUrl{"https://[12345::]", kInvalid},
                    BadUrl{"https://[:::]", kInvalid}, BadUrl{"https://[1:2:3:4:5:6:7:]", kInvalid},
                    BadUrl{"https://[::1.2.3]", kInvalid}, BadUrl{"https://[1.2.3.4::]", kInvalid},
                    BadUrl{"https://[::g]", kInvalid},
                    BadUrl{"https://[1:2:3:4:5:6:7:1.2.3.4]", kInvalid},
                    BadUrl{"https://::1", kInvalid}));

INSTANTIATE_TEST_SUITE_P(
    PortsAndPaths, BadUrlTest,
    testing::Values(
        BadUrl{"https://h.example:0", kInvalid}, BadUrl{"https://h.example:", kInvalid},
        BadUrl{"https://h.example:65536", kInvalid}, BadUrl{"https://h.example:123456", kInvalid},
        BadUrl{"https://h.example:0443", kInvalid}, BadUrl{"https://h.example:+1", kInvalid},
        BadUrl{"https://h.example:44a", kInvalid}, BadUrl{"https://h.example:1:2", kInvalid},
        BadUrl{"https://h.example/a/../b", kInvalid}, BadUrl{"https://h.example/./b", kInvalid},
        BadUrl{"https://h.example/..", kInvalid}, BadUrl{"https://h.example/%2e%2E/b", kInvalid},
        BadUrl{"https://h.example/.%2e", kInvalid}, BadUrl{"https://h.example/a%2fb", kInvalid},
        BadUrl{"https://h.example/a%5cb", kInvalid}, BadUrl{"https://h.example/%00", kInvalid},
        BadUrl{"https://h.example/%0d%0a", kInvalid}, BadUrl{"https://h.example/%7f", kInvalid},
        BadUrl{"https://h.example/%zz", kInvalid}, BadUrl{"https://h.example/%4", kInvalid},
        BadUrl{"https://h.example/a|b", kInvalid}, BadUrl{"https://h.example/?a=<b>", kInvalid},
        BadUrl{"https://h.example/?a=%0a", kInvalid}));

bool parses(const char* before, std::size_t letters, const char* after) {
    std::string text = before;
    text.append(letters, 'a').append(after);
    return parse_url(text, "u").ok();
}

TEST(UrlLimitsTest, LongUrlsAndLabelsAreRefused) {
    EXPECT_TRUE(parses("https://", 63, ".example"));
    EXPECT_FALSE(parses("https://", 64, ".example"));

    const std::string label(63, 'a');
    std::string host = "https://";
    for (int i = 0; i < 3; ++i)
        host.append(label).append(1, '.');
    EXPECT_TRUE(parses(host.c_str(), 253 - 3 * 64, ""));
    EXPECT_FALSE(parses(host.c_str(), 254 - 3 * 64, ""));

    constexpr const char* kOrigin = "https://h.example/";
    EXPECT_TRUE(parses(kOrigin, kMaxUrlBytes - 18, ""));
    EXPECT_FALSE(parses(kOrigin, kMaxUrlBytes - 17, ""));
}

struct AddressCase {
    const char* host;
    bool loopback;
    bool is_private;
};

class AddressTest : public testing::TestWithParam<AddressCase> {};

TEST_P(AddressTest, R41_LoopbackAndPrivateAreTold) {
    const Result<Url> url = parse_url(std::string("https://") + GetParam().host, "u");
    ASSERT_TRUE(url.ok()) << url.error().message;
    EXPECT_EQ(url.value().loopback(), GetParam().loopback) << GetParam().host;
    EXPECT_EQ(url.value().private_address(), GetParam().is_private) << GetParam().host;
}

INSTANTIATE_TEST_SUITE_P(
    V4, AddressTest,
    testing::Values(
        AddressCase{"127.0.0.1", true, false}, AddressCase{"127.255.0.9", true, false},
        AddressCase{"10.0.0.1", false, true}, AddressCase{"172.15.0.1", false, false},
        AddressCase{"172.16.0.1", false, true}, AddressCase{"172.31.9.1", false, true},
        AddressCase{"172.32.0.1", false, false}, AddressCase{"192.168.1.1", false, true},
        AddressCase{"192.169.1.1", false, false}, AddressCase{"169.254.169.254", false, true},
        AddressCase{"169.253.1.1", false, false}, AddressCase{"0.0.0.0", false, true},
        AddressCase{"100.63.0.1", false, false}, AddressCase{"100.64.0.1", false, true},
        AddressCase{"100.127.0.1", false, true}, AddressCase{"100.128.0.1", false, false},
        AddressCase{"224.0.0.1", false, true}, AddressCase{"255.255.255.255", false, true},
        AddressCase{"8.8.8.8", false, false}));

INSTANTIATE_TEST_SUITE_P(
    V6AndNames, AddressTest,
    testing::Values(
        AddressCase{"[::1]", true, false}, AddressCase{"[::]", false, true},
        AddressCase{"[fc00::1]", false, true}, AddressCase{"[fdff::1]", false, true},
        AddressCase{"[fe80::1]", false, true}, AddressCase{"[fec0::1]", false, true},
        AddressCase{"[ff02::1]", false, true}, AddressCase{"[2001:db8::1]", false, false},
        AddressCase{"[::ffff:127.0.0.1]", true, false},
        AddressCase{"[::ffff:10.0.0.1]", false, true},
        AddressCase{"[::ffff:8.8.8.8]", false, false}, AddressCase{"localhost", true, false},
        AddressCase{"LOCALHOST", true, false}, AddressCase{"api.localhost", true, false},
        AddressCase{"notlocalhost", false, true}, AddressCase{"printer.local", false, true},
        AddressCase{"api.internal", false, true}, AddressCase{"x.home.arpa", false, true},
        AddressCase{"intranet", false, true}, AddressCase{"local.example.com", false, false},
        AddressCase{"mylocal.example", false, false}));

struct BaseCase {
    const char* text;
    Environment environment;
    Code code;
};

class BaseUrlTest : public testing::TestWithParam<BaseCase> {};

TEST_P(BaseUrlTest, R41_EnvironmentsDoNotMix) {
    const BaseCase& c = GetParam();
    const Result<Url> url = check_base_url(c.text, c.environment, "platform_url");
    if (c.code == Code::ok) {
        EXPECT_TRUE(url.ok()) << c.text << ": " << url.error().message;
        return;
    }
    ASSERT_FALSE(url.ok()) << c.text;
    EXPECT_EQ(code_name(url.error().code), code_name(c.code)) << c.text;
    EXPECT_NE(url.error().message.find("platform_url"), std::string::npos);
}

constexpr Environment kTest = Environment::test;
constexpr Environment kLive = Environment::live;

INSTANTIATE_TEST_SUITE_P(
    Live, BaseUrlTest,
    testing::Values(
        BaseCase{"https://api.credit.aarthiklabs.com", kLive, Code::ok},
        BaseCase{"https://credit.aarthiklabs.com", kLive, Code::ok},
        BaseCase{"https://partner.example/credit", kLive, Code::ok},
        BaseCase{"https://test.partner.example", kLive, Code::ok},  // the partner's own naming
        BaseCase{"http://api.credit.aarthiklabs.com", kLive, Code::insecure_url},
        BaseCase{"http://localhost:8080", kLive, Code::insecure_url},
        BaseCase{"https://localhost:8080", kLive, Code::environment_mismatch},
        BaseCase{"https://127.0.0.1", kLive, Code::environment_mismatch},
        BaseCase{"https://[::1]", kLive, Code::environment_mismatch},
        BaseCase{"https://10.1.2.3", kLive, Code::environment_mismatch},
        BaseCase{"https://backend.local", kLive, Code::environment_mismatch},
        BaseCase{"https://preprod.credit.aarthiklabs.com", kLive, Code::environment_mismatch},
        BaseCase{"https://API.PREPROD.credit.aarthiklabs.com", kLive, Code::environment_mismatch},
        BaseCase{"https://staging.aarthikbandhu.com", kLive, Code::environment_mismatch},
        BaseCase{"https://sandbox.aarthiklabs.com", kLive, Code::environment_mismatch},
        BaseCase{"https://test.aarthiklabs.com", kLive, Code::environment_mismatch},
        BaseCase{"https://x.staging.aarthiklabs.com", kLive, Code::environment_mismatch},
        BaseCase{"https://latest.aarthiklabs.com", kLive, Code::ok},
        BaseCase{"https://sandbox.notaarthiklabs.com", kLive, Code::ok}));

INSTANTIATE_TEST_SUITE_P(
    Test, BaseUrlTest,
    testing::Values(
        BaseCase{"https://api.credit.aarthiklabs.com", kTest, Code::environment_mismatch},
        BaseCase{"https://API.credit.aarthiklabs.com:8443/x", kTest, Code::environment_mismatch},
        BaseCase{"https://credit.aarthiklabs.com", kTest, Code::environment_mismatch},
        BaseCase{"https://preprod.credit.aarthiklabs.com", kTest, Code::ok},
        BaseCase{"http://127.0.0.1:9000", kTest, Code::ok},
        BaseCase{"http://[::1]:9000", kTest, Code::ok},
        BaseCase{"http://localhost", kTest, Code::ok},
        BaseCase{"https://10.0.2.2", kTest, Code::ok},
        BaseCase{"http://10.0.2.2", kTest, Code::insecure_url},
        BaseCase{"http://api.example.com", kTest, Code::insecure_url},
        BaseCase{"http://localhost.evil.example", kTest, Code::insecure_url},
        BaseCase{"https://p.example/?a=1", kTest, Code::config_invalid},
        BaseCase{"https://p.example/?", kTest, Code::config_invalid},
        BaseCase{"https://p.example/sk_live_abcdef", kTest, Code::api_key_refused},
        BaseCase{"https://p.example/%73k_live_abcdef", kTest, Code::api_key_refused},
        BaseCase{"", kTest, Code::config_missing}));

TEST(BaseUrlShapeTest, TrailingSlashesAreDropped) {
    for (const char* text : {"https://p.example", "https://p.example/", "https://p.example///"}) {
        const Result<Url> url = check_base_url(text, kTest, "u");
        ASSERT_TRUE(url.ok());
        EXPECT_EQ(url.value().text(), "https://p.example");
    }
    const Result<Url> url = check_base_url("https://p.example/a/b//", kTest, "u");
    ASSERT_TRUE(url.ok());
    EXPECT_EQ(url.value().text(), "https://p.example/a/b");
}

TEST(PathTest, R33_OnlyPathsBelowTheOrigin) {
    for (const char* path :
         {"/", "/api/v1/headless/journeys", "/j/0198c1e2-6a5b-7c3d-9e1f-0a2b3c4d5e6f/state",
          "/journeys?type=GOLD_LOAN&x=%C3%BC", "/a%20b", "/task_12345678"}) {
        EXPECT_TRUE(check_path(path, "path").ok()) << path;
    }
    for (const char* path :
         {"", "api", "//evil.example/x", "https://evil.example", "/a/../b", "/%2e%2e/x", "/a#b",
          "/a b", "/a\r\nHost: x", "/a\\b", "/a%0d", "/a%2", "/\xc3\xbc", "/?a=\"", "/?a#b",
          "/x/st_live_abcdef", "/x?token=rt_test_abcdef", "/x?t=st%5Flive_abcdefgh",
          "/bt_0123456789"}) {
        const Status status = check_path(path, "path");
        ASSERT_FALSE(status.ok()) << path;
        EXPECT_EQ(status.error().code, Code::invalid_argument) << path;
        EXPECT_EQ(status.error().message.rfind("path: ", 0), 0U) << status.error().message;
    }
    std::string longest = "/";
    longest.append(kMaxUrlBytes - 1, 'a');
    EXPECT_TRUE(check_path(longest, "path").ok());
    EXPECT_FALSE(check_path(longest.append(1, 'a'), "path").ok());
}

TEST(PathTest, R40_ApiKeysAreRefused) {
    const Status status = check_path("/x?key=sk_live_abcdef", "path");
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Code::api_key_refused);
    EXPECT_EQ(status.error().message.find("abcdef"), std::string::npos);
}

}  // namespace
}  // namespace credit
