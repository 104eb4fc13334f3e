package com.aarthiklabs.credit

import java.util.concurrent.atomic.AtomicLong
import kotlin.time.Duration
import kotlinx.coroutines.channels.ProducerScope
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate

/**
 * The session of one borrower. Opening what is open in this process gives another view of the same session; with another
 * configuration it throws [CreditException.Usage] (`config_conflict`). Storage is read asynchronously; nothing here blocks,
 * so all of it may be called on the main thread, and from any thread.
 *
 * Cancelling a coroutine ends the wait, never a refresh that is under way: its tokens are stored all the same.
 */
public class CreditSession(configuration: CreditConfiguration, borrowerExternalId: String) : AutoCloseable {
    private val handle: NativeHandle = configuration.handle.use { config ->
        NativeHandle.of(Native.sessionOpen(config, borrowerExternalId.encodeToByteArray()), Native::sessionRelease)
    }

    // The highest generation that this object was told to reject: its own no counts at once, before the library's thread
    // has heard of it.
    private val rejected = AtomicLong(0)

    init {
        NativeHandle.tie(handle, this)
    }

    /** The state of right now. */
    public val state: SessionState
        get() {
            val out = LongArray(5)
            handle.useOr(0) { Native.sessionState(it, out) }
            if (handle.isClosed) return SessionState.Closed
            return SessionState.of(out[0].toInt(), out[1].toInt(), out[2].toInt(), out[3], out[4])
        }

    /**
     * The present state first and then changes. Only the newest state is kept for a slow collector. Ends after
     * [SessionState.Closed]. Each collector subscribes for itself.
     */
    public val states: Flow<SessionState> = callbackFlow {
        val subscription = subscribe(FlowObserver(this))
        awaitClose { handle.useOr(0) { Native.sessionUnsubscribe(it, subscription) } }
    }.conflate()

    /**
     * A session token that is good for [minimumLifetime] (zero: the policy's) if the server issues such: from memory without
     * leaving the thread, else after one refresh that all callers share. Close it after use.
     */
    public suspend fun token(minimumLifetime: Duration = Duration.ZERO): CreditToken {
        currentCoroutineContext().ensureActive()
        val minimum = minimumLifetime.inWholeMilliseconds
        currentToken(minimum)?.let { return it }
        return handle.await(this) { session, id -> Native.getToken(session, id, minimum, 0) } as CreditToken
    }

    /** The token of right now, or null: ask [token]. One native call, no lock, no other thread. */
    @JvmOverloads
    public fun currentToken(minimumLifetimeMillis: Long = 0): CreditToken? {
        val out = LongArray(4)
        val value = handle.useOr(null) { Native.currentToken(it, minimumLifetimeMillis, out) } ?: return null
        val token = CreditToken(value, out[1], out[2], TokenSource.of(out[3].toInt()))
        if (token.generation > rejected.get()) return token
        token.close()
        return null
    }

    /**
     * Sends a request with the session token: gets a good token first, and on a 401 of the platform refreshes once and repeats
     * once with the same idempotency key and correlation id. Any HTTP status is a response.
     */
    public suspend fun send(request: CreditRequest): CreditResponse = handle.await(this) { session, id ->
        Native.send(
            session, id,
            bytesOf(request.method, request.path, request.contentType, request.idempotencyKey, request.correlationId),
            headerBytes(request.headers), request.body, request.deadlineMillis, request.maxReplyBytes, request.isOneShot,
        )
    } as CreditResponse

    /**
     * The platform answered 401 with its envelope to a call that carried the token of this [generation]. [send] does this by
     * itself.
     */
    public fun reject(generation: Long) {
        CreditException.check(handle.use { Native.rejectToken(it, generation) }, "reject was refused")
        while (true) {
            val highest = rejected.get()
            if (generation <= highest || rejected.compareAndSet(highest, generation)) return
        }
    }

    /** Makes sure that there is a session: does nothing if there is one, else creates or resumes it. */
    public suspend fun start(options: StartOptions = StartOptions()) {
        handle.await(this) { session, id ->
            Native.start(
                session, id, options.replace, options.journeyType?.encodeToByteArray(), options.profileJson,
                options.deadlineMillis,
            )
        }
    }

    /**
     * Takes over what the app's own backend returned: the partner's flat shape or the platform's envelope, UTF-8. Copied: wipe
     * yours. Older than the live session is refused (`stale_adopt`) unless [replace].
     */
    public suspend fun adopt(json: ByteArray, replace: Boolean = false) {
        handle.await(this) { session, id -> Native.adopt(session, id, json, replace) }
    }

    /**
     * Signs out: when it returns no secret is left in the store and this object is spent. The token of this process is gone
     * at once. Cancelling does not stop it.
     */
    public suspend fun end() {
        handle.awaitUncancellable(this) { session, id -> Native.end(session, id) }
    }

    /** The borrower's active journey; null: there is none. [knownOnly]: what the last session reply said, without asking. */
    public suspend fun journey(knownOnly: Boolean = false): Journey? =
        handle.await(this) { session, id -> Native.journey(session, id, knownOnly, 0) } as? Journey

    /** A JSON object without secrets: state, versions, the journal of the last 64 events, counters. */
    public suspend fun diagnostics(): String =
        handle.await(this) { session, id -> Native.diagnostics(session, id) } as String

    /** Tells what the app knows: the network is back, the app is in front. Cheap; may be told too often. */
    public fun notify(hint: Hint) {
        handle.useOr(0) { Native.notifyHint(it, hint.number) }
    }

    /** The same with futures, for Java. */
    public fun futures(): SessionFutures = SessionFutures(this)

    /**
     * Closes the session in this process, for every object that views it: what is under way ends with `closed` first. What is
     * stored stays.
     */
    public suspend fun shutdown() {
        handle.awaitUncancellable(this) { session, id -> Native.sessionClose(session, id) }
        handle.close()
    }

    /** Lets go of this view; the last one that goes closes the session. What is stored stays. */
    override fun close() {
        handle.close()
    }

    internal fun subscribe(observer: StateObserver): Long {
        val id = Registry.add(observer)
        val out = LongArray(1)
        var code = CreditCode.INTERNAL.value
        try {
            code = handle.use { Native.sessionSubscribe(it, id, out) }
            CreditException.check(code, "subscribing was refused")
        } finally {
            if (code != 0) Registry.remove(id)
        }
        return out[0]
    }

    internal fun unsubscribe(subscription: Long) {
        handle.useOr(0) { Native.sessionUnsubscribe(it, subscription) }
    }

    private class FlowObserver(private val scope: ProducerScope<SessionState>) : StateObserver {
        override fun changed(state: SessionState) {
            scope.trySend(state)
            if (state == SessionState.Closed) scope.close()
        }

        override fun finished() {
            scope.close()
        }
    }
}
