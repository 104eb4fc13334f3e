package com.aarthiklabs.credit.sample

import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.android.FakeKeystore
import com.aarthiklabs.credit.sample.Stage.click
import com.aarthiklabs.credit.sample.Stage.reads
import com.aarthiklabs.credit.sample.Stage.until
import java.io.File
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** The sample in a process of its own, which is killed: it starts a session, waits for a word, calls, and never ends. */
@RunWith(RobolectricTestRunner::class)
@Config(qualifiers = "w360dp-h640dp-xhdpi")
class SampleVictim {
    @Test
    fun live() {
        val folder = File(System.getProperty(FOLDER))
        Stage.setUp(
            System.getProperty("credit.test.platform"), System.getProperty("credit.test.partner"),
            File(System.getProperty("credit.test.roots")).readBytes(),
        )
        val screen = Robolectric.buildActivity(MainActivity::class.java).setup().get()
        until("there is no session yet") { screen.reads(R.string.no_session) }
        screen.click(R.id.start)
        until("signed in") { screen.reads(R.string.active) }
        // What the device's key store would keep.
        FakeKeystore.keys.forEach { (alias, key) -> File(folder, alias).writeBytes(key) }
        println(READY + Stage.app.dataDir.path)
        System.`in`.read()
        screen.click(R.id.call)
        until("it is killed") { false }
    }

    companion object {
        const val READY: String = "ready in "
        private const val FOLDER = "credit.test.victim"

        /** The same virtual machine with the same settings. */
        fun command(world: World, folder: File): List<String> {
            val settings = System.getProperties().stringPropertyNames()
                .filter { it.startsWith("robolectric.") || it.startsWith("com.aarthiklabs.") || it.startsWith("credit.test.") }
                .map { "-D$it=" + System.getProperty(it) }
            val own = mapOf(
                FOLDER to folder.path, "credit.test.platform" to world.platformUrl, "credit.test.partner" to world.partnerUrl,
                "credit.test.roots" to world.folder.resolve("ca/ca.pem").toString(),
            ).map { (name, value) -> "-D$name=$value" }
            return listOf(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1") + settings + own +
                listOf("-cp", System.getProperty("java.class.path"), "org.junit.runner.JUnitCore", SampleVictim::class.java.name)
        }

        fun restore(folder: File) {
            folder.listFiles()!!.forEach { FakeKeystore.keys[it.name] = it.readBytes() }
        }
    }
}
