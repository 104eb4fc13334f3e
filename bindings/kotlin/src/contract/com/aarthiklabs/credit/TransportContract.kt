package com.aarthiklabs.credit

import com.aarthiklabs.credit.android.OkHttpTransport
import java.security.KeyStore
import java.security.cert.CertificateException
import java.security.cert.CertificateFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509TrustManager
import kotlin.system.exitProcess
import okhttp3.OkHttpClient

/** A transport under the contract, and what it does not keep of it. */
internal class Guest(val name: String, val exceptions: Map<String, String>, val make: (X509TrustManager?) -> Transport)

/**
 * Runs the contract that libcurl keeps (tests/contract) on a transport of the Kotlin package. What one does not keep stands in
 * its list with the reason; a test of a list that passes fails the run.
 */
internal object TransportContract {
    private lateinit var guest: Guest

    @JvmStatic private external fun run(texts: Array<ByteArray>): Int

    /** A fresh transport that trusts these roots; null: the system's. Returns its number, as a port has one. */
    @JvmStatic
    fun made(roots: ByteArray?): Int {
        val transport = guest.make(roots?.let(::trustOnly))
        return PortUses.begin(PortKind.TRANSPORT, transport) { TransportPort(transport) }
    }

    fun judge(of: Guest): Int {
        guest = of
        // Loads the library as any program does.
        NativeLibrary.version()
        val texts = listOf(of.name) + of.exceptions.flatMap { (test, reason) -> listOf(test, reason) }
        return run(Array(texts.size) { texts[it].encodeToByteArray() })
    }

    private fun trustOnly(pem: ByteArray): X509TrustManager {
        val store = KeyStore.getInstance(KeyStore.getDefaultType()).apply { load(null) }
        try {
            CertificateFactory.getInstance("X.509").generateCertificates(pem.inputStream())
                .forEachIndexed { index, root -> store.setCertificateEntry("root-$index", root) }
        } catch (unreadable: CertificateException) {
            // Nobody is trusted then.
        }
        val managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(store) }
        return managers.trustManagers.filterIsInstance<X509TrustManager>().first()
    }
}

private fun contextOf(trust: X509TrustManager): SSLContext =
    SSLContext.getInstance("TLS").apply { init(null, arrayOf(trust), null) }

private const val HEADERS_TOLD_AS_CUT = "the client ends a reply with such headers as it ends one that was cut: interrupted"

private val guests = listOf(
    Guest("HttpUrlConnection", mapOf(
        "R15_kept_connections_are_used_again_and_fresh_ones_never" to "each exchange has a connection of its own",
        "R15_mutation_without_idempotency_key_is_delivered_once" to "OpenJDK's client does not know PATCH; Android's does",
        "every_method_arrives_with_its_body" to "OpenJDK's client does not know PATCH; Android's does",
        "connection_closed_within_the_headers" to "OpenJDK takes the end of the connection for the end of the headers",
        "interim_replies_and_trailers_do_not_mix_with_the_headers" to "OpenJDK takes a 103 for the reply: told as interrupted",
        "many_headers_are_refused" to HEADERS_TOLD_AS_CUT,
        "one_long_header_is_refused" to HEADERS_TOLD_AS_CUT,
        "large_trailers_are_refused" to "OpenJDK reads trailers without a limit; the request's time ends it: a timeout",
    )) { trust -> HttpUrlConnectionTransport(trust?.let { contextOf(it).socketFactory }) },
    Guest("OkHttp", mapOf(
        "path_is_sent_as_given" to "OkHttp resolves dot segments; a request with such a path is refused unsent",
        "many_headers_are_refused" to HEADERS_TOLD_AS_CUT,
        "one_long_header_is_refused" to HEADERS_TOLD_AS_CUT,
        "large_trailers_are_refused" to HEADERS_TOLD_AS_CUT,
    )) { trust ->
        val client = OkHttpClient.Builder()
        if (trust != null) client.sslSocketFactory(contextOf(trust).socketFactory, trust)
        OkHttpTransport(client.build())
    },
)

/** The transport's name is the argument; the exit status is the run's. */
fun main(arguments: Array<String>) {
    val wanted = guests.firstOrNull { it.name == arguments.firstOrNull() }
    if (wanted == null) {
        System.err.println("which transport? " + guests.joinToString { it.name })
        exitProcess(2)
    }
    exitProcess(TransportContract.judge(wanted))
}
