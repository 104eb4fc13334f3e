// credit_str to and from C++.
#pragma once

#include <string>
#include <string_view>

#include "core/base/fixed_text.h"
#include "core/base/secret.h"
#include "credit/credit.h"

namespace credit::capi {

// False when the app gave a size without bytes. "Not given" is an empty view.
inline bool read_text(const credit_str& in, std::string_view& out) noexcept {
    if (in.data == nullptr && in.size != 0) return false;
    out = in.size == 0 ? std::string_view{} : std::string_view(in.data, in.size);
    return true;
}

// What the library hands out has a NUL after `size`. That is why there is no overload for a
// string_view: only for owners that guarantee it.
template <std::size_t N>
credit_str to_c(const FixedText<N>& text) noexcept {
    return {text.c_str(), text.size()};
}
inline credit_str to_c(const std::string& text) noexcept {
    return {text.c_str(), text.size()};
}
inline credit_str to_c(const Secret& secret) noexcept {
    return {secret.data(), secret.size()};
}
inline credit_str to_c(const SecretBuffer& buffer) noexcept {
    if (buffer.empty()) return {"", 0};
    return {buffer.data(), buffer.size()};
}
inline credit_str to_c(const SecretRef& secret) noexcept {
    if (secret == nullptr) return {"", 0};
    return to_c(*secret);
}
// For string literals.
inline credit_str literal(std::string_view text) noexcept {
    if (text.empty()) return {"", 0};
    return {text.data(), text.size()};
}

}  // namespace credit::capi
