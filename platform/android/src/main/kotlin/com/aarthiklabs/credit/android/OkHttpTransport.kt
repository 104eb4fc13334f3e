package com.aarthiklabs.credit.android

import com.aarthiklabs.credit.BlockingExchange
import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.Transport
import com.aarthiklabs.credit.TransportException.Failure
import com.aarthiklabs.credit.TransportRequest
import com.aarthiklabs.credit.TransportResponse
import java.io.IOException
import java.util.concurrent.TimeUnit
import javax.net.ssl.SSLPeerUnverifiedException
import okhttp3.Authenticator
import okhttp3.Call
import okhttp3.ConnectionPool
import okhttp3.CookieJar
import okhttp3.Interceptor
import okhttp3.MediaType
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okio.BufferedSink

/**
 * The app's OkHttp (4.x) as transport: its trust, pins, proxy and DNS come from [client]. What could send a request twice or
 * change it does not: interceptors, event listeners, cookies, cache, authenticators, redirects and retries are left out.
 *
 * OkHttp is no dependency of this library: the app brings it.
 */
public class OkHttpTransport(client: OkHttpClient) : Transport {
    private val shared = client.newBuilder().apply {
        interceptors().clear()
        networkInterceptors().clear()
        eventListenerFactory { okhttp3.EventListener.NONE }
        followRedirects(false)
        followSslRedirects(false)
        cookieJar(CookieJar.NO_COOKIES)
        cache(null)
        authenticator(Authenticator.NONE)
        // So that the next address of a host is tried where the first one does not answer. What may not be sent again is not:
        // each exchange sees to that.
        retryOnConnectionFailure(true)
        // The exchange has a limit of its own for the whole.
        callTimeout(0, TimeUnit.MILLISECONDS)
    }.build()

    override suspend fun perform(request: TransportRequest): TransportResponse = OkExchange(shared, request).perform()
}

private class OkExchange(shared: OkHttpClient, request: TransportRequest) : BlockingExchange(request), Interceptor {
    // A pool of its own keeps nothing and finds nothing: the connection is a fresh one. HTTP/2 would share it.
    private val pool = if (request.needsFreshConnection) ConnectionPool(0, 1, TimeUnit.NANOSECONDS) else null
    private val client = shared.newBuilder().addNetworkInterceptor(this).apply {
        // Of one wait each: should closing the socket not end the thread, this does.
        val limit = request.timeoutMillis.coerceIn(1, Int.MAX_VALUE.toLong())
        connectTimeout(limit, TimeUnit.MILLISECONDS)
        readTimeout(limit, TimeUnit.MILLISECONDS)
        writeTimeout(limit, TimeUnit.MILLISECONDS)
        if (pool != null) connectionPool(pool).protocols(listOf(Protocol.HTTP_1_1))
    }.build()
    private val mayRepeat = !request.needsFreshConnection && request.method in setOf("GET", "HEAD")
    @Volatile private var call: Call? = null
    private var reply: Response? = null

    override fun abort() {
        call?.cancel()
    }

    override fun run(): TransportResponse {
        try {
            val made = client.newCall(build())
            call = made
            if (isStopped) made.cancel()
            made.execute().use { last ->
                val got = reply ?: throw IOException("no reply")
                val headers = got.headers.map { (name, value) -> CreditHeader(name, value) }
                val body = last.body?.byteStream()?.let(::read) ?: ByteArray(0)
                if (got.protocol != Protocol.HTTP_2) requireWhole(got.code, headers, body.size)
                return TransportResponse(got.code, headers, body)
            }
        } finally {
            pool?.evictAll()
        }
    }

    /** The connection stands and its certificate was checked; the request goes out next. */
    override fun intercept(chain: Interceptor.Chain): Response {
        // OkHttp tries again when a kept connection turns out to be dead.
        if (maybeSent && !mayRepeat) throw refusal(Failure.INTERRUPTED, "the connection broke")
        if (!maySend()) throw refusal(Failure.LEASE_LAPSED, "not sent")
        // Named so that OkHttp does not ask for an encoding by itself; not said.
        val got = chain.proceed(chain.request().newBuilder().removeHeader("Accept-Encoding").build())
        reply = got
        // OkHttp has opinions about 401, 408, 421, 503 and redirects: it is not told.
        return got.newBuilder().code(OK).removeHeader("Retry-After").build()
    }

    private fun build(): Request {
        val made = Request.Builder().url(request.url)
        request.headers.forEach { made.addHeader(it.name, it.value) }
        made.header("Accept-Encoding", "identity")
        if (made.build().url.encodedPath != pathOf(request.url)) throw refusal(Failure.REFUSED, "OkHttp would change the path")
        val needsBody = request.body.isNotEmpty() || request.method in setOf("POST", "PUT", "PATCH")
        return made.method(request.method, if (needsBody) OneShot(request.body) else null).build()
    }

    private fun pathOf(url: String): String {
        val path = url.substringAfter("://").substringBefore('?').substringAfter('/', missingDelimiterValue = "")
        return "/$path"
    }

    override fun reasonOf(failed: IOException): Failure? =
        if (failed is SSLPeerUnverifiedException && failed.message.orEmpty().startsWith("Certificate pinning")) Failure.PIN else null

    private class OneShot(private val bytes: ByteArray) : RequestBody() {
        override fun contentType(): MediaType? = null
        override fun contentLength(): Long = bytes.size.toLong()
        override fun isOneShot(): Boolean = true
        override fun writeTo(sink: BufferedSink) {
            sink.write(bytes)
        }
    }

    private companion object {
        const val OK = 200
    }
}
