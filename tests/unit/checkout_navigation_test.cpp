// Where the view of the hosted page may go.
#include <gtest/gtest.h>

#include "core/checkout/checkout.h"
#include "core/http/origin.h"
#include "platform/memory/manual_clock.h"

namespace credit::test {
namespace {

std::unique_ptr<Checkout> checkout() {
    CheckoutTrust trust{Environment::test,
                        "https://hosted.example.com",
                        {"https://kyc.lender.example", "https://pay.lender.example:8443",
                         "https://xn--bcher-kva.example"}};
    auto made = Checkout::receive("https://hosted.example.com/e#bt_test_12345678", std::move(trust),
                                  std::make_shared<ManualClock>(Now{}));
    EXPECT_TRUE(made.ok());
    return std::move(made).value();
}

TEST(CheckoutNavigation, R42_ExactOriginsAreAllowed) {
    const auto view = checkout();
    for (const std::string_view url : {
             "https://hosted.example.com",
             "https://hosted.example.com/lab/embed?x=1#bt_test_12345678",
             "https://HOSTED.EXAMPLE.COM/",
             "https://hosted.example.com:443/a",
             "https://hosted.example.com?q=%2F..%2f|[]{}\"<>^`",
             "https://hosted.example.com/a/../b/%2e%2e/c%2Fd",
             "https://hosted.example.com#/route?x",
             "https://kyc.lender.example/start?back=https://evil.org/@x",
             "https://pay.lender.example:8443/",
             "https://xn--bcher-kva.example/",
         }) {
        EXPECT_TRUE(view->allows(url, true)) << url;
        EXPECT_TRUE(view->allows(url, false)) << url;
    }
}

TEST(CheckoutNavigation, R42_EverythingElseIsRefused) {
    const auto view = checkout();
    const std::string_view urls[] = {
        "",
        "/lab/embed",
        "hosted.example.com",
        "//hosted.example.com/",
        "http://hosted.example.com/",
        "https:/hosted.example.com/",
        "https:hosted.example.com",
        "https:///hosted.example.com/",
        " https://hosted.example.com/",
        "https://hosted.example.com/ ",
        "https://hosted.example.com/\n",
        "ht\ttps://hosted.example.com/",
        "https://hosted.example.com\t/",
        std::string_view("https://hosted.example.com\0.evil.org/", 37),
        "https://evil.org/",
        "https://example.com/",
        "https://sub.hosted.example.com/",
        "https://hosted.example.com.evil.org/",
        "https://hosted.example.com:444/",
        "https://hosted.example.com:0443/",
        "https://hosted.example.com:/",
        "https://hosted.example.com:443x/",
        "https://kyc.lender.example:8443/",
        "https://pay.lender.example/",
        "https://user@hosted.example.com/",
        "https://user:pass@hosted.example.com/",
        "https://hosted.example.com@evil.org/",
        "https://hosted.example.com:443@evil.org/",
        "https://evil.org\\@hosted.example.com/",
        "https://hosted.example.com\\.evil.org/",
        "https:\\\\hosted.example.com/",
        "https://hosted.example.com/\\x",
        "https://hosted%2eexample%2ecom/",
        "https://hosted.example.com%00.evil.org/",
        "https://hosted.example.com%2f.evil.org/",
        "https://hosted.example.com./",
        "https://h\xd0\xbested.example.com/",
        "https://hosted\xe3\x80\x82"
        "example.com/",
        "https://b\xc3\xbc"
        "cher.example/",
        "https://xn--hsted-kva.example.com/",
        "data:text/html,<script>1</script>",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)//https://hosted.example.com/",
        "blob:https://hosted.example.com/1",
        "filesystem:https://hosted.example.com/t/1",
        "view-source:https://hosted.example.com/",
        "file:///etc/passwd",
        "intent://hosted.example.com/#Intent;end",
        "tel:123",
        "about:config",
        "about:blank#x",
        "ABOUT:BLANK",
    };
    for (const std::string_view url : urls) {
        EXPECT_FALSE(view->allows(url, true)) << url;
        EXPECT_FALSE(view->allows(url, false)) << url;
    }
}

TEST(CheckoutNavigation, R42_FramesBeginBlankTheViewDoesNot) {
    const auto view = checkout();
    for (const std::string_view url : {"about:blank", "about:srcdoc"}) {
        EXPECT_TRUE(view->allows(url, false)) << url;
        EXPECT_FALSE(view->allows(url, true)) << url;
    }
}

TEST(CheckoutNavigation, R42_LongUrlsAreRefused) {
    const auto view = checkout();
    const std::string page = "https://hosted.example.com/";
    EXPECT_TRUE(view->allows(page + std::string(kMaxForeignUrlBytes - page.size(), 'a'), true));
    EXPECT_FALSE(
        view->allows(page + std::string(kMaxForeignUrlBytes + 1 - page.size(), 'a'), true));
}

TEST(CheckoutNavigation, R42_ConfiguredOriginsAreOriginsOnly) {
    const auto code = [](std::string_view text, Environment environment) {
        const Result<std::string> origin = check_origin(text, environment, "origin");
        return origin.ok() ? Code::ok : origin.error().code;
    };
    using enum Environment;
    EXPECT_EQ(check_origin("HTTPS://Lender.Example:443/", live, "o").value(),
              "https://lender.example");
    EXPECT_EQ(code("https://lender.example/path", live), Code::config_invalid);
    EXPECT_EQ(code("https://lender.example?q", live), Code::config_invalid);
    EXPECT_EQ(code("https://lender.example#f", live), Code::config_invalid);
    EXPECT_EQ(code("https://*.lender.example", live), Code::config_invalid);
    EXPECT_EQ(code("https://l\xc3\xa4nder.example", live), Code::config_invalid);
    EXPECT_EQ(code("http://lender.example", test), Code::insecure_url);
    EXPECT_EQ(code("http://127.0.0.1:80", test), Code::ok);
    EXPECT_EQ(code("https://127.0.0.1", live), Code::environment_mismatch);
    EXPECT_EQ(code("null", test), Code::insecure_url);
    EXPECT_EQ(code("", test), Code::config_missing);
}

}  // namespace
}  // namespace credit::test
