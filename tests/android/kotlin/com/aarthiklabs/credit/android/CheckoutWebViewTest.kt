package com.aarthiklabs.credit.android

import android.app.Application
import android.net.Uri
import android.net.http.SslError
import android.webkit.RenderProcessGoneDetail
import android.webkit.SslErrorHandler
import android.webkit.WebResourceError
import android.webkit.WebResourceRequest
import android.webkit.WebSettings
import android.webkit.WebView
import com.aarthiklabs.credit.Checkout
import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.assertNothingLeft
import com.aarthiklabs.credit.creditConfiguration
import kotlin.test.assertFailsWith
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadow.api.Shadow

/** The WebView around the hosted page: hardened, guarded, and silent towards strangers. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class CheckoutWebViewTest {
    private val heard = ArrayList<String>()
    private val view = WebView(RuntimeEnvironment.getApplication())
    private val configuration = creditConfiguration(CreditEnvironment.TEST, "https://127.0.0.1:8443") {
        partnerUrl("https://127.0.0.1:8444")
        storageDirectory(RuntimeEnvironment.getApplication().cacheDir.path)
        storageKey(ByteArray(32) { 5 })
    }
    private val checkout = Checkout(configuration, URL.encodeToByteArray())
    private val page = CheckoutWebView(view, checkout, object : CheckoutWebView.Listener {
        override fun onOpenExternal(url: String, resumeUrl: String) { heard.add("open $url") }
        override fun onExit() { heard.add("exit") }
        override fun onFailed(failure: CheckoutWebView.Failure) { heard.add(failure.name) }
    })

    @After
    fun nothingIsLeft() {
        page.close()
        configuration.close()
        assertNothingLeft()
    }

    @Test
    fun `settings let nothing in that the page does not need`() {
        page.open()
        assertEquals(URL, shadowOf(view).lastLoadedUrl)
        assertTrue(view.settings.javaScriptEnabled)
        assertFalse(view.settings.allowFileAccess)
        assertFalse(view.settings.allowContentAccess)
        assertFalse(view.settings.supportMultipleWindows())
        assertEquals(WebSettings.MIXED_CONTENT_NEVER_ALLOW, view.settings.mixedContentMode)
        assertFalse(view.isSaveEnabled)
    }

    @Test
    fun `the address is good once`() {
        page.open()
        assertEquals(CreditCode.CHECKOUT_TAKEN, assertFailsWith<CreditException.Unfinished> { page.open() }.code)
    }

    @Test
    fun `a certificate that is not valid is never gone on with`() {
        page.open()
        val handler = Shadow.newInstanceOf(SslErrorHandler::class.java)
        shadowOf(view).webViewClient.onReceivedSslError(view, handler, Shadow.newInstanceOf(SslError::class.java))
        assertTrue(shadowOf(handler).wasCancelCalled())
        assertFalse(shadowOf(handler).wasProceedCalled())
        assertEquals(listOf("CERTIFICATE"), heard)
    }

    @Test
    fun `a process that dies does not take the app with it`() {
        page.open()
        @Suppress("DEPRECATION") // Only the system is to make one.
        val gone = object : RenderProcessGoneDetail() {
            override fun didCrash() = true
            override fun rendererPriorityAtExit() = 0
        }
        assertTrue(shadowOf(view).webViewClient.onRenderProcessGone(view, gone))
        assertEquals(listOf("CRASHED"), heard)
        page.close()
        assertEquals("nothing but destroy() is asked of it", URL, shadowOf(view).lastLoadedUrl)
    }

    @Test
    fun `only the page itself failing counts`() {
        page.open()
        val error = object : WebResourceError() {
            override fun getErrorCode() = -2
            override fun getDescription() = "no network"
        }
        shadowOf(view).webViewClient.onReceivedError(view, request(false), error)
        assertEquals(emptyList<String>(), heard)
        shadowOf(view).webViewClient.onReceivedError(view, request(true), error)
        assertEquals(listOf("UNREACHABLE"), heard)
    }

    @Test
    fun `strangers, noise and closed views are not heard`() {
        page.open()
        page.onMessage("https://evil.example", EXIT)
        page.onMessage(ORIGIN, "{")
        page.onMessage(ORIGIN, """{"type":"something-new"}""")
        assertEquals(emptyList<String>(), heard)
        page.onMessage(ORIGIN, EXIT)
        assertEquals(listOf("exit"), heard)
        page.close()
        page.onMessage(ORIGIN, EXIT)
        assertEquals(listOf("exit"), heard)
        assertNull(shadowOf(view).getJavascriptInterface("AarthikLabs"))
        assertEquals("about:blank", shadowOf(view).lastLoadedUrl)
    }

    private fun request(main: Boolean) = object : WebResourceRequest {
        override fun getUrl(): Uri = Uri.parse(ORIGIN)
        override fun isForMainFrame(): Boolean = main
        override fun isRedirect(): Boolean = false
        override fun hasGesture(): Boolean = false
        override fun getMethod(): String = "GET"
        override fun getRequestHeaders(): Map<String, String> = emptyMap()
    }

    private companion object {
        const val ORIGIN = "https://127.0.0.1:8443"
        const val URL = "$ORIGIN/embed?j=1#bt_test_9f8e7d6c5b"
        const val EXIT = """{"type":"aarthik-labs:exit"}"""
    }
}
