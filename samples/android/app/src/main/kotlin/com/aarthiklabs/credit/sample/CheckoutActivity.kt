package com.aarthiklabs.credit.sample

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.webkit.WebView
import android.widget.TextView
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.android.CheckoutWebView
import java.io.IOException
import java.util.concurrent.Executor
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** The hosted page. Every opening asks the backend for a fresh one-time address. */
class CheckoutActivity : Activity(), CheckoutWebView.Listener {
    private val scope = CoroutineScope(Job() + Executor { Handler(Looper.getMainLooper()).post(it) }.asCoroutineDispatcher())
    private var view: WebView? = null
    private var page: CheckoutWebView? = null

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        setContentView(R.layout.checkout)
        findViewById<View>(R.id.close).setOnClickListener { finish() }
        scope.launch { open() }
    }

    override fun onDestroy() {
        scope.cancel()
        discard()
        super.onDestroy()
    }

    private suspend fun open() {
        try {
            val checkout = (application as SampleApplication).model.checkout()
            val made = WebView(this)
            view = made
            findViewById<ViewGroup>(R.id.page).addView(made)
            page = CheckoutWebView(made, checkout, this).also { it.open() }
        } catch (failed: IOException) {
            show(R.string.checkout_unreachable)
        } catch (failed: CreditException) {
            show(R.string.checkout_unreachable)
        }
    }

    override fun onOpenExternal(url: String, resumeUrl: String) {
        try {
            startActivity(Intent(Intent.ACTION_VIEW, Uri.parse(url)))
        } catch (none: ActivityNotFoundException) {
            show(R.string.checkout_unreachable)
        }
    }

    override fun onExit() = finish()

    override fun onFailed(failure: CheckoutWebView.Failure) {
        discard()
        show(
            when (failure) {
                CheckoutWebView.Failure.UNREACHABLE -> R.string.checkout_unreachable
                CheckoutWebView.Failure.CERTIFICATE -> R.string.checkout_certificate
                CheckoutWebView.Failure.CRASHED -> R.string.checkout_crashed
            },
        )
    }

    private fun show(problem: Int) {
        findViewById<TextView>(R.id.problem).apply {
            setText(problem)
            visibility = View.VISIBLE
        }
    }

    private fun discard() {
        page?.close()
        page = null
        view?.let { (it.parent as? ViewGroup)?.removeView(it) }
        view?.destroy()
        view = null
    }
}
