package com.aarthiklabs.credit

import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** The hosted page over the binding; what the library decides is tested with it. */
class CheckoutTest {
    private val configuration = creditConfiguration(CreditEnvironment.TEST, "https://127.0.0.1:8443") {
        partnerUrl("https://127.0.0.1:8444")
        storageDirectory(System.getProperty("java.io.tmpdir"))
        storageKey(ByteArray(32) { 5 })
    }

    @AfterEach
    fun nothingIsLeft() {
        configuration.close()
        assertNothingLeft()
    }

    private fun checkout() =
        Checkout(configuration, URL.encodeToByteArray(), allowedOrigins = listOf("https://lender.example"))

    @Test
    fun `of many takers one gets the URL`() = checkout().use { checkout ->
        val pool = Executors.newFixedThreadPool(4)
        val takers = pool.invokeAll(List(16) { Callable { runCatching { checkout.takeUrl() } } }).map { it.get() }
        pool.shutdown()
        assertContentEquals(URL.encodeToByteArray(), takers.single { it.isSuccess }.getOrThrow())
        val refused = takers.mapNotNull { it.exceptionOrNull() as? CreditException }
        assertEquals(15, refused.size)
        assertEquals(setOf(CreditCode.CHECKOUT_TAKEN), refused.map { it.code }.toSet())
    }

    @Test
    fun `navigation is the hosted page's and the lender's`() = checkout().use { checkout ->
        assertTrue(checkout.allowsNavigation("https://127.0.0.1:8443/embed", true))
        assertTrue(checkout.allowsNavigation("https://lender.example/kyc", true))
        assertFalse(checkout.allowsNavigation("https://lender.example.evil.test/", true))
        assertFalse(checkout.allowsNavigation("javascript:alert(1)", true))
        assertTrue(checkout.allowsNavigation("about:blank", false))
        checkout.close()
        assertFalse(checkout.allowsNavigation("https://127.0.0.1:8443/embed", true))
        assertEquals(CreditCode.SESSION_SPENT, assertFailsWith<CreditException.Usage> { checkout.takeUrl() }.code)
    }

    @Test
    fun `a foreign origin and a foreign URL are refused`() {
        checkout().use { checkout ->
            val refused = assertFailsWith<CreditException> { checkout.parseEvent("https://evil.test", "{}") }
            assertEquals(CreditCode.ORIGIN_REFUSED, refused.code)
            val unknown = checkout.parseEvent("https://127.0.0.1:8443", """{"type":"SOMETHING_NEW"}""")
            assertEquals(CheckoutEvent.Type.UNKNOWN, unknown.type)
            val external = checkout.parseEvent(
                "https://127.0.0.1:8443",
                """{"type":"aarthik-labs:open-external","external_url":"https://l.example/a?b=1#c"}""",
            )
            assertEquals(CheckoutEvent.Type.OPEN_EXTERNAL, external.type)
            assertEquals("https://l.example/a?b=1#c", external.externalUrl)
            assertEquals("CheckoutEvent(OPEN_EXTERNAL)", external.toString())
        }
        val refused = assertFailsWith<CreditException> { Checkout(configuration, "https://evil.test/#x".encodeToByteArray()) }
        assertFalse(refused.message!!.contains("evil.test/#x"))
    }

    private companion object {
        const val URL = "https://127.0.0.1:8443/embed?j=1#bt_test_9f8e7d6c5b"
    }
}
