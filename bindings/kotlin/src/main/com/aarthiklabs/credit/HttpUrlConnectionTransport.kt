package com.aarthiklabs.credit

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.SocketTimeoutException
import java.net.URL
import java.net.UnknownHostException
import java.security.cert.CertificateExpiredException
import java.security.cert.CertificateNotYetValidException
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLException
import javax.net.ssl.SSLSocketFactory
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * The platform's own HTTP client: its proxies, VPN and trust come with it. Each exchange has a connection of its own, nothing
 * is repeated, followed or cached. [socketFactory]: whom to trust; null: the platform's roots.
 */
public class HttpUrlConnectionTransport @JvmOverloads constructor(
    private val socketFactory: SSLSocketFactory? = null,
) : Transport {
    override suspend fun perform(request: TransportRequest): TransportResponse = suspendCancellableCoroutine { waiting ->
        val exchange = UrlExchange(request, socketFactory)
        // The client blocks and knows no interruption: closing its connection is the only way to stop it.
        waiting.invokeOnCancellation { exchange.stop() }
        Dispatchers.IO.asExecutor().execute {
            val outcome = runCatching { exchange.run() }
            outcome.fold({ waiting.resume(it) }, { waiting.resumeWithException(it) })
        }
    }
}

private class UrlExchange(private val request: TransportRequest, private val socketFactory: SSLSocketFactory?) {
    @Volatile private var connection: HttpURLConnection? = null
    @Volatile private var stopped = false
    private var maybeSent = false

    fun stop() {
        stopped = true
        connection?.disconnect()
    }

    fun run(): TransportResponse {
        try {
            val made = open()
            made.connect()
            if (stopped || !request.maySend())
                throw TransportException(TransportException.Failure.LEASE_LAPSED, false, "not sent")
            maybeSent = true
            if (made.doOutput) made.outputStream.use { it.write(request.body) }
            return TransportResponse(made.responseCode, headersOf(made), bodyOf(made))
        } catch (failed: IOException) {
            throw TransportException(reasonOf(failed), maybeSent, failed.javaClass.simpleName)
        } finally {
            connection?.disconnect()
        }
    }

    private fun open(): HttpURLConnection {
        val made = URL(request.url).openConnection() as HttpURLConnection
        connection = made
        if (made is HttpsURLConnection && socketFactory != null) made.sslSocketFactory = socketFactory
        made.requestMethod = request.method
        made.instanceFollowRedirects = false
        made.useCaches = false
        // Both are limits of one wait, so together they may take twice as long; the library has a clock of its own.
        made.connectTimeout = timeout()
        made.readTimeout = timeout()
        request.headers.forEach { made.setRequestProperty(it.name, it.value) }
        made.setRequestProperty("Connection", "close")
        made.setRequestProperty("Accept-Encoding", "identity")
        if (request.body.isNotEmpty() || request.method in setOf("POST", "PUT", "PATCH")) {
            made.doOutput = true
            // With a body that it may not keep, the client cannot send a request twice.
            made.setFixedLengthStreamingMode(request.body.size)
        }
        return made
    }

    private fun timeout(): Int = request.timeoutMillis.coerceIn(1, Int.MAX_VALUE.toLong()).toInt()

    private fun headersOf(made: HttpURLConnection): List<CreditHeader> = made.headerFields.entries
        .filter { it.key != null }.flatMap { (name, values) -> values.map { CreditHeader(name, it) } }

    private fun bodyOf(made: HttpURLConnection): ByteArray {
        val stream = (if (made.responseCode < 400) made.inputStream else made.errorStream) ?: return ByteArray(0)
        return stream.use(::read)
    }

    private fun read(stream: InputStream): ByteArray {
        val out = ByteArrayOutputStream()
        val block = ByteArray(16 * 1024)
        while (true) {
            val count = stream.read(block)
            if (count < 0) return out.toByteArray()
            out.write(block, 0, count)
            if (out.size() > request.maxReplyBytes)
                throw TransportException(TransportException.Failure.REPLY_TOO_LARGE, true, "reply too large")
        }
    }

    private fun reasonOf(failed: IOException): TransportException.Failure {
        val causes = generateSequence<Throwable>(failed) { it.cause }.take(8).toList()
        return when {
            stopped -> TransportException.Failure.CANCELLED
            causes.any { it is CertificateExpiredException || it is CertificateNotYetValidException } ->
                TransportException.Failure.TLS_TIME
            failed is UnknownHostException -> TransportException.Failure.RESOLVE
            failed is SocketTimeoutException -> TransportException.Failure.TIMEOUT
            maybeSent -> TransportException.Failure.INTERRUPTED
            failed is SSLException -> TransportException.Failure.TLS
            else -> TransportException.Failure.CONNECT
        }
    }
}
