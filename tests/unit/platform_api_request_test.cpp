#include <gtest/gtest.h>

#include <string>

#include "core/platform_api/contract.h"
#include "tests/unit/platform_api_samples.h"

namespace credit {
namespace {

const std::string* header(const HttpRequest& request, std::string_view name) {
    for (const HttpHeader& h : request.headers) {
        if (h.name == name) return &h.value;
    }
    return nullptr;
}

std::string value(const HttpRequest& request, std::string_view name) {
    const std::string* found = header(request, name);
    return found == nullptr ? "(none)" : *found;
}

const SecretRef kToken = Secret::copy_of("rt_\"1\\");

HttpRequest refresh(const RefreshShape& shape, const SecretRef& token = kToken) {
    return make_refresh_request(shape, token, "0000-key", "corr-1");
}

TEST(RefreshRequestTest, R12_TheDefaultShape) {
    RefreshShape shape;
    shape.url = "https://p.example/api/v1/headless/sessions/refresh";
    const HttpRequest request = refresh(shape);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, shape.url);
    EXPECT_EQ(request.bearer, kToken);
    EXPECT_EQ(request.body.view(), "{}");
    EXPECT_EQ(value(request, "Idempotency-Key"), "0000-key");
    EXPECT_EQ(value(request, "X-Correlation-ID"), "corr-1");
    EXPECT_EQ(value(request, "Content-Type"), "application/json");
    EXPECT_EQ(value(request, "Cache-Control"), "no-store");
    EXPECT_EQ(header(request, "X-AL-API-Version"), nullptr);
    EXPECT_EQ(header(request, "Authorization"), nullptr);
    EXPECT_EQ(request.max_reply_bytes, kMaxJsonBytes);
}

TEST(RefreshRequestTest, R15_GoesOutOnAFreshConnection) {
    EXPECT_TRUE(refresh({}).fresh_connection);
}

TEST(RefreshRequestTest, R12_EveryCarrierAndBody) {
    struct Case {
        CredentialCarrier carrier;
        RefreshBody body;
        bool bearer;
        const char* text;
    };
    constexpr auto kHeader = CredentialCarrier::authorization_header;
    constexpr auto kBody = CredentialCarrier::body_field;
    constexpr const char* kCamel = R"({"refreshToken":"rt_\"1\\"})";
    constexpr const char* kSnake = R"({"refresh_token":"rt_\"1\\"})";
    for (const Case& c : {Case{kHeader, RefreshBody::none, true, ""},
                          Case{kHeader, RefreshBody::refresh_token, true, kCamel},
                          Case{kHeader, RefreshBody::refresh_token_snake, true, kSnake},
                          Case{kBody, RefreshBody::refresh_token, false, kCamel},
                          Case{kBody, RefreshBody::refresh_token_snake, false, kSnake},
                          Case{kBody, RefreshBody::empty_object, false, kCamel},
                          Case{kBody, RefreshBody::none, false, kCamel}}) {
        RefreshShape shape;
        shape.carrier = c.carrier;
        shape.body = c.body;
        const HttpRequest request = refresh(shape);
        EXPECT_EQ(request.bearer != nullptr, c.bearer);
        EXPECT_EQ(request.body.view(), c.text);
        EXPECT_EQ(header(request, "Content-Type") != nullptr, *c.text != '\0');
    }
}

TEST(RefreshRequestTest, BackendManagedSendsNoToken) {
    RefreshShape shape;
    shape.route = RefreshRoute::backend_managed;
    shape.body = RefreshBody::refresh_token;
    const HttpRequest request = refresh(shape, nullptr);
    EXPECT_EQ(request.bearer, nullptr);
    EXPECT_EQ(request.body.view(), R"({"force":true})");
}

TEST(RefreshRequestTest, QuotedKeyAndApiVersion) {
    RefreshShape shape;
    shape.quote_idempotency_key = true;
    shape.api_version = "2026-03-05";
    const HttpRequest request = refresh(shape);
    EXPECT_EQ(value(request, "Idempotency-Key"), "\"0000-key\"");
    EXPECT_EQ(value(request, "X-AL-API-Version"), "2026-03-05");
}

Result<HttpRequest> session(std::string_view borrower, std::string_view type, const char* profile,
                            std::string_view key = "key", std::string_view correlation = "corr-1") {
    return make_session_request(
        "https://partner.example/api/credit/session", borrower, type,
        profile == nullptr ? nullptr : Secret::copy_of(std::string_view(profile)), key,
        correlation);
}

TEST(SessionRequestTest, BodyHoldsWhatWasGiven) {
    const auto bare = session("BORROWER-123", "", nullptr);
    ASSERT_TRUE(bare.ok());
    EXPECT_EQ(bare.value().body.view(), R"({"borrowerExternalID":"BORROWER-123"})");
    EXPECT_TRUE(bare.value().fresh_connection);
    EXPECT_EQ(bare.value().bearer, nullptr);
    EXPECT_EQ(value(bare.value(), "Idempotency-Key"), "key");
    const auto full = session("a\"b\\c", "GOLD_LOAN", R"( {"pan":"ABCDE1234F"} )");
    ASSERT_TRUE(full.ok());
    EXPECT_EQ(
        full.value().body.view(),
        R"({"borrowerExternalID":"a\"b\\c","journeyType":"GOLD_LOAN","profile": {"pan":"ABCDE1234F"} })");
}

TEST(SessionRequestTest, BadInputIsRefusedNamingTheField) {
    const std::string large = R"({"a":")" + std::string(kMaxJsonBytes, 'x') + R"("})";
    struct Case {
        Result<HttpRequest> result;
        Code code;
        const char* field;
    };
    Case cases[] = {
        {session(" a", "", nullptr), Code::invalid_borrower, "borrowerExternalID"},
        {session("a", "GOLD LOAN", nullptr), Code::invalid_argument, "journeyType"},
        {session("a", std::string(65, 'a'), nullptr), Code::invalid_argument, "journeyType"},
        {session("a", "", "[]"), Code::invalid_argument, "profile"},
        {session("a", "", ""), Code::invalid_argument, "profile"},
        {session("a", "", R"({"a":1)"), Code::invalid_argument, "profile"},
        {session("a", "", R"({"a":1},"x":{})"), Code::invalid_argument, "profile"},
        {session("a", "", R"({"a":1,"\u0061":2})"), Code::invalid_argument, "profile"},
        {session("a", "", "\xef\xbb\xbf{}"), Code::invalid_argument, "profile"},
        {session("a", "", large.c_str()), Code::invalid_argument, "profile"},
        {session("a", "", R"({"k":"sk_live_abcdef"})"), Code::api_key_refused, "profile"},
        {session("a", "", nullptr, "k\r\ny"), Code::invalid_header, "idempotency_key"},
        {session("a", "", nullptr, "k", "c d"), Code::invalid_header, "correlation_id"},
    };
    for (const Case& c : cases) {
        ASSERT_FALSE(c.result.ok()) << c.field;
        EXPECT_EQ(code_name(c.result.error().code), code_name(c.code)) << c.field;
        EXPECT_EQ(c.result.error().message.rfind(c.field, 0), 0U) << c.result.error().message;
    }
}

}  // namespace
}  // namespace credit
