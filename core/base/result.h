// A value or an Error.
#pragma once

#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/base/error.h"

namespace credit {

template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    T& value() & {
        CREDIT_CHECK(ok());
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        CREDIT_CHECK(ok());
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        CREDIT_CHECK(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    const Error& error() const& {
        CREDIT_CHECK(!ok());
        return *std::get_if<1>(&state_);
    }

  private:
    std::variant<T, Error> state_;
};

struct Unit {};
using Status = Result<Unit>;

}  // namespace credit
