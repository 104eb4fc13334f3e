// struct credit_token is a token handle of the core under the name the header gives it.
#pragma once

#include "core/engine/token_handle.h"
#include "credit/credit.h"

namespace credit::capi {

inline credit_token* to_c(TokenHandle* handle) noexcept {
    return reinterpret_cast<credit_token*>(handle);
}
inline TokenHandle* handle_of(credit_token* token) noexcept {
    return reinterpret_cast<TokenHandle*>(token);
}
inline const TokenHandle* handle_of(const credit_token* token) noexcept {
    return reinterpret_cast<const TokenHandle*>(token);
}

}  // namespace credit::capi
