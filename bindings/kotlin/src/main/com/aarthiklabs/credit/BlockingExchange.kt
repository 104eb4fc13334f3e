package com.aarthiklabs.credit

import com.aarthiklabs.credit.TransportException.Failure
import java.io.IOException
import java.io.InputStream
import java.net.MalformedURLException
import java.net.ProtocolException
import java.net.SocketTimeoutException
import java.net.UnknownHostException
import java.security.cert.CertificateExpiredException
import java.security.cert.CertificateNotYetValidException
import javax.net.ssl.SSLException
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull

/**
 * One exchange of an HTTP client that blocks, on a thread for blocking work. The request's time is a limit for the whole of it:
 * nobody waits longer, whatever the client is waiting for, be it a name server, a handshake or a byte now and then.
 */
internal abstract class BlockingExchange(protected val request: TransportRequest) {
    private var stopped = false
    private var sent = false

    /** False: provably no byte has left, and none will once [stop] was called. */
    protected val maybeSent: Boolean @Synchronized get() = sent

    /** Nobody waits any more. What [abort] could not end yet, because it did not exist, has to look at this when it does. */
    protected val isStopped: Boolean @Synchronized get() = stopped

    /** The exchange itself; asks [maySend] right before the first byte goes out. */
    protected abstract fun run(): TransportResponse

    /** Ends [run] early, on any thread; must not block. */
    protected abstract fun abort()

    /** What only this client's exceptions say; null: what all say. */
    protected open fun reasonOf(failed: IOException): Failure? = null

    suspend fun perform(): TransportResponse =
        withTimeoutOrNull(request.timeoutMillis.coerceAtLeast(1)) { onThread() }
            ?: throw TransportException(timeOver(), maybeSent, "the time is over")

    private fun timeOver() = if (maybeSent) Failure.TIMEOUT else Failure.CONNECT

    private suspend fun onThread(): TransportResponse = suspendCancellableCoroutine { waiting ->
        waiting.invokeOnCancellation { stop() }
        Dispatchers.IO.asExecutor().execute {
            runCatching(::explained).fold({ waiting.resume(it) }, { waiting.resumeWithException(it) })
        }
    }

    private fun stop() {
        synchronized(this) { stopped = true }
        abort()
    }

    /** Whether the request may go out now. */
    @Synchronized
    protected fun maySend(): Boolean {
        if (stopped || !request.maySend()) return false
        sent = true
        return true
    }

    private fun explained(): TransportResponse = try {
        run()
    } catch (failed: IOException) {
        throw (failed as? Refusal)?.meant ?: failure(reasonOf(failed) ?: commonReasonOf(failed), failed)
    } catch (failed: IllegalArgumentException) {
        // What a client says to a URL, method or header that it does not like.
        throw failure(if (maybeSent) Failure.INTERRUPTED else Failure.REFUSED, failed)
    }

    // The class only: messages name hosts.
    private fun failure(why: Failure, failed: Exception) = TransportException(why, maybeSent, failed.javaClass.simpleName)

    private fun commonReasonOf(failed: IOException): Failure {
        val causes = generateSequence<Throwable>(failed) { it.cause }.take(CAUSES).toList()
        return when {
            causes.any { it is CertificateExpiredException || it is CertificateNotYetValidException } -> Failure.TLS_TIME
            failed is UnknownHostException -> Failure.RESOLVE
            failed is SocketTimeoutException -> timeOver()
            maybeSent -> Failure.INTERRUPTED
            failed is SSLException -> Failure.TLS
            // A method or URL that this client does not know.
            failed is ProtocolException || failed is MalformedURLException -> Failure.REFUSED
            else -> Failure.CONNECT
        }
    }

    protected fun refusal(failure: Failure, detail: String): Refusal = Refusal(TransportException(failure, maybeSent, detail))

    /** Reads to the end, or a little above the limit. Replies hold tokens: nothing of them stays in blocks and buffers. */
    protected fun read(stream: InputStream): ByteArray {
        val blocks = ArrayList<ByteArray>()
        var size = 0
        try {
            while (true) {
                val at = size % BLOCK
                if (at == 0) blocks.add(ByteArray(BLOCK))
                val count = stream.read(blocks.last(), at, BLOCK - at)
                if (count < 0) break
                size += count
                if (size > request.maxReplyBytes) throw refusal(Failure.REPLY_TOO_LARGE, "reply too large")
            }
            val whole = ByteArray(size)
            blocks.forEachIndexed { index, block ->
                block.copyInto(whole, index * BLOCK, 0, minOf(BLOCK, size - index * BLOCK))
            }
            return whole
        } finally {
            blocks.forEach { it.fill(0) }
        }
    }

    /**
     * Refuses a reply that is not known to be whole. Where neither a length nor chunks say where it ends, an attacker can end it
     * anywhere: not every client tells a connection that was closed from one that was cut.
     */
    protected fun requireWhole(status: Int, headers: List<CreditHeader>, size: Int) {
        if (request.method == "HEAD" || status == NO_CONTENT || status == NOT_MODIFIED) return
        fun value(name: String) = headers.firstOrNull { it.name.equals(name, ignoreCase = true) }?.value
        if (value("Transfer-Encoding") != null) return
        val length = value("Content-Length")
            ?: throw refusal(Failure.INTERRUPTED, "the reply does not say where it ends")
        if (length.trim().toLongOrNull() != size.toLong()) throw refusal(Failure.INTERRUPTED, "the reply was cut off")
    }

    /** Carries a verdict of our own through a client that passes on nothing but IOException. */
    internal class Refusal(val meant: TransportException) : IOException(meant.detail)

    private companion object {
        const val BLOCK = 16 * 1024
        const val CAUSES = 8
        const val NO_CONTENT = 204
        const val NOT_MODIFIED = 304
    }
}
