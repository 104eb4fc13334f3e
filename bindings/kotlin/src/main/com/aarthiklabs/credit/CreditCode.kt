package com.aarthiklabs.credit

/**
 * Why something failed, by remedy: 1xxx the caller, 11xx the outcome of the operation, 2xxx a new session is needed, 3xxx
 * network, 4xxx platform and partner, 5xxx storage, 9xxx library. Open: expect values that have no constant here. Values are
 * never renumbered.
 */
public class CreditCode internal constructor(public val value: Int) {
    /** "storage_locked", or "unknown" for values this library does not know. */
    public val name: String get() = Native.codeName(value).decodeToString()

    /** The same call may succeed later without the app changing anything. */
    public val isRetryable: Boolean get() = Native.codeIsRetryable(value)

    /** Only [CreditSession.start] or [CreditSession.adopt], on a fresh object if this one is spent, can help. */
    public val needsNewSession: Boolean get() = Native.codeNeedsNewSession(value)

    override fun equals(other: Any?): Boolean = other is CreditCode && other.value == value
    override fun hashCode(): Int = value
    override fun toString(): String = "$name ($value)"

    public companion object {
        @JvmField public val OK: CreditCode = CreditCode(0)
        @JvmField public val INVALID_ARGUMENT: CreditCode = CreditCode(1001)
        @JvmField public val CONFIG_MISSING: CreditCode = CreditCode(1002)
        @JvmField public val CONFIG_INVALID: CreditCode = CreditCode(1003)
        @JvmField public val INSECURE_URL: CreditCode = CreditCode(1004)
        @JvmField public val ENVIRONMENT_MISMATCH: CreditCode = CreditCode(1005)
        @JvmField public val API_KEY_REFUSED: CreditCode = CreditCode(1006)
        @JvmField public val INVALID_HEADER: CreditCode = CreditCode(1007)
        @JvmField public val INVALID_BORROWER: CreditCode = CreditCode(1008)
        @JvmField public val CONFIG_CONFLICT: CreditCode = CreditCode(1009)
        @JvmField public val SESSION_SPENT: CreditCode = CreditCode(1010)
        @JvmField public val BUFFER_TOO_SMALL: CreditCode = CreditCode(1011)
        @JvmField public val FORKED: CreditCode = CreditCode(1012)
        @JvmField public val ABI_MISMATCH: CreditCode = CreditCode(1013)
        @JvmField public val UNSUPPORTED: CreditCode = CreditCode(1014)
        @JvmField public val ORIGIN_REFUSED: CreditCode = CreditCode(1015)
        @JvmField public val CANCELLED: CreditCode = CreditCode(1101)
        @JvmField public val DEADLINE: CreditCode = CreditCode(1102)
        @JvmField public val CLOSED: CreditCode = CreditCode(1103)
        @JvmField public val TOO_MANY_WAITERS: CreditCode = CreditCode(1104)
        @JvmField public val STALE_ADOPT: CreditCode = CreditCode(1105)
        @JvmField public val CHECKOUT_TAKEN: CreditCode = CreditCode(1106)
        @JvmField public val CHECKOUT_EXPIRED: CreditCode = CreditCode(1107)
        @JvmField public val NO_SESSION: CreditCode = CreditCode(2001)
        @JvmField public val SESSION_ENDED: CreditCode = CreditCode(2002)
        @JvmField public val SESSION_DEAD: CreditCode = CreditCode(2003)
        @JvmField public val SESSION_SUPERSEDED: CreditCode = CreditCode(2004)
        @JvmField public val SESSION_STUCK: CreditCode = CreditCode(2005)
        @JvmField public val NO_LIVE_TOKEN: CreditCode = CreditCode(2006)
        @JvmField public val NETWORK_UNREACHABLE: CreditCode = CreditCode(3001)
        @JvmField public val NETWORK_TIMEOUT: CreditCode = CreditCode(3002)
        @JvmField public val NETWORK_INTERRUPTED: CreditCode = CreditCode(3003)
        @JvmField public val TLS_FAILED: CreditCode = CreditCode(3004)
        @JvmField public val PIN_MISMATCH: CreditCode = CreditCode(3005)
        @JvmField public val CLOCK_WRONG: CreditCode = CreditCode(3006)
        @JvmField public val RETRY_BUDGET_EXHAUSTED: CreditCode = CreditCode(3007)
        @JvmField public val REPLY_TOO_LARGE: CreditCode = CreditCode(3008)
        @JvmField public val REPLY_TRUNCATED: CreditCode = CreditCode(3009)
        @JvmField public val REDIRECT_REFUSED: CreditCode = CreditCode(3010)
        @JvmField public val SERVER_ERROR: CreditCode = CreditCode(4001)
        @JvmField public val RATE_LIMITED: CreditCode = CreditCode(4002)
        @JvmField public val PLATFORM_REFUSED: CreditCode = CreditCode(4003)
        @JvmField public val CONTRACT_NOT_JSON: CreditCode = CreditCode(4004)
        @JvmField public val CONTRACT_MALFORMED: CreditCode = CreditCode(4005)
        @JvmField public val CONTRACT_DUPLICATE_KEY: CreditCode = CreditCode(4006)
        @JvmField public val CONTRACT_TOO_DEEP: CreditCode = CreditCode(4007)
        @JvmField public val CONTRACT_WRONG_TYPE: CreditCode = CreditCode(4008)
        @JvmField public val CONTRACT_MISSING_FIELD: CreditCode = CreditCode(4009)
        @JvmField public val CONTRACT_NO_DATA: CreditCode = CreditCode(4010)
        @JvmField public val CONTRACT_COMPRESSED: CreditCode = CreditCode(4011)
        @JvmField public val CONTRACT_INVALID_TOKEN: CreditCode = CreditCode(4012)
        @JvmField public val CONTRACT_EXPIRED_PAIR: CreditCode = CreditCode(4013)
        @JvmField public val CONTRACT_WRONG_BORROWER: CreditCode = CreditCode(4014)
        @JvmField public val CONTRACT_SAME_DEAD_TOKEN: CreditCode = CreditCode(4015)
        @JvmField public val CONTRACT_UNEXPECTED_REFRESH_TOKEN: CreditCode = CreditCode(4016)
        @JvmField public val PARTNER_UNAUTHORIZED: CreditCode = CreditCode(4101)
        @JvmField public val PARTNER_REFUSED: CreditCode = CreditCode(4102)
        @JvmField public val PARTNER_UNAVAILABLE: CreditCode = CreditCode(4103)
        @JvmField public val PROVIDER_FAILED: CreditCode = CreditCode(4104)
        @JvmField public val PROVIDER_MISSING: CreditCode = CreditCode(4105)
        @JvmField public val STORAGE_LOCKED: CreditCode = CreditCode(5001)
        @JvmField public val STORAGE_TRANSIENT: CreditCode = CreditCode(5002)
        @JvmField public val STORAGE_DENIED: CreditCode = CreditCode(5003)
        @JvmField public val STORAGE_CORRUPT: CreditCode = CreditCode(5004)
        @JvmField public val STORAGE_WRONG_KEY: CreditCode = CreditCode(5005)
        @JvmField public val STORAGE_KEY_LOST: CreditCode = CreditCode(5006)
        @JvmField public val STORAGE_NEWER_FORMAT: CreditCode = CreditCode(5007)
        @JvmField public val STORAGE_FULL: CreditCode = CreditCode(5008)
        @JvmField public val STORAGE_INVALID: CreditCode = CreditCode(5009)
        @JvmField public val OUT_OF_MEMORY: CreditCode = CreditCode(9001)
        @JvmField public val INTERNAL: CreditCode = CreditCode(9002)
    }
}
