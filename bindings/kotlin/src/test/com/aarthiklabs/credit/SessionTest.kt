package com.aarthiklabs.credit

import java.util.concurrent.Executors
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** One borrower's session from start to end against the sandbox. */
class SessionTest {
    private val world = World()

    @AfterEach
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    @Test
    fun `starts, hands out a token, sends, tells the journey and ends`() = world.live { session ->
        session.start(StartOptions(journeyType = "PERSONAL_LOAN", profileJson = """{"name":"Aşı 😀"}""".encodeToByteArray()))
        val text = session.token().use { token ->
            assertTrue(token.generation > 0)
            assertFalse(token.toString().contains(token.unsafeHeaderValue().removePrefix("Bearer ")))
            token.unsafeHeaderValue().removePrefix("Bearer ")
        }
        assertTrue(text in world.tokens())
        val response = session.send(CreditRequest("GET", "/api/v1/headless/journeys", correlationId = "kotlin-1"))
        assertEquals(200, response.status)
        assertEquals("kotlin-1", response.correlationId)
        assertTrue(response.requestId.isNotEmpty())
        assertEquals("application/json", response.header("content-type")?.substringBefore(';'))
        assertTrue(response.body.decodeToString().contains("journeyID"))
        val journey = assertNotNull(session.journey())
        assertEquals(journey.id, session.journey(knownOnly = true)?.id)
        session.end()
        assertNull(session.currentToken())
        assertEquals(CreditCode.SESSION_ENDED, assertIs<SessionState.NoSession>(session.state).reason)
        assertFailsWith<CreditException.Usage> { session.start() }
    }

    @Test
    fun `a mutation keeps its idempotency key through a refresh`() = world.live { session ->
        session.start()
        world.admin("POST", "/revoke_session_tokens", """{"borrowerExternalID":"${World.BORROWER}"}""")
        val response = session.send(
            CreditRequest(
                "POST", "/api/v1/headless/journeys", JOURNEY.encodeToByteArray(),
                headers = listOf(CreditHeader("X-Trial", "1")), idempotencyKey = "kotlin-key",
            ),
        )
        assertEquals(201, response.status)
        assertEquals(2, response.attempts)
        assertEquals(1, world.counter("rotations"))
    }

    @Test
    fun `the fast path answers in the calling thread, and a closed token is wiped`() = world.live { session ->
        assertNull(session.currentToken())
        session.start()
        val token = assertNotNull(session.currentToken())
        val kept = token.withBytes { it }
        assertTrue(kept.any { it != 0.toByte() })
        token.close()
        assertContentEquals(ByteArray(kept.size), kept)
        assertFailsWith<IllegalStateException> { token.withBytes { it } }
    }

    @Test
    fun `a thousand callers share one refresh`() = world.live { session ->
        session.start()
        makeStale(session)
        val tokens = List(1000) { async { session.token().use { it.generation } } }.map { it.await() }
        assertEquals(1, world.counter("rotations"))
        assertEquals(setOf(2L), tokens.toSet())
    }

    @Test
    fun `rejecting a generation makes the next token a new one`() = world.live { session ->
        session.start()
        val first = session.token(1.minutes).use { it.generation }
        makeStale(session)
        session.token().use {
            assertTrue(it.generation > first)
            assertEquals(TokenSource.REFRESH, it.source)
        }
    }

    @Test
    fun `two views are one session, and another configuration is refused`() = world.live { session ->
        session.start()
        world.configuration { userAgent("another/1.0") }.use { other ->
            val refused = assertFailsWith<CreditException.Usage> { CreditSession(other, World.BORROWER) }
            assertEquals(CreditCode.CONFIG_CONFLICT, refused.code)
        }
    }

    @Test
    fun `closing one view leaves the other alone`() = patiently {
        world.configuration().use { made ->
            CreditSession(made, World.BORROWER).use { first ->
                CreditSession(made, World.BORROWER).use { second -> second.start() }
                assertNotNull(first.currentToken()).close()
            }
        }
    }

    @Test
    fun `states tell the present one first and end with closed`() = world.live { session ->
        val seen = async { session.states.toList() }
        session.start()
        val active = session.states.first { it is SessionState.Active }
        assertEquals(1L, assertIs<SessionState.Active>(active).generation)
        session.shutdown()
        assertEquals(SessionState.Closed, seen.await().last())
        assertEquals(SessionState.Closed, session.state)
        assertEquals(CreditCode.SESSION_SPENT, assertFailsWith<CreditException.Usage> { session.token() }.code)
    }

    @Test
    fun `adopts what the app's backend returned and refuses what is not the borrower's`() = world.live { session ->
        val flat = http(
            "POST", world.partnerUrl + "/api/credit/session", """{"borrowerExternalID":"${World.BORROWER}"}""", world.roots,
        )
        val foreign = flat.replace(World.BORROWER, "somebody-else")
        val refused = assertFailsWith<CreditException.Server> { session.adopt(foreign.encodeToByteArray()) }
        assertEquals(CreditCode.CONTRACT_WRONG_BORROWER, refused.code)
        session.adopt(flat.encodeToByteArray())
        assertNotNull(session.currentToken()).close()
    }

    @Test
    fun `what was closed in another process is there again`() {
        world.live { it.start() }
        world.live { session ->
            session.token().use { assertEquals(TokenSource.CACHE, it.source) }
            assertEquals(1, world.counter("sessions_created"))
            assertTrue(session.diagnostics().startsWith("{"))
            session.end()
        }
    }

    @Test
    fun `erasing storage leaves no session`() {
        world.live { it.start() }
        patiently { world.configuration().use { it.eraseStorage(World.BORROWER) } }
        world.live { session ->
            val none = assertFailsWith<CreditException.NeedsNewSession> { session.token() }
            assertEquals(CreditCode.NO_SESSION, none.code)
            assertTrue(none.code.needsNewSession)
        }
    }

    @Test
    fun `no secret in diagnostics, log or messages`() {
        val lines = java.util.concurrent.ConcurrentLinkedQueue<String>()
        world.live({ logger { _, line -> lines.add(line) } }) { session ->
            session.start(StartOptions(profileJson = """{"pan":"ABCDE1234F"}""".encodeToByteArray()))
            session.token().close()
            lines.add(session.diagnostics())
            session.notify(Hint.FOREGROUND)
        }
        val said = lines.joinToString("\n")
        assertTrue(said.isNotEmpty())
        for (secret in world.tokens() + "ABCDE1234F" + World.BORROWER) assertFalse(said.contains(secret))
    }

    @Test
    fun `many threads use and close one session at once`() = patiently {
        world.live { it.start() }
        val pool = Executors.newFixedThreadPool(8)
        repeat(20) {
            val made = world.configuration()
            val session = CreditSession(made, World.BORROWER)
            val users = List(8) { pool.submit { repeat(200) { session.currentToken()?.close() } } }
            launch { runCatching { session.token().close() } }
            session.close()
            made.close()
            users.forEach { it.get() }
        }
        pool.shutdown()
    }
}
