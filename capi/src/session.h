// struct credit_session: one reference-counted handle per open session of the process.
#pragma once

#include <memory>

#include "capi/src/codes.h"
#include "capi/src/counted.h"
#include "core/engine/session.h"
#include "credit/credit.h"

struct credit_session final : credit::capi::Counted {
    explicit credit_session(std::shared_ptr<credit::Session> opened) noexcept
        : session(std::move(opened)) {}
    ~credit_session();

    const std::shared_ptr<credit::Session> session;
};

namespace credit::capi {

// The handle of this session: the one that is already out, retained, or a new one (R10). Gives one
// reference.
credit_session* handle_for(std::shared_ptr<Session> session);

// What an operation that returns Result<OpID> or Status gives the app.
inline credit_code report_op(const Result<OpID>& started, credit_op* op) {
    if (!started.ok()) return code_of(started);
    if (op != nullptr) *op = started.value();
    return CREDIT_OK;
}

// Durations an app gives: 0 is the default, negative ones and those beyond a day are mistakes.
constexpr std::int64_t kLongestWaitMs = 86'400'000;
constexpr bool sane_duration(std::int64_t ms) noexcept {
    return ms >= 0 && ms <= kLongestWaitMs;
}

}  // namespace credit::capi
