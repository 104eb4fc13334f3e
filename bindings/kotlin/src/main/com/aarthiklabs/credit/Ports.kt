package com.aarthiklabs.credit

/** What [SessionProvider.provide] is asked for. */
public class SessionProviderRequest internal constructor(
    public val borrowerExternalId: String,
    public val journeyType: String,
    /** A JSON object or empty. Personal data: pass it on, keep it nowhere. Wiped when [SessionProvider.provide] returns. */
    public val profileJson: ByteArray,
    public val correlationId: String,
    public val idempotencyKey: String,
    /** True: the SDK asks by itself because the session died. */
    public val isHealing: Boolean,
) {
    override fun toString(): String = "SessionProviderRequest(healing=$isHealing, correlationId=$correlationId)"
}

/**
 * Creates or resumes the session of a borrower: the app's own way to its backend. Called on a thread for blocking work.
 *
 * Returns the partner's flat shape or the platform's envelope, as UTF-8; the array is wiped afterwards. Throw
 * [PortException] to say what failed; any other exception is `provider_failed`.
 */
public fun interface SessionProvider {
    public suspend fun provide(request: SessionProviderRequest): ByteArray
}

/** The app's login towards its own server, asked for each request. Authorization is allowed here. */
public fun interface PartnerAuth {
    public suspend fun headers(): List<CreditHeader>
}

/** Thrown by the app's own ports to say what failed. The message goes to the journal: no secret in it. */
public class PortException(
    /** Useful: PARTNER_UNAUTHORIZED, PARTNER_REFUSED, PARTNER_UNAVAILABLE or a network code. */
    public val code: CreditCode,
    message: String,
) : Exception(message)

/** What a store answers. Only PRESENT and ABSENT are facts; nothing is given up on any other answer. */
public enum class StoreAnswer(internal val number: Int) {
    PRESENT(0), DONE(1), ABSENT(2), LOCKED(3), TRANSIENT(4), DENIED(5), CORRUPT(6), WRONG_KEY(7), KEY_LOST(8),
    NEWER_FORMAT(9), FULL(10), UNSUPPORTED(11),
}

/** What [SecureStore.load] answers. */
public class LoadResult private constructor(internal val answer: StoreAnswer, internal val record: ByteArray?) {
    public companion object {
        /** The array is wiped after it was taken over. */
        @JvmStatic public fun present(record: ByteArray): LoadResult = LoadResult(StoreAnswer.PRESENT, record)

        /** Why there is none. ABSENT only when that is certain. */
        @JvmStatic public fun missing(answer: StoreAnswer): LoadResult = LoadResult(answer, null)
    }
}

/**
 * The app's own secure storage instead of the sealed file. Records hold tokens in clear: store them encrypted. Names are
 * keyed hashes without personal data. Calls come one at a time on the storage thread; an exception counts as TRANSIENT.
 */
public interface SecureStore {
    /** The record with the highest write sequence. */
    public suspend fun load(name: String): LoadResult

    /** Durably and atomically replaces the record: after a crash the old or the new one is there. [record] is wiped on return. */
    public suspend fun replace(name: String, record: ByteArray, writeSequence: Long): StoreAnswer

    public suspend fun erase(name: String): StoreAnswer

    /** The lock against other processes; null: the app has one process only. */
    public val processLock: ProcessLock? get() = null

    /** Held for microseconds around a look and a write. */
    public interface ProcessLock {
        public suspend fun lock(name: String): StoreAnswer
        public suspend fun unlock(name: String)
    }
}

/**
 * The 32-byte key that seals the stored records, from the device's key store. Called on the storage thread; may block.
 * Writes 32 bytes into [fetch]'s argument and answers PRESENT, or LOCKED, TRANSIENT, DENIED, KEY_LOST. An exception counts as
 * TRANSIENT.
 */
public fun interface SealingKey {
    public fun fetch(key: ByteArray): StoreAnswer
}

/** Lines are redacted. Any thread; must not block. */
public fun interface CreditLogger {
    public fun log(level: LogLevel, line: String)
}

public enum class LogLevel { DEBUG, INFO, WARNING, ERROR }

/** The time, for tests and trials. Any thread; must not block. */
public fun interface CreditClock {
    public fun now(): ClockReading
}

/** [wallMillis] since 1970, [elapsedMillis] since boot counting sleep, [bootId] differs after each boot, 0: unknown. */
public class ClockReading(public val wallMillis: Long, public val elapsedMillis: Long, public val bootId: Long)
