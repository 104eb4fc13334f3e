#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/http/header_rules.h"
#include "core/http/message.h"
#include "core/http/pins.h"
#include "core/http/secret_words.h"
#include "core/http/text.h"

namespace credit {
namespace {

Code code_of(const Status& status) {
    return status.ok() ? Code::ok : status.error().code;
}

TEST(HeaderRulesTest, R33_OrdinaryHeadersPass) {
    for (const HttpHeader& h : std::vector<HttpHeader>{{"X-Client", "ios 1.2"},
                                                       {"Content-Type", "application/json"},
                                                       {"Accept-Language", "hi-IN, en;q=0.5"},
                                                       {"X-A!#$%&'*+-.^_`|~9", "a\tb"},
                                                       {"If-Match", "\"etag\""}}) {
        EXPECT_TRUE(check_caller_header(h).ok()) << h.name;
    }
}

TEST(HeaderRulesTest, R33_HeadersOfTheSdkAreRefusedByName) {
    for (const char* name : {"Authorization",
                             "AUTHORIZATION",
                             "Host",
                             "content-length",
                             "Transfer-Encoding",
                             "Connection",
                             "Proxy-Authorization",
                             "Proxy-Connection",
                             "Keep-Alive",
                             "Upgrade",
                             "TE",
                             "Trailer",
                             "Expect",
                             "Cookie",
                             "Set-Cookie",
                             "Accept-Encoding",
                             "Idempotency-Key",
                             "X-Correlation-ID",
                             "User-Agent",
                             "X-AL-API-Version",
                             "HTTP2-Settings",
                             "Alt-Used"}) {
        const Status status = check_caller_header({name, "x"});
        ASSERT_EQ(code_of(status), Code::invalid_header) << name;
        EXPECT_NE(status.error().message.find(name), std::string::npos);
    }
    EXPECT_EQ(code_of(check_caller_header({"X-API-Key", "x"})), Code::api_key_refused);
}

TEST(HeaderRulesTest, R33_NamesAreTokens) {
    for (const std::string& name : std::vector<std::string>{
             "", "a b", "a:b", "a\r\nb", "a\xc3\xbc", "(a)", std::string(1, '\0'),
             std::string(129, 'a'), "st_live_abcdefgh"}) {
        EXPECT_EQ(code_of(check_caller_header({name, "x"})), Code::invalid_header) << name;
    }
}

TEST(HeaderRulesTest, R33_ControlCharactersInValuesAreRefused) {
    for (const std::string& value : std::vector<std::string>{
             "a\r\nX-Evil: 1", "a\nb", "a\rb", std::string("a\0b", 3), "a\x7f", "\x1b[31m",
             "caf\xc3\xa9", " a", "a ", "\ta", "", std::string(kMaxHeaderValueBytes + 1, 'a')}) {
        const Status status = check_caller_header({"X-Value", value});
        ASSERT_EQ(code_of(status), Code::invalid_header) << value;
        EXPECT_NE(status.error().message.find("X-Value"), std::string::npos);
    }
    EXPECT_TRUE(check_header_value(std::string(kMaxHeaderValueBytes, 'a'), "x").ok());
}

TEST(HeaderRulesTest, R40_ApiKeysInValuesAreRefusedWithoutRepeatingThem) {
    for (const char* value : {"sk_live_abc", "Bearer sk_test_abc", "key=sk_0123456789"}) {
        const Status status = check_caller_header({"X-Value", value});
        ASSERT_EQ(code_of(status), Code::api_key_refused) << value;
        EXPECT_EQ(status.error().message.find("sk_"), std::string::npos);
    }
}

TEST(HeaderRulesTest, R33_CorrelationIds) {
    for (const char* id :
         {"borrower-start-001", "0198c1e2-6a5b-7c3d-9e1f-0a2b3c4d5e6f", "a.b_c:d"}) {
        EXPECT_TRUE(check_correlation_id(id).ok()) << id;
    }
    EXPECT_TRUE(check_correlation_id(std::string(128, 'x')).ok());
    for (const std::string& id : std::vector<std::string>{
             "", "a b", "a/b", "a\r\n", "\xc3\xbc", "st_live_abcdef", std::string(129, 'x')}) {
        EXPECT_EQ(code_of(check_correlation_id(id)), Code::invalid_header) << id;
    }
}

TEST(SecretWordsTest, R40_ApiKeysAreTold) {
    for (const char* key : {"sk_live_x", "sk_test_0", "sk_12345678", "sk_abc-DEF_09"}) {
        EXPECT_TRUE(is_api_key(key)) << key;
        EXPECT_TRUE(has_api_key(key)) << key;
    }
    for (const char* other : {"", "s", "sk_", "sk_1234567", "sk_live_", "SK_LIVE_ABCDEF",
                              "task_12345678", "st_live_abcdef", "sk-1234567890"}) {
        EXPECT_FALSE(is_api_key(other)) << other;
        EXPECT_FALSE(has_api_key(other)) << other;
    }
    EXPECT_FALSE(is_api_key("sk_live_x y"));
    EXPECT_TRUE(has_api_key("x sk_live_x y"));
    EXPECT_TRUE(has_api_key("(sk_12345678)"));
    EXPECT_TRUE(has_api_key("a_sk_live_x"));
}

// A random base64url text that happens to hold "_sk_" or ".sk_" must not make a borrower's token
// unusable.
TEST(SecretWordsTest, RandomTextIsNoApiKey) {
    EXPECT_FALSE(has_api_key("eyJhbGciOiJIUzI1NiJ9.sk_9aXb2-81cdE.A8_sk_0123456789"));
    EXPECT_FALSE(has_token_word("A8-rt_0123456789abcdef"));
    EXPECT_TRUE(has_token_word("token=rt_0123456789abcdef"));
}

TEST(TextTest, Utf8IsDecodedStrictly) {
    const auto whole = [](std::string_view text) {
        std::size_t at = 0;
        while (at < text.size()) {
            if (!text::next_code_point(text, at)) return false;
        }
        return true;
    };
    for (const char* good : {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(whole(good)) << good;
    }
    for (const char* bad :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
        EXPECT_FALSE(whole(bad)) << bad;
    }
}

TEST(HttpResponseTest, HeadersAreFoundWhateverTheirCase) {
    HttpResponse response;
    response.headers = {{"date", "1"}, {"Date", "2"}};
    ASSERT_NE(response.header("DATE"), nullptr);
    EXPECT_EQ(*response.header("DATE"), "1");
    EXPECT_EQ(response.header("Dat"), nullptr);
}

std::string pin(char first) {
    return "sha256//" + std::string(1, first) + std::string(41, 'A') + "A=";
}

TEST(PinsTest, TwoDifferentPinsPass) {
    EXPECT_TRUE(check_pins({}).ok());
    EXPECT_TRUE(check_pins({pin('A'), pin('B')}).ok());
    EXPECT_TRUE(check_pins({pin('+'), "sha256//" + std::string(42, '/') + "8="}).ok());
}

TEST(PinsTest, EachFaultIsNamed) {
    const auto refused = [](const std::vector<std::string>& pins, const char* field) {
        const Status status = check_pins(pins);
        EXPECT_EQ(code_of(status), Code::config_invalid) << field;
        if (!status.ok()) {
            EXPECT_EQ(status.error().message.rfind(field, 0), 0U) << status.error().message;
        }
    };
    refused({pin('A')}, "pins:");
    refused({pin('A'), pin('A')}, "pins[1]:");
    refused({pin('A'), "sha1//" + std::string(43, 'A') + "="}, "pins[1]:");
    refused({"sha256//" + std::string(42, 'A') + "=", pin('A')}, "pins[0]:");
    refused({pin('A'), "sha256//" + std::string(43, 'A') + "A"}, "pins[1]:");
    refused({pin('A'), "sha256//" + std::string(42, 'A') + "B="}, "pins[1]:");  // spare bits set
    refused({pin('A'), "sha256//" + std::string(42, '*') + "A="}, "pins[1]:");
    refused({pin('A'), ""}, "pins[1]:");
    refused(std::vector<std::string>(17, pin('A')), "pins:");
}

const std::string kCertificate =
    "-----BEGIN CERTIFICATE-----\nMIIB+/a=\n-----END CERTIFICATE-----\n";

TEST(CaBundleTest, CertificatesPass) {
    EXPECT_TRUE(check_ca_bundle(kCertificate).ok());
    EXPECT_TRUE(check_ca_bundle("# my CA\r\n" + kCertificate + kCertificate).ok());
}

TEST(CaBundleTest, EverythingElseIsRefused) {
    const std::string begin = "-----BEGIN CERTIFICATE-----\n";
    const std::string end = "-----END CERTIFICATE-----\n";
    for (const std::string& pem : std::vector<std::string>{
             "", "no pem", begin + "MIIB\n", begin + end, begin + "not base64!\n" + end,
             begin + kCertificate, kCertificate + begin, kCertificate + std::string(1, '\0'),
             kCertificate + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
             kCertificate + "-----BEGIN RSA PRIVATE KEY-----\n",
             kCertificate + std::string(1024 * 1024, '\n')}) {
        const Status status = check_ca_bundle(pem);
        EXPECT_EQ(code_of(status), Code::config_invalid) << pem.substr(0, 200);
    }
}

}  // namespace
}  // namespace credit
