package com.aarthiklabs.credit

import java.util.concurrent.atomic.AtomicBoolean

/**
 * The app's HTTP client instead of the built-in one. No redirects, no cookies, no cache, no automatic repeat. Runs on a thread
 * for blocking work. A cancelled coroutine must end the exchange early.
 *
 * Ask [TransportRequest.maySend] right before the first byte goes out; if it says no, throw
 * `TransportException(Failure.LEASE_LAPSED, maybeSent = false)`.
 */
public fun interface Transport {
    /** Throws [TransportException] when there was no whole reply. */
    public suspend fun perform(request: TransportRequest): TransportResponse
}

public class TransportRequest internal constructor(
    private val exchange: Exchange,
    public val method: String,
    public val url: String,
    /** Authorization included: secrets. */
    public val headers: List<CreditHeader>,
    /** Wiped when the exchange is over. */
    public val body: ByteArray,
    public val timeoutMillis: Long,
    public val maxReplyBytes: Long,
    /** The exchange must not reuse a connection and must not be repeated by the HTTP library. */
    public val needsFreshConnection: Boolean,
) {
    /** Whether the request may still go out (its lease lasts long enough). False once the exchange is over. */
    public fun maySend(): Boolean = exchange.maySend()

    override fun toString(): String = "TransportRequest($method)"
}

public class TransportResponse(
    public val status: Int,
    public val headers: List<CreditHeader>,
    /** Wiped after it was taken over. */
    public val body: ByteArray,
) {
    override fun toString(): String = "TransportResponse($status)"
}

/** Why there was no reply. [maybeSent] is false only when provably no byte left. [detail] goes to the journal: no URL, no header. */
public class TransportException(
    public val failure: Failure,
    public val maybeSent: Boolean,
    public val detail: String,
) : Exception(detail) {
    public enum class Failure(internal val number: Int) {
        RESOLVE(1), CONNECT(2), TLS(3),
        /** The certificate is not valid at the device's time. */
        TLS_TIME(4),
        PIN(5),
        /** [TransportRequest.maySend] said no. */
        LEASE_LAPSED(6),
        TIMEOUT(7), INTERRUPTED(8), REPLY_TOO_LARGE(9), CANCELLED(10), REFUSED(11),
    }
}

/** One native exchange: valid until it is completed or failed, which happens exactly once. */
internal class Exchange(private val address: Long) {
    private val over = AtomicBoolean()
    private var sent = false

    /** What an exception that says nothing better means. */
    val maybeSent: Boolean @Synchronized get() = sent

    @Synchronized
    fun maySend(): Boolean {
        if (over.get() || !Native.httpMaySend(address)) return false
        sent = true
        return true
    }

    @Synchronized
    fun complete(reply: TransportResponse) {
        if (!over.compareAndSet(false, true)) return
        Native.httpComplete(address, reply.status, headerBytes(reply.headers), reply.body)
        reply.body.fill(0)
    }

    @Synchronized
    fun fail(failure: TransportException.Failure, maybeSent: Boolean, detail: String) {
        if (over.compareAndSet(false, true))
            Native.httpFail(address, failure.number, maybeSent, detail.encodeToByteArray())
    }
}
