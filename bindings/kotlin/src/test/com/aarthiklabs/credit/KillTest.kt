package com.aarthiklabs.credit

import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** The process dies in the middle of a refresh; the next one goes on with the session. */
class KillTest {
    private val world = World()

    @AfterEach
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    @Test
    fun `a process that is killed while a refresh is under way loses neither session nor journey`() {
        val process = ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Dcom.aarthiklabs.credit.library=" + System.getProperty("com.aarthiklabs.credit.library"),
            "-cp", System.getProperty("java.class.path"), "com.aarthiklabs.credit.VictimKt",
            world.platformUrl, world.partnerUrl, world.folder.toString(),
        ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val lines = process.inputStream.bufferedReader()
        val journey = lines.readLine()
        // The platform rotates, and its reply is held back.
        world.fault("""{"route":"refresh","kind":"hold","count":1}""")
        process.outputStream.use { it.write('\n'.code) }
        world.awaitHeld(1)
        process.destroyForcibly().waitFor()
        world.admin("POST", "/release")
        world.live { session ->
            // The old token may still be good, so it may be handed out; then ask for the one that was on its way.
            session.token().close()
            session.reject(1)
            session.token().use { assertTrue(it.generation > 1) }
            assertEquals(journey, session.journey()?.id)
        }
        assertEquals(1, world.counter("rotations"))
        assertEquals(1, world.counter("sessions_created"))
        assertEquals(0, world.counter("reuse_verdicts"))
    }
}
