// The words of the simulator: refresh models, kinds of storage, effect boundaries, kinds of faults, what an app does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace credit::sim {

// What the platform does with a refresh token that comes again; the sandbox's models, and a partner that
// puts a key of its own in place of ours.
#define CREDIT_SIM_MODELS(X) \
    X(replay)                \
    X(auth_first)            \
    X(grace_fork)            \
    X(grace_same)            \
    X(strict)                \
    X(strict_family)         \
    X(keeps_refresh_token)   \
    X(partner_rewrites_key)

// What an acknowledged write is worth.
#define CREDIT_SIM_SEMANTICS(X)                                                           \
    X(durable)     /* atomic, and there after a power cut */                              \
    X(not_durable) /* atomic, but a power cut may take the newest ones */                 \
    X(torn)        /* a crash inside a write leaves a slot that is neither old nor new */ \
    X(lying)       /* acknowledged, and a power cut may keep any of the last writes, or none */

// Every instant at which the process and the world meet. Faults set in here, and processes die here.
#define CREDIT_SIM_BOUNDARIES(X) \
    X(opened)                    \
    X(asked)                     \
    X(job_before)                \
    X(job_after)                 \
    X(lock_before)               \
    X(lock_after)                \
    X(load_before)               \
    X(load_after)                \
    X(peek_before)               \
    X(peek_after)                \
    X(write_before)              \
    X(write_inside)              \
    X(write_after)               \
    X(second_before)             \
    X(second_inside)             \
    X(second_after)              \
    X(clean_before)              \
    X(clean_after)               \
    X(unlock_before)             \
    X(unlock_after)              \
    X(start_before)              \
    X(start_after)               \
    X(connected)                 \
    X(no_return)                 \
    X(server_receipt)            \
    X(server_commit)             \
    X(reply_leaves)              \
    X(reply_arrives)             \
    X(reply_taken)               \
    X(cancelled)                 \
    X(provider_asked)            \
    X(provider_mints)            \
    X(provider_answers)          \
    X(provider_taken)            \
    X(background_begin)          \
    X(background_end)            \
    X(timer)                     \
    X(announced)                 \
    X(answered)                  \
    X(closed)

// reliability.md 3.4, with its names, and two more: suspension in the middle of a send, and a restart that comes late.
#define CREDIT_SIM_FAULTS(X)   \
    X(n1_dns)                  \
    X(n2_refused)              \
    X(n3_tls)                  \
    X(n4_reset_before_send)    \
    X(n5_reset_while_sending)  \
    X(n6_processed_then_reset) \
    X(n7_reply_too_late)       \
    X(n8_request_after_retry)  \
    X(n9_truncated)            \
    X(n10_garbage)             \
    X(n11_delivered_twice)     \
    X(n12_captive_portal)      \
    X(n13_slow_drip)           \
    X(s1_500_before_commit)    \
    X(s2_500_after_commit)     \
    X(s3_busy_retry_after)     \
    X(s4_in_progress)          \
    X(s5_key_mismatch)         \
    X(s6_cached_5xx)           \
    X(s7_auth_before_replay)   \
    X(s8_keys_expired)         \
    X(s9_revoked)              \
    X(s10_server_clock)        \
    X(d1_write_error)          \
    X(d2_sync_fails)           \
    X(d3_locked)               \
    X(d4_busy)                 \
    X(d5_key_lost)             \
    X(d6_damage)               \
    X(d7_success_but_lost)     \
    X(p1_kill)                 \
    X(p2_power_cut)            \
    X(p3_suspend)              \
    X(p4_out_of_memory)        \
    X(p5_another_process)      \
    X(p6_clock_jump)           \
    X(p7_fork)                 \
    X(x1_suspend_in_send)      \
    X(x2_late_restart)

#define CREDIT_SIM_STEPS(X) \
    X(token)                \
    X(token_long)           \
    X(hot_token)            \
    X(call)                 \
    X(hint)                 \
    X(cancel)               \
    X(close)                \
    X(end)                  \
    X(adopt)                \
    X(start)                \
    X(reject)               \
    X(open_other)

#define CREDIT_SIM_ENUM(Name, LIST)                                               \
    enum class Name : std::uint8_t { LIST(CREDIT_SIM_ENUMERATOR) };               \
    inline constexpr std::string_view k##Name##Names[] = {LIST(CREDIT_SIM_NAME)}; \
    inline constexpr std::size_t k##Name##Count =                                 \
        sizeof(k##Name##Names) / sizeof(k##Name##Names[0]);                       \
    constexpr std::string_view name_of(Name value) noexcept {                     \
        return k##Name##Names[static_cast<std::size_t>(value)];                   \
    }
#define CREDIT_SIM_ENUMERATOR(x) x,
#define CREDIT_SIM_NAME(x) #x,

CREDIT_SIM_ENUM(Model, CREDIT_SIM_MODELS)
CREDIT_SIM_ENUM(Semantics, CREDIT_SIM_SEMANTICS)
CREDIT_SIM_ENUM(Boundary, CREDIT_SIM_BOUNDARIES)
CREDIT_SIM_ENUM(Fault, CREDIT_SIM_FAULTS)
CREDIT_SIM_ENUM(Step, CREDIT_SIM_STEPS)

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::string_view (&names)[N], std::string_view text) {
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == text) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace credit::sim
