package com.aarthiklabs.credit.android

import android.os.Build
import android.os.SystemClock
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import java.security.KeyStore
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/** What was sealed, and with which nonce. */
internal class Wrapped(val nonce: ByteArray, val sealed: ByteArray)

/**
 * AES-256-GCM keys in AndroidKeyStore: without user authentication, usable while the screen is locked. One operation at a time
 * in this process, because the key store evicts operations under load; each is tried again as the failure says.
 */
internal class DeviceKeystore(private val pause: (Long) -> Unit = SystemClock::sleep) {
    /** False is a fact only if [works]. */
    fun holds(alias: String): Boolean = operation { store().containsAlias(alias) }

    fun create(alias: String, strongBox: Boolean) {
        if (strongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            try {
                return operation { generate(alias, true) }
            } catch (refused: KeystoreRefusal) {
                // Absent, full, or broken: the trusted environment has the same key, only in another chip.
                if (refused.failure == KeystoreFailure.LOCKED) throw refused
            }
        }
        operation { generate(alias, false) }
    }

    fun wrap(alias: String, secret: ByteArray, context: ByteArray): Wrapped = operation {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.ENCRYPT_MODE, key(alias))
        cipher.updateAAD(context)
        Wrapped(cipher.iv, cipher.doFinal(secret))
    }

    fun unwrap(alias: String, wrapped: Wrapped, context: ByteArray): ByteArray = operation {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, key(alias), GCMParameterSpec(TAG_BITS, wrapped.nonce))
        cipher.updateAAD(context)
        cipher.doFinal(wrapped.sealed)
    }

    /** Whether the key store can make, use and forget a key right now: what it says is then believed. */
    fun works(): Boolean {
        val alias = "com.aarthiklabs.credit.probe"
        return try {
            create(alias, false)
            val context = ByteArray(1)
            unwrap(alias, wrap(alias, ByteArray(KEY_BYTES), context), context).size == KEY_BYTES
        } catch (refused: KeystoreRefusal) {
            false
        } finally {
            runCatching { operation { store().deleteEntry(alias) } }
        }
    }

    private fun store(): KeyStore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    private fun key(alias: String): SecretKey =
        store().getKey(alias, null) as? SecretKey ?: throw NullPointerException("the key store gave no key")

    private fun generate(alias: String, strongBox: Boolean) {
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setKeySize(KEY_BYTES * 8)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
        if (strongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) spec.setIsStrongBoxBacked(true)
        KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).apply { init(spec.build()) }.generateKey()
    }

    private fun <T> operation(block: () -> T): T {
        var wait = FIRST_PAUSE_MS
        for (attempt in 1..TRIES) {
            try {
                return synchronized(ONE_AT_A_TIME) { block() }
            } catch (failed: Exception) {
                val failure = KeystoreFailure.of(failed)
                // A bad tag, too, comes from a key store in trouble now and then.
                val again = failure == KeystoreFailure.PASSING || failure == KeystoreFailure.BAD_TAG
                if (!again || attempt == TRIES || isWithoutStrongBox(failed)) throw KeystoreRefusal(failure, failed)
                pause(wait)
                wait *= PAUSE_FACTOR
            }
        }
        throw IllegalStateException("unreachable")
    }

    private fun isWithoutStrongBox(failed: Exception): Boolean =
        Build.VERSION.SDK_INT >= Build.VERSION_CODES.P && failed is StrongBoxUnavailableException

    companion object {
        const val KEY_BYTES: Int = 32
        private const val PROVIDER = "AndroidKeyStore"
        private const val TRANSFORMATION = "AES/GCM/NoPadding"
        private const val TAG_BITS = 128
        private const val TRIES = 4
        private const val FIRST_PAUSE_MS = 50L
        private const val PAUSE_FACTOR = 4L
        private val ONE_AT_A_TIME = Any()
    }
}
