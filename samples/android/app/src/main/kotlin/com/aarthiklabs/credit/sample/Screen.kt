package com.aarthiklabs.credit.sample

import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.SessionState

/** What the borrower reads, and what can be done. Offline and locked are no reason to sign anybody out. */
data class Screen(
    val headline: Int,
    val more: Int,
    val token: SessionState.Active? = null,
    val canStart: Boolean = false,
    val canCall: Boolean = false,
) {
    companion object {
        val LOADING: Screen = Screen(R.string.loading, R.string.storage_more)
        val LOCKED: Screen = Screen(R.string.locked, R.string.locked_more)

        fun of(state: SessionState): Screen = when (state) {
            is SessionState.Active -> active(state)
            is SessionState.NoSession -> noSession(state.reason)
            is SessionState.StorageLocked -> LOCKED
            is SessionState.Loading ->
                if (state.reason == CreditCode.OK) LOADING else Screen(R.string.storage, R.string.storage_more)
            SessionState.Closed, is SessionState.Unknown -> LOADING
        }

        private fun active(state: SessionState.Active): Screen {
            val signedIn = Screen(R.string.active, R.string.active_more, state, canCall = true)
            return when {
                // Its token is refused; what the clock says of it would mislead.
                state.isHealing -> signedIn.copy(headline = R.string.healing, more = R.string.healing_more, token = null)
                state.isOffline -> signedIn.copy(headline = R.string.offline, more = R.string.offline_more)
                else -> signedIn
            }
        }

        private fun noSession(reason: CreditCode): Screen = when (reason) {
            CreditCode.NO_SESSION -> Screen(R.string.no_session, R.string.no_session_more, canStart = true)
            CreditCode.SESSION_ENDED -> Screen(R.string.ended, R.string.ended_more, canStart = true)
            CreditCode.STORAGE_KEY_LOST -> Screen(R.string.key_lost, R.string.key_lost_more, canStart = true)
            else -> Screen(R.string.dead, R.string.dead_more, canStart = true)
        }

        /** What to say about a failure, by remedy; null: the state says it. */
        fun messageFor(failed: CreditException): Int? = when (failed) {
            is CreditException.Network, is CreditException.Unfinished -> R.string.failed_network
            is CreditException.Server -> R.string.failed_server
            is CreditException.Partner -> R.string.failed_partner
            is CreditException.NeedsNewSession -> null
            is CreditException.Storage -> R.string.storage_more
            is CreditException.Usage, is CreditException.Internal -> R.string.failed_other
        }
    }
}
