package com.aarthiklabs.credit

import kotlinx.coroutines.runBlocking

/**
 * What the native library calls, by name. None of these blocks unless the library called on its storage thread, and none runs
 * code of the app on the library's engine thread but loggers, clocks and background work.
 */
@CalledFromNative
internal object Upcalls {
    @JvmStatic @CalledFromNative
    fun exception(code: Int, httpStatus: Int, retryAfter: Long, texts: Array<ByteArray>?): Throwable =
        CreditException.of(Failure(code, httpStatus, retryAfter, texts))

    @JvmStatic @CalledFromNative
    fun done(id: Int) = answer(id, Unit)

    @JvmStatic @CalledFromNative
    fun failed(id: Int, code: Int, httpStatus: Int, retryAfter: Long, texts: Array<ByteArray>?) =
        answer(id, Failure(code, httpStatus, retryAfter, texts))

    @JvmStatic @CalledFromNative
    fun token(id: Int, value: ByteArray, expiresAt: Long, generation: Long, source: Int) =
        answer(id, CreditToken(value, expiresAt, generation, TokenSource.of(source)))

    @JvmStatic @CalledFromNative
    fun text(id: Int, text: ByteArray) = answer(id, text.decodeToString())

    @JvmStatic @CalledFromNative
    fun response(id: Int, status: Int, attempts: Int, body: ByteArray, texts: Array<ByteArray>) {
        fun text(index: Int) = texts[index].decodeToString()
        answer(id, CreditResponse(status, headersFrom(texts, 3), body, text(0), text(1), text(2), attempts))
    }

    @JvmStatic @CalledFromNative
    fun journey(id: Int, texts: Array<ByteArray>?) {
        fun text(index: Int) = texts!![index].decodeToString()
        answer(id, if (texts == null) NoJourney else Journey(text(0), text(1), text(2)))
    }

    @JvmStatic @CalledFromNative
    fun state(id: Int, state: Int, properties: Int, reason: Int, generation: Long, expiresAt: Long) {
        (Registry.find(id) as? StateObserver)?.changed(
            SessionState.of(state, properties, reason, generation, expiresAt),
        )
    }

    @JvmStatic @CalledFromNative
    fun released(id: Int) {
        val observer = Registry.find(id) as? StateObserver
        if (observer != null) {
            Registry.remove(id)
            return observer.finished()
        }
        when (val gone = PortUses.end(id)) {
            is TransportPort -> gone.released()
            is BackgroundPort -> gone.released()
        }
    }

    @JvmStatic @CalledFromNative
    fun load(id: Int, name: ByteArray, sink: Long): Int = port<SecureStore>(id).let { store ->
        val result = runBlocking { store.load(name.decodeToString()) }
        val record = result.record ?: return result.answer.number
        try {
            if (Native.sinkWrite(sink, record) != 0) StoreAnswer.TRANSIENT.number else result.answer.number
        } finally {
            record.fill(0)
        }
    }

    @JvmStatic @CalledFromNative
    fun replace(id: Int, name: ByteArray, record: ByteArray, writeSequence: Long): Int = try {
        runBlocking { port<SecureStore>(id).replace(name.decodeToString(), record, writeSequence).number }
    } finally {
        record.fill(0)
    }

    @JvmStatic @CalledFromNative
    fun erase(id: Int, name: ByteArray): Int = runBlocking { port<SecureStore>(id).erase(name.decodeToString()).number }

    @JvmStatic @CalledFromNative
    fun lock(id: Int, name: ByteArray): Int =
        runBlocking { port<SecureStore>(id).processLock!!.lock(name.decodeToString()).number }

    @JvmStatic @CalledFromNative
    fun unlock(id: Int, name: ByteArray) = runBlocking { port<SecureStore>(id).processLock!!.unlock(name.decodeToString()) }

    @JvmStatic @CalledFromNative
    fun fetchKey(id: Int, key: ByteArray): Int = port<SealingKey>(id).fetch(key).number

    @JvmStatic @CalledFromNative
    fun provide(id: Int, healing: Boolean, texts: Array<ByteArray>, call: Long) =
        PortCalls.provide(port(id), healing, texts, call)

    @JvmStatic @CalledFromNative
    fun partnerHeaders(id: Int, call: Long) = PortCalls.partnerHeaders(port(id), call)

    @JvmStatic @CalledFromNative
    fun startHttp(
        id: Int, body: ByteArray, texts: Array<ByteArray>, timeout: Long, maxReply: Long, fresh: Boolean, exchange: Long,
    ) = port<TransportPort>(id).start(exchange, body, texts, timeout, maxReply, fresh)

    @JvmStatic @CalledFromNative
    fun cancelHttp(id: Int, exchange: Long) = port<TransportPort>(id).cancel(exchange)

    @JvmStatic @CalledFromNative
    fun log(id: Int, level: Int, line: ByteArray) =
        port<CreditLogger>(id).log(LogLevel.entries[level.coerceIn(0, LogLevel.entries.size - 1)], line.decodeToString())

    @JvmStatic @CalledFromNative
    fun now(id: Int, out: LongArray) {
        val now = port<CreditClock>(id).now()
        out[0] = now.wallMillis
        out[1] = now.elapsedMillis
        out[2] = now.bootId
    }

    @JvmStatic @CalledFromNative
    fun beginBackground(id: Int): Long = port<BackgroundPort>(id).begin()

    @JvmStatic @CalledFromNative
    fun endBackground(id: Int, hold: Long) = port<BackgroundPort>(id).end(hold)

    private fun answer(id: Int, value: Any) {
        (Registry.remove(id) as? Waiter)?.answer(value)
    }

    private inline fun <reified T> port(id: Int): T = Registry.find(id) as T
}

/** There is no active journey; null cannot cross as an answer. */
internal object NoJourney

/** Whom state changes are told to. */
internal interface StateObserver {
    fun changed(state: SessionState)
    fun finished()
}
