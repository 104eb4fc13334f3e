package com.aarthiklabs.credit.android

import android.app.Application
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.CreditRequest
import com.aarthiklabs.credit.HttpUrlConnectionTransport
import com.aarthiklabs.credit.JOURNEY
import com.aarthiklabs.credit.StartOptions
import com.aarthiklabs.credit.Transport
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.assertNothingLeft
import com.aarthiklabs.credit.makeStale
import com.aarthiklabs.credit.trustManager
import com.aarthiklabs.credit.trusting
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.assertFailsWith
import okhttp3.OkHttpClient
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.ParameterizedRobolectricTestRunner
import org.robolectric.annotation.Config

/** What the library asks of every HTTP client that an app brings, asked of both that come with it. */
@RunWith(ParameterizedRobolectricTestRunner::class)
@Config(application = Application::class)
class TransportContractTest(private val name: String) {
    private val world = World()
    private val intercepted = AtomicInteger()

    @After
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    private fun transport(roots: ByteArray = world.roots): Transport = when (name) {
        "OkHttp" -> OkHttpTransport(
            OkHttpClient.Builder()
                .sslSocketFactory(trusting(roots), trustManager(roots))
                // An app's own interceptor that sends everything twice.
                .addInterceptor { chain ->
                    intercepted.incrementAndGet()
                    chain.proceed(chain.request()).close()
                    chain.proceed(chain.request())
                }
                .build(),
        )
        else -> HttpUrlConnectionTransport(trusting(roots))
    }

    @Test
    fun `starts, refreshes, sends, and hands on what is no success`() {
        world.live({ transport(transport()) }, trust = false) { session ->
            session.start()
            makeStale(session)
            session.token().use { assertEquals(2, it.generation) }
            val made = session.send(CreditRequest("POST", "/api/v1/headless/journeys", JOURNEY.encodeToByteArray()))
            assertEquals(201, made.status)
            assertEquals("application/json", made.header("content-type")?.substringBefore(';'))
            assertEquals(404, session.send(CreditRequest("GET", "/api/v1/headless/nothing")).status)
        }
        assertEquals(1, world.counter("rotations"))
        assertEquals("nothing goes out twice", 0, world.counter("replays"))
        assertEquals(0, intercepted.get())
    }

    @Test
    fun `a lost reply is replayed with the same key`() {
        val kinds = listOf("drop_reply_after_commit", "reset_during", "reset_before", "truncated")
        for (kind in kinds) {
            world.live({ transport(transport()) }, trust = false) { session ->
                session.start()
                makeStale(session)
                world.fault("""{"route":"refresh","kind":"$kind","count":1}""")
                session.token().close()
            }
        }
        assertEquals(kinds.size, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `an answer that asks for another attempt is not followed by the client`() {
        world.live({ transport(transport()) }, trust = false) { session ->
            session.start()
            for (status in listOf(503, 408, 307)) {
                world.fault("""{"route":"journeys","kind":"status_before_commit","status":$status,"retry_after":"0","count":1}""")
                val before = world.counter("requests")
                val answer = runCatching { session.send(CreditRequest("GET", "/api/v1/headless/journeys")).status }
                assertTrue("$status: $answer", answer.getOrDefault(status) == status)
                assertEquals("$status went out once", before + 1, world.counter("requests"))
            }
        }
    }

    @Test
    fun `an authority that nobody trusts gets nothing`() {
        val foreign = World().use { it.roots }
        world.live({ transport(transport(foreign)) }, trust = false) { session ->
            val failed = assertFailsWith<CreditException> { session.start(StartOptions(deadlineMillis = 2_000)) }
            assertTrue("$failed", failed is CreditException.Network || failed is CreditException.Unfinished)
        }
        assertEquals(0, world.counter("sessions_created"))
    }

    companion object {
        @JvmStatic
        @ParameterizedRobolectricTestRunner.Parameters(name = "{0}")
        fun transports(): List<Array<Any>> = listOf(arrayOf("OkHttp"), arrayOf("HttpUrlConnection"))
    }
}
