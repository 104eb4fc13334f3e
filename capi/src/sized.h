// Structs that grow: read and written up to their own struct_size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "credit/credit.h"

namespace credit::capi {

constexpr std::uint32_t kMaxStructSize = 4096;

namespace detail {
constexpr bool sane_size(std::uint32_t size) noexcept {
    return size >= sizeof(std::uint32_t) && size <= kMaxStructSize;
}
// Out of line: a compiler that sees both sides would call reading a longer struct through a shorter
// type a mistake.
bool zero_between(const void* data, std::size_t from, std::size_t to) noexcept;
}  // namespace detail

// Copies what the caller's version of the struct has; later fields are zero, which is always the
// default. A newer program may hand in a longer struct: CREDIT_UNSUPPORTED if it sets a field this
// library does not know, since silently dropping a wish (a trust setting, say) would be worse than
// refusing it.
template <class T>
credit_code read_sized(const T* in, T& out) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
    std::memset(&out, 0, sizeof out);
    if (in == nullptr) return CREDIT_INVALID_ARGUMENT;
    std::uint32_t size = 0;
    std::memcpy(&size, in, sizeof size);
    if (!detail::sane_size(size)) return CREDIT_INVALID_ARGUMENT;
    std::memcpy(&out, in, std::min<std::size_t>(size, sizeof out));
    if (!detail::zero_between(in, sizeof out, size)) return CREDIT_UNSUPPORTED;
    out.struct_size = static_cast<std::uint32_t>(sizeof out);
    return CREDIT_OK;
}

// The same where NULL means "all defaults".
template <class T>
credit_code read_sized_or_default(const T* in, T& out) noexcept {
    if (in != nullptr) return read_sized(in, out);
    std::memset(&out, 0, sizeof out);
    return CREDIT_OK;
}

// Fills what the caller's version of the struct has; fields this library does not know become zero.
template <class T>
credit_code write_sized(T* out, const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, struct_size) == 0);
    if (out == nullptr) return CREDIT_INVALID_ARGUMENT;
    std::uint32_t size = 0;
    std::memcpy(&size, out, sizeof size);
    if (!detail::sane_size(size)) return CREDIT_INVALID_ARGUMENT;
    std::memset(out, 0, size);
    std::memcpy(out, &value, std::min<std::size_t>(size, sizeof value));
    std::memcpy(out, &size, sizeof size);
    return CREDIT_OK;
}

}  // namespace credit::capi
