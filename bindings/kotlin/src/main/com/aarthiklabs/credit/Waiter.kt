package com.aarthiklabs.credit

import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.resume
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.suspendCancellableCoroutine

/** What a failed operation left, as it crossed; the exception is made in the caller's frame. */
internal class Failure(val code: Int, val httpStatus: Int, val retryAfterMillis: Long, val texts: Array<ByteArray>?)

/** One coroutine that waits for one answer of the native library. It keeps whom it asked from being collected meanwhile. */
internal class Waiter(@Suppress("unused") private val owner: Any) {
    private object Nothing
    private object Abandoned

    private val outcome = AtomicReference<Any>(Nothing)
    lateinit var continuation: CancellableContinuation<Unit>

    /** Called from the library's thread, exactly once. Resuming dispatches; it runs no code of the app here. */
    fun answer(value: Any) {
        if (outcome.compareAndSet(Nothing, value)) continuation.resume(Unit) else discard(value)
    }

    fun take(): Any = outcome.get()

    /** The coroutine was cancelled: what came, or will come, is wiped instead of handed over. */
    fun abandon() = discard(outcome.getAndSet(Abandoned))

    private fun discard(value: Any) {
        (value as? CreditToken)?.close()
    }
}

/**
 * Starts a native operation and waits for it. [begin] gets the address and the waiter's number and returns what names the
 * operation, or minus a code. Cancelling the coroutine cancels the operation, never a refresh that it waits for.
 */
internal suspend fun NativeHandle.await(owner: Any, begin: (address: Long, id: Int) -> Long): Any {
    val waiter = Waiter(owner)
    try {
        suspendCancellableCoroutine<Unit> { continuation ->
            waiter.continuation = continuation
            val op = register(waiter) { id -> use { address -> begin(address, id) } }
            continuation.invokeOnCancellation { useOr(0) { Native.cancel(it, op) } }
        }
    } catch (cancelled: CancellationException) {
        waiter.abandon()
        throw cancelled
    }
    val outcome = waiter.take()
    if (outcome is Failure) throw CreditException.of(outcome)
    return outcome
}

/** As above for what cannot be cancelled: it goes on although nobody waits any more. 0 or a code comes from [begin]. */
internal suspend fun NativeHandle.awaitUncancellable(owner: Any, begin: (address: Long, id: Int) -> Int): Any {
    val waiter = Waiter(owner)
    suspendCancellableCoroutine<Unit> { continuation ->
        waiter.continuation = continuation
        register(waiter) { id -> use { address -> -begin(address, id).toLong() } }
    }
    val outcome = waiter.take()
    if (outcome is Failure) throw CreditException.of(outcome)
    return outcome
}

private inline fun register(waiter: Waiter, begin: (id: Int) -> Long): Long {
    val id = Registry.add(waiter)
    var begun = false
    try {
        val op = begin(id)
        if (op < 0) throw CreditException.of(CreditCode((-op).toInt()), "the call was refused")
        begun = true
        return op
    } finally {
        // When nothing was started nobody will answer.
        if (!begun) Registry.remove(id)
    }
}
