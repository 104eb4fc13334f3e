package com.aarthiklabs.credit

import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** What can go wrong, by what can be done about it. */
class FailureTest {
    @AfterEach
    fun nothingIsLeft() = assertNothingLeft()

    @Test
    fun `codes are those of the header, with the same names`() {
        val header = File(System.getProperty("credit.test.header")).readText()
        val declared = Regex("""^    CREDIT_([A-Z_]+) = (\d+)""", RegexOption.MULTILINE).findAll(
            header.substringAfter("CREDIT_ENUM(credit_code)").substringBefore("};"),
        ).associate { it.groupValues[1] to it.groupValues[2].toInt() }
        val known = CreditCode::class.java.fields.filter { it.type == CreditCode::class.java }
            .associate { it.name to (it.get(null) as CreditCode).value }
        assertTrue(declared.size > 60)
        assertEquals(declared, known)
        for ((name, value) in declared) assertEquals(name.lowercase(), CreditCode(value).name)
        assertEquals("unknown", CreditCode(4711).name)
    }

    @Test
    fun `each family of codes has its remedy`() {
        fun kind(code: CreditCode) = CreditException.of(code, "")::class
        assertEquals(CreditException.Usage::class, kind(CreditCode.CONFIG_MISSING))
        assertEquals(CreditException.Unfinished::class, kind(CreditCode.DEADLINE))
        assertEquals(CreditException.NeedsNewSession::class, kind(CreditCode.SESSION_DEAD))
        assertEquals(CreditException.Network::class, kind(CreditCode.TLS_FAILED))
        assertEquals(CreditException.Server::class, kind(CreditCode.RATE_LIMITED))
        assertEquals(CreditException.Partner::class, kind(CreditCode.PROVIDER_FAILED))
        assertEquals(CreditException.Storage::class, kind(CreditCode.STORAGE_LOCKED))
        assertEquals(CreditException.Internal::class, kind(CreditCode.OUT_OF_MEMORY))
        assertEquals(CreditException.Internal::class, kind(CreditCode(12345)))
    }

    @Test
    fun `a configuration that lacks something is refused by name`() {
        val missing = assertFailsWith<CreditException.Usage> {
            creditConfiguration(CreditEnvironment.TEST, "https://127.0.0.1:1") { partnerUrl("https://127.0.0.1:1") }
        }
        assertEquals(CreditCode.CONFIG_MISSING, missing.code)
        assertTrue(missing.message!!.contains("storage"))
        assertFailsWith<CreditException.Usage> { creditConfiguration(CreditEnvironment.LIVE, "http://example.com") {} }
        assertFailsWith<CreditException.Usage> {
            creditConfiguration(CreditEnvironment.TEST, "https://127.0.0.1:1") { storageKey(ByteArray(5)) }
        }
        NativeHandle.reap()
        collectGarbage()
    }

    @Test
    fun `no server is a network error and no reason to sign out`() = World().use { world ->
        world.live { it.start() }
        world.fault("""{"route":"any","kind":"reset_before","count":1000}""")
        world.live({ policy(CreditPolicy(callDeadlineMillis = 300, healSpreadMillis = 1)) }) { session ->
            session.token().close()
            val failed = runCatching { session.journey() }.exceptionOrNull()
            assertTrue(failed is CreditException.Network || failed is CreditException.Unfinished, "$failed")
            assertIs<SessionState.Active>(session.state)
        }
    }

    @Test
    fun `the platform's words arrive with the exception`() = World().use { world ->
        world.partnerAdmin("POST", "/faults", """{"kind":"unauthorized","count":1,"route":"session"}""")
        world.live { session ->
            val refused = assertFailsWith<CreditException.Partner> { session.start() }
            assertEquals(CreditCode.PARTNER_UNAUTHORIZED, refused.code)
            assertEquals(401, refused.httpStatus)
            session.notify(Hint.PARTNER_CREDENTIALS)
            session.start()
        }
    }

    @Test
    fun `a session that the platform ended heals through the partner`() = World().use { world ->
        world.live { session ->
            session.start()
            world.admin("POST", "/revoke", """{"borrowerExternalID":"${World.BORROWER}"}""")
            assertEquals(200, session.send(CreditRequest("GET", "/api/v1/headless/journeys")).status)
        }
    }

    @Test
    fun `a forgotten session and configuration are released when they were collected`() = World().use { world ->
        patiently {
            // In a frame of its own, so that nothing keeps them.
            fun forget() {
                CreditSession(world.configuration(), World.BORROWER)
            }
            forget()
        }
        collectGarbage()
    }

    private fun collectGarbage() {
        val until = System.nanoTime() + 20_000_000_000
        while (NativeLibrary.liveObjects() != 0L) {
            check(System.nanoTime() < until) { "${NativeLibrary.liveObjects()} objects were not collected" }
            System.gc()
            NativeHandle.reap()
        }
    }
}
