// First line: an origin, an embed URL and a place to go at once; all of it after the first line end: a message of the hosted
// page. What is let through must mean the same to libcurl and to another JSON library.
#include <curl/curl.h>

#include <memory>
#include <string>

#include "core/checkout/checkout.h"
#include "core/checkout/embed_url.h"
#include "core/http/origin.h"
#include "platform/memory/manual_clock.h"
#include "tests/fuzz/support/json_oracle.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::string_view kHosted = "https://hosted.example.com";

struct CurlFree {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(char* text) const { curl_free(text); }
};

std::string part(CURLU* url, CURLUPart what) {
    char* text = nullptr;
    if (curl_url_get(url, what, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::unique_ptr<char, CurlFree> owned(text);
    return text == nullptr ? std::string() : std::string(text);
}

// Scheme, user, host and port as libcurl sees them are those of the hosted page.
void check_hosted(std::string_view text) {
    const std::unique_ptr<CURLU, CurlFree> url(curl_url());
    const std::string copy(text);
    FUZZ_CHECK(curl_url_set(url.get(), CURLUPART_URL, copy.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK);
    FUZZ_CHECK(part(url.get(), CURLUPART_SCHEME) == "https");
    std::string host = part(url.get(), CURLUPART_HOST);
    for (char& c : host)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    FUZZ_CHECK(host == "hosted.example.com");
    FUZZ_CHECK(part(url.get(), CURLUPART_PORT) == "443");
    FUZZ_CHECK(part(url.get(), CURLUPART_USER).empty());
    FUZZ_CHECK(part(url.get(), CURLUPART_PASSWORD).empty());
}

Checkout& view() {
    static const std::unique_ptr<Checkout> checkout = [] {
        auto made = Checkout::receive("https://hosted.example.com/e#bt_test_12345678",
                                      {Environment::test, std::string(kHosted), {}},
                                      std::make_shared<ManualClock>(Now{}));
        return std::move(made).value();
    }();
    return *checkout;
}

bool plain(std::string_view text) {
    for (const char c : text) {
        if (c <= 0x20 || c >= 0x7f || c == '\\') return false;
    }
    return true;
}

void check_navigation(std::string_view url) {
    const bool main_frame = view().allows(url, true);
    const bool frame = view().allows(url, false);
    FUZZ_CHECK(!main_frame || frame);
    if (frame && !main_frame) FUZZ_CHECK(url == "about:blank" || url == "about:srcdoc");
    if (!main_frame) return;
    FUZZ_CHECK(plain(url));
    check_hosted(url);
}

void check_embed(std::string_view url) {
    const Status status = check_embed_url(url, kHosted, Environment::test);
    if (!status.ok()) return check_error(status.error());
    check_hosted(url);
    FUZZ_CHECK(plain(url) && url.find('#') != url.npos);
    FUZZ_CHECK(!shows_token(url.substr(0, url.find('#'))));
    FUZZ_CHECK(view().allows(url, true));
}

void check_origin_of_event(std::string_view origin) {
    const auto event = view().read_event(origin, R"({"type":"aarthik-labs:exit"})");
    if (!event.ok()) {
        FUZZ_CHECK(event.error().code == Code::origin_refused);
        return;
    }
    check_hosted(origin);
    FUZZ_CHECK(origin.size() <= kHosted.size() + 4);  // the origin and nothing behind it
}

// As the other library reads it: the object, or the object in the string.
std::optional<nlohmann::json> message_of(std::string_view text) {
    auto json = read_json(text);
    if (json && json->value.is_string()) json = read_json(json->value.get<std::string>());
    if (!json || !json->value.is_object()) return std::nullopt;
    return json->value;
}

void check_url(const SecretRef& url, const nlohmann::json& message, const char* name) {
    const std::string* beside = text_at(message, name);
    const nlohmann::json* payload = object_at(message, "payload");
    const std::string* within = payload == nullptr ? nullptr : text_at(*payload, name);
    const std::string* theirs = beside != nullptr ? beside : within;
    FUZZ_CHECK(theirs != nullptr && *theirs == url->view());
    FUZZ_CHECK(plain(url->view()) && url->size() <= kMaxForeignUrlBytes);
}

void check_message(std::string_view text) {
    const Result<HostedEvent> event = view().read_event(kHosted, text);
    if (!event.ok()) return check_error(event.error());
    const HostedEvent& read = event.value();
    FUZZ_CHECK(read.name.size() <= 64 && is_printable_utf8(read.name) && !shows_token(read.name));
    FUZZ_CHECK((read.external_url != nullptr) == (read.type == HostedEventType::open_external));
    FUZZ_CHECK(read.type != HostedEventType::unknown || read.resume_url == nullptr);
    const auto message = message_of(text);
    if (!message) return;  // the other library is stricter about some numbers
    if (read.external_url != nullptr) {
        check_url(read.external_url, *message, "external_url");
        FUZZ_CHECK(origin_of(read.external_url->view(), "u").value().starts_with("https://"));
    }
    if (read.resume_url != nullptr) {
        check_url(read.resume_url, *message, "resume_url");
        check_hosted(read.resume_url->view());
    }
}

}  // namespace

CREDIT_FUZZ_TARGET(checkout) {
    const std::string_view first = input.substr(0, input.find('\n'));
    check_navigation(first);
    check_embed(first);
    check_origin_of_event(first);
    check_message(first.size() == input.size() ? input : input.substr(first.size() + 1));
}

}  // namespace credit::fuzz
