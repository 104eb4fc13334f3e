// Journey, diagnostics, cancelling and hints.
#include "capi/src/callbacks.h"
#include "capi/src/session.h"
#include "capi/src/sized.h"

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

credit_code credit_session_journey(credit_session* session, const credit_journey_options* options,
                                   void* context, credit_journey_callback callback,
                                   credit_op* op) noexcept {
    return guard([&] {
        if (session == nullptr || callback == nullptr) return CREDIT_INVALID_ARGUMENT;
        credit_journey_options given;
        const credit_code read = read_sized_or_default(options, given);
        if (read != CREDIT_OK) return read;
        if (!sane_duration(given.deadline_ms)) return CREDIT_INVALID_ARGUMENT;
        return report_op(session->session->journey(given.known_only != 0, given.deadline_ms,
                                                   wrap_journey(context, callback)),
                         op);
    });
}

credit_code credit_session_diagnostics(credit_session* session, void* context,
                                       credit_text_callback callback, credit_op* op) noexcept {
    return guard([&] {
        if (session == nullptr || callback == nullptr) return CREDIT_INVALID_ARGUMENT;
        return report_op(session->session->diagnostics(wrap_text(context, callback)), op);
    });
}

credit_code credit_session_cancel(credit_session* session, credit_op op) noexcept {
    return guard([&] {
        if (session == nullptr || op == 0) return CREDIT_INVALID_ARGUMENT;
        return code_of(session->session->cancel(op));
    });
}

credit_code credit_session_notify(credit_session* session, credit_hint hint) noexcept {
    return guard([&] {
        if (session == nullptr) return CREDIT_INVALID_ARGUMENT;
        if (hint < CREDIT_HINT_NETWORK_AVAILABLE || hint > CREDIT_HINT_PARTNER_CREDENTIALS) {
            return CREDIT_INVALID_ARGUMENT;
        }
        return code_of(session->session->notify(static_cast<credit::Hint>(hint)));
    });
}
