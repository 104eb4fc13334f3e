package com.aarthiklabs.credit.sample

import java.io.IOException
import java.net.URL
import java.security.KeyStore
import java.security.cert.CertificateFactory
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLSocketFactory
import javax.net.ssl.TrustManagerFactory
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.json.JSONObject

/** The app's own backend, for what the SDK does not ask of it: the address of the hosted page. */
class PartnerBackend(private val settings: SampleSettings) {
    /** The page with its one-time token. Wipe it after use. Throws [IOException]. */
    suspend fun embedUrl(): ByteArray = withContext(Dispatchers.IO) {
        val made = URL(settings.partnerUrl + "/api/credit/hosted-session").openConnection() as HttpsURLConnection
        try {
            settings.roots?.let { made.sslSocketFactory = trusting(it) }
            made.requestMethod = "POST"
            made.connectTimeout = TIMEOUT_MS
            made.readTimeout = TIMEOUT_MS
            made.instanceFollowRedirects = false
            made.setRequestProperty("Authorization", "Bearer " + settings.login)
            made.setRequestProperty("Content-Type", "application/json")
            made.doOutput = true
            val body = JSONObject().put("borrowerExternalID", settings.borrower).toString()
            made.outputStream.use { it.write(body.encodeToByteArray()) }
            if (made.responseCode != 200) throw IOException("the backend answered ${made.responseCode}")
            JSONObject(made.inputStream.use { it.reader().readText() }).getString("embedURL").encodeToByteArray()
        } finally {
            made.disconnect()
        }
    }

    private fun trusting(rootsPem: ByteArray): SSLSocketFactory {
        val store = KeyStore.getInstance(KeyStore.getDefaultType()).apply { load(null) }
        CertificateFactory.getInstance("X.509").generateCertificates(rootsPem.inputStream())
            .forEachIndexed { index, root -> store.setCertificateEntry("root-$index", root) }
        val managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(store) }
        return SSLContext.getInstance("TLS").apply { init(null, managers.trustManagers, null) }.socketFactory
    }

    private companion object {
        const val TIMEOUT_MS = 15_000
    }
}
