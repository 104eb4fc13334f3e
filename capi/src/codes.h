#pragma once

#include "core/base/code.h"
#include "core/base/result.h"
#include "credit/credit.h"

namespace credit::capi {

// The values agree; mirror.cpp asserts it.
constexpr credit_code to_c(Code code) noexcept {
    return static_cast<credit_code>(code);
}

template <class T>
credit_code code_of(const Result<T>& result) {
    return result.ok() ? CREDIT_OK : to_c(result.error().code);
}

}  // namespace credit::capi
