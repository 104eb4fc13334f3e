// What the hosted page may say to the app.
#include <gtest/gtest.h>

#include <string>

#include "core/checkout/checkout.h"
#include "platform/memory/manual_clock.h"

namespace credit::test {
namespace {

constexpr std::string_view kOrigin = "https://hosted.example.com";

Result<HostedEvent> read(std::string_view message) {
    return parse_hosted_event(message, kOrigin);
}

Code code_of(std::string_view message) {
    const Result<HostedEvent> event = read(message);
    return event.ok() ? Code::ok : event.error().code;
}

// As JSON.stringify() would: the object as a string.
std::string as_text(std::string_view json) {
    std::string out = "\"";
    for (const char c : json) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string open_external(std::string_view url) {
    return R"({"type":"aarthik-labs:open-external","external_url":")" + std::string(url) + "\"}";
}

TEST(CheckoutEvent, R42_ObjectOrStringBesideTypeOrInPayload) {
    const std::string flat =
        R"({"type":"aarthik-labs:open-external","external_url":"https://l.example/a?b=1#c",)"
        R"("resume_url":"https://hosted.example.com/lab/resume?j=1","more":{"x":[1]}})";
    const std::string nested =
        R"({"payload":{"resume_url":"https://hosted.example.com/lab/resume?j=1",)"
        R"("external_url":"https://l.example/a?b=1#c"},"type":"aarthik-labs:open-external"})";
    for (const std::string& message : {flat, nested, as_text(flat), as_text(nested)}) {
        const Result<HostedEvent> event = read(message);
        ASSERT_TRUE(event.ok()) << message << event.error().message;
        EXPECT_EQ(event.value().type, HostedEventType::open_external);
        EXPECT_EQ(event.value().name, "aarthik-labs:open-external");
        EXPECT_EQ(event.value().external_url->view(), "https://l.example/a?b=1#c");
        EXPECT_EQ(event.value().resume_url->view(), "https://hosted.example.com/lab/resume?j=1");
    }
}

TEST(CheckoutEvent, R42_ExitNeedsNoUrl) {
    const Result<HostedEvent> event = read(R"({"type":"aarthik-labs:exit"})");
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event.value().type, HostedEventType::exit);
    EXPECT_EQ(event.value().external_url, nullptr);
    EXPECT_EQ(event.value().resume_url, nullptr);
    EXPECT_EQ(code_of(R"({"type":"aarthik-labs:exit","payload":null,"resume_url":null})"),
              Code::ok);
}

TEST(CheckoutEvent, R42_UnknownEventsAreNoErrors) {
    for (const std::string_view message : {
             R"({})",
             R"({"type":"aarthik-labs:confetti","external_url":"javascript:1"})",
             R"({"type":"AARTHIK-LABS:EXIT"})",
             R"({"type":"aarthik-labs:exit "})",
             R"({"type":5})",
             R"({"type":null})",
             R"({"type":{"type":"aarthik-labs:exit"}})",
             R"({"borrower":{"journey":{"status":"OFFERED"}}})",
         }) {
        const Result<HostedEvent> event = read(message);
        ASSERT_TRUE(event.ok()) << message;
        EXPECT_EQ(event.value().type, HostedEventType::unknown) << message;
        EXPECT_EQ(event.value().external_url, nullptr);
    }
    EXPECT_EQ(read(R"({"type":"x bt_test_12345678 y"})").value().name.find("1234"),
              std::string::npos);
    EXPECT_LE(read("{\"type\":\"" + std::string(5000, 'a') + "\"}").value().name.size(), 64u);
}

TEST(CheckoutEvent, R42_OnlyHttpsIsOpenedOutside) {
    EXPECT_EQ(code_of(open_external("https://lender.example")), Code::ok);
    EXPECT_EQ(code_of(open_external("https://192.168.1.1/")), Code::ok) << "the browser's affair";
    for (const std::string_view url :
         {"http://lender.example/", "http://127.0.0.1/", "javascript:alert(1)", "data:text/html,x",
          "intent://x#Intent;end", "tel:1", "/relative", "//lender.example/", "about:blank"}) {
        EXPECT_EQ(code_of(open_external(url)), Code::insecure_url) << url;
    }
    for (const std::string_view url :
         {"https://user@lender.example/", "https://lender.example\\\\@x/", "https://",
          "https://lender.example/\\n", "https://l\xc3\xa4nder.example/", "https://a%2eb/",
          "https://0x7f.1/", " https://lender.example/"}) {
        EXPECT_NE(code_of(open_external(url)), Code::ok) << url;
    }
    EXPECT_EQ(code_of(open_external("")), Code::config_missing);
    EXPECT_EQ(code_of(R"({"type":"aarthik-labs:open-external"})"), Code::contract_missing_field);
    EXPECT_EQ(code_of(R"({"type":"aarthik-labs:open-external","external_url":7})"),
              Code::contract_wrong_type);
}

TEST(CheckoutEvent, R42_ResumingStaysAtTheHostedPage) {
    const auto exit_to = [](std::string_view url) {
        return code_of(R"({"type":"aarthik-labs:exit","resume_url":")" + std::string(url) + "\"}");
    };
    EXPECT_EQ(exit_to("https://hosted.example.com:443/x#bt_test_1"), Code::ok);
    EXPECT_EQ(exit_to("https://lender.example/"), Code::origin_refused);
    EXPECT_EQ(exit_to("https://hosted.example.com.evil.org/"), Code::origin_refused);
    EXPECT_EQ(exit_to("http://hosted.example.com/"), Code::insecure_url);
    EXPECT_TRUE(
        parse_hosted_event(R"({"type":"aarthik-labs:exit","resume_url":"http://127.0.0.1:8080/r"})",
                           "http://127.0.0.1:8080")
            .ok())
        << "a trial on loopback is plain";
}

TEST(CheckoutEvent, R42_WhatCannotBeReadHasItsOwnCode) {
    EXPECT_EQ(code_of(""), Code::contract_not_json);
    EXPECT_EQ(code_of("setImmediate$0.12$1"), Code::contract_not_json);
    EXPECT_EQ(code_of("\"setImmediate$0.12$1\""), Code::contract_not_json);
    EXPECT_EQ(code_of("5"), Code::contract_wrong_type);
    EXPECT_EQ(code_of("null"), Code::contract_wrong_type);
    EXPECT_EQ(code_of("[]"), Code::contract_wrong_type);
    EXPECT_EQ(code_of(R"({"type":)"), Code::reply_truncated);
    EXPECT_EQ(code_of("{\"type\":\"\xff\"}"), Code::contract_malformed);
    EXPECT_EQ(code_of(R"({"type":"aarthik-labs:exit","type":"x"})"), Code::contract_duplicate_key);
    EXPECT_EQ(code_of(R"({"type":"aarthik-labs:exit","payload":{"a":1,"a":2}})"),
              Code::contract_duplicate_key);
    EXPECT_EQ(code_of("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"),
              Code::contract_too_deep);
    EXPECT_EQ(code_of(as_text(as_text(R"({"type":"aarthik-labs:exit"})"))),
              Code::contract_wrong_type)
        << "a string in a string is nobody's format";
    const std::string exit = R"({"type":"aarthik-labs:exit"})";
    EXPECT_EQ(code_of(exit + std::string(kMaxHostedEventBytes - exit.size(), ' ')), Code::ok);
    EXPECT_EQ(code_of(exit + std::string(kMaxHostedEventBytes + 1 - exit.size(), ' ')),
              Code::reply_too_large);
}

TEST(CheckoutEvent, R42_OnlyTheHostedOriginIsHeard) {
    auto made =
        Checkout::receive("https://hosted.example.com/e#bt_test_12345678",
                          {Environment::test, std::string(kOrigin), {"https://lender.example"}},
                          std::make_shared<ManualClock>(Now{}));
    ASSERT_TRUE(made.ok());
    const auto heard = [&](std::string_view origin) {
        const auto event = made.value()->read_event(origin, R"({"type":"aarthik-labs:exit"})");
        return event.ok() ? Code::ok : event.error().code;
    };
    EXPECT_EQ(heard("https://hosted.example.com"), Code::ok);
    EXPECT_EQ(heard("https://hosted.example.com:443"), Code::ok);
    for (const std::string_view origin :
         {"", "null", "*", "https://lender.example", "http://hosted.example.com",
          "https://hosted.example.com:8443", "https://hosted.example.com.evil.org",
          "https://hosted.example.com/", "https://hosted.example.com/x",
          "https://hosted.example.com?x", "https://hosted.example.com#x",
          "https://x@hosted.example.com", "file://"}) {
        EXPECT_EQ(heard(origin), Code::origin_refused) << origin;
    }
}

}  // namespace
}  // namespace credit::test
