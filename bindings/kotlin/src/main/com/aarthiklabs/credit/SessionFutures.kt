package com.aarthiklabs.credit

import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.future.future

/**
 * A session for Java. Futures complete on a background thread, never on one of the library; they fail with
 * [CreditException]. Cancelling a future ends the wait, never a refresh that is under way.
 */
public class SessionFutures internal constructor(private val session: CreditSession) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** See [CreditSession.token]; 0 milliseconds: the policy's. */
    @JvmOverloads
    public fun token(minimumLifetimeMillis: Long = 0): CompletableFuture<CreditToken> =
        scope.future { session.token(minimumLifetimeMillis.milliseconds) }

    public fun send(request: CreditRequest): CompletableFuture<CreditResponse> = scope.future { session.send(request) }

    @JvmOverloads
    public fun start(options: StartOptions = StartOptions()): CompletableFuture<Void?> =
        scope.future { session.start(options); null }

    @JvmOverloads
    public fun adopt(json: ByteArray, replace: Boolean = false): CompletableFuture<Void?> =
        scope.future { session.adopt(json, replace); null }

    public fun end(): CompletableFuture<Void?> = scope.future { session.end(); null }

    /** Completes with null when there is no active journey. */
    @JvmOverloads
    public fun journey(knownOnly: Boolean = false): CompletableFuture<Journey?> =
        scope.future { session.journey(knownOnly) }

    public fun diagnostics(): CompletableFuture<String> = scope.future { session.diagnostics() }

    public fun shutdown(): CompletableFuture<Void?> = scope.future { session.shutdown(); null }

    /** Tells [listener] the present state and then each change, on [executor], in order if the executor keeps order. */
    public fun observe(executor: Executor, listener: StateListener): AutoCloseable {
        val subscription = session.subscribe(object : StateObserver {
            override fun changed(state: SessionState) = executor.execute { listener.onState(state) }
            override fun finished() = Unit
        })
        return AutoCloseable { session.unsubscribe(subscription) }
    }
}

public fun interface StateListener {
    public fun onState(state: SessionState)
}

/** Ports for Java: blocking code instead of suspending. They run on threads that may block. */
public object Blocking {
    @JvmStatic
    public fun sessionProvider(provider: BlockingSessionProvider): SessionProvider =
        SessionProvider { provider.provide(it) }

    @JvmStatic
    public fun partnerAuth(auth: BlockingPartnerAuth): PartnerAuth = PartnerAuth { auth.headers() }

    @JvmStatic
    public fun transport(transport: BlockingTransport): Transport = Transport { transport.perform(it) }
}

public fun interface BlockingSessionProvider {
    @Throws(Exception::class)
    public fun provide(request: SessionProviderRequest): ByteArray
}

public fun interface BlockingPartnerAuth {
    @Throws(Exception::class)
    public fun headers(): List<CreditHeader>
}

public fun interface BlockingTransport {
    @Throws(TransportException::class)
    public fun perform(request: TransportRequest): TransportResponse
}
