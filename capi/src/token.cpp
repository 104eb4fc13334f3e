#include "capi/src/token.h"

#include "capi/src/strings.h"

credit_token* credit_token_retain(credit_token* token) noexcept {
    return credit::capi::retain(token);
}

void credit_token_release(credit_token* token) noexcept {
    credit::capi::release(token);
}

credit_str credit_token_value(const credit_token* token) noexcept {
    if (token == nullptr) return credit::capi::literal("");
    return credit::capi::to_c(token->token->value);
}

int64_t credit_token_expires_at_ms(const credit_token* token) noexcept {
    return token == nullptr ? -1 : token->token->expires_at_ms;
}

uint64_t credit_token_generation(const credit_token* token) noexcept {
    return token == nullptr ? 0 : token->token->generation;
}

credit_token_source credit_token_source_of(const credit_token* token) noexcept {
    return token == nullptr ? CREDIT_TOKEN_FROM_CACHE
                            : static_cast<credit_token_source>(token->source);
}
