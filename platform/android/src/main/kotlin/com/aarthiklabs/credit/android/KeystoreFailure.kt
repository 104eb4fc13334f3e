package com.aarthiklabs.credit.android

import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.UserNotAuthenticatedException
import java.security.GeneralSecurityException
import java.security.ProviderException
import javax.crypto.AEADBadTagException

/** What an exception of AndroidKeyStore means. Only two of these say anything about the key. */
internal enum class KeystoreFailure {
    /** Try again in a moment. */
    PASSING,
    /** It passes, but not in a moment: after a reboot, with a network. */
    LATER,
    LOCKED,
    REFUSED,
    /** A fact: this key is no good any more. */
    INVALIDATED,
    /** A fact, if the key store works otherwise. */
    NO_SUCH_KEY,
    /** Another key, damaged bytes, or a sick key store. */
    BAD_TAG;

    companion object {
        private const val DEPTH = 8

        fun of(failed: Throwable): KeystoreFailure {
            val causes = generateSequence(failed) { it.cause }.take(DEPTH).toList()
            if (causes.any { it is KeyPermanentlyInvalidatedException }) return INVALIDATED
            if (causes.any { it is UserNotAuthenticatedException }) return LOCKED
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
                causes.firstNotNullOfOrNull { it as? KeyStoreException }?.let { return ofSystem(it) }
            }
            return ofClass(causes)
        }

        // The key store's own words, from Android 13 on.
        private fun ofSystem(failed: KeyStoreException): KeystoreFailure = when (failed.numericErrorCode) {
            KeyStoreException.ERROR_KEY_DOES_NOT_EXIST -> NO_SUCH_KEY
            KeyStoreException.ERROR_KEY_CORRUPTED -> INVALIDATED
            KeyStoreException.ERROR_KEYSTORE_UNINITIALIZED -> LOCKED
            KeyStoreException.ERROR_PERMISSION_DENIED, KeyStoreException.ERROR_UNIMPLEMENTED,
            KeyStoreException.ERROR_INCORRECT_USAGE -> REFUSED
            else -> when {
                failed.requiresUserAuthentication() -> LOCKED
                failed.isTransientFailure &&
                    failed.retryPolicy == KeyStoreException.RETRY_WITH_EXPONENTIAL_BACKOFF -> PASSING
                // With a network, after a reboot, or a daemon that broke: hammering it does not help.
                else -> LATER
            }
        }

        // Before that the class is all there is, and vendors throw what they like: nothing of it is a fact.
        private fun ofClass(causes: List<Throwable>): KeystoreFailure = when {
            causes.any { it is AEADBadTagException } -> BAD_TAG
            causes.any { it is GeneralSecurityException || it is ProviderException } -> PASSING
            causes.any { it is IllegalStateException || it is NullPointerException } -> PASSING
            else -> REFUSED
        }
    }
}

internal class KeystoreRefusal(val failure: KeystoreFailure, cause: Throwable) : Exception(failure.name, cause)
