package com.aarthiklabs.credit.android

import android.app.Application
import android.content.Context
import android.content.ContextWrapper
import android.os.UserManager
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.makeStale
import com.aarthiklabs.credit.patiently
import java.io.File
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The second process of [TwoProcessesTest], on the first one's files and key store. It does what it reads, line by line. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class SecondProcess {
    /** The app as the first process has it. */
    private class SameApp(app: Application, private val files: File) : ContextWrapper(app) {
        override fun getApplicationContext(): Context = this
        override fun getDataDir(): File = files
    }

    @Test
    fun live() {
        val app = RuntimeEnvironment.getApplication()
        FakeKeystore.reset()
        FakeKeystore.device = File(System.getProperty(DEVICE))
        FakeAuthorities.trustOnly("system", File(System.getProperty("credit.test.roots")).readBytes())
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
        val phone = SameApp(app, File(System.getProperty(FILES)))
        say("up")
        check(readlnOrNull() == "open")
        val session = patiently {
            val made = androidConfiguration(phone, CreditEnvironment.TEST, System.getProperty("credit.test.platform")) {
                partnerUrl(System.getProperty("credit.test.partner"))
                partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
            }
            // The session is another process's to start; this one waits until it is there.
            CreditSession(made, World.BORROWER).also { opened -> opened.diagnostics() }
        }
        say("opened")
        while (true) {
            when (readlnOrNull() ?: return) {
                "stale" -> patiently { makeStale(session) }.also { say("stale") }
                "token" -> {
                    say("asking")
                    say("token " + patiently { session.token().use { it.generation } })
                }
            }
        }
    }

    private fun say(word: String) = println(TwoProcessesTest.SAYS + word)

    companion object {
        private const val DEVICE = "credit.test.device"
        private const val FILES = "credit.test.files"

        /** The same virtual machine with the same settings. */
        fun command(world: World, files: File, device: File): List<String> {
            val settings = System.getProperties().stringPropertyNames()
                .filter { it.startsWith("robolectric.") || it.startsWith("com.aarthiklabs.") || it.startsWith("credit.test.") }
                .map { "-D$it=" + System.getProperty(it) }
            val own = mapOf(
                DEVICE to device.path, FILES to files.path,
                "credit.test.platform" to world.platformUrl,
                "credit.test.partner" to world.partnerUrl,
                "credit.test.roots" to world.folder.resolve("ca/ca.pem").toString(),
            ).map { (name, value) -> "-D$name=$value" }
            return listOf(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1") + settings + own +
                listOf("-cp", System.getProperty("java.class.path"), "org.junit.runner.JUnitCore",
                    SecondProcess::class.java.name)
        }
    }
}
