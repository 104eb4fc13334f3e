package com.aarthiklabs.credit

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

/**
 * What the native library knows by a number: calls that wait, observers, ports. Numbers instead of global references: there
 * are at most 51,200 of those on Android, and one that is forgotten is a leak that nobody sees.
 */
internal object Registry {
    private val next = AtomicInteger()
    private val entries = ConcurrentHashMap<Int, Any>()

    val size: Int get() = entries.size

    fun add(entry: Any): Int {
        while (true) {
            val id = next.incrementAndGet() and Int.MAX_VALUE
            if (id != 0 && entries.putIfAbsent(id, entry) == null) return id
        }
    }

    fun find(id: Int): Any? = entries[id]

    fun remove(id: Int): Any? = entries.remove(id)
}
