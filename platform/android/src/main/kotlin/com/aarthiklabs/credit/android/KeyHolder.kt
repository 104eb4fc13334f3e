package com.aarthiklabs.credit.android

import java.io.IOException
import java.nio.ByteBuffer
import java.security.SecureRandom

/** What the key store has to know about the app that asks. */
internal class Installation(val packageName: String, val environment: String, val installedAt: Long, val process: Long) {
    fun alias(id: Long): String = "com.aarthiklabs.credit.$environment." + id.toULong().toString(16).padStart(16, '0')

    /** Bound to what was sealed: a file of another app or environment does not open. */
    fun context(id: Long): ByteArray = "credit sealing key v1|$packageName|$environment|$id".encodeToByteArray()
}

/**
 * The sealing key of one environment in this process: made once, unwrapped once, then handed out from memory that the garbage
 * collector does not copy. One caller at a time; blocks.
 */
internal class KeyHolder(
    private val folders: Folders,
    private val installation: Installation,
    private val keystore: DeviceKeystore,
    private val isUnlocked: () -> Boolean,
) {
    private val files = KeyFiles(folders.home)
    private val random = SecureRandom()
    private var held: ByteBuffer? = null
    private var lost: KeyTrouble? = null

    /** Writes the key to [out], or throws [KeyException]. */
    @Synchronized
    fun fetch(out: ByteArray, strongBox: Boolean) {
        held?.let { return copy(it, out) }
        lost?.let { throw KeyException(it) }
        if (!isUnlocked()) throw KeyException(KeyTrouble.USER_LOCKED)
        try {
            val key = explained { files.locked { find(strongBox) } }
            copy(keep(key), out)
        } catch (failed: KeyException) {
            if (failed.trouble.isFinal && failed.proved) lost = failed.trouble
            throw failed
        }
    }

    /** Keeps what is left of a lost key and its records in a folder of its own; the next [fetch] makes a key. */
    @Synchronized
    fun startOver() {
        val why = lost ?: return
        explained {
            files.locked {
                // Another process may have been here first: what it began anew is not touched.
                if (isStillLost(why)) files.setAside(folders.records, why.name.lowercase())
            }
        }
        lost = null
    }

    private fun isStillLost(why: KeyTrouble): Boolean = try {
        explained { find(false) }.fill(0)
        false
    } catch (failed: KeyException) {
        if (!failed.trouble.isFinal && why.isFinal) throw failed
        true
    }

    private fun find(strongBox: Boolean): ByteArray = when (val there = files.read()) {
        is KeyOnDisk.Found -> open(there)
        KeyOnDisk.Absent -> if (folders.hasRecords()) throw KeyException(KeyTrouble.MISSING) else make(strongBox)
        KeyOnDisk.Damaged -> throw doubted(KeyTrouble.DAMAGED)
    }

    private fun open(there: KeyOnDisk.Found): ByteArray {
        val alias = installation.alias(there.key.id)
        try {
            if (!keystore.holds(alias)) throw noSuchKey(there.key)
            val key = keystore.unwrap(alias, there.key.wrapped, installation.context(there.key.id))
            if (key.size != DeviceKeystore.KEY_BYTES) throw doubted(KeyTrouble.UNDECIPHERABLE)
            files.trust()
            if (!there.otherIsGood) files.write(there.key)
            return key
        } catch (refused: KeystoreRefusal) {
            throw when (refused.failure) {
                KeystoreFailure.NO_SUCH_KEY -> noSuchKey(there.key)
                KeystoreFailure.BAD_TAG -> doubted(KeyTrouble.UNDECIPHERABLE)
                else -> refused
            }
        }
    }

    private fun make(strongBox: Boolean): ByteArray {
        val id = random.nextLong()
        val alias = installation.alias(id)
        val context = installation.context(id)
        keystore.create(alias, strongBox)
        val key = ByteArray(DeviceKeystore.KEY_BYTES).also(random::nextBytes)
        val wrapped = keystore.wrap(alias, key, context)
        // Before anything is sealed with it: some key stores do not give back what they took.
        if (!WrappedKey.fits(wrapped) || !keystore.unwrap(alias, wrapped, context).contentEquals(key))
            throw KeyException(KeyTrouble.BUSY)
        files.write(WrappedKey(id, installation.installedAt, wrapped))
        return key
    }

    // The key store's "no" is believed once it has shown that it works.
    private fun noSuchKey(key: WrappedKey): KeyException {
        if (!keystore.works()) return KeyException(KeyTrouble.BUSY)
        return KeyException(if (key.installedAt == installation.installedAt) KeyTrouble.GONE else KeyTrouble.RESTORED)
    }

    // Nothing but a bad look so far: it counts when it is the same at another start of the process, with a key store that works.
    private fun doubted(trouble: KeyTrouble): KeyException {
        if (!keystore.works()) return KeyException(KeyTrouble.BUSY)
        return if (files.wasDoubted(installation.process)) KeyException(trouble) else KeyException(trouble, proved = false)
    }

    private fun <T> explained(block: () -> T): T = try {
        block()
    } catch (failed: IOException) {
        throw KeyException(KeyTrouble.DISK)
    } catch (refused: KeystoreRefusal) {
        throw KeyException(
            when (refused.failure) {
                KeystoreFailure.LOCKED -> KeyTrouble.USER_LOCKED
                KeystoreFailure.REFUSED -> KeyTrouble.REFUSED
                KeystoreFailure.INVALIDATED -> KeyTrouble.INVALIDATED
                else -> KeyTrouble.BUSY
            },
        )
    }

    private fun keep(key: ByteArray): ByteBuffer = ByteBuffer.allocateDirect(key.size).also {
        // Not flip(): what Java 9 made of it does not exist before Android 14.
        it.duplicate().put(key)
        key.fill(0)
        held = it
    }

    private fun copy(from: ByteBuffer, out: ByteArray) {
        from.duplicate().get(out)
    }
}
