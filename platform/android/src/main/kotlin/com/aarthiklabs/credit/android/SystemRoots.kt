package com.aarthiklabs.credit.android

import android.util.Base64
import com.aarthiklabs.credit.CreditCode
import com.aarthiklabs.credit.CreditException
import java.security.GeneralSecurityException
import java.security.KeyStore
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * The certificate authorities that Android trusts, for the built-in transport. Those that a user or an administrator added are
 * left out: whoever talks somebody into installing one could read along. What a user switched off is left out, too.
 */
public object SystemRoots {
    private const val STORE = "AndroidCAStore"
    private const val SYSTEM = "system:"
    @Volatile private var known: ByteArray? = null

    /** PEM. Read once per process, away from the main thread. Throws [CreditException.Usage] when there are none. */
    public suspend fun pem(): ByteArray = known?.clone() ?: withContext(Dispatchers.IO) { read().also { known = it }.clone() }

    internal fun forget() {
        known = null
    }

    private fun read(): ByteArray {
        val pem = StringBuilder()
        try {
            val store = KeyStore.getInstance(STORE).apply { load(null) }
            for (alias in store.aliases()) {
                if (!alias.startsWith(SYSTEM)) continue
                val certificate = store.getCertificate(alias) ?: continue
                pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.encodeToString(certificate.encoded, Base64.DEFAULT))
                    .append("-----END CERTIFICATE-----\n")
            }
        } catch (failed: GeneralSecurityException) {
            throw CreditException.of(CreditCode.CONFIG_INVALID, "the system's certificate authorities cannot be read")
        }
        if (pem.isEmpty()) throw CreditException.of(CreditCode.CONFIG_INVALID, "the system trusts no certificate authority")
        return pem.toString().encodeToByteArray()
    }
}
