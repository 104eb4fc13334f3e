// Properties of a reply that every judgement asks for, and the Error a reply becomes.
#pragma once

#include "core/http/message.h"
#include "core/platform_api/contract.h"

namespace credit {

constexpr bool is_success(int status) noexcept {
    return status >= 200 && status < 300;
}
constexpr bool is_redirect(int status) noexcept {
    return status >= 300 && status < 400;
}
constexpr bool is_client_error(int status) noexcept {
    return status >= 400 && status < 500;
}

// Says that its body is compressed, which nobody asked for.
bool is_compressed(const HttpResponse& response) noexcept;
// Retry-After, or -1.
std::int64_t retry_after_ms(const HttpResponse& response) noexcept;
// "HTTP 403 ACCESS_SCOPE_MISMATCH (profile.pan): text", with the ids and the hint to retry.
Error reply_error(Code code, const HttpResponse& response, const Envelope& envelope);
// The same for a reply without an envelope; `text` is ours or redacted.
Error bare_error(Code code, const HttpResponse& response, std::string_view text);

}  // namespace credit
