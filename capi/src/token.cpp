#include "capi/src/token.h"

#include "capi/src/strings.h"
#include "platform/posix/fork_guard.h"

using credit::capi::handle_of;

credit_token* credit_token_retain(credit_token* token) noexcept {
    if (token != nullptr) handle_of(token)->retain();
    return token;
}

// A forked child leaks instead: destroying takes locks whose holders may not exist there.
void credit_token_release(credit_token* token) noexcept {
    if (token == nullptr || credit::in_forked_child()) return;
    handle_of(token)->release();
}

credit_str credit_token_value(const credit_token* token) noexcept {
    if (token == nullptr) return credit::capi::literal("");
    return credit::capi::to_c(handle_of(token)->token()->value);
}

int64_t credit_token_expires_at_ms(const credit_token* token) noexcept {
    return token == nullptr ? -1 : handle_of(token)->token()->expires_at_ms;
}

uint64_t credit_token_generation(const credit_token* token) noexcept {
    return token == nullptr ? 0 : handle_of(token)->token()->generation;
}

credit_token_source credit_token_source_of(const credit_token* token) noexcept {
    return token == nullptr ? CREDIT_TOKEN_FROM_CACHE
                            : static_cast<credit_token_source>(handle_of(token)->source());
}
