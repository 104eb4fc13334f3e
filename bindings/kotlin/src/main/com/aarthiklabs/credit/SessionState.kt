package com.aarthiklabs.credit

/** Where a session stands. */
public sealed class SessionState {
    /** The store is being read, or cannot be read for [reason]. */
    public data class Loading(val reason: CreditCode) : SessionState()

    /** There is none: [reason] says whether it was never started, ended, or lost. */
    public data class NoSession(val reason: CreditCode) : SessionState()

    /** A session. Nothing in here is a reason to sign anybody out. */
    public data class Active(
        /** Of the newest tokens. */
        val generation: Long,
        /** Of the session token, by the device's clock, since 1970; -1: unknown. */
        val expiresAtMillis: Long,
        val isRefreshing: Boolean,
        /** The last attempt found no server. */
        val isOffline: Boolean,
        /** The server answers, but gives neither token nor verdict. */
        val isStuck: Boolean,
        /** The platform ended the session; a new one is being minted. */
        val isHealing: Boolean,
        /** The newest tokens are in memory only; storage is being retried. */
        val isUnsaved: Boolean,
    ) : SessionState()

    /** Waits for the device to be unlocked; nothing is lost. */
    public data class StorageLocked(val reason: CreditCode) : SessionState()

    /** Closed in this process; what is stored stays. */
    public object Closed : SessionState() {
        override fun toString(): String = "Closed"
    }

    /** A state that this version does not know. */
    public data class Unknown(val value: Int) : SessionState()

    internal companion object {
        fun of(state: Int, properties: Int, reason: Int, generation: Long, expiresAt: Long): SessionState =
            when (state) {
                1 -> Loading(CreditCode(reason))
                2 -> NoSession(CreditCode(reason))
                3 -> Active(
                    generation, expiresAt,
                    isRefreshing = properties and 1 != 0,
                    isOffline = properties and 2 != 0,
                    isStuck = properties and 4 != 0,
                    isHealing = properties and 8 != 0,
                    isUnsaved = properties and 16 != 0,
                )
                4 -> StorageLocked(CreditCode(reason))
                5 -> Closed
                else -> Unknown(state)
            }
    }
}
