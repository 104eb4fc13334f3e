// Where the SDK may talk to, by environment (R41), and which paths a caller may ask for there
// (R33).
#include <algorithm>
#include <array>

#include "core/http/secret_words.h"
#include "core/http/text.h"
#include "core/http/url.h"
#include "core/http/url_text.h"

namespace credit {
namespace {

constexpr std::array<std::string_view, 2> kLiveHosts = {"api.credit.aarthiklabs.com",
                                                        "credit.aarthiklabs.com"};
// The platform's domains. Below them these labels name an environment that is not live:
// preprod.credit.aarthiklabs.com and staging.aarthikbandhu.com are published, the rest follows
// their pattern.
constexpr std::array<std::string_view, 2> kDomains = {".aarthiklabs.com", ".aarthikbandhu.com"};
constexpr std::array<std::string_view, 4> kTestLabels = {"sandbox", "staging", "preprod", "test"};

bool is_test_label(std::string_view label) noexcept {
    return std::find(kTestLabels.begin(), kTestLabels.end(), label) != kTestLabels.end();
}

bool is_test_origin(std::string_view host) noexcept {
    for (const std::string_view domain : kDomains) {
        if (!host.ends_with(domain)) continue;
        std::string_view labels = host.substr(0, host.size() - domain.size());
        while (!labels.empty()) {
            const std::size_t dot = labels.find('.');
            if (is_test_label(labels.substr(0, dot))) return true;
            labels = dot == labels.npos ? std::string_view{} : labels.substr(dot + 1);
        }
    }
    return false;
}

bool is_live_host(std::string_view host) noexcept {
    return std::find(kLiveHosts.begin(), kLiveHosts.end(), host) != kLiveHosts.end();
}

// Why this host does not belong to the environment, or null.
const char* environment_fault(const Url& url, Environment environment) noexcept {
    if (environment == Environment::test) {
        return is_live_host(url.host) ? "is a live host, the environment is TEST" : nullptr;
    }
    if (url.loopback()) return "is a loopback address, the environment is LIVE";
    if (url.private_address()) return "is a private address, the environment is LIVE";
    if (is_test_origin(url.host)) return "is a test host, the environment is LIVE";
    return nullptr;
}

Error invalid_path(std::string_view field, std::string_view why) {
    return {Code::invalid_argument, std::string(field) + ": " + std::string(why)};
}

}  // namespace

Result<Url> check_base_url(std::string_view text, Environment environment, std::string_view field) {
    Result<Url> parsed = parse_url(text, field);
    if (!parsed.ok()) return parsed;
    Url url = std::move(parsed).value();
    const std::string name(field);
    const bool plain_allowed = environment == Environment::test && url.loopback();
    if (url.scheme != "https" && !plain_allowed) {
        return Error(Code::insecure_url, name + ": http is accepted on loopback in TEST only");
    }
    if (const char* fault = environment_fault(url, environment)) {
        return Error(Code::environment_mismatch, name + ": " + fault);
    }
    if (!url.query.empty() || text.find('?') != text.npos) {
        return Error(Code::config_invalid, name + ": has a query");
    }
    if (has_api_key(url_text::decoded(url.path))) {
        return Error(Code::api_key_refused, name + ": contains an API key");
    }
    while (url.path.ends_with('/'))
        url.path.pop_back();
    return url;
}

Status check_path(std::string_view path, std::string_view field) {
    if (!path.starts_with('/') || path.starts_with("//")) {
        return invalid_path(field, "must begin with one '/'");
    }
    if (path.size() > kMaxUrlBytes) return invalid_path(field, "is longer than 2048 bytes");
    const std::size_t mark = path.find('?');
    if (const char* fault = url_text::path_fault(path.substr(0, mark))) {
        return invalid_path(field, fault);
    }
    if (mark != path.npos) {
        if (const char* fault = url_text::query_fault(path.substr(mark + 1))) {
            return invalid_path(field, fault);
        }
    }
    const std::string plain = url_text::decoded(path);
    if (has_api_key(plain)) {
        return Error(Code::api_key_refused, std::string(field) + ": contains an API key");
    }
    if (has_token_word(plain)) return invalid_path(field, "contains a token");
    return Unit{};
}

}  // namespace credit
