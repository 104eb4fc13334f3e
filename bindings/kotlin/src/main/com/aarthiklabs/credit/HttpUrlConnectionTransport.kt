package com.aarthiklabs.credit

import com.aarthiklabs.credit.TransportException.Failure
import java.net.HttpURLConnection
import java.net.URL
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLSocketFactory

/**
 * The platform's own HTTP client: its proxies, VPN and trust come with it. Each exchange has a connection of its own, nothing
 * is repeated, followed or cached. [socketFactory]: whom to trust; null: the platform's roots.
 *
 * An app that installs a `CookieHandler` or an `Authenticator` for the whole process installs it for this client as well.
 */
public class HttpUrlConnectionTransport @JvmOverloads constructor(
    private val socketFactory: SSLSocketFactory? = null,
) : Transport {
    override suspend fun perform(request: TransportRequest): TransportResponse = UrlExchange(request, socketFactory).perform()
}

private class UrlExchange(request: TransportRequest, trust: SSLSocketFactory?) : BlockingExchange(request) {
    private val sockets = OneSocketFactory(trust ?: HttpsURLConnection.getDefaultSSLSocketFactory())
    @Volatile private var plain: HttpURLConnection? = null

    override fun abort() {
        sockets.close()
        plain?.disconnect()
    }

    override fun run(): TransportResponse {
        val made = open()
        try {
            made.connect()
            if (!maySend()) throw refusal(Failure.LEASE_LAPSED, "not sent")
            if (made.doOutput) made.outputStream.use { it.write(request.body) }
            return replyOf(made)
        } finally {
            made.disconnect()
            sockets.close()
        }
    }

    private fun open(): HttpURLConnection {
        val made = URL(request.url).openConnection() as HttpURLConnection
        if (made is HttpsURLConnection) made.sslSocketFactory = sockets else plain = made
        made.requestMethod = request.method
        made.instanceFollowRedirects = false
        made.useCaches = false
        // Each is a limit of one wait, and what ends the thread where closing its socket does not.
        made.connectTimeout = timeout()
        made.readTimeout = timeout()
        request.headers.forEach { made.addRequestProperty(it.name, it.value) }
        made.setRequestProperty("Connection", "close")
        // Left alone, the client may ask for an encoding of its own and hide it.
        made.setRequestProperty("Accept-Encoding", "identity")
        made.doOutput = request.body.isNotEmpty() || request.method in setOf("POST", "PUT", "PATCH")
        // A body that it may not keep cannot be sent again; over TLS the one socket sees to that, and a client that streams
        // loses the body of a 401.
        if (made.doOutput && made !is HttpsURLConnection) made.setFixedLengthStreamingMode(request.body.size)
        return made
    }

    private fun timeout(): Int = request.timeoutMillis.coerceIn(1, Int.MAX_VALUE.toLong()).toInt()

    private fun replyOf(made: HttpURLConnection): TransportResponse {
        val status = made.responseCode
        if (status < FIRST_FINAL) throw refusal(Failure.INTERRUPTED, "no HTTP reply")
        val headers = headersOf(made)
        val stream = if (status < FIRST_ERROR) made.inputStream else made.errorStream
        val body = stream?.use(::read) ?: ByteArray(0)
        requireWhole(status, headers, body.size)
        return TransportResponse(status, headers, body)
    }

    // One by one: the map of them does not keep their order everywhere. The status line is the one without a name.
    private fun headersOf(made: HttpURLConnection): List<CreditHeader> = generateSequence(0) { it + 1 }
        .map { made.getHeaderFieldKey(it) to made.getHeaderField(it) }
        .takeWhile { (name, value) -> name != null || value != null }
        .mapNotNull { (name, value) -> name?.let { CreditHeader(it, value.orEmpty()) } }.toList()

    private companion object {
        const val FIRST_FINAL = 200
        const val FIRST_ERROR = 400
    }
}
