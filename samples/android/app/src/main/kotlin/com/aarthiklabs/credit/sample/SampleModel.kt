package com.aarthiklabs.credit.sample

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.Handler
import android.os.Looper
import com.aarthiklabs.credit.Checkout
import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditConfiguration
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditException
import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.CreditRequest
import com.aarthiklabs.credit.CreditSession
import com.aarthiklabs.credit.SessionState
import com.aarthiklabs.credit.android.KeystoreSealingKey
import com.aarthiklabs.credit.android.SessionHints
import com.aarthiklabs.credit.android.androidConfiguration
import java.util.concurrent.Executor
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** The one session of the app and what the screen shows of it. Main thread; nothing here blocks it. */
class SampleModel(private val context: Context, private val settings: SampleSettings) {
    private val main = Handler(Looper.getMainLooper())
    private val scope = CoroutineScope(SupervisorJob() + Executor { main.post(it) }.asCoroutineDispatcher())
    private val key by lazy { KeystoreSealingKey(context, CreditEnvironment.TEST) }
    private val backend = PartnerBackend(settings)

    private var configuration: CreditConfiguration? = null
    private var session: CreditSession? = null
    private var hints: SessionHints? = null
    private var watching: Job? = null
    private var waitsForUnlock = false

    private val shown = MutableStateFlow(Screen.LOADING)
    val screen: StateFlow<Screen> = shown

    private val said = MutableStateFlow("")
    /** What the last button led to. */
    val result: StateFlow<String> = said

    // Opening and shutting are many steps; one after the other.
    private val door = Mutex()

    init {
        scope.launch { door.withLock { open() } }
    }

    /** Creates the borrower's session, or goes on with it: the journey is the same either way. */
    fun start(): Job = attempt {
        val there = session ?: return@attempt
        if ((there.state as? SessionState.NoSession)?.reason == CreditCode.STORAGE_KEY_LOST) key.startOver()
        there.start()
        said.value = ""
    }

    fun call(): Job = attempt {
        val there = session ?: return@attempt
        val response = there.send(CreditRequest("GET", "/api/v1/headless/journeys"))
        val journey = there.journey()
        said.value = context.getString(
            R.string.answered, response.status, journey?.status ?: context.getString(R.string.no_journey),
        )
    }

    fun end(): Job = attempt {
        door.withLock {
            val there = session ?: return@withLock
            there.end()
            said.value = ""
            // The object is spent; another one shows what is stored, and can start again.
            close()
            open()
        }
    }

    /** Asks the app's own backend for the hosted page. */
    suspend fun checkout(): Checkout {
        val url = backend.embedUrl()
        try {
            return Checkout(checkNotNull(configuration) { "there is no configuration yet" }, url)
        } finally {
            url.fill(0)
        }
    }

    suspend fun shut(): Unit = door.withLock { close() }

    private suspend fun close() {
        watching?.cancelAndJoin()
        hints?.close()
        session?.close()
        configuration?.close()
        hints = null
        session = null
        configuration = null
    }

    private suspend fun open() {
        try {
            val made = androidConfiguration(context, CreditEnvironment.TEST, settings.platformUrl, key) {
                if (settings.partnerUrl.isNotEmpty()) partnerUrl(settings.partnerUrl)
                partnerAuth { listOf(CreditHeader("Authorization", "Bearer " + settings.login)) }
                settings.roots?.let { tls(it) }
            }
            configuration = made
            val opened = CreditSession(made, settings.borrower)
            session = opened
            hints = SessionHints(context, opened)
            watching = scope.launch { opened.states.collect { shown.value = Screen.of(it) } }
        } catch (locked: CreditException.Storage) {
            shown.value = Screen.LOCKED
            openAfterUnlock()
        }
    }

    private fun openAfterUnlock() {
        if (waitsForUnlock) return
        waitsForUnlock = true
        context.registerReceiver(
            object : BroadcastReceiver() {
                override fun onReceive(receiving: Context, intent: Intent) {
                    context.unregisterReceiver(this)
                    waitsForUnlock = false
                    scope.launch { door.withLock { open() } }
                }
            },
            IntentFilter(Intent.ACTION_USER_UNLOCKED),
        )
    }

    private fun attempt(what: suspend () -> Unit): Job = scope.launch {
        try {
            what()
        } catch (failed: CreditException) {
            // A session that is over is said by the screen itself.
            said.value = Screen.messageFor(failed)?.let { context.getString(it, failed.code.name) } ?: ""
        }
    }
}
