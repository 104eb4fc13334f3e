package com.aarthiklabs.credit

/**
 * A session token. It does not print itself, keeps its bytes in one array and wipes them when closed; use it within `use { }`.
 * The garbage collector may have moved the array before, so this is care, not proof: [CreditSession.send] keeps tokens out
 * of the managed heap altogether.
 */
public class CreditToken internal constructor(
    private val value: ByteArray,
    /** By the device's clock, corrected by the server's, since 1970; -1: unknown. */
    public val expiresAtMillis: Long,
    /** Names the pair this token belongs to; for [CreditSession.reject]. */
    public val generation: Long,
    /** How this caller got it. */
    public val source: TokenSource,
) : AutoCloseable {
    private var closed = false

    /** Lends the bytes. Do not keep the array: it is wiped on [close]. Do not close within [block]. */
    @Synchronized
    public fun <T> withBytes(block: (ByteArray) -> T): T {
        check(!closed) { "the token was closed" }
        return block(value)
    }

    /**
     * "Bearer ..." for libraries that take nothing but a String. A String cannot be wiped: it stays in memory until it is
     * collected and overwritten.
     */
    public fun unsafeHeaderValue(): String = withBytes { "Bearer " + it.decodeToString() }

    @Synchronized
    override fun close() {
        closed = true
        value.fill(0)
    }

    override fun toString(): String = "CreditToken(generation=$generation)"
}

/** Where a token came from. */
public enum class TokenSource {
    /** From memory or disk. */
    CACHE,
    /** By a refresh that the caller waited for. */
    REFRESH,
    /** By a start that the caller waited for. */
    START,
    /** By a way that this version does not know. */
    OTHER;

    internal companion object {
        fun of(number: Int): TokenSource = entries.getOrElse(number - 1) { OTHER }
    }
}
