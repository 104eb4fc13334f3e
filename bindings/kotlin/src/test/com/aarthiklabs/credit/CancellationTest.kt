package com.aarthiklabs.credit

import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** Cancelling ends a wait and nothing else. */
class CancellationTest {
    private val world = World()
    private val got = AtomicInteger()
    private val cancelled = AtomicInteger()

    @AfterEach
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    private suspend fun ask(session: CreditSession) {
        try {
            session.token().use { token -> token.withBytes { assertTrue(it.isNotEmpty()) } }
            got.incrementAndGet()
        } catch (stopped: CancellationException) {
            cancelled.incrementAndGet()
            throw stopped
        }
    }

    @Test
    fun `ten thousand suspended callers, cancelled at random while the answer comes, lose no continuation`() =
        world.live { session ->
            session.start()
            makeStale(session)
            val references = globalReferences()
            world.fault("""{"route":"refresh","kind":"hold","count":1}""")
            val callers = List(CALLERS) { launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { ask(session) } }
            world.awaitHeld(1)
            assertTrue(Registry.size >= CALLERS, "they do not wait: ${Registry.size}")
            val random = seeded()
            val doomed = callers.filter { random.nextBoolean() }.shuffled(random)
            val before = doomed.take(doomed.size / 2)
            before.forEach(Job::cancel)
            val storm = async(Dispatchers.Default) { doomed.drop(before.size).forEach(Job::cancel) }
            world.admin("POST", "/release")
            storm.await()
            callers.joinAll()
            assertEquals(CALLERS, got.get() + cancelled.get())
            assertTrue(cancelled.get() >= before.size)
            assertTrue(got.get() >= CALLERS - doomed.size)
            assertEquals(1, world.counter("rotations"))
            // Threads that came meanwhile have a few of their own; a call must have none.
            assertTrue(globalReferences() - references < 50, "global references before: $references")
        }

    @Test
    fun `a cancelled caller does not cancel the rotation`() = world.live { session ->
        session.start()
        makeStale(session)
        world.fault("""{"route":"refresh","kind":"hold","count":1}""")
        val caller = launch(start = CoroutineStart.UNDISPATCHED) { ask(session) }
        world.awaitHeld(1)
        caller.cancel()
        caller.join()
        assertEquals(1, cancelled.get())
        world.admin("POST", "/release")
        // Whoever asks next gets the pair that was on its way.
        assertEquals(2, session.token().use { it.generation })
        assertEquals(1, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
    }

    @Test
    fun `withTimeout is a cancellation, not an error of the SDK`() = world.live { session ->
        session.start()
        makeStale(session)
        world.fault("""{"route":"refresh","kind":"hold","count":1}""")
        assertFailsWith<TimeoutCancellationException> { withTimeout(50.milliseconds) { session.token() } }
        world.awaitHeld(1)
        world.admin("POST", "/release")
    }

    @Test
    fun `closing ends those who wait with closed`() = world.live { session ->
        session.start()
        makeStale(session)
        world.fault("""{"route":"refresh","kind":"hold","count":1}""")
        val waiting = List(100) {
            async(start = CoroutineStart.UNDISPATCHED) { runCatching { session.token() }.exceptionOrNull() }
        }
        world.awaitHeld(1)
        session.shutdown()
        waiting.forEach { assertEquals(CreditCode.CLOSED, (it.await() as CreditException.Unfinished).code) }
        world.admin("POST", "/release")
    }

    @Test
    fun `a coroutine that is cancelled already starts nothing`() = world.live { session ->
        session.start()
        val job = launch {
            coroutineContext[Job]!!.cancel()
            ask(session)
        }
        job.join()
        assertEquals(1, cancelled.get())
        assertEquals(0, world.counter("rotations"))
    }

    private companion object {
        const val CALLERS = 10_000

        /** What the virtual machine itself counts. */
        fun globalReferences(): Int {
            val process = ProcessBuilder(
                System.getProperty("java.home") + "/bin/jcmd", ProcessHandle.current().pid().toString(), "Thread.print",
            ).start()
            val dump = process.inputStream.bufferedReader().readText()
            return Regex("JNI global refs: (\\d+)").find(dump)?.groupValues?.get(1)?.toInt() ?: error("no count in the dump")
        }
    }
}
