#include "core/checkout/embed_url.h"

#include <string>

#include "core/http/origin.h"
#include "core/http/secret_words.h"
#include "core/http/url.h"
#include "core/http/url_text.h"
#include "core/platform_api/token_rules.h"

namespace credit {
namespace {

constexpr std::string_view kField = "embed_url";

Error fault(Code code, std::string_view why) {
    return {code, std::string(kField) + ": " + std::string(why)};
}

// A fragment is the token alone; `name=token` is read as well, so that no prefix hides behind it.
Status check_fragment(std::string_view fragment, Environment environment) {
    if (fragment.empty()) return fault(Code::config_invalid, "has no bootstrap token");
    // Browsers and this SDK's own guard of the view read a backslash as they like.
    if (fragment.find('\\') != fragment.npos) {
        return fault(Code::contract_invalid_token, "contains a backslash");
    }
    Status fine = check_token(fragment, environment, kField);
    const std::size_t equals = fragment.rfind('=');
    if (fine.ok() && equals != fragment.npos && equals + 1 < fragment.size()) {
        fine = check_token(fragment.substr(equals + 1), environment, kField);
    }
    return fine;
}

}  // namespace

Status check_embed_url(std::string_view url, std::string_view hosted_origin,
                       Environment environment) {
    if (url.size() > kMaxForeignUrlBytes) {
        return fault(Code::config_invalid, "is longer than 8192 bytes");
    }
    const std::size_t mark = url.find('#');
    const Result<Url> page = parse_url(url.substr(0, mark), kField);
    if (!page.ok()) return page.error();
    const bool plain_allowed = environment == Environment::test && page.value().loopback();
    if (page.value().scheme != "https" && !plain_allowed) {
        return fault(Code::insecure_url, "http is accepted on loopback in TEST only");
    }
    if (page.value().origin() != hosted_origin) {
        return fault(Code::origin_refused, "does not belong to the hosted origin");
    }
    const std::string plain = url_text::decoded(page.value().path + "?" + page.value().query);
    if (has_api_key(plain)) return fault(Code::api_key_refused, "contains an API key");
    // Servers and proxies log what stands before the fragment.
    if (has_token_word(plain)) {
        return fault(Code::config_invalid, "carries a token outside of its fragment");
    }
    if (mark == url.npos) return fault(Code::config_invalid, "has no bootstrap token");
    return check_fragment(url.substr(mark + 1), environment);
}

}  // namespace credit
