// The border between C++ and C: no exception crosses it, and nothing works in a forked child (R36).
// This file holds the project's only catch-all.
#pragma once

#include <new>
#include <utility>

#include "credit/credit.h"
#include "platform/posix/fork_guard.h"

namespace credit::capi {

// Runs `body` and gives its code. Whatever escapes, a failed check included, becomes a code: the
// host app lives on.
template <class Body>
credit_code guard(Body&& body) noexcept {
    if (in_forked_child()) return CREDIT_FORKED;
    try {
        return std::forward<Body>(body)();
    } catch (const std::bad_alloc&) {
        return CREDIT_OUT_OF_MEMORY;
    } catch (...) {
        return CREDIT_INTERNAL;
    }
}

// For functions that cannot report: releases and completions. In a forked child they do nothing,
// because the locks they would take may be held by threads that do not exist there.
template <class Body>
void guard_void(Body&& body) noexcept {
    static_cast<void>(guard([&] {
        std::forward<Body>(body)();
        return CREDIT_OK;
    }));
}

}  // namespace credit::capi
