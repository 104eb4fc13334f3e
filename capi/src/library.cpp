#include "capi/src/codes.h"
#include "capi/src/guard.h"
#include "capi/src/live_objects.h"
#include "capi/src/strings.h"
#include "core/engine/token_handle.h"
#include "credit/credit.h"

credit_code credit_check_abi(uint32_t major, uint32_t minor) noexcept {
    return credit::capi::guard([&] {
        if (major != CREDIT_ABI_MAJOR) return CREDIT_ABI_MISMATCH;
        // Before 1.0 every minor may change anything; from 1.0 on a library serves all programs
        // that are not newer.
        const bool fits =
            CREDIT_ABI_MAJOR == 0 ? minor == CREDIT_ABI_MINOR : minor <= CREDIT_ABI_MINOR;
        return fits ? CREDIT_OK : CREDIT_ABI_MISMATCH;
    });
}

credit_str credit_version(void) noexcept {
    return credit::capi::literal(CREDIT_SDK_VERSION);
}

credit_str credit_code_name(credit_code code) noexcept {
    return credit::capi::literal(credit::code_name(static_cast<credit::Code>(code)));
}

int32_t credit_code_is_retryable(credit_code code) noexcept {
    return credit::code_is_retryable(static_cast<credit::Code>(code)) ? 1 : 0;
}

int32_t credit_code_needs_new_session(credit_code code) noexcept {
    return credit::code_needs_new_session(static_cast<credit::Code>(code)) ? 1 : 0;
}

uint64_t credit_debug_live_objects(void) noexcept {
    return credit::capi::LiveObject::alive() + credit::TokenHandle::alive();
}
