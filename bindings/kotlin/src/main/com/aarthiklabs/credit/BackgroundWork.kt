package com.aarthiklabs.credit

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicLong

/**
 * Keeps the process running while tokens are renewed and stored: a wake lock, a short foreground service or a job of the app's
 * own. Any thread, the library's engine too; must not block.
 *
 * [begin] returns what ends the work when it is closed, once, or null when the system refuses: a renewal that can wait then
 * waits until somebody needs a token. An exception counts as a refusal. From Java: a lambda that returns an AutoCloseable.
 */
public fun interface BackgroundWork {
    public fun begin(): AutoCloseable?
}

/** Background work in use: what was begun and has not ended. The native library knows it by a number, 0 being a refusal. */
internal class BackgroundPort(private val work: BackgroundWork) {
    private val next = AtomicLong()
    private val begun = ConcurrentHashMap<Long, AutoCloseable>()

    fun begin(): Long {
        val hold = work.begin() ?: return 0
        return next.incrementAndGet().also { begun[it] = hold }
    }

    fun end(number: Long) {
        begun.remove(number)?.close()
    }

    /** Work that nobody will end any more would keep the process awake for ever. */
    fun released() = begun.keys.forEach { number -> runCatching { end(number) } }
}
