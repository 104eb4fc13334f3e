package com.aarthiklabs.credit

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** What an app brings: provider, login, store, key, transport, clock. */
class PortsTest {
    private val world = World()

    @AfterEach
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    private fun viaPartner(request: SessionProviderRequest): ByteArray = http(
        "POST", world.partnerUrl + "/api/credit/session", """{"borrowerExternalID":"${request.borrowerExternalId}"}""",
        world.roots,
    ).encodeToByteArray()

    @Test
    fun `a session provider starts and heals`() {
        val healed = AtomicInteger()
        val provider = SessionProvider { request ->
            if (request.isHealing) healed.incrementAndGet()
            delay(1)
            viaPartner(request)
        }
        world.live({ sessionProvider(provider) }) { session ->
            session.start()
            world.admin("POST", "/revoke", """{"borrowerExternalID":"${World.BORROWER}"}""")
            assertEquals(200, session.send(CreditRequest("GET", "/api/v1/headless/journeys")).status)
            assertEquals(1, healed.get())
        }
    }

    @Test
    fun `what a provider says is what start throws, and what it does not say stays unsaid`() {
        val failures = ArrayDeque(
            listOf(PortException(CreditCode.PARTNER_REFUSED, "no loans today"), IllegalStateException("token=secret-1")),
        )
        val lines = StringBuffer()
        world.live({
            sessionProvider { throw failures.removeFirst() }
            logger { _, line -> lines.append(line) }
        }) { session ->
            val refused = assertFailsWith<CreditException.Partner> { session.start() }
            assertEquals(CreditCode.PARTNER_REFUSED, refused.code)
            val failed = assertFailsWith<CreditException.Partner> { session.start() }
            assertEquals(CreditCode.PROVIDER_FAILED, failed.code)
            assertFalse((failed.message + lines + session.diagnostics()).contains("secret-1"))
        }
    }

    /** In memory, with a switch for each sickness. */
    private class TestStore : SecureStore {
        val records = ConcurrentHashMap<String, ByteArray>()
        @Volatile var sick: StoreAnswer? = null
        @Volatile var crash = false
        val locks = AtomicInteger()

        override suspend fun load(name: String): LoadResult {
            check(!crash) { "crashed" }
            sick?.let { return LoadResult.missing(it) }
            return records[name]?.let { LoadResult.present(it.clone()) } ?: LoadResult.missing(StoreAnswer.ABSENT)
        }

        override suspend fun replace(name: String, record: ByteArray, writeSequence: Long): StoreAnswer {
            check(!crash) { "crashed" }
            sick?.let { return it }
            records[name] = record.clone()
            return StoreAnswer.DONE
        }

        override suspend fun erase(name: String): StoreAnswer {
            records.remove(name)
            return StoreAnswer.DONE
        }

        override val processLock = object : SecureStore.ProcessLock {
            override suspend fun lock(name: String): StoreAnswer {
                locks.incrementAndGet()
                return StoreAnswer.DONE
            }

            override suspend fun unlock(name: String) {
                locks.decrementAndGet()
            }
        }
    }

    private fun withStore(store: SecureStore) = creditConfiguration(CreditEnvironment.TEST, world.platformUrl) {
        partnerUrl(world.partnerUrl)
        partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        secureStore(store)
        tls(world.roots)
    }

    @Test
    fun `the app's own store is locked, read and written, and keeps the session`() {
        val store = TestStore()
        repeat(2) {
            patiently {
                withStore(store).use { made ->
                    CreditSession(made, World.BORROWER).use { session ->
                        session.start()
                        session.token().close()
                        session.shutdown()
                    }
                }
            }
        }
        assertEquals(1, store.records.size)
        assertTrue(store.records.keys.none { it.contains(World.BORROWER) })
        assertEquals(0, store.locks.get())
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `a locked store is not an empty one, and a store that throws neither`() {
        val store = TestStore()
        patiently {
            withStore(store).use { made -> CreditSession(made, World.BORROWER).use { it.start(); it.shutdown() } }
            store.sick = StoreAnswer.LOCKED
            withStore(store).use { made ->
                CreditSession(made, World.BORROWER).use { session ->
                    assertIs<SessionState.StorageLocked>(session.states.first { it !is SessionState.Loading })
                    store.sick = null
                    session.notify(Hint.STORAGE_UNLOCKED)
                    session.token().close()
                    session.shutdown()
                }
            }
            store.crash = true
            withStore(store).use { made ->
                CreditSession(made, World.BORROWER).use { session ->
                    val state = session.states.first { it is SessionState.Loading && it.reason != CreditCode.OK }
                    assertEquals(CreditCode.STORAGE_TRANSIENT, (state as SessionState.Loading).reason)
                    store.crash = false
                    session.notify(Hint.STORAGE_UNLOCKED)
                    session.token().close()
                }
            }
        }
        assertEquals(1, world.counter("sessions_created"))
    }

    private fun withKey(key: SealingKey) = creditConfiguration(CreditEnvironment.TEST, world.platformUrl) {
        partnerUrl(world.partnerUrl)
        partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        storageDirectory("${world.folder}/store")
        sealingKey(key)
        tls(world.roots)
    }

    @Test
    fun `a sealing key is fetched and wiped, and a lost one is told`() {
        var lent: ByteArray? = null
        val good = SealingKey { key ->
            key.fill(9)
            lent = key
            StoreAnswer.PRESENT
        }
        patiently {
            withKey(good).use { made -> CreditSession(made, World.BORROWER).use { it.start(); it.shutdown() } }
            assertTrue(lent!!.all { it == 0.toByte() })
            withKey { StoreAnswer.KEY_LOST }.use { made ->
                CreditSession(made, World.BORROWER).use { session ->
                    val state = session.states.first { it is SessionState.NoSession } as SessionState.NoSession
                    assertEquals(CreditCode.STORAGE_KEY_LOST, state.reason)
                }
            }
            withKey(good).use { made -> CreditSession(made, World.BORROWER).use { it.token().close() } }
        }
    }

    @Test
    fun `the platform's HTTP client does the same over the port`() {
        world.live({ transport(HttpUrlConnectionTransport(trusting(world.roots))) }, trust = false) { session ->
            session.start()
            makeStale(session)
            session.token().use { assertEquals(2, it.generation) }
            val response = session.send(CreditRequest("POST", "/api/v1/headless/journeys", JOURNEY.encodeToByteArray()))
            assertEquals(201, response.status)
            assertEquals(404, session.send(CreditRequest("GET", "/api/v1/headless/nothing")).status)
        }
        assertEquals(1, world.counter("rotations"))
    }

    @Test
    fun `a reply that was lost on the platform's client is replayed, not lost`() {
        for (kind in listOf("drop_reply_after_commit", "reset_during", "reset_before", "truncated")) {
            world.live({ transport(HttpUrlConnectionTransport(trusting(world.roots))) }, trust = false) { session ->
                session.start()
                makeStale(session)
                world.fault("""{"route":"refresh","kind":"$kind","count":1}""")
                session.token().close()
            }
        }
        assertEquals(4, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `what a transport hands over is wiped, tokens and all`() {
        val real = HttpUrlConnectionTransport(trusting(world.roots))
        val replies = ConcurrentHashMap.newKeySet<ByteArray>()
        world.live({ transport { request -> real.perform(request).also { replies.add(it.body) } } }, trust = false) { session ->
            session.start()
            makeStale(session)
            session.token().use { assertEquals(2, it.generation) }
        }
        assertEquals(3, replies.count { it.isNotEmpty() })
        // Right after it was handed over, on the transport's thread.
        val until = System.nanoTime() + 20_000_000_000
        while (replies.any { body -> body.any { it != 0.toByte() } }) check(System.nanoTime() < until) { "a reply is still there" }
    }

    @Test
    fun `a transport that nobody trusts with the roots sends nothing`() =
        world.live({ transport(HttpUrlConnectionTransport()) }, trust = false) { session ->
            val failed = assertFailsWith<CreditException> { session.start(StartOptions(deadlineMillis = 3_000)) }
            assertTrue(failed is CreditException.Network || failed is CreditException.Unfinished, "$failed")
            assertEquals(0, world.counter("sessions_created"))
        }

    @Test
    fun `a transport that throws or hangs answers all the same`() {
        val hangs = CompletableDeferred<Unit>()
        val transport = Transport { request ->
            if (hangs.isCompleted) error("token=secret-2")
            hangs.complete(Unit)
            check(request.maySend())
            awaitCancellation()
        }
        world.live({ transport(transport) }, trust = false) { session ->
            val failed = assertFailsWith<CreditException> { session.start(StartOptions(deadlineMillis = 2_000)) }
            assertFalse((failed.message + session.diagnostics()).contains("secret-2"))
        }
        assertTrue(hangs.isCompleted)
    }

    @Test
    fun `configurations with the same ports are the same, and a port lives as long as its last user`() {
        val store = TestStore()
        val login = PartnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        val work = BackgroundWork { AutoCloseable {} }
        val real = HttpUrlConnectionTransport(trusting(world.roots))
        fun configuration(of: Transport) = creditConfiguration(CreditEnvironment.TEST, world.platformUrl) {
            partnerUrl(world.partnerUrl)
            partnerAuth(login)
            secureStore(store)
            backgroundWork(work)
            transport(of)
        }
        patiently {
            val first = configuration(real)
            val one = CreditSession(first, World.BORROWER)
            one.start()
            val second = configuration(real)
            val other = CreditSession(second, World.BORROWER)
            configuration(HttpUrlConnectionTransport(trusting(world.roots))).use { third ->
                val refused = assertFailsWith<CreditException.Usage> { CreditSession(third, World.BORROWER) }
                assertEquals(CreditCode.CONFIG_CONFLICT, refused.code)
            }
            one.close()
            first.close()
            makeStale(other)
            other.token().use { assertEquals(2, it.generation) }
            other.shutdown()
            second.close()
        }
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `a clock that is years off loses nothing`() {
        val years = 5L * 365 * 24 * 3600 * 1000
        val clock = CreditClock { ClockReading(System.currentTimeMillis() - years, System.nanoTime() / 1_000_000, 77) }
        world.live({ clock(clock) }) { session ->
            session.start()
            session.token().close()
            assertEquals(0, world.counter("rotations"))
        }
    }
}
