package com.aarthiklabs.credit

import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.util.Collections
import java.util.concurrent.atomic.AtomicInteger

/**
 * One reference to a native object. Closing waits for nobody: whoever is using it keeps it alive, and the last one out
 * releases it. What was never closed is released after its owner was collected, when the next handle is made.
 */
internal class NativeHandle private constructor(
    private val address: Long,
    private val release: (Long) -> Unit,
) {
    // Users, plus one while it is open. Below zero is never seen.
    private val users = AtomicInteger(1)
    @Volatile private var closed = false
    private var leash: Leash? = null

    val isClosed: Boolean get() = closed

    fun close() {
        synchronized(this) {
            if (closed) return
            closed = true
        }
        leash?.drop()
        leave()
    }

    /** Runs [block] with the address, or returns [otherwise] when closed. */
    inline fun <T> useOr(otherwise: T, block: (Long) -> T): T {
        if (!enter()) return otherwise
        try {
            return block(address)
        } finally {
            leave()
        }
    }

    inline fun <T> use(block: (Long) -> T): T {
        if (!enter()) throw CreditException.of(CreditCode.SESSION_SPENT, "this object was closed")
        try {
            return block(address)
        } finally {
            leave()
        }
    }

    private fun enter(): Boolean {
        while (true) {
            val seen = users.get()
            if (seen == 0 || closed) return false
            if (users.compareAndSet(seen, seen + 1)) return true
        }
    }

    private fun leave() {
        if (users.decrementAndGet() == 0) release(address)
    }

    /** Closes the handle when its owner is collected. It must not know the owner. */
    private class Leash(owner: Any, private val handle: NativeHandle) : PhantomReference<Any>(owner, collected) {
        fun drop() {
            leashes.remove(this)
            clear()
        }

        fun pull() = handle.close()
    }

    companion object {
        private val collected = ReferenceQueue<Any>()
        private val leashes = Collections.synchronizedSet(HashSet<Leash>())

        fun of(address: Long, release: (Long) -> Unit): NativeHandle = NativeHandle(address, release)

        /** From now on the handle lives at most as long as this owner, and no earlier one counts. */
        fun tie(handle: NativeHandle, owner: Any) {
            reap()
            handle.leash?.drop()
            handle.leash = Leash(owner, handle).also(leashes::add)
        }

        fun reap() {
            while (true) (collected.poll() as? Leash ?: return).pull()
        }
    }
}
