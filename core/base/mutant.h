// Seeded mistakes for the test that tests the tests: each stands where a person could make it, and is on only in a binary
// built with CREDIT_MUTANTS, when a run asks for it by name. Elsewhere mutant() is the constant false and costs nothing.
#pragma once

namespace credit {

#define CREDIT_MUTANT_LIST(X)     \
    X(none)                       \
    /* in a store's adapter */    \
    X(locked_reads_as_empty)      \
    X(transient_reads_as_empty)   \
    X(deletes_on_crypto_error)    \
    X(deletes_then_adds)          \
    X(overwrites_newest_slot)     \
    X(end_writes_one_slot)        \
    X(no_folder_sync)             \
    X(sync_errors_ignored)        \
    X(no_commit_lock)             \
    X(owner_always_gone)          \
    X(lock_held_across_callback)  \
    /* in a transport */          \
    X(follows_redirects)          \
    X(parses_partial_body)        \
    X(resends_by_itself)          \
    X(lease_unchecked_at_send)    \
    X(claims_unsent)              \
    /* in the core */             \
    X(drops_short_pair)           \
    X(fresh_key_per_retry)        \
    X(key_over_token_alone)       \
    X(gives_up_without_rereading) \
    X(server_error_means_dead)    \
    X(publishes_before_commit)    \
    X(late_reply_after_end)       \
    X(wall_clock_expiry)          \
    X(generation_unchecked)       \
    X(mark_bumps_generation)      \
    X(cancel_cancels_flight)      \
    X(failed_renewal_drops_token) \
    X(no_backoff)                 \
    X(unlimited_healing)          \
    X(absent_means_ended)         \
    X(sends_without_mark)         \
    X(forgets_unsaved_pair)       \
    X(heals_after_end)

enum class Mutant {
#define X(name) name,
    CREDIT_MUTANT_LIST(X)
#undef X
};

#ifdef CREDIT_MUTANTS
inline Mutant active_mutant = Mutant::none;
inline bool mutant(Mutant which) noexcept {
    return active_mutant == which;
}
#else
constexpr bool mutant(Mutant) noexcept {
    return false;
}
#endif

}  // namespace credit
