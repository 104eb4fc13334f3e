package com.aarthiklabs.credit.android

import android.app.Application
import android.os.UserManager
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.assertNothingLeft
import com.aarthiklabs.credit.makeStale
import com.aarthiklabs.credit.patiently
import java.io.BufferedReader
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** Two processes of one app: the same files, the same key store, the same borrower. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class TwoProcessesTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private lateinit var world: World
    private lateinit var device: File

    @Before
    fun begin() {
        FakeKeystore.reset()
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
        world = World()
        FakeAuthorities.trustOnly("system", world.roots)
        device = world.folder.resolve("device").toFile().apply { mkdirs() }
        FakeKeystore.device = device
    }

    @After
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
        FakeKeystore.reset()
        FakeKeystore.remove()
    }

    private fun hear(from: BufferedReader, word: String): String =
        generateSequence { from.readLine() }.first { it.contains("$SAYS$word") }.substringAfter("$SAYS$word").trim()

    @Test
    fun `both make one key, and both want a new token and get the same`() {
        val other = ProcessBuilder(SecondProcess.command(world, app.dataDir, device))
            .redirectError(ProcessBuilder.Redirect.DISCARD).start()
        try {
            val lines = other.inputStream.bufferedReader()
            fun tell(word: String) = other.outputStream.run {
                write("$word\n".encodeToByteArray())
                flush()
            }
            hear(lines, "up")
            // At the same time as this one: whoever is first makes the key.
            tell("open")
            patiently {
                val made = androidConfiguration(app, CreditEnvironment.TEST, world.platformUrl) {
                    partnerUrl(world.partnerUrl)
                    partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
                }
                made.use { configuration ->
                    CreditSession(configuration, World.BORROWER).use { session ->
                        session.start()
                        hear(lines, "opened")
                        for (generation in 2L..4L) {
                            tell("stale")
                            hear(lines, "stale")
                            makeStale(session)
                            world.fault("""{"route":"refresh","kind":"hold","count":1}""")
                            val here = async(Dispatchers.Default) { session.token().use { it.generation } }
                            tell("token")
                            hear(lines, "asking")
                            world.awaitHeld(1)
                            world.admin("POST", "/release")
                            assertEquals(generation, here.await())
                            assertEquals("$generation", hear(lines, "token"))
                        }
                        session.shutdown()
                    }
                }
            }
        } finally {
            other.destroyForcibly().waitFor()
        }
        assertEquals("keys", 1, device.list()!!.count { it.startsWith("com.aarthiklabs.credit.test.") })
        assertEquals(1, world.counter("sessions_created"))
        assertEquals(3, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
    }

    companion object {
        /** Before what the second process says, because the test's machinery says things, too. */
        const val SAYS: String = "the second process: "
    }
}
