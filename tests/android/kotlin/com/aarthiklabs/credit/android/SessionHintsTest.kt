package com.aarthiklabs.credit.android

import android.app.Activity
import android.app.Application
import android.content.Intent
import android.net.ConnectivityManager
import android.os.Looper
import com.aarthiklabs.credit.ClockReading
import com.aarthiklabs.credit.CreditClock
import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.LoadResult
import com.aarthiklabs.credit.PortException
import com.aarthiklabs.credit.SecureStore
import com.aarthiklabs.credit.SessionProvider
import com.aarthiklabs.credit.SessionState
import com.aarthiklabs.credit.StartOptions
import com.aarthiklabs.credit.StoreAnswer
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.assertNothingLeft
import com.aarthiklabs.credit.makeStale
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowNetwork

/**
 * What the framework says reaches the library's core. The session's clock stands still, so that no pause of its own ever ends:
 * whatever goes on does so because of the hint.
 */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class SessionHintsTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private val networks get() = shadowOf(app.getSystemService(ConnectivityManager::class.java))
    private val world = World()
    private val passed = AtomicLong()
    private val began = System.currentTimeMillis()
    private val clock = CreditClock { ClockReading(began + passed.get(), HOUR_MS + passed.get(), 77) }

    @After
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    private fun idle() = shadowOf(Looper.getMainLooper()).idle()

    /** The first attempt of a refresh fails; the next one comes when [event] was heard. */
    private fun goesOnAfter(fault: String, event: () -> Unit) {
        world.live({ clock(clock) }) { session ->
            session.start()
            makeStale(session)
            world.fault(fault)
            SessionHints(app, session).use {
                val token = async(Dispatchers.Default) { session.token().use { it.generation } }
                session.states.first { it is SessionState.Active && it.isOffline }
                assertFalse(token.isCompleted)
                assertEquals(0, world.counter("rotations"))
                event()
                assertEquals(2, token.await())
            }
        }
        assertEquals(1, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
    }

    @Test
    fun `a network that came ends the wait for one`() = goesOnAfter(NO_NETWORK) {
        networks.networkCallbacks.forEach { it.onAvailable(ShadowNetwork.newInstance(1)) }
    }

    @Test
    fun `an app that comes to the front does, too`() = goesOnAfter(NO_NETWORK) {
        Robolectric.buildActivity(Activity::class.java).create().start()
    }

    @Test
    fun `a clock that was set is looked at`() {
        val asked = CompletableDeferred<Unit>()
        val enough = CompletableDeferred<Unit>()
        val provider = SessionProvider {
            asked.complete(Unit)
            enough.await()
            throw PortException(CreditCode.PARTNER_UNAVAILABLE, "too late")
        }
        world.live({ clock(clock); sessionProvider(provider) }) { session ->
            SessionHints(app, session).use {
                val start = async(Dispatchers.Default) { runCatching { session.start(StartOptions(deadlineMillis = HOUR_MS)) } }
                asked.await()
                passed.set(HOUR_MS + 1)
                app.sendBroadcast(Intent(Intent.ACTION_TIME_CHANGED))
                idle()
                assertEquals(CreditCode.DEADLINE, (start.await().exceptionOrNull() as CreditException).code)
            }
            enough.complete(Unit)
        }
    }

    /** Empty, and counts how often it is looked at. */
    private class Counting : SecureStore {
        val looks = AtomicInteger()
        private val records = ConcurrentHashMap<String, ByteArray>()

        override suspend fun load(name: String): LoadResult {
            looks.incrementAndGet()
            return records[name]?.let { LoadResult.present(it.clone()) } ?: LoadResult.missing(StoreAnswer.ABSENT)
        }

        override suspend fun replace(name: String, record: ByteArray, writeSequence: Long): StoreAnswer {
            records[name] = record.clone()
            return StoreAnswer.DONE
        }

        override suspend fun erase(name: String): StoreAnswer {
            records.remove(name)
            return StoreAnswer.DONE
        }

        fun await(count: Int) {
            val until = System.nanoTime() + 20_000_000_000
            while (looks.get() < count) check(System.nanoTime() < until) { "looked at ${looks.get()} times, not $count" }
        }
    }

    private fun watched(story: suspend (Counting, CreditSession) -> Unit) {
        val store = Counting()
        world.live(storage = { secureStore(store) }) { session ->
            session.start()
            story(store, session)
        }
    }

    @Test
    fun `each time the app comes to the front the store is looked at once, whatever activity is on top`() {
        watched { store, session ->
            SessionHints(app, session).use {
                val before = store.looks.get()
                val first = Robolectric.buildActivity(Activity::class.java).create().start()
                store.await(before + 1)
                val second = Robolectric.buildActivity(Activity::class.java).create().start()
                first.stop()
                second.stop()
                first.restart().start()
                store.await(before + 2)
                session.shutdown()
                assertEquals(before + 2, store.looks.get())
            }
        }
    }

    @Test
    fun `after it was closed nothing is heard any more, and nothing stays registered`() {
        watched { store, session ->
            val receivers = shadowOf(app).registeredReceivers.size
            val callbacks = networks.networkCallbacks.size
            val hints = SessionHints(app, session)
            assertEquals(receivers + 1, shadowOf(app).registeredReceivers.size)
            assertEquals(callbacks + 1, networks.networkCallbacks.size)
            hints.close()
            assertEquals(receivers, shadowOf(app).registeredReceivers.size)
            assertEquals(callbacks, networks.networkCallbacks.size)
            val before = store.looks.get()
            Robolectric.buildActivity(Activity::class.java).create().start()
            session.shutdown()
            assertEquals(before, store.looks.get())
        }
    }

    private companion object {
        const val NO_NETWORK = """{"route":"refresh","kind":"reset_before","count":1}"""
        const val HOUR_MS = 3_600_000L
    }
}
