// Getting, copying and rejecting tokens.
#include "capi/src/callbacks.h"
#include "capi/src/session.h"
#include "capi/src/sized.h"

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

credit_code credit_session_get_token(credit_session* session, const credit_token_options* options,
                                     void* context, credit_token_callback callback,
                                     credit_op* op) noexcept {
    return guard([&] {
        if (session == nullptr || callback == nullptr) return CREDIT_INVALID_ARGUMENT;
        credit_token_options given;
        const credit_code read = read_sized_or_default(options, given);
        if (read != CREDIT_OK) return read;
        if (!sane_duration(given.minimum_lifetime_ms) || !sane_duration(given.deadline_ms)) {
            return CREDIT_INVALID_ARGUMENT;
        }
        return report_op(session->session->get_token(given.minimum_lifetime_ms, given.deadline_ms,
                                                     wrap_token(context, callback)),
                         op);
    });
}

// The hot path: nothing in these two allocates, locks, calls the system or throws, so they do without guard().
credit_code credit_session_current_token(credit_session* session, int64_t minimum_lifetime_ms,
                                         credit_token** out) noexcept {
    if (credit::in_forked_child()) [[unlikely]]
        return CREDIT_FORKED;
    if (out == nullptr) return CREDIT_INVALID_ARGUMENT;
    *out = nullptr;
    if (session == nullptr || !sane_duration(minimum_lifetime_ms)) return CREDIT_INVALID_ARGUMENT;
    credit::TokenHandle* token = nullptr;
    const credit::Code code = session->session->current_token(minimum_lifetime_ms, token);
    *out = to_c(token);
    return to_c(code);
}

credit_code credit_session_copy_token(credit_session* session, int64_t minimum_lifetime_ms,
                                      char* buffer, size_t capacity, size_t* size,
                                      uint64_t* generation) noexcept {
    if (credit::in_forked_child()) [[unlikely]]
        return CREDIT_FORKED;
    if (size == nullptr) return CREDIT_INVALID_ARGUMENT;
    *size = 0;
    if (session == nullptr || !sane_duration(minimum_lifetime_ms)) return CREDIT_INVALID_ARGUMENT;
    if (buffer == nullptr && capacity != 0) return CREDIT_INVALID_ARGUMENT;
    if (generation != nullptr) *generation = 0;
    return to_c(
        session->session->copy_token(minimum_lifetime_ms, buffer, capacity, *size, generation));
}

credit_code credit_session_reject_token(credit_session* session, uint64_t generation) noexcept {
    return guard([&] {
        if (session == nullptr || generation == 0) return CREDIT_INVALID_ARGUMENT;
        return code_of(session->session->reject_token(generation));
    });
}
