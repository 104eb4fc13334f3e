package com.aarthiklabs.credit

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch

/** Runs the app's suspending ports away from the library's threads. Nothing cancels it: an answer is always owed. */
private val portScope = CoroutineScope(SupervisorJob() + Dispatchers.IO)

internal object PortCalls {
    fun provide(provider: SessionProvider, healing: Boolean, texts: Array<ByteArray>, call: Long) {
        fun text(index: Int) = texts[index].decodeToString()
        val request = SessionProviderRequest(text(0), text(1), texts[2], text(3), text(4), healing)
        val owed = Owed { code, message -> Native.providerFail(call, code, message) }
        portScope.launch {
            owed.answer {
                val json = try {
                    provider.provide(request)
                } finally {
                    request.profileJson.fill(0)
                }
                owed.settle { Native.providerComplete(call, json) }
                json.fill(0)
            }
        }
    }

    fun partnerHeaders(auth: PartnerAuth, call: Long) {
        val owed = Owed { code, message -> Native.partnerFail(call, code, message) }
        portScope.launch {
            owed.answer {
                val headers = headerBytes(auth.headers())
                owed.settle { Native.partnerComplete(call, headers) }
                headers.forEach { it?.fill(0) }
            }
        }
    }
}

/** An answer that is given exactly once, whatever the app's code does. */
private class Owed(private val fail: (code: Int, message: ByteArray) -> Unit) {
    private val given = AtomicBoolean()

    fun settle(give: () -> Unit) {
        if (given.compareAndSet(false, true)) give()
    }

    suspend fun answer(block: suspend () -> Unit) {
        try {
            block()
        } catch (said: PortException) {
            settle { fail(said.code.value, (said.message ?: "").encodeToByteArray()) }
        } catch (other: Throwable) {
            // The class only: the message of an exception we do not know may hold anything.
            settle { fail(CreditCode.PROVIDER_FAILED.value, other.javaClass.simpleName.encodeToByteArray()) }
        }
    }
}

/** A transport in use: its exchanges that are under way. */
internal class TransportPort(private val transport: Transport) {
    private val jobs = ConcurrentHashMap<Long, Job>()

    fun start(address: Long, body: ByteArray, texts: Array<ByteArray>, timeout: Long, maxReply: Long, fresh: Boolean) {
        val exchange = Exchange(address)
        val request = TransportRequest(
            exchange, texts[0].decodeToString(), texts[1].decodeToString(), headersFrom(texts, 2), body, timeout,
            maxReply, fresh,
        )
        // Lazily, so that it is in the table before it can end.
        val job = portScope.launch(start = CoroutineStart.LAZY) { run(exchange, request) }
        jobs[address] = job
        job.invokeOnCompletion {
            jobs.remove(address, job)
            // Cancelled before it began: then nothing else has answered.
            exchange.fail(TransportException.Failure.CANCELLED, exchange.maybeSent, "cancelled")
            body.fill(0)
        }
        job.start()
    }

    fun cancel(address: Long) {
        jobs[address]?.cancel()
    }

    fun released() = jobs.values.forEach { it.cancel() }

    private suspend fun run(exchange: Exchange, request: TransportRequest) {
        try {
            exchange.complete(transport.perform(request))
        } catch (said: TransportException) {
            exchange.fail(said.failure, said.maybeSent, said.detail)
        } catch (cancelled: kotlinx.coroutines.CancellationException) {
            exchange.fail(TransportException.Failure.CANCELLED, exchange.maybeSent, "cancelled")
            throw cancelled
        } catch (other: Throwable) {
            exchange.fail(TransportException.Failure.INTERRUPTED, exchange.maybeSent, other.javaClass.simpleName)
        }
    }
}
