package com.aarthiklabs.credit.android

import android.app.Application
import android.content.Context
import android.os.UserManager
import android.security.KeyStoreException
import android.security.keystore.KeyPermanentlyInvalidatedException
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.StoreAnswer
import java.io.File
import java.security.InvalidKeyException
import java.security.ProviderException
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.util.ReflectionHelpers

/** AndroidKeyStore in all its moods: what passes is waited for, what is lost is known to be, and nothing is deleted. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class KeystoreSealingKeyTest {
    private val app: Context get() = RuntimeEnvironment.getApplication()
    private val pool = Executors.newFixedThreadPool(8)
    private val home: File get() = File(app.dataDir, "no_backup/credit-sdk/test")

    @Before
    fun reset() {
        FakeKeystore.reset()
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
    }

    @After
    fun stop() {
        pool.shutdownNow()
        FakeKeystore.remove()
    }

    private fun key(strongBox: Boolean = false) = KeystoreSealingKey(app, CreditEnvironment.TEST, strongBox)

    private class Fetched(val answer: StoreAnswer, val key: ByteArray)

    private fun KeystoreSealingKey.ask(): Fetched {
        val room = ByteArray(32)
        return Fetched(pool.submit(Callable { fetch(room) }).get(), room)
    }

    private fun made(): ByteArray = key().ask().also { assertEquals(StoreAnswer.PRESENT, it.answer) }.key

    private fun nextProcess() = KeystoreSealingKey.forgetProcess()

    private fun assertTrouble(trouble: KeyTrouble, answer: StoreAnswer, key: KeystoreSealingKey = key()): KeystoreSealingKey {
        assertEquals(answer, key.ask().answer)
        assertEquals(trouble, key.trouble)
        return key
    }

    // What AndroidKeyStore throws from Android 13 on; numbers as its daemon gives them.
    private fun system(number: Int): Throwable = ProviderException("Keystore operation failed", KeyStoreException(number, "said so"))

    @Test
    fun `one key for ever, unwrapped once per process`() {
        val first = made()
        assertTrue(first.any { it != 0.toByte() })
        nextProcess()
        FakeKeystore.steps.clear()
        repeat(3) { assertArrayEquals(first, made()) }
        assertEquals(1, FakeKeystore.steps.count { it == KeystoreStep.DECRYPT })
        assertEquals(0, FakeKeystore.steps.count { it == KeystoreStep.GENERATE })
    }

    @Test
    fun `the key needs neither a person nor an unlocked screen`() {
        made()
        val spec = FakeKeystore.specs.values.single()
        assertFalse(spec.isUserAuthenticationRequired)
        assertFalse(spec.isUnlockedDeviceRequired)
        assertFalse(spec.isInvalidatedByBiometricEnrollment && spec.isUserAuthenticationRequired)
        assertEquals(256, spec.keySize)
        assertEquals(listOf("GCM"), spec.blockModes.toList())
    }

    @Test
    fun `it is not on the disk, and nothing is readable by others`() {
        val key = made()
        val text = home.walk().filter(File::isFile).flatMap { file -> file.readBytes().toList() }.toList()
        assertFalse(java.util.Collections.indexOfSubList(text, key.toList()) >= 0)
        assertTrue(home.path.contains("/no_backup/"))
    }

    @Test
    fun `another environment has another key`() {
        val live = KeystoreSealingKey(app, CreditEnvironment.LIVE)
        assertFalse(made().contentEquals(live.ask().key))
        assertFalse(live.recordFolder == key().recordFolder)
    }

    @Test
    fun `what passes is tried again as the key store says`() {
        val first = made()
        nextProcess()
        FakeKeystore.failNext(KeystoreStep.DECRYPT, 3) { system(SECURE_HW_BUSY) }
        assertArrayEquals(first, made())
        assertEquals(listOf(50L, 200L, 800L), FakeKeystore.pauses)
    }

    @Test
    fun `an operation that others pushed out is tried again`() {
        val first = made()
        nextProcess()
        FakeKeystore.failNext(KeystoreStep.DECRYPT, 1) { system(INVALID_OPERATION_HANDLE) }
        assertArrayEquals(first, made())
    }

    @Test
    fun `what does not pass in a moment is not hammered, and says nothing about the key`() {
        val first = made()
        val answers = mapOf(
            SYSTEM_ERROR to KeyTrouble.BUSY, BACKEND_BUSY to KeyTrouble.BUSY, NEEDS_REBOOT to KeyTrouble.BUSY,
            NEEDS_NETWORK to KeyTrouble.BUSY, PERMISSION_DENIED to KeyTrouble.REFUSED,
            HARDWARE_TYPE_UNAVAILABLE to KeyTrouble.REFUSED, KEYSTORE_LOCKED to KeyTrouble.USER_LOCKED,
            UNINITIALIZED to KeyTrouble.USER_LOCKED,
        )
        for ((number, trouble) in answers) {
            nextProcess()
            FakeKeystore.steps.clear()
            FakeKeystore.failAlways(KeystoreStep.DECRYPT) { system(number) }
            assertTrouble(trouble, trouble.answer)
            assertEquals(1, FakeKeystore.steps.count { it == KeystoreStep.DECRYPT })
            FakeKeystore.heal()
            assertArrayEquals(first, made())
        }
        assertEquals(emptyList<Long>(), FakeKeystore.pauses)
    }

    @Test
    fun `what the key store says of the key itself is believed`() {
        for ((number, trouble) in mapOf(VALUE_CORRUPTED to KeyTrouble.INVALIDATED, KEY_NOT_FOUND to KeyTrouble.GONE)) {
            home.deleteRecursively()
            nextProcess()
            made()
            nextProcess()
            FakeKeystore.failNext(KeystoreStep.GET) { java.security.UnrecoverableKeyException().initCause(system(number).cause) }
            assertTrouble(trouble, StoreAnswer.KEY_LOST)
        }
    }

    @Test
    fun `before Android 13 the class decides, and none is a verdict`() {
        val first = made()
        val real = android.os.Build.VERSION.SDK_INT
        ReflectionHelpers.setStaticField(android.os.Build.VERSION::class.java, "SDK_INT", 30)
        try {
            val thrown = listOf<() -> Throwable>(
                { ProviderException("Keystore operation failed") },
                { java.security.KeyStoreException("Failed to obtain") },
                { java.security.UnrecoverableKeyException("Failed to obtain information about key") },
                { InvalidKeyException("Keystore operation failed") },
                { NullPointerException("vendor") },
                { IllegalStateException("vendor") },
            )
            for (how in thrown) {
                nextProcess()
                FakeKeystore.failNext(KeystoreStep.DECRYPT, 3, how)
                assertArrayEquals(first, made())
                nextProcess()
                FakeKeystore.failAlways(KeystoreStep.DECRYPT, how)
                assertTrouble(KeyTrouble.BUSY, StoreAnswer.TRANSIENT)
                FakeKeystore.heal()
                assertArrayEquals(first, made())
            }
        } finally {
            ReflectionHelpers.setStaticField(android.os.Build.VERSION::class.java, "SDK_INT", real)
        }
    }

    @Test
    fun `a key that was invalidated is lost, kept aside, and followed by another one`() {
        val first = made()
        val alias = FakeKeystore.keys.keys.single()
        File(key().recordFolder).mkdirs()
        File(key().recordFolder, "0123.a").writeText("sealed")
        nextProcess()
        FakeKeystore.failAlways(KeystoreStep.DECRYPT) { KeyPermanentlyInvalidatedException() }
        val lost = assertTrouble(KeyTrouble.INVALIDATED, StoreAnswer.KEY_LOST)
        assertTrouble(KeyTrouble.INVALIDATED, StoreAnswer.KEY_LOST, lost)
        assertTrue(File(home, "key-a").exists())
        runBlocking { lost.startOver() }
        FakeKeystore.heal()
        val second = lost.ask()
        assertEquals(StoreAnswer.PRESENT, second.answer)
        assertNull(lost.trouble)
        assertFalse(first.contentEquals(second.key))
        val aside = File(home, "lost-invalidated-1")
        assertEquals(setOf("key-a", "key-b", "records"), aside.list()!!.toSet())
        assertEquals("sealed", File(aside, "records/0123.a").readText())
        assertTrue("the old key stays in the key store", alias in FakeKeystore.keys)
    }

    @Test
    fun `files of a backup are told from a key store that forgot`() {
        made()
        FakeKeystore.keys.clear()
        nextProcess()
        assertTrouble(KeyTrouble.GONE, StoreAnswer.KEY_LOST)
        installAgain()
        nextProcess()
        assertTrouble(KeyTrouble.RESTORED, StoreAnswer.KEY_LOST)
        assertTrue(File(home, "key-a").exists())
    }

    @Test
    fun `a key store that does not work is not believed`() {
        val first = made()
        val held = HashMap(FakeKeystore.keys)
        FakeKeystore.keys.clear()
        FakeKeystore.failAlways(KeystoreStep.GENERATE) { system(SYSTEM_ERROR) }
        nextProcess()
        assertTrouble(KeyTrouble.BUSY, StoreAnswer.TRANSIENT)
        FakeKeystore.heal()
        FakeKeystore.keys.putAll(held)
        assertArrayEquals(first, made())
        assertEquals("probes are forgotten", 1, FakeKeystore.keys.size)
    }

    @Test
    fun `one damaged copy is mended from the other and kept`() {
        val first = made()
        for (name in listOf("key-a", "key-b")) {
            nextProcess()
            File(home, name).writeBytes(File(home, name).readBytes().also { it[20] = (it[20] + 1).toByte() })
            assertArrayEquals(first, made())
            assertArrayEquals(File(home, "key-a").readBytes(), File(home, "key-b").readBytes())
            assertTrue(File(home, "$name.damaged").exists())
        }
        nextProcess()
        File(home, "key-a").delete()
        File(home, "key-b.new").writeBytes(ByteArray(5))
        assertArrayEquals(first, made())
    }

    @Test
    fun `damage counts when another start of the process finds it again`() {
        val first = made()
        val whole = File(home, "key-a").readBytes()
        val copies = listOf(File(home, "key-a"), File(home, "key-b"))
        nextProcess()
        copies.forEach { it.writeBytes(whole.copyOf(whole.size / 2)) }
        repeat(2) {
            val doubted = assertTrouble(KeyTrouble.DAMAGED, StoreAnswer.TRANSIENT)
            assertFalse(doubted.isTroubleProved)
        }
        nextProcess()
        assertTrouble(KeyTrouble.DAMAGED, StoreAnswer.KEY_LOST)
        // It was the disk after all.
        copies.forEach { it.writeBytes(whole) }
        nextProcess()
        assertArrayEquals(first, made())
        assertFalse(File(home, "doubt").exists())
    }

    @Test
    fun `a tag that does not fit counts when it is found again`() {
        made()
        FakeKeystore.keys.replaceAll { _, key -> ByteArray(key.size) { 9 } }
        nextProcess()
        assertTrouble(KeyTrouble.UNDECIPHERABLE, StoreAnswer.TRANSIENT)
        nextProcess()
        val lost = assertTrouble(KeyTrouble.UNDECIPHERABLE, StoreAnswer.KEY_LOST)
        runBlocking { lost.startOver() }
        assertEquals(StoreAnswer.PRESENT, lost.ask().answer)
    }

    @Test
    fun `records without a key are not sealed over`() {
        File(key().recordFolder).mkdirs()
        File(key().recordFolder, "0123.a").writeText("sealed")
        assertTrouble(KeyTrouble.MISSING, StoreAnswer.KEY_LOST)
        assertEquals(0, FakeKeystore.keys.size)
    }

    @Test
    fun `before the first unlock it is locked, and the key store is left alone`() {
        val first = made()
        nextProcess()
        FakeKeystore.steps.clear()
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(false)
        assertTrouble(KeyTrouble.USER_LOCKED, StoreAnswer.LOCKED)
        assertEquals(emptyList<KeystoreStep>(), FakeKeystore.steps)
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
        assertArrayEquals(first, made())
    }

    @Test
    fun `storage that is readable before the first unlock is refused`() {
        assertThrows(IllegalArgumentException::class.java) {
            KeystoreSealingKey(app.createDeviceProtectedStorageContext(), CreditEnvironment.TEST)
        }
    }

    @Test
    fun `StrongBox is asked for only on demand, and done without`() {
        assertEquals(StoreAnswer.PRESENT, key(strongBox = true).ask().answer)
        assertFalse(FakeKeystore.specs.values.single().isStrongBoxBacked)
        assertEquals(emptyList<Long>(), FakeKeystore.pauses)
        FakeKeystore.reset()
        home.deleteRecursively()
        FakeKeystore.hasStrongBox = true
        assertEquals(StoreAnswer.PRESENT, key(strongBox = true).ask().answer)
        assertTrue(FakeKeystore.specs.values.single().isStrongBoxBacked)
        FakeKeystore.reset()
        home.deleteRecursively()
        FakeKeystore.hasStrongBox = true
        made()
        assertFalse(FakeKeystore.specs.values.single().isStrongBoxBacked)
    }

    @Test
    fun `a key store that garbles gets nothing to keep`() {
        FakeKeystore.garbles = true
        assertTrouble(KeyTrouble.BUSY, StoreAnswer.TRANSIENT)
        assertFalse(File(home, "key-a").exists())
        FakeKeystore.garbles = false
        made()
    }

    @Test
    fun `not on the main thread`() {
        assertThrows(IllegalStateException::class.java) { key().fetch(ByteArray(32)) }
    }

    @Test
    fun `one operation at a time, however many ask`() {
        val keys = pool.invokeAll(List(32) { Callable { ByteArray(32).also { room -> key().fetch(room) }.toList() } })
        assertEquals(1, keys.map { it.get() }.toSet().size)
        assertEquals(1, FakeKeystore.mostInside)
        assertEquals(1, FakeKeystore.keys.size)
    }

    @Test
    fun `a folder that cannot be written is trouble with the disk`() {
        home.parentFile!!.mkdirs()
        home.writeText("in the way")
        assertTrouble(KeyTrouble.DISK, StoreAnswer.TRANSIENT)
        home.delete()
        made()
    }

    @Test
    fun `another process that makes the key is waited for`() {
        val first = made()
        val key = File(home, "key-a").readBytes()
        home.listFiles()!!.filter { it.name != "key.lock" }.forEach(File::delete)
        nextProcess()
        val other = ProcessBuilder(
            System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"),
            "com.aarthiklabs.credit.android.OtherProcess", home.path,
        ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        assertEquals("locked", other.inputStream.bufferedReader().readLine())
        val waiting = pool.submit(Callable { ByteArray(32).also { key().fetch(it) } })
        File(home, "key-a").writeBytes(key)
        assertFalse(waiting.isDone)
        other.outputStream.use { it.write('\n'.code) }
        assertArrayEquals(first, waiting.get())
        other.waitFor()
    }

    private fun installAgain() {
        val info = app.packageManager.getPackageInfo(app.packageName, 0)
        info.firstInstallTime += 1000
        shadowOf(app.packageManager).installPackage(info)
    }

    private companion object {
        // android.system.keystore2.ResponseCode and android.hardware.security.keymint.ErrorCode.
        const val KEYSTORE_LOCKED = 2
        const val UNINITIALIZED = 3
        const val SYSTEM_ERROR = 4
        const val PERMISSION_DENIED = 6
        const val KEY_NOT_FOUND = 7
        const val VALUE_CORRUPTED = 8
        const val BACKEND_BUSY = 18
        const val NEEDS_REBOOT = 23
        const val NEEDS_NETWORK = 24
        const val SECURE_HW_BUSY = -48
        const val INVALID_OPERATION_HANDLE = -28
        const val HARDWARE_TYPE_UNAVAILABLE = -68
    }
}
