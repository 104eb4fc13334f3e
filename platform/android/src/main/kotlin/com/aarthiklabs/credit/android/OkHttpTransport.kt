package com.aarthiklabs.credit.android

import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.Transport
import com.aarthiklabs.credit.TransportException
import com.aarthiklabs.credit.TransportException.Failure
import com.aarthiklabs.credit.TransportRequest
import com.aarthiklabs.credit.TransportResponse
import java.io.IOException
import java.io.InterruptedIOException
import java.net.SocketTimeoutException
import java.net.UnknownHostException
import java.security.cert.CertificateExpiredException
import java.security.cert.CertificateNotYetValidException
import java.util.concurrent.TimeUnit
import javax.net.ssl.SSLException
import javax.net.ssl.SSLPeerUnverifiedException
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.suspendCancellableCoroutine
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
import okio.Buffer
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
        retryOnConnectionFailure(false)
        followRedirects(false)
        followSslRedirects(false)
        cookieJar(CookieJar.NO_COOKIES)
        cache(null)
        authenticator(Authenticator.NONE)
    }.build()

    override suspend fun perform(request: TransportRequest): TransportResponse = suspendCancellableCoroutine { waiting ->
        val exchange = OkExchange(shared, request)
        waiting.invokeOnCancellation { exchange.stop() }
        Dispatchers.IO.asExecutor().execute {
            runCatching { exchange.run() }.fold({ waiting.resume(it) }, { waiting.resumeWithException(it) })
        }
    }
}

private class OkExchange(shared: OkHttpClient, private val request: TransportRequest) : Interceptor {
    // A pool of its own keeps nothing and finds nothing: the connection is a fresh one. HTTP/2 would share it.
    private val pool = if (request.needsFreshConnection) ConnectionPool(0, 1, TimeUnit.NANOSECONDS) else null
    private val call: Call
    @Volatile private var maybeSent = false
    private var reply: Response? = null

    init {
        val client = shared.newBuilder()
            .callTimeout(request.timeoutMillis.coerceAtLeast(1), TimeUnit.MILLISECONDS)
            .connectTimeout(0, TimeUnit.MILLISECONDS).readTimeout(0, TimeUnit.MILLISECONDS)
            .writeTimeout(0, TimeUnit.MILLISECONDS)
            .addNetworkInterceptor(this)
        if (pool != null) client.connectionPool(pool).protocols(listOf(Protocol.HTTP_1_1))
        call = client.build().newCall(build())
    }

    fun stop() = call.cancel()

    fun run(): TransportResponse {
        try {
            call.execute().use { last -> return TransportResponse(last.code, headersOf(reply ?: last), bodyOf(last)) }
        } catch (failed: IOException) {
            throw failed.transport() ?: TransportException(reasonOf(failed), maybeSent, failed.javaClass.simpleName)
        } finally {
            pool?.evictAll()
        }
    }

    /** The connection stands and its certificate was checked; the request goes out next. */
    override fun intercept(chain: Interceptor.Chain): Response {
        // Once only, whatever OkHttp makes of the reply.
        if (maybeSent || !request.maySend())
            throw Refusal(TransportException(Failure.LEASE_LAPSED, maybeSent, "not sent"))
        maybeSent = true
        val got = chain.proceed(chain.request())
        reply = got
        // With "Retry-After: 0" in a 503 OkHttp would send it again by itself.
        return got.newBuilder().removeHeader("Retry-After").build()
    }

    private fun build(): Request {
        val made = Request.Builder().url(request.url)
        request.headers.forEach { made.addHeader(it.name, it.value) }
        made.header("Accept-Encoding", "identity")
        val needsBody = request.body.isNotEmpty() || request.method in setOf("POST", "PUT", "PATCH")
        return made.method(request.method, if (needsBody) OneShot(request.body) else null).build()
    }

    private fun headersOf(from: Response): List<CreditHeader> = from.headers.map { (name, value) -> CreditHeader(name, value) }

    private fun bodyOf(from: Response): ByteArray {
        val source = from.body?.source() ?: return ByteArray(0)
        val out = Buffer()
        while (source.read(out, BLOCK) >= 0) {
            if (out.size > request.maxReplyBytes)
                throw Refusal(TransportException(Failure.REPLY_TOO_LARGE, true, "reply too large"))
        }
        return out.readByteArray()
    }

    private fun IOException.transport(): TransportException? = (this as? Refusal)?.meant

    private fun reasonOf(failed: IOException): Failure {
        val causes = generateSequence<Throwable>(failed) { it.cause }.take(8).toList()
        return when {
            failed is SocketTimeoutException || failed is InterruptedIOException -> Failure.TIMEOUT
            call.isCanceled() -> Failure.CANCELLED
            causes.any { it is CertificateExpiredException || it is CertificateNotYetValidException } -> Failure.TLS_TIME
            failed is SSLPeerUnverifiedException && failed.message.orEmpty().startsWith("Certificate pinning") -> Failure.PIN
            failed is UnknownHostException -> Failure.RESOLVE
            maybeSent -> Failure.INTERRUPTED
            failed is SSLException -> Failure.TLS
            else -> Failure.CONNECT
        }
    }

    /** Carries our own verdict through OkHttp, which passes on nothing but IOException. */
    private class Refusal(val meant: TransportException) : IOException(meant.detail)

    private class OneShot(private val bytes: ByteArray) : RequestBody() {
        override fun contentType(): MediaType? = null
        override fun contentLength(): Long = bytes.size.toLong()
        override fun isOneShot(): Boolean = true
        override fun writeTo(sink: BufferedSink) {
            sink.write(bytes)
        }
    }

    private companion object {
        const val BLOCK = 16L * 1024
    }
}
