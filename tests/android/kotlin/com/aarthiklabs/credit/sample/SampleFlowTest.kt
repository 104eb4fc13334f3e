package com.aarthiklabs.credit.sample

import android.app.Activity
import android.content.Intent
import android.net.ConnectivityManager
import android.os.Looper
import android.os.UserManager
import android.view.View
import android.view.ViewGroup
import android.webkit.WebView
import com.aarthiklabs.credit.World
import com.aarthiklabs.credit.android.FakeKeystore
import com.aarthiklabs.credit.android.KeystoreSealingKey
import com.aarthiklabs.credit.assertNothingLeft
import com.aarthiklabs.credit.sample.Stage.click
import com.aarthiklabs.credit.sample.Stage.photograph
import com.aarthiklabs.credit.sample.Stage.reads
import com.aarthiklabs.credit.sample.Stage.text
import com.aarthiklabs.credit.sample.Stage.until
import java.io.File
import java.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowNetwork

/** The sample from its first start to signing out, on the framework's own views, against the sandbox and the partner over TLS. */
@RunWith(RobolectricTestRunner::class)
@Config(qualifiers = "w360dp-h640dp-xhdpi")
class SampleFlowTest {
    private lateinit var world: World
    private val app get() = Stage.app as SampleApplication
    private val shown = ArrayList<ActivityController<out Activity>>()

    @Before
    fun begin() {
        world = World()
        Stage.setUp(world.platformUrl, world.partnerUrl, world.roots)
    }

    @After
    fun nothingIsLeft() {
        shown.forEach { it.close() }
        shut(app.model)
        world.close()
        assertNothingLeft()
        FakeKeystore.remove()
        SampleSettings.forTests = null
    }

    private fun shut(model: SampleModel) {
        var done = false
        CoroutineScope(Dispatchers.Unconfined).launch {
            model.shut()
            done = true
        }
        until("everything is closed") { done }
    }

    private fun launch(): MainActivity =
        Robolectric.buildActivity(MainActivity::class.java).also(shown::add).setup().get()

    private fun started(): MainActivity = launch().also { screen ->
        until("there is no session yet") { screen.reads(R.string.no_session) }
        screen.click(R.id.start)
        until("signed in") { screen.reads(R.string.active) }
    }

    @Test
    fun `start, countdown, call, end`() {
        val screen = launch()
        until("there is no session yet") { screen.reads(R.string.no_session) }
        assertFalse(screen.findViewById<View>(R.id.call).isEnabled)
        assertTrue(screen.photograph("start"))
        screen.click(R.id.start)
        until("signed in") { screen.reads(R.string.active) && screen.text(R.id.token).contains("good for") }
        assertEquals(View.GONE, screen.findViewById<View>(R.id.start).visibility)
        val before = screen.text(R.id.token)
        until("it counts down") {
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(1))
            screen.text(R.id.token) != before
        }
        screen.click(R.id.call)
        until("an answer") { screen.text(R.id.result).startsWith("HTTP 200") }
        assertTrue(screen.photograph("active"))
        screen.click(R.id.end)
        until("signed out") { screen.reads(R.string.ended) }
        assertTrue(screen.photograph("ended"))
        assertEquals(1, world.counter("sessions_created"))
    }

    @Test
    fun `offline is no reason to sign anybody out`() {
        val screen = started()
        world.admin("POST", "/revoke_session_tokens", """{"borrowerExternalID":"${World.BORROWER}"}""")
        world.fault("""{"route":"refresh","kind":"reset_before","count":1000}""")
        screen.click(R.id.call)
        until("offline") { screen.reads(R.string.offline) }
        assertTrue(screen.photograph("offline"))
        assertEquals(View.GONE, screen.findViewById<View>(R.id.start).visibility)
        world.admin("DELETE", "/faults", null)
        shadowOf(app.getSystemService(ConnectivityManager::class.java)).networkCallbacks
            .forEach { it.onAvailable(ShadowNetwork.newInstance(1)) }
        until("online again") { screen.reads(R.string.active) }
        until("the call is answered") { screen.text(R.id.result).isNotEmpty() }
        assertEquals(1, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
    }

    @Test
    fun `before the first unlock it waits, and goes on by itself`() {
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(false)
        val screen = launch()
        until("locked") { screen.reads(R.string.locked) }
        assertTrue(screen.photograph("locked"))
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
        app.sendBroadcast(Intent(Intent.ACTION_USER_UNLOCKED))
        until("unlocked") { screen.reads(R.string.no_session) }
    }

    @Test
    fun `a lost key is said in words, and start goes on with the journey`() {
        val screen = started()
        screen.click(R.id.call)
        until("an answer") { screen.text(R.id.result).startsWith("HTTP 200") }
        shut(app.model)
        KeystoreSealingKey.forgetProcess()
        FakeKeystore.keys.clear()
        val model = SampleModel(app, SampleSettings.of(app))
        until("the key is lost") { model.screen.value.headline == R.string.key_lost }
        assertTrue(model.screen.value.canStart)
        model.start()
        until("signed in") { model.screen.value.headline == R.string.active }
        shut(model)
        assertEquals(1, world.counter("sessions_resumed"))
    }

    @Test
    fun `a session that the platform ended is renewed, whatever the partner needs for it`() {
        val screen = started()
        world.admin("POST", "/revoke", """{"borrowerExternalID":"${World.BORROWER}"}""")
        world.partnerAdmin("POST", "/faults", """{"kind":"status","status":500,"count":1000,"route":"session"}""")
        screen.click(R.id.call)
        until("it is being renewed") { screen.reads(R.string.healing) }
        assertTrue(screen.photograph("healing"))
        assertEquals("", screen.text(R.id.token))
        world.partnerAdmin("DELETE", "/faults")
    }

    @Test
    fun `a session that nobody can renew is said to have ended`() {
        started()
        shown.removeLast().close()
        shut(app.model)
        // The next start of the app, without the partner's backend.
        val there = SampleSettings.of(app)
        SampleSettings.forTests = SampleSettings(there.platformUrl, "", there.login, there.borrower, there.roots)
        KeystoreSealingKey.forgetProcess()
        app.startAgain()
        val screen = launch()
        until("signed in") { screen.reads(R.string.active) }
        world.admin("POST", "/revoke", """{"borrowerExternalID":"${World.BORROWER}"}""")
        screen.click(R.id.call)
        until("it is over") { screen.reads(R.string.dead) }
        assertTrue(screen.findViewById<View>(R.id.start).isShown)
        assertTrue(screen.photograph("dead"))
    }

    @Test
    fun `the hosted page is opened once, kept on its origin and heard`() {
        val main = started()
        main.click(R.id.checkout)
        val asked = shadowOf(main).nextStartedActivity
        assertEquals(CheckoutActivity::class.java.name, asked.component!!.className)
        val checkout = Robolectric.buildActivity(CheckoutActivity::class.java, asked).also(shown::add).setup().get()
        val frame = checkout.findViewById<ViewGroup>(R.id.page)
        until("the page is opened") { frame.childCount == 1 && shadowOf(frame.getChildAt(0) as WebView).lastLoadedUrl != null }
        val view = frame.getChildAt(0) as WebView
        val url = shadowOf(view).lastLoadedUrl
        assertTrue(url.startsWith(world.platformUrl) && url.contains("#bt_test_"))
        assertFalse(view.settings.allowFileAccess)
        val guard = shadowOf(view).webViewClient
        assertTrue(guard.shouldOverrideUrlLoading(view, request("https://evil.example/")))
        assertTrue(guard.shouldOverrideUrlLoading(view, request("javascript:alert(1)")))
        assertFalse(guard.shouldOverrideUrlLoading(view, request(world.platformUrl + "/embed")))
        say(view, """{"type":"aarthik-labs:open-external","external_url":"https://lender.example/kyc"}""")
        until("the lender's page is opened") { shadowOf(checkout).peekNextStartedActivity() != null }
        assertEquals("https://lender.example/kyc", shadowOf(checkout).nextStartedActivity.dataString)
        say(view, """{"type":"aarthik-labs:exit","journey_status":"COMPLETED"}""")
        until("the page is closed") { checkout.isFinishing }
    }

    @Test
    fun `a page that cannot be had is said in words`() {
        started()
        world.partnerAdmin("POST", "/faults", """{"kind":"status","status":500,"count":1000,"route":"hosted"}""")
        val checkout = Robolectric.buildActivity(CheckoutActivity::class.java).also(shown::add).setup().get()
        until("it says so") { checkout.findViewById<View>(R.id.problem).isShown }
        assertEquals(checkout.getString(R.string.checkout_unreachable), checkout.text(R.id.problem))
        assertTrue(checkout.photograph("checkout"))
        world.partnerAdmin("DELETE", "/faults")
    }

    @Test
    fun `the process is killed in the middle of a refresh and the next one goes on`() {
        val folder = world.folder.resolve("victim").toFile().apply { mkdirs() }
        val victim = ProcessBuilder(SampleVictim.command(world, folder)).redirectError(ProcessBuilder.Redirect.DISCARD).start()
        val lines = victim.inputStream.bufferedReader()
        val dataDir = generateSequence { lines.readLine() }.first { it.contains(SampleVictim.READY) }.substringAfter(SampleVictim.READY)
        world.admin("POST", "/revoke_session_tokens", """{"borrowerExternalID":"${World.BORROWER}"}""")
        world.fault("""{"route":"refresh","kind":"hold","count":1}""")
        victim.outputStream.use { it.write('\n'.code) }
        world.awaitHeld(1)
        victim.destroyForcibly().waitFor()
        world.admin("POST", "/release")
        move(File(dataDir, "no_backup"), File(app.dataDir, "no_backup"))
        SampleVictim.restore(folder)
        val screen = launch()
        until("signed in") { screen.reads(R.string.active) }
        screen.click(R.id.call)
        until("an answer") { screen.text(R.id.result).startsWith("HTTP 200") }
        assertTrue(screen.photograph("resumed"))
        assertEquals(1, world.counter("sessions_created"))
        assertEquals(1, world.counter("rotations"))
        assertEquals(0, world.counter("reuse_verdicts"))
    }

    // Modes and all: the library refuses files that others may read.
    private fun move(from: File, to: File) {
        to.deleteRecursively()
        check(ProcessBuilder("mv", from.path, to.path).start().waitFor() == 0) { "the files could not be moved" }
    }

    private fun say(view: WebView, message: String) {
        val bridge = shadowOf(view).getJavascriptInterface("AarthikLabs")
        bridge.javaClass.getMethod("postMessage", String::class.java).apply { isAccessible = true }.invoke(bridge, message)
    }

    private fun request(url: String) = object : android.webkit.WebResourceRequest {
        override fun getUrl(): android.net.Uri = android.net.Uri.parse(url)
        override fun isForMainFrame(): Boolean = true
        override fun isRedirect(): Boolean = false
        override fun hasGesture(): Boolean = false
        override fun getMethod(): String = "GET"
        override fun getRequestHeaders(): Map<String, String> = emptyMap()
    }
}
