// Every error code of the SDK, once. The C header repeats the values; capi asserts that both agree.
#pragma once

#include <cstdint>
#include <string_view>

namespace credit {

// X(name, value, retryable, needs_new_session)
// Blocks by remedy: 1xxx the caller, 11xx outcome of an operation, 2xxx the session, 3xxx the network,
// 4xxx platform and partner, 5xxx storage, 9xxx the library. Values are never renumbered.
#define CREDIT_CODES(X)                                      \
    X(ok, 0, false, false)                                   \
    X(invalid_argument, 1001, false, false)                  \
    X(config_missing, 1002, false, false)                    \
    X(config_invalid, 1003, false, false)                    \
    X(insecure_url, 1004, false, false)                      \
    X(environment_mismatch, 1005, false, false)              \
    X(api_key_refused, 1006, false, false)                   \
    X(invalid_header, 1007, false, false)                    \
    X(invalid_borrower, 1008, false, false)                  \
    X(config_conflict, 1009, false, false)                   \
    X(session_spent, 1010, false, false)                     \
    X(buffer_too_small, 1011, false, false)                  \
    X(forked, 1012, false, false)                            \
    X(abi_mismatch, 1013, false, false)                      \
    X(unsupported, 1014, false, false)                       \
    X(origin_refused, 1015, false, false)                    \
    X(cancelled, 1101, false, false)                         \
    X(deadline, 1102, true, false)                           \
    X(closed, 1103, false, false)                            \
    X(too_many_waiters, 1104, true, false)                   \
    X(stale_adopt, 1105, false, false)                       \
    X(checkout_taken, 1106, false, false)                    \
    X(checkout_expired, 1107, false, false)                  \
    X(no_session, 2001, false, true)                         \
    X(session_ended, 2002, false, true)                      \
    X(session_dead, 2003, false, true)                       \
    X(session_superseded, 2004, false, true)                 \
    X(session_stuck, 2005, true, true)                       \
    X(no_live_token, 2006, true, false)                      \
    X(network_unreachable, 3001, true, false)                \
    X(network_timeout, 3002, true, false)                    \
    X(network_interrupted, 3003, true, false)                \
    X(tls_failed, 3004, true, false)                         \
    X(pin_mismatch, 3005, false, false)                      \
    X(clock_wrong, 3006, true, false)                        \
    X(retry_budget_exhausted, 3007, true, false)             \
    X(reply_too_large, 3008, false, false)                   \
    X(reply_truncated, 3009, true, false)                    \
    X(redirect_refused, 3010, false, false)                  \
    X(server_error, 4001, true, false)                       \
    X(rate_limited, 4002, true, false)                       \
    X(platform_refused, 4003, false, false)                  \
    X(contract_not_json, 4004, true, false)                  \
    X(contract_malformed, 4005, true, false)                 \
    X(contract_duplicate_key, 4006, true, false)             \
    X(contract_too_deep, 4007, true, false)                  \
    X(contract_wrong_type, 4008, true, false)                \
    X(contract_missing_field, 4009, true, false)             \
    X(contract_no_data, 4010, true, false)                   \
    X(contract_compressed, 4011, true, false)                \
    X(contract_invalid_token, 4012, true, false)             \
    X(contract_expired_pair, 4013, true, false)              \
    X(contract_wrong_borrower, 4014, false, false)           \
    X(contract_same_dead_token, 4015, true, false)           \
    X(contract_unexpected_refresh_token, 4016, false, false) \
    X(partner_unauthorized, 4101, false, false)              \
    X(partner_refused, 4102, false, false)                   \
    X(partner_unavailable, 4103, true, false)                \
    X(provider_failed, 4104, true, false)                    \
    X(provider_missing, 4105, false, true)                   \
    X(storage_locked, 5001, true, false)                     \
    X(storage_transient, 5002, true, false)                  \
    X(storage_denied, 5003, false, false)                    \
    X(storage_corrupt, 5004, false, true)                    \
    X(storage_wrong_key, 5005, false, false)                 \
    X(storage_key_lost, 5006, false, true)                   \
    X(storage_newer_format, 5007, false, false)              \
    X(storage_full, 5008, true, false)                       \
    X(storage_invalid, 5009, false, false)                   \
    X(out_of_memory, 9001, true, false)                      \
    X(internal, 9002, false, false)

enum class Code : std::int32_t {
#define X(name, value, retryable, dead) name = value,
    CREDIT_CODES(X)
#undef X
};

// The code's name as the C header spells it without prefix, for example "storage_locked"; "unknown" for others.
std::string_view code_name(Code code) noexcept;
bool code_is_retryable(Code code) noexcept;
bool code_needs_new_session(Code code) noexcept;

}  // namespace credit
