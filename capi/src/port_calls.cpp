#include "capi/src/port_calls.h"

#include "capi/src/strings.h"
#include "core/http/redact.h"

namespace credit::capi {
namespace {

constexpr std::size_t kMaxMessageBytes = 256;

bool about_the_way(credit_code code) noexcept {
    const bool known = code_name(static_cast<Code>(code)) != "unknown";
    const bool network = code >= 3000 && code < 4000;
    const bool partner = code == CREDIT_PARTNER_UNAUTHORIZED || code == CREDIT_PARTNER_REFUSED ||
                         code == CREDIT_PARTNER_UNAVAILABLE || code == CREDIT_RATE_LIMITED;
    return known && (network || partner);
}

}  // namespace

Error port_error(credit_code code, const credit_str& message, std::string_view port) {
    std::string_view text;
    if (!read_text(message, text)) text = {};
    const Code kept = about_the_way(code) ? static_cast<Code>(code) : Code::provider_failed;
    return {kept, std::string(port) + ": " + redact(text, kMaxMessageBytes)};
}

}  // namespace credit::capi
