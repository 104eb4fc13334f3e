// struct credit_error: a borrowed view of a core Error for the length of a callback, or an owned
// one.
#pragma once

#include <utility>

#include "capi/src/codes.h"
#include "capi/src/guard.h"
#include "capi/src/live_objects.h"
#include "core/base/error.h"
#include "core/base/result.h"

struct credit_error {
    // Borrowed: releasing it does nothing.
    explicit credit_error(const credit::Error& borrowed) noexcept : shown(&borrowed) {}

    const credit::Error* shown;
    bool owned = false;
};

namespace credit::capi {

struct OwnedError final : credit_error {
    explicit OwnedError(Error error) : credit_error(text), text(std::move(error)) { owned = true; }
    LiveObject alive;
    Error text;
};

// Gives `error` to the app through `out`, which may be null. Returns the error's code.
credit_code hand_out(credit_error** out, const Error& error) noexcept;

// Runs `body`, which returns a Status, behind the guard, and hands out its error.
template <class Body>
credit_code guard_with_error(credit_error** out, Body&& body) noexcept {
    if (out != nullptr) *out = nullptr;
    bool handed_out = false;
    const credit_code code = guard([&] {
        const Status status = std::forward<Body>(body)();
        if (status.ok()) return CREDIT_OK;
        handed_out = true;
        return hand_out(out, status.error());
    });
    if (code == CREDIT_OK || handed_out) return code;
    // Forked, out of memory, internal: what the guard made has no message of its own.
    return hand_out(out, Error(static_cast<Code>(code), {}));
}

}  // namespace credit::capi
