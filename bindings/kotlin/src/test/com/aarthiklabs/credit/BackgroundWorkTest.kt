package com.aarthiklabs.credit

import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** What the app does to stay awake brackets each renewal, from the mark before sending to the commit (R22). */
class BackgroundWorkTest {
    private val world = World()
    private val begun = AtomicInteger()
    private val ended = AtomicInteger()
    private val asked = AtomicInteger()

    @AfterEach
    fun everyHoldWasGivenBack() {
        world.close()
        assertNothingLeft()
        assertEquals(begun.get(), ended.get())
    }

    private val work = BackgroundWork {
        begun.incrementAndGet()
        AutoCloseable { ended.incrementAndGet() }
    }

    @Test
    fun `it is begun before the request goes out and ended after the tokens are stored`() =
        world.live({ backgroundWork(work) }) { session ->
            session.start()
            makeStale(session)
            assertEquals(0, begun.get())
            world.fault("""{"route":"refresh","kind":"hold","count":1}""")
            val token = async(Dispatchers.Default) { session.token().use { it.generation } }
            world.awaitHeld(1)
            assertEquals(1 to 0, begun.get() to ended.get())
            world.admin("POST", "/release")
            assertEquals(2, token.await())
            session.shutdown()
            assertEquals(1 to 1, begun.get() to ended.get())
        }

    @Test
    fun `closing in the middle of a renewal gives it back`() {
        world.live({ backgroundWork(work) }) { session ->
            session.start()
            makeStale(session)
            world.fault("""{"route":"refresh","kind":"hold","count":1}""")
            val token = async(Dispatchers.Default) { runCatching { session.token().close() } }
            world.awaitHeld(1)
            session.close()
            world.admin("POST", "/release")
            token.await()
        }
        assertEquals(1, begun.get())
    }

    /** A token that is still good for a while is handed out, and its renewal is due. */
    private fun earlyRenewal(work: BackgroundWork, then: suspend (CreditSession) -> Unit) {
        val passed = AtomicLong()
        val clock = CreditClock {
            ClockReading(System.currentTimeMillis() + passed.get(), System.nanoTime() / 1_000_000 + passed.get(), 77)
        }
        world.live({ backgroundWork(work); clock(clock) }) { session ->
            session.start()
            val life = session.token().use { it.expiresAtMillis } - System.currentTimeMillis()
            passed.set(life - STILL_GOOD_MS)
            session.token().use { assertEquals(1, it.generation) }
            then(session)
            assertEquals(1, world.counter("rotations"))
        }
    }

    @Test
    fun `a renewal that could wait begins with it`() = earlyRenewal({ asked.incrementAndGet(); work.begin() }) { session ->
        session.states.first { it is SessionState.Active && it.generation == 2L }
        assertEquals(1, asked.get())
    }

    @Test
    fun `and without it not before somebody needs a token`() = earlyRenewal({ asked.incrementAndGet(); null }) { session ->
        val until = System.nanoTime() + 20_000_000_000
        while (asked.get() == 0) check(System.nanoTime() < until) { "nobody was asked" }
        makeStale(session)
        session.token().use { assertEquals(2, it.generation) }
        // Asked again: so the first refusal was the end of that attempt.
        assertTrue(asked.get() >= 2)
    }

    @Test
    fun `a renewal that cannot wait goes on, whether the app refuses or throws`() {
        for (refusal in listOf(BackgroundWork { null }, BackgroundWork { error("no") })) {
            val before = world.counter("rotations")
            world.live({ backgroundWork { asked.incrementAndGet(); refusal.begin() } }) { session ->
                session.start()
                makeStale(session)
                session.token().close()
            }
            assertEquals(before + 1, world.counter("rotations"))
        }
        assertTrue(asked.get() >= 2)
    }

    @Test
    fun `an end that throws costs nothing`() {
        world.live({ backgroundWork { AutoCloseable { asked.incrementAndGet(); error("no") } } }) { session ->
            session.start()
            for (generation in 2L..3L) {
                makeStale(session)
                session.token().use { assertEquals(generation, it.generation) }
            }
            session.shutdown()
        }
        assertEquals(2, asked.get())
        assertEquals(2, world.counter("rotations"))
    }

    private companion object {
        const val STILL_GOOD_MS = 30_000L
    }
}
