package com.aarthiklabs.credit

import kotlin.test.assertEquals
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test

/** Two processes of an app share one folder and one key: one renews for both, and nobody loses anything. */
class TwoProcessesTest {
    private val world = World()

    @AfterEach
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
    }

    private fun storage(builder: CreditConfiguration.Builder) {
        builder.storageDirectory("${world.folder}/store").sealingKey(SharedKey(world.folder.resolve("device-key")))
    }

    private fun together(story: suspend kotlinx.coroutines.CoroutineScope.(CreditSession, SiblingProcess) -> Unit) =
        world.live(storage = ::storage) { session ->
            session.start()
            SiblingProcess(world).use { sibling ->
                assertEquals("1", sibling.hear("ready"))
                story(session, sibling)
            }
            assertEquals(1, world.counter("sessions_created"))
            assertEquals(0, world.counter("reuse_verdicts"))
        }

    @Test
    fun `both want a new token and one of them gets it for both`() = together { session, sibling ->
        for (round in 1L..5L) {
            makeStale(session)
            sibling.tell("stale")
            sibling.hear("stale")
            // Whoever is first is held back, so that the other one finds the refresh under way.
            world.fault("""{"route":"refresh","kind":"hold","count":1}""")
            val here = async(Dispatchers.Default) { session.token().use { it.generation } }
            sibling.tell("token")
            sibling.hear("asking")
            world.awaitHeld(1)
            world.admin("POST", "/release")
            assertEquals(round + 1, here.await())
            assertEquals("${round + 1}", sibling.hear("token"))
            assertEquals(round.toInt(), world.counter("rotations"))
        }
    }

    @Test
    fun `one is killed in the middle of a refresh and the other one finishes it`() = together { session, sibling ->
        makeStale(session)
        sibling.tell("stale")
        sibling.hear("stale")
        world.fault("""{"route":"refresh","kind":"hold","count":1}""")
        sibling.tell("token")
        sibling.hear("asking")
        world.awaitHeld(1)
        sibling.kill()
        world.admin("POST", "/release")
        session.token().use { assertEquals(2, it.generation) }
        assertEquals(1, world.counter("rotations"))
    }

    @Test
    fun `what one of them ended is over for the other one when its app comes to the front`() = together { session, sibling ->
        sibling.tell("end")
        sibling.hear("ended")
        session.notify(Hint.FOREGROUND)
        val state = session.states.first { it is SessionState.NoSession } as SessionState.NoSession
        assertEquals(CreditCode.SESSION_ENDED, state.reason)
    }
}
