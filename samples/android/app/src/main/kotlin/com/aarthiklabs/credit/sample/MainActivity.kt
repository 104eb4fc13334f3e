package com.aarthiklabs.credit.sample

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.Process
import android.view.View
import android.widget.Button
import android.widget.TextView
import com.aarthiklabs.credit.SessionState
import java.util.concurrent.Executor
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** The borrower's one screen. */
class MainActivity : Activity() {
    private val model get() = (application as SampleApplication).model
    private val main = Handler(Looper.getMainLooper())
    private var watching: CoroutineScope? = null
    private val tick = object : Runnable {
        override fun run() {
            showToken(model.screen.value.token)
            main.postDelayed(this, 1000)
        }
    }

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        setContentView(R.layout.main)
        on(R.id.start) { model.start() }
        on(R.id.call) { model.call() }
        on(R.id.end) { model.end() }
        on(R.id.checkout) { startActivity(Intent(this, CheckoutActivity::class.java)) }
        // What the system does to apps every day. The next start goes on with the session.
        on(R.id.kill) { Process.killProcess(Process.myPid()) }
    }

    override fun onStart() {
        super.onStart()
        val scope = CoroutineScope(Job() + Executor { main.post(it) }.asCoroutineDispatcher())
        watching = scope
        scope.launch { model.screen.collect(::show) }
        scope.launch { model.result.collect { showText(R.id.result, it) } }
        main.post(tick)
    }

    override fun onStop() {
        watching?.cancel()
        main.removeCallbacks(tick)
        super.onStop()
    }

    private fun show(screen: Screen) {
        find<TextView>(R.id.headline).setText(screen.headline)
        find<TextView>(R.id.more).setText(screen.more)
        showToken(screen.token)
        find<View>(R.id.start).visibility = if (screen.canStart) View.VISIBLE else View.GONE
        for (id in listOf(R.id.call, R.id.checkout, R.id.end)) find<View>(id).isEnabled = screen.canCall
    }

    private fun showToken(token: SessionState.Active?) {
        showText(R.id.token, if (token == null) "" else tokenText(token))
    }

    private fun showText(id: Int, text: String) = find<TextView>(id).let {
        it.text = text
        it.visibility = if (text.isEmpty()) View.GONE else View.VISIBLE
    }

    private fun tokenText(token: SessionState.Active): String {
        if (token.expiresAtMillis < 0) return getString(R.string.token_unknown, token.generation)
        val seconds = (token.expiresAtMillis - System.currentTimeMillis()) / 1000
        if (seconds <= 0 || token.isRefreshing) return getString(R.string.token_renewing, token.generation)
        return getString(R.string.token_for, token.generation, "%d:%02d".format(seconds / 60, seconds % 60))
    }

    private fun on(id: Int, what: () -> Unit) = find<Button>(id).setOnClickListener { what() }

    private fun <T : View> find(id: Int): T = findViewById(id)
}
