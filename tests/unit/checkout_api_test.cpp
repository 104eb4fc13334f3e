// The C face of the hosted checkout: arguments, ownership, what of the configuration counts.
#include <array>
#include <vector>

#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

constexpr std::string_view kUrl = "https://sandbox.example.com/lab/embed?j=1#bt_test_9f8e7d6c5b";

struct CheckoutFree {
    void operator()(credit_checkout* checkout) const { credit_checkout_release(checkout); }
};
using CheckoutHandle = std::unique_ptr<credit_checkout, CheckoutFree>;
struct EventFree {
    void operator()(credit_checkout_event* event) const { credit_checkout_event_release(event); }
};
using Event = std::unique_ptr<credit_checkout_event, EventFree>;

credit_checkout_options options(std::string_view url) {
    auto made = sized<credit_checkout_options>();
    made.embed_url = str(url);
    return made;
}

struct Made {
    CheckoutHandle handle;
    Complaint complaint;
};

Made make(const Config& config, const credit_checkout_options& wanted) {
    credit_checkout* checkout = nullptr;
    credit_error* error = nullptr;
    const credit_code code = credit_checkout_create(config.get(), &wanted, &checkout, &error);
    EXPECT_EQ(credit_error_code(error), code);
    EXPECT_EQ(checkout != nullptr, code == CREDIT_OK);
    Made made{CheckoutHandle(checkout), {code, checked(credit_error_message(error))}};
    credit_error_release(error);
    return made;
}

Config bare_config(credit_environment environment = CREDIT_ENVIRONMENT_TEST) {
    Config config = empty_config();
    EXPECT_EQ(credit_config_set_environment(config.get(), environment), CREDIT_OK);
    return config;
}

Config test_config() {
    Config config = bare_config();
    EXPECT_EQ(credit_config_set_platform_url(config.get(), str("https://sandbox.example.com/api")),
              CREDIT_OK);
    return config;
}

std::int64_t elapsed_ms = 0;

credit_clock app_clock() {
    auto clock = sized<credit_clock>();
    clock.now = [](void*, credit_now* out) {
        out->wall_ms = 1;
        out->elapsed_ms = elapsed_ms;
        out->boot_id = 3;
    };
    return clock;
}

using CheckoutApi = CapiTest;

TEST_F(CheckoutApi, R42_NeedsNoStorageAndGivesTheUrlOnce) {
    const Made made = make(test_config(), options(kUrl));
    ASSERT_EQ(made.complaint.code, CREDIT_OK) << made.complaint.message;
    std::array<char, 256> buffer{};
    std::size_t size = 0;
    EXPECT_EQ(credit_checkout_take_url(made.handle.get(), nullptr, 0, &size),
              CREDIT_BUFFER_TOO_SMALL);
    EXPECT_EQ(size, kUrl.size());
    EXPECT_EQ(credit_checkout_take_url(made.handle.get(), buffer.data(), buffer.size(), &size),
              CREDIT_OK);
    EXPECT_EQ(checked({buffer.data(), size}), kUrl);
    EXPECT_EQ(credit_checkout_take_url(made.handle.get(), buffer.data(), buffer.size(), &size),
              CREDIT_CHECKOUT_TAKEN);
    EXPECT_EQ(size, 0u);
}

TEST_F(CheckoutApi, R42_ExpiresByTheConfiguredClock) {
    Config config = test_config();
    const credit_clock clock = app_clock();
    ASSERT_EQ(credit_config_set_clock(config.get(), &clock), CREDIT_OK);
    elapsed_ms = 1'000;
    const Made made = make(config, options(kUrl));
    config.reset();  // the checkout keeps what it needs
    elapsed_ms += 120'000;
    std::array<char, 256> buffer{};
    std::size_t size = 9;
    EXPECT_EQ(credit_checkout_take_url(made.handle.get(), buffer.data(), buffer.size(), &size),
              CREDIT_CHECKOUT_EXPIRED);
    EXPECT_EQ(size, 0u);
    EXPECT_EQ(credit_code_is_retryable(CREDIT_CHECKOUT_EXPIRED), 0);
    EXPECT_EQ(credit_code_needs_new_session(CREDIT_CHECKOUT_TAKEN), 0);
}

TEST_F(CheckoutApi, R42_TheHostedOriginOfEachEnvironment) {
    EXPECT_EQ(make(bare_config(), options(kUrl)).complaint.code, CREDIT_CONFIG_MISSING);
    EXPECT_EQ(make(empty_config(), options(kUrl)).complaint.message, "environment: is not set");
    EXPECT_EQ(make(test_config(), options("https://other.example.com/#bt_test_1")).complaint.code,
              CREDIT_ORIGIN_REFUSED);
    EXPECT_EQ(make(bare_config(CREDIT_ENVIRONMENT_LIVE),
                   options("https://credit.aarthiklabs.com/lab/embed#bt_live_12345678"))
                  .complaint.code,
              CREDIT_OK);

    auto wanted = options("https://pages.example.com:444/#bt_test_1");
    wanted.hosted_origin = str("https://pages.example.com:444/");
    EXPECT_EQ(make(bare_config(), wanted).complaint.code, CREDIT_OK);
    wanted.hosted_origin = str("https://pages.example.com:444/lab");
    const Made made = make(bare_config(), wanted);
    EXPECT_EQ(made.complaint.code, CREDIT_CONFIG_INVALID);
    EXPECT_EQ(made.complaint.message, "checkout.hosted_origin: an origin has no path");
    wanted.hosted_origin = str("https://credit.aarthiklabs.com");
    EXPECT_EQ(make(bare_config(), wanted).complaint.code, CREDIT_ENVIRONMENT_MISMATCH);
}

TEST_F(CheckoutApi, R42_AllowedOrigins) {
    auto wanted = options(kUrl);
    std::vector<credit_str> origins = {str("https://kyc.example"), str("https://pay.example:8443")};
    wanted.allowed_origins = origins.data();
    wanted.allowed_origin_count = 2;
    const Made made = make(test_config(), wanted);
    ASSERT_EQ(made.complaint.code, CREDIT_OK) << made.complaint.message;
    const auto allows = [&](std::string_view url, int main_frame = 1) {
        return credit_checkout_allows_navigation(made.handle.get(), str(url), main_frame);
    };
    EXPECT_EQ(allows("https://sandbox.example.com/next"), 1);
    EXPECT_EQ(allows("https://pay.example:8443/x"), 1);
    EXPECT_EQ(allows("https://pay.example/x"), 0);
    EXPECT_EQ(allows("about:blank"), 0);
    EXPECT_EQ(allows("about:blank", 0), 1);
    EXPECT_EQ(allows("data:,x", 0), 0);

    origins[1] = str("https://pay.example/path");
    EXPECT_EQ(make(test_config(), wanted).complaint.message,
              "checkout.allowed_origins[1]: an origin has no path");
    origins.assign(65, str("https://kyc.example"));
    wanted.allowed_origins = origins.data();
    wanted.allowed_origin_count = 64;
    EXPECT_EQ(make(test_config(), wanted).complaint.code, CREDIT_OK);
    wanted.allowed_origin_count = 65;
    EXPECT_EQ(make(test_config(), wanted).complaint.code, CREDIT_CONFIG_INVALID);
    wanted.allowed_origins = nullptr;
    EXPECT_EQ(make(test_config(), wanted).complaint.code, CREDIT_CONFIG_INVALID);
    wanted.allowed_origin_count = 1;
    EXPECT_EQ(make(test_config(), wanted).complaint.code, CREDIT_INVALID_ARGUMENT);
}

TEST_F(CheckoutApi, R42_EventsAreReadAndOwned) {
    const Made made = make(test_config(), options(kUrl));
    const auto read = [&](std::string_view message, credit_code expected) {
        credit_checkout_event* event = nullptr;
        credit_error* error = nullptr;
        EXPECT_EQ(credit_checkout_parse_event(made.handle.get(), str("https://sandbox.example.com"),
                                              str(message), &event, &error),
                  expected)
            << message;
        EXPECT_EQ(credit_error_code(error), expected);
        EXPECT_EQ(event != nullptr, expected == CREDIT_OK);
        credit_error_release(error);
        return Event(event);
    };
    const Event open = read(
        R"({"type":"aarthik-labs:open-external","external_url":"https://l.example/a"})", CREDIT_OK);
    EXPECT_EQ(credit_checkout_event_type_of(open.get()), CREDIT_CHECKOUT_EVENT_OPEN_EXTERNAL);
    EXPECT_EQ(checked(credit_checkout_event_name(open.get())), "aarthik-labs:open-external");
    EXPECT_EQ(checked(credit_checkout_event_external_url(open.get())), "https://l.example/a");
    EXPECT_EQ(checked(credit_checkout_event_resume_url(open.get())), "");
    const Event exit = read(R"("{\"type\":\"aarthik-labs:exit\"}")", CREDIT_OK);
    EXPECT_EQ(credit_checkout_event_type_of(exit.get()), CREDIT_CHECKOUT_EVENT_EXIT);
    const Event unknown = read(R"({"type":"x"})", CREDIT_OK);
    EXPECT_EQ(credit_checkout_event_type_of(unknown.get()), CREDIT_CHECKOUT_EVENT_UNKNOWN);
    read(R"({"type":"aarthik-labs:open-external","external_url":"http://l.example/"})",
         CREDIT_INSECURE_URL);
    read("nonsense", CREDIT_CONTRACT_NOT_JSON);

    credit_checkout_event* event = nullptr;
    EXPECT_EQ(credit_checkout_parse_event(made.handle.get(), str("https://evil.org"), str("{}"),
                                          &event, nullptr),
              CREDIT_ORIGIN_REFUSED);
    EXPECT_EQ(event, nullptr);
}

TEST_F(CheckoutApi, R42_MisuseHasTypedErrors) {
    const Config config = test_config();
    auto wanted = options(kUrl);
    credit_checkout* checkout = nullptr;
    EXPECT_EQ(credit_checkout_create(nullptr, &wanted, &checkout, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_create(config.get(), nullptr, &checkout, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_create(config.get(), &wanted, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    wanted.struct_size = 0;
    EXPECT_EQ(make(config, wanted).complaint.code, CREDIT_INVALID_ARGUMENT);
    wanted = options(kUrl);
    wanted.embed_url.data = nullptr;
    EXPECT_EQ(make(config, wanted).complaint.code, CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(make(config, options("")).complaint.code, CREDIT_CONFIG_MISSING);

    const Made made = make(config, options(kUrl));
    std::array<char, 256> buffer{};
    std::size_t size = 0;
    EXPECT_EQ(credit_checkout_take_url(nullptr, buffer.data(), buffer.size(), &size),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_take_url(made.handle.get(), nullptr, 9, &size),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_take_url(made.handle.get(), buffer.data(), buffer.size(), nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_allows_navigation(nullptr, str("https://x.example"), 1), 0);
    EXPECT_EQ(credit_checkout_allows_navigation(made.handle.get(), {nullptr, 4}, 0), 0);
    credit_checkout_event* event = nullptr;
    EXPECT_EQ(credit_checkout_parse_event(nullptr, str("x"), str("{}"), &event, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(
        credit_checkout_parse_event(made.handle.get(), str("x"), {nullptr, 3}, &event, nullptr),
        CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_parse_event(made.handle.get(), str("x"), str("{}"), nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_checkout_event_type_of(nullptr), CREDIT_CHECKOUT_EVENT_UNKNOWN);
    EXPECT_EQ(checked(credit_checkout_event_external_url(nullptr)), "");
}

TEST_F(CheckoutApi, R42_ARefusedSetterIsNotOverlooked) {
    Config config = test_config();
    EXPECT_EQ(credit_config_set_platform_url(config.get(), str("ftp://x")), CREDIT_INSECURE_URL);
    EXPECT_EQ(make(config, options(kUrl)).complaint.code, CREDIT_INSECURE_URL);
}

TEST_F(CheckoutApi, HandlesAreCounted) {
    CheckoutHandle again;
    {
        const Made made = make(test_config(), options(kUrl));
        again.reset(credit_checkout_retain(made.handle.get()));
        EXPECT_EQ(credit_debug_live_objects(), 1u);
    }
    EXPECT_EQ(credit_debug_live_objects(), 1u);
    EXPECT_EQ(
        credit_checkout_allows_navigation(again.get(), str("https://sandbox.example.com/"), 1), 1);
}

}  // namespace
}  // namespace credit::test
