package com.aarthiklabs.credit

/**
 * The numbers of ports. The library takes two configurations for the same when their ports have the same numbers, so one object
 * of the app's has one number for as long as any configuration or session uses it.
 */
internal object PortUses {
    /** The very object, whatever it holds to be equal. */
    private class Key(val kind: PortKind, val port: Any) {
        override fun equals(other: Any?): Boolean = other is Key && other.kind == kind && other.port === port
        override fun hashCode(): Int = System.identityHashCode(port)
    }

    private class Use(val key: Key, val id: Int, var count: Int)

    private val byPort = HashMap<Key, Use>()
    private val byId = HashMap<Int, Use>()

    /** One use more. [entry] makes what the upcalls find under the number. */
    @Synchronized
    fun begin(kind: PortKind, port: Any, entry: () -> Any): Int {
        val key = Key(kind, port)
        val use = byPort.getOrPut(key) { Use(key, Registry.add(entry()), 0).also { byId[it.id] = it } }
        use.count += 1
        return use.id
    }

    /** One use less. Returns the entry if it was the last one. */
    @Synchronized
    fun end(id: Int): Any? {
        val use = byId[id] ?: return null
        use.count -= 1
        if (use.count > 0) return null
        byId.remove(id)
        byPort.remove(use.key)
        return Registry.remove(id)
    }
}
