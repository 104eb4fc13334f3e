package com.aarthiklabs.credit.android

import android.app.Application
import android.content.Intent
import android.os.UserManager
import android.security.KeyStoreException
import android.security.keystore.KeyPermanentlyInvalidatedException
import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditConfiguration
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.CreditPolicy
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.SessionState
import com.aarthiklabs.credit.StartOptions
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.assertNothingLeft
import com.aarthiklabs.credit.makeStale
import com.aarthiklabs.credit.patiently
import java.io.File
import java.security.ProviderException
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlinx.coroutines.flow.first
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** What a key store in trouble does to a session: real records, the real library, the real sandbox. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class SessionStoriesTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()
    private lateinit var world: World
    private val home: File get() = File(app.dataDir, "no_backup/credit-sdk/test")

    @Before
    fun begin() {
        FakeKeystore.reset()
        unlocked(true)
        world = World()
        FakeAuthorities.trustOnly("system", world.roots)
    }

    @After
    fun nothingIsLeft() {
        world.close()
        assertNothingLeft()
        FakeKeystore.remove()
    }

    private fun unlocked(yes: Boolean) = shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(yes)

    private fun key() = KeystoreSealingKey(app, CreditEnvironment.TEST)

    private suspend fun configuration(
        key: KeystoreSealingKey = key(), more: CreditConfiguration.Builder.() -> Unit = {},
    ) = androidConfiguration(app, CreditEnvironment.TEST, world.platformUrl, key) {
        partnerUrl(world.partnerUrl)
        partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        policy(CreditPolicy(healSpreadMillis = 1))
        more()
    }

    /** One start of the process. */
    private fun process(
        key: KeystoreSealingKey? = null, more: CreditConfiguration.Builder.() -> Unit = {},
        story: suspend (CreditSession) -> Unit,
    ) = patiently {
        KeystoreSealingKey.forgetProcess()
        configuration(key ?: key(), more).use { made ->
            CreditSession(made, World.BORROWER).use { session ->
                story(session)
                session.shutdown()
            }
        }
    }

    @Test
    fun `a session goes on in the next process, sealed by the key store`() {
        var journey: String? = null
        process { session ->
            session.start()
            journey = session.journey()?.id
            makeStale(session)
            session.token().close()
        }
        process { session ->
            session.token().close()
            assertEquals(journey, session.journey()?.id)
        }
        assertEquals(1, world.counter("sessions_created"))
        assertEquals(1, world.counter("rotations"))
        val files = home.walk().filter(File::isFile).map { String(it.readBytes(), Charsets.ISO_8859_1) }.toList()
        for (secret in world.tokens() + World.BORROWER) assertTrue(files.none { it.contains(secret) })
        assertEquals("all of it is out of reach of backups", listOf("no_backup"), app.dataDir.list()!!.filter {
            File(app.dataDir, it).walk().any { file -> file.name.startsWith("key-") }
        })
    }

    @Test
    fun `a locked device is not an empty one`() {
        process { it.start() }
        unlocked(false)
        val refused = assertFailsWith<CreditException.Storage> { patiently { configuration() } }
        assertEquals(CreditCode.STORAGE_LOCKED, refused.code)
        unlocked(true)
        process { it.token().close() }
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `a key store that wants the device unlocked is waited for, and the unlock is heard of`() {
        process { it.start() }
        FakeKeystore.failAlways(KeystoreStep.DECRYPT) { ProviderException(KeyStoreException(KEYSTORE_LOCKED, "locked")) }
        process { session ->
            val state = session.states.first { it is SessionState.StorageLocked } as SessionState.StorageLocked
            assertEquals(CreditCode.STORAGE_LOCKED, state.reason)
            SessionHints(app, session).use {
                FakeKeystore.heal()
                app.sendBroadcast(Intent(Intent.ACTION_USER_UNLOCKED))
                shadowOf(android.os.Looper.getMainLooper()).idle()
                session.states.first { it is SessionState.Active }
            }
            session.token().close()
        }
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `a busy key store costs time, not the session`() {
        process { it.start() }
        FakeKeystore.failAlways(KeystoreStep.DECRYPT) { ProviderException("Keystore operation failed") }
        process { session ->
            val state = session.states.first { it is SessionState.Loading && it.reason != CreditCode.OK }
            assertEquals(CreditCode.STORAGE_TRANSIENT, assertIs<SessionState.Loading>(state).reason)
            FakeKeystore.heal()
            // It comes back by itself.
            session.states.first { it is SessionState.Active }
        }
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `a key that was invalidated costs the session, not the journey`() = lost(KeyTrouble.INVALIDATED) {
        FakeKeystore.failAlways(KeystoreStep.DECRYPT) { KeyPermanentlyInvalidatedException() }
    }

    @Test
    fun `so does what a backup brought back`() = lost(KeyTrouble.RESTORED) {
        FakeKeystore.keys.clear()
        val info = app.packageManager.getPackageInfo(app.packageName, 0)
        info.firstInstallTime += 1000
        shadowOf(app.packageManager).installPackage(info)
    }

    @Test
    fun `and damage that is found twice`() = lost(KeyTrouble.DAMAGED) {
        listOf("key-a", "key-b").forEach { File(home, it).writeText("damaged") }
        process { session ->
            val state = session.states.first { it is SessionState.Loading && it.reason != CreditCode.OK }
            assertEquals(CreditCode.STORAGE_TRANSIENT, assertIs<SessionState.Loading>(state).reason)
        }
    }

    private fun lost(trouble: KeyTrouble, misfortune: () -> Unit) {
        var journey: String? = null
        process { session ->
            session.start()
            journey = session.journey()?.id
        }
        misfortune()
        KeystoreSealingKey.forgetProcess()
        val key = key()
        process(key) { session ->
            val state = session.states.first { it is SessionState.NoSession } as SessionState.NoSession
            assertEquals(CreditCode.STORAGE_KEY_LOST, state.reason)
            assertEquals(trouble, key.trouble)
            key.startOver()
            FakeKeystore.heal()
            session.start()
            assertEquals(journey, session.journey()?.id)
            assertFalse(assertIs<SessionState.Active>(session.state).isUnsaved)
        }
        process { session ->
            session.token().close()
            assertEquals(journey, session.journey()?.id)
        }
        assertEquals(1, world.counter("sessions_created"))
        assertEquals(1, world.counter("sessions_resumed"))
        val aside = File(home, "lost-${trouble.name.lowercase()}-1")
        assertTrue("records are kept", File(aside, "records").list()!!.isNotEmpty())
    }

    @Test
    fun `only the system's authorities are trusted`() {
        FakeAuthorities.trustOnly("user", world.roots)
        val none = assertFailsWith<CreditException.Usage> { patiently { configuration() } }
        assertEquals(CreditCode.CONFIG_INVALID, none.code)
        FakeAuthorities.trustOnly("system", World().use { it.roots })
        process { session ->
            val failed = assertFailsWith<CreditException> { session.start(StartOptions(deadlineMillis = 2_000)) }
            assertTrue("$failed", failed is CreditException.Network || failed is CreditException.Unfinished)
        }
        assertEquals(0, world.counter("sessions_created"))
        FakeAuthorities.trustOnly("system", world.roots)
        process { it.start() }
    }

    @Test
    fun `the face for Java does the same`() {
        val key = key()
        val made = AndroidFutures.configuration(app, CreditEnvironment.TEST, world.platformUrl, key) {
            it.partnerUrl(world.partnerUrl).partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
        }
        made.get().use { configuration ->
            CreditSession(configuration, World.BORROWER).use { session ->
                session.futures().start().get()
                AndroidFutures.startOver(key).get()
                session.futures().token().get().close()
                session.futures().shutdown().get()
            }
        }
        unlocked(false)
        val locked = AndroidFutures.configuration(app, CreditEnvironment.TEST, world.platformUrl, key) {}
        val failed = assertFailsWith<java.util.concurrent.ExecutionException> { locked.get() }
        assertEquals(CreditCode.STORAGE_LOCKED, assertIs<CreditException.Storage>(failed.cause).code)
    }

    @Test
    fun `ending leaves nothing to read`() {
        process { session ->
            session.start()
            session.end()
        }
        process { session ->
            val state = session.states.first { it is SessionState.NoSession } as SessionState.NoSession
            assertEquals(CreditCode.SESSION_ENDED, state.reason)
        }
    }

    private companion object {
        const val KEYSTORE_LOCKED = 2
    }
}
