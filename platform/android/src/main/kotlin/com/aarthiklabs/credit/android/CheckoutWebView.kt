package com.aarthiklabs.credit.android

import android.annotation.SuppressLint
import android.net.http.SslError
import android.webkit.JavascriptInterface
import android.webkit.RenderProcessGoneDetail
import android.webkit.SslErrorHandler
import android.webkit.WebResourceError
import android.webkit.WebResourceRequest
import android.webkit.WebSettings
import android.webkit.WebView
import android.webkit.WebViewClient
import com.aarthiklabs.credit.Checkout
import com.aarthiklabs.credit.CheckoutEvent
import com.aarthiklabs.credit.CreditException

/**
 * Shows the hosted page of a [checkout] in a WebView that is used for nothing else: hardens its settings, opens the one-time
 * URL, keeps navigation to the origins that are allowed, and hears what the page says. Main thread; close it with the view.
 *
 * The page talks through `window.AarthikLabs.postMessage`. A WebView does not say which frame spoke, so the page's own address
 * counts; an app that uses androidx.webkit can pass `listensByItself = false` and give what a `WebMessageListener` hears to
 * [onMessage], with the frame's origin.
 */
public class CheckoutWebView @JvmOverloads constructor(
    private val view: WebView,
    private val checkout: Checkout,
    private val listener: Listener,
    private val listensByItself: Boolean = true,
) : AutoCloseable {
    /** Called on the main thread. */
    public interface Listener {
        /** Open [url] in a browser and offer a way back. [resumeUrl] may be empty. Both may hold secrets: not for logs. */
        public fun onOpenExternal(url: String, resumeUrl: String)

        /** The borrower is done or gave up; remove the view. */
        public fun onExit()

        /** The page cannot be shown; the journey goes on when the page is opened again with a fresh URL. */
        public fun onFailed(failure: Failure)
    }

    public enum class Failure {
        /** No network, or the server does not answer. */
        UNREACHABLE,
        /** The certificate is not valid. It is never shown all the same. */
        CERTIFICATE,
        /** The view's process died; the view must be destroyed. */
        CRASHED,
    }

    private var closed = false
    private var crashed = false

    /** Loads the page. Throws [CreditException.Unfinished] (`checkout_taken`, `checkout_expired`) when the URL is used up. */
    public fun open() {
        harden(view.settings)
        // What the page's address holds must not come back with the activity's saved state.
        view.isSaveEnabled = false
        view.webViewClient = Guard()
        if (listensByItself) view.addJavascriptInterface(Bridge(), BRIDGE)
        val url = checkout.takeUrl()
        try {
            view.loadUrl(url.decodeToString())
        } finally {
            url.fill(0)
        }
    }

    /** One message of the page. [origin]: of the frame that sent it. What cannot be read or comes from elsewhere is dropped. */
    public fun onMessage(origin: String, message: String) {
        if (closed) return
        val event = try {
            checkout.parseEvent(origin, message)
        } catch (refused: CreditException) {
            return
        }
        when (event.type) {
            CheckoutEvent.Type.OPEN_EXTERNAL -> listener.onOpenExternal(event.externalUrl, event.resumeUrl)
            CheckoutEvent.Type.EXIT -> listener.onExit()
            CheckoutEvent.Type.UNKNOWN -> Unit
        }
    }

    override fun close() {
        if (closed) return
        closed = true
        checkout.close()
        // A view whose process is gone takes nothing but destroy().
        if (crashed) return
        view.removeJavascriptInterface(BRIDGE)
        view.stopLoading()
        view.loadUrl("about:blank")
        view.clearHistory()
    }

    @SuppressLint("SetJavaScriptEnabled")
    private fun harden(settings: WebSettings) {
        settings.javaScriptEnabled = true
        settings.domStorageEnabled = true
        settings.allowFileAccess = false
        settings.allowContentAccess = false
        settings.mixedContentMode = WebSettings.MIXED_CONTENT_NEVER_ALLOW
        settings.setSupportMultipleWindows(false)
        settings.javaScriptCanOpenWindowsAutomatically = false
        settings.setGeolocationEnabled(false)
        settings.cacheMode = WebSettings.LOAD_NO_CACHE
    }

    private fun originOf(url: String?): String {
        val uri = android.net.Uri.parse(url ?: return "")
        return "${uri.scheme}://${uri.encodedAuthority}"
    }

    private inner class Bridge {
        /** Comes on a thread of the WebView. */
        @JavascriptInterface
        fun postMessage(message: String) {
            view.post { onMessage(originOf(view.url), message) }
        }
    }

    private inner class Guard : WebViewClient() {
        override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest): Boolean =
            closed || !checkout.allowsNavigation(request.url.toString(), request.isForMainFrame)

        override fun onReceivedSslError(view: WebView, handler: SslErrorHandler, error: SslError) {
            handler.cancel()
            if (!closed) listener.onFailed(Failure.CERTIFICATE)
        }

        override fun onReceivedError(view: WebView, request: WebResourceRequest, error: WebResourceError) {
            if (!closed && request.isForMainFrame) listener.onFailed(Failure.UNREACHABLE)
        }

        // Unhandled it would take the app with it.
        override fun onRenderProcessGone(view: WebView, detail: RenderProcessGoneDetail): Boolean {
            crashed = true
            if (!closed) listener.onFailed(Failure.CRASHED)
            return true
        }
    }

    private companion object {
        const val BRIDGE = "AarthikLabs"
    }
}
