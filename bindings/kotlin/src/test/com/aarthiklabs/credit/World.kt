package com.aarthiklabs.credit

import java.io.File
import java.net.HttpURLConnection
import java.net.URL
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyStore
import java.security.cert.CertificateFactory
import java.util.concurrent.TimeUnit
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLSocketFactory
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509TrustManager
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

/** One of the sample servers as a process. Its first line says where it listens. */
class Server(program: String, arguments: List<String>, environment: Map<String, String>) : AutoCloseable {
    private val process: Process
    val ready: String

    init {
        val builder = ProcessBuilder(listOf("${programs}/$program") + arguments)
        builder.environment().putAll(environment)
        builder.redirectError(ProcessBuilder.Redirect.DISCARD)
        process = builder.start()
        ready = process.inputStream.bufferedReader().readLine() ?: error("$program did not start")
    }

    fun said(name: String): String = field(ready, name)

    override fun close() {
        process.destroy()
        if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly()
    }

    companion object {
        val programs: String = System.getProperty("credit.test.programs")
    }
}

fun field(json: String, name: String): String =
    Regex("\"$name\":\\s*\"?([^\",}]*)").find(json)?.groupValues?.get(1) ?: error("no $name in the answer")

/** Sandbox, partner backend and a folder for the store: everything over TLS on loopback. */
class World(vararg sandboxArguments: String) : AutoCloseable {
    val folder: Path = Files.createTempDirectory("credit-kotlin-")
    private val sandbox = Server(
        "credit-sandbox", listOf("--ca-dir", "$folder/ca") + sandboxArguments, mapOf("CREDIT_SANDBOX_API_KEYS" to KEY),
    )
    val partner = Server(
        "credit-partner-backend",
        listOf("--ca-dir", "$folder/ca", "--platform-ca-file", sandbox.said("ca_file"), "--user", "app-1=$BORROWER",
            "--admin-port", "0"),
        mapOf("PLATFORM_BASE_URL" to sandbox.said("url"), "PLATFORM_API_KEY" to KEY),
    )
    val platformUrl: String get() = sandbox.said("url")
    val partnerUrl: String get() = partner.said("url")
    val roots: ByteArray = File(sandbox.said("ca_file")).readBytes()

    private val ownFolder: CreditConfiguration.Builder.() -> Unit = {
        storageDirectory("$folder/store")
        storageKey(ByteArray(32) { 7 })
    }

    /** [trust]: the built-in transport gets the sandbox's roots; a transport of the test's own keeps its own. */
    fun configuration(
        trust: Boolean = true,
        storage: CreditConfiguration.Builder.() -> Unit = ownFolder,
        more: CreditConfiguration.Builder.() -> Unit = {},
    ): CreditConfiguration =
        creditConfiguration(CreditEnvironment.TEST, platformUrl) {
            partnerUrl(partnerUrl)
            partnerAuth { listOf(CreditHeader("Authorization", "Bearer app-1")) }
            storage()
            if (trust) tls(roots)
            policy(CreditPolicy(healSpreadMillis = 1))
            more()
        }

    /** Opens, runs, closes. */
    fun live(
        more: CreditConfiguration.Builder.() -> Unit = {},
        trust: Boolean = true,
        storage: CreditConfiguration.Builder.() -> Unit = ownFolder,
        test: suspend CoroutineScope.(CreditSession) -> Unit,
    ) = patiently { configuration(trust, storage, more).use { made -> CreditSession(made, BORROWER).use { test(it) } } }

    fun admin(method: String, path: String, body: String? = if (method == "POST") "{}" else null): String =
        http(method, sandbox.said("admin_url") + path, body)
    fun partnerAdmin(method: String, path: String, body: String? = null): String =
        http(method, partner.said("admin_url") + path, body)

    fun fault(json: String) = admin("POST", "/faults", json)
    fun counter(name: String): Int = field(admin("GET", "/ledger").substringAfter("\"counters\""), name).toInt()

    /** Waits until so many requests are held back by the sandbox. */
    fun awaitHeld(count: Int) {
        val until = System.nanoTime() + 20_000_000_000
        while (field(admin("GET", "/holds"), "held").toInt() < count) {
            check(System.nanoTime() < until) { "the sandbox holds less than $count requests back" }
        }
    }

    /** Every token that was ever issued. */
    fun tokens(): List<String> =
        Regex("\"token\":\\s*\"([^\"]+)\"").findAll(admin("GET", "/ledger")).map { it.groupValues[1] }.toList()

    override fun close() {
        partner.close()
        sandbox.close()
        folder.toFile().deleteRecursively()
    }

    companion object {
        const val KEY = "sk_test_kotlin"
        const val BORROWER = "borrower-1"
    }
}

/** An accepted call, so that no breaker opens, and then the platform's no: the next token takes a refresh. */
suspend fun makeStale(session: CreditSession) {
    check(session.send(CreditRequest("GET", "/api/v1/headless/journeys")).status == 200)
    session.reject(session.token().use { it.generation })
}

/** A test hangs for a minute at most. */
fun <T> patiently(test: suspend CoroutineScope.() -> T): T = runBlocking { withTimeout(60.seconds, test) }

/** Nothing that a test began may be left: operations, observers and ports end on the library's threads. */
fun assertNothingLeft() {
    val until = System.nanoTime() + 20_000_000_000
    while (NativeLibrary.liveObjects() != 0L || Registry.size != 0) {
        check(System.nanoTime() < until) { "${NativeLibrary.liveObjects()} objects, ${Registry.size} entries are left" }
        // A builder that refused its settings is nobody's to close.
        System.gc()
        NativeHandle.reap()
    }
}

fun http(method: String, url: String, body: String? = null, roots: ByteArray? = null): String {
    val connection = URL(url).openConnection() as HttpURLConnection
    if (roots != null) {
        (connection as HttpsURLConnection).sslSocketFactory = trusting(roots)
        connection.setRequestProperty("Authorization", "Bearer app-1")
    }
    connection.requestMethod = method
    if (body != null) {
        connection.doOutput = true
        connection.outputStream.use { it.write(body.encodeToByteArray()) }
    }
    val status = connection.responseCode
    val text = (if (status < 400) connection.inputStream else connection.errorStream).use { it.reader().readText() }
    check(status == 200) { "$method: $status $text" }
    return text
}

/** TLS that trusts these roots and no others. */
fun trusting(rootsPem: ByteArray): SSLSocketFactory =
    SSLContext.getInstance("TLS").apply { init(null, arrayOf(trustManager(rootsPem)), null) }.socketFactory

fun trustManager(rootsPem: ByteArray): X509TrustManager {
    val store = KeyStore.getInstance(KeyStore.getDefaultType()).apply { load(null) }
    CertificateFactory.getInstance("X.509").generateCertificates(rootsPem.inputStream())
        .forEachIndexed { index, root -> store.setCertificateEntry("root-$index", root) }
    val managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm()).apply { init(store) }
    return managers.trustManagers.filterIsInstance<X509TrustManager>().first()
}

/** The same seed, the same storm; it is printed when a test fails. */
fun seeded(seed: Int = 20260305): Random = Random(seed)

/** The body of a new journey. */
const val JOURNEY: String = """{"type":"PERSONAL_LOAN"}"""
