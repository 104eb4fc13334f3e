// credit_session_send: what is refused, what goes on, what comes back (R33).
#include <functional>

#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

class CapiRequest : public CapiTest {
  protected:
    CapiRequest() : config_(good_config()), session_(open(config_)), core_(core_of(session_)) {}
    void TearDown() override {
        core_.reset();
        session_.reset();
        config_.reset();
        CapiTest::TearDown();
    }

    static credit_request good() {
        credit_request request = sized<credit_request>();
        request.method = str("POST");
        request.path = str("/api/v1/headless/journeys?x=1");
        request.body = str(R"({"a":1})");
        return request;
    }
    credit_code send(const credit_request& request) {
        return credit_session_send(session_.get(), &request, &kept_, Kept::done, nullptr);
    }

    struct Kept {
        int calls = 0;
        credit_response* response = nullptr;
        credit_code code = CREDIT_OK;
        static void done(void* context, credit_response* response, const credit_error* error) {
            auto& kept = *static_cast<Kept*>(context);
            ++kept.calls;
            kept.response = credit_response_retain(response);
            kept.code = credit_error_code(error);
        }
    };

    Config config_;
    SessionHandle session_;
    std::shared_ptr<SessionCore> core_;
    Kept kept_;
};

struct Bad {
    const char* name;
    std::function<void(credit_request&)> change;
    credit_code code;
};

credit_header header(const char* name, const char* value) {
    return {str(name), str(value)};
}

template <class... Headers>
void set_headers(credit_request& request, Headers... headers) {
    static std::vector<credit_header> kept;
    kept = {headers...};
    request.headers = kept.data();
    request.header_count = static_cast<std::uint32_t>(kept.size());
}

const std::string kLong(9000, 'a');

const Bad kBad[] = {
    {"no method", [](auto& r) { r.method = str(""); }, CREDIT_INVALID_ARGUMENT},
    {"lower-case method", [](auto& r) { r.method = str("post"); }, CREDIT_INVALID_ARGUMENT},
    {"unknown method", [](auto& r) { r.method = str("TRACE"); }, CREDIT_INVALID_ARGUMENT},
    {"no path", [](auto& r) { r.path = str(""); }, CREDIT_INVALID_ARGUMENT},
    {"path to another host", [](auto& r) { r.path = str("//evil.example/x"); },
     CREDIT_INVALID_ARGUMENT},
    {"absolute URL", [](auto& r) { r.path = str("https://evil.example/x"); },
     CREDIT_INVALID_ARGUMENT},
    {"path that climbs", [](auto& r) { r.path = str("/a/../../b"); }, CREDIT_INVALID_ARGUMENT},
    {"path with a fragment", [](auto& r) { r.path = str("/a#b"); }, CREDIT_INVALID_ARGUMENT},
    {"API key in the path", [](auto& r) { r.path = str("/a?k=sk_live_abcdefgh12345678"); },
     CREDIT_API_KEY_REFUSED},
    {"Authorization", [](auto& r) { set_headers(r, header("Authorization", "Bearer x")); },
     CREDIT_INVALID_HEADER},
    {"Host", [](auto& r) { set_headers(r, header("host", "evil.example")); },
     CREDIT_INVALID_HEADER},
    {"line break in a value", [](auto& r) { set_headers(r, header("X-A", "a\r\nHost: b")); },
     CREDIT_INVALID_HEADER},
    {"line break in a name", [](auto& r) { set_headers(r, header("X-A\n", "a")); },
     CREDIT_INVALID_HEADER},
    {"API key in a header",
     [](auto& r) { set_headers(r, header("X-A", "sk_test_abcdefgh12345678")); },
     CREDIT_API_KEY_REFUSED},
    {"long value", [](auto& r) { set_headers(r, header("X-A", kLong.c_str())); },
     CREDIT_INVALID_HEADER},
    {"headers NULL", [](auto& r) { r.header_count = 1; }, CREDIT_INVALID_ARGUMENT},
    {"too many headers",
     [](auto& r) {
         set_headers(r, header("X-A", "a"));
         r.header_count = 65;
     },
     CREDIT_INVALID_HEADER},
    {"two content types",
     [](auto& r) {
         set_headers(r, header("Content-Type", "text/plain"));
         r.content_type = str("application/json");
     },
     CREDIT_INVALID_HEADER},
    {"content type with a line break", [](auto& r) { r.content_type = str("a\nb"); },
     CREDIT_INVALID_HEADER},
    {"correlation id with a space", [](auto& r) { r.correlation_id = str("a b"); },
     CREDIT_INVALID_HEADER},
    {"correlation id that is a key",
     [](auto& r) { r.correlation_id = str("sk_live_abcdefgh12345678"); }, CREDIT_API_KEY_REFUSED},
    {"idempotency key with a line break", [](auto& r) { r.idempotency_key = str("a\n"); },
     CREDIT_INVALID_HEADER},
    {"long idempotency key", [](auto& r) { r.idempotency_key = {kLong.data(), 256}; },
     CREDIT_INVALID_HEADER},
    {"body of a GET", [](auto& r) { r.method = str("GET"); }, CREDIT_INVALID_ARGUMENT},
    {"body without bytes", [](auto& r) { r.body = {nullptr, 5}; }, CREDIT_INVALID_ARGUMENT},
    {"API key in the body", [](auto& r) { r.body = str(R"({"k":"sk_test_abcdefgh12345678"})"); },
     CREDIT_API_KEY_REFUSED},
    {"negative deadline", [](auto& r) { r.deadline_ms = -1; }, CREDIT_INVALID_ARGUMENT},
    {"absurd reply size", [](auto& r) { r.max_reply_bytes = UINT64_MAX; }, CREDIT_INVALID_ARGUMENT},
    {"no struct size", [](auto& r) { r.struct_size = 0; }, CREDIT_INVALID_ARGUMENT},
};

TEST_F(CapiRequest, R33_BadRequestsNeverReachTheEngine) {
    for (const Bad& bad : kBad) {
        SCOPED_TRACE(bad.name);
        credit_request request = good();
        bad.change(request);
        EXPECT_EQ(send(request), bad.code);
        EXPECT_EQ(core_->call_done, nullptr);
    }
    EXPECT_EQ(credit_session_send(session_.get(), nullptr, nullptr, Kept::done, nullptr),
              CREDIT_INVALID_ARGUMENT);
    const credit_request request = good();
    EXPECT_EQ(credit_session_send(session_.get(), &request, nullptr, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(kept_.calls, 0);
}

TEST_F(CapiRequest, EverythingIsPassedOn) {
    credit_request request = good();
    set_headers(request, header("X-Trace", "1"),
                header("content-type", "application/merge-patch+json"));
    request.method = str("PATCH");
    request.idempotency_key = str("key-1");
    request.correlation_id = str("corr-1");
    request.deadline_ms = 900;
    request.max_reply_bytes = 77;
    request.one_shot = 1;
    ASSERT_EQ(send(request), CREDIT_OK);
    const CallRequest& got = core_->request;
    EXPECT_EQ(got.method, "PATCH");
    EXPECT_EQ(got.path, "/api/v1/headless/journeys?x=1");
    ASSERT_EQ(got.headers.size(), 1u);
    EXPECT_EQ(got.headers[0].name, "X-Trace");
    EXPECT_EQ(got.content_type, "application/merge-patch+json");
    EXPECT_EQ(got.body.view(), R"({"a":1})");
    EXPECT_TRUE(got.has_body);
    EXPECT_EQ(got.idempotency_key, "key-1");
    EXPECT_EQ(got.correlation_id, "corr-1");
    EXPECT_EQ(got.deadline_ms, 900);
    EXPECT_EQ(got.max_reply_bytes, 77u);
    EXPECT_TRUE(got.one_shot);
    const Error error(Code::cancelled, "cancelled");
    core_->call_done(nullptr, &error);
    EXPECT_EQ(kept_.code, CREDIT_CANCELLED);
    EXPECT_EQ(kept_.response, nullptr);
}

TEST_F(CapiRequest, EmptyFieldsMeanDefaults) {
    credit_request request = good();
    request.method = str("GET");
    request.body = {};
    ASSERT_EQ(send(request), CREDIT_OK);
    EXPECT_FALSE(core_->request.has_body);
    EXPECT_TRUE(core_->request.content_type.empty());
    EXPECT_EQ(core_->request.max_reply_bytes, 2u * 1024 * 1024);
    core_->call_done = nullptr;
}

TEST_F(CapiRequest, AResponseMayBeKept) {
    ASSERT_EQ(send(good()), CREDIT_OK);
    auto call = std::make_shared<CallResponse>();
    call->http.status = 409;
    call->http.headers = {{"X-One", "1"}, {"x-two", "2"}};
    call->http.body.append("hello");
    call->envelope.request_id = "req_1";
    call->envelope.error_code = "CONFLICT";
    call->correlation_id = "corr-1";
    call->attempts = 2;
    core_->call_done(call, nullptr);
    call.reset();
    credit_response* const response = kept_.response;
    ASSERT_NE(response, nullptr);
    EXPECT_EQ(credit_response_status(response), 409);
    EXPECT_EQ(credit_response_header_count(response), 2u);
    EXPECT_EQ(checked(credit_response_header_at(response, 1).name), "x-two");
    EXPECT_EQ(checked(credit_response_header_at(response, 2).value), "");
    EXPECT_EQ(checked(credit_response_header(response, str("X-TWO"))), "2");
    EXPECT_EQ(checked(credit_response_header(response, str("X-Three"))), "");
    EXPECT_EQ(checked(credit_response_body(response)), "hello");
    EXPECT_EQ(checked(credit_response_request_id(response)), "req_1");
    EXPECT_EQ(checked(credit_response_correlation_id(response)), "corr-1");
    EXPECT_EQ(checked(credit_response_platform_code(response)), "CONFLICT");
    EXPECT_EQ(credit_response_attempts(response), 2);
    credit_response_release(response);
}

TEST_F(CapiRequest, ABodyOfAnySizeEndsInNul) {
    for (const std::size_t size : {0u, 1u, 255u, 256u, 257u, 511u, 512u, 513u, 4096u}) {
        ASSERT_EQ(send(good()), CREDIT_OK);
        auto call = std::make_shared<CallResponse>();
        call->http.body.append(std::string(size, 'b'));
        core_->call_done(call, nullptr);
        EXPECT_EQ(checked(credit_response_body(kept_.response)).size(), size);
        credit_response_release(kept_.response);
    }
}

}  // namespace
}  // namespace credit::test
