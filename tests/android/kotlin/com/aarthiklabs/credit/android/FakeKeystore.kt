package com.aarthiklabs.credit.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.StrongBoxUnavailableException
import java.io.File
import java.io.InputStream
import java.io.OutputStream
import java.security.AlgorithmParameters
import java.security.InvalidKeyException
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import javax.crypto.Cipher
import javax.crypto.CipherSpi
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/** What happens inside AndroidKeyStore. */
enum class KeystoreStep { LOOK, GET, GENERATE, ENCRYPT, DECRYPT }

/**
 * Plays AndroidKeyStore: keys that never leave it, one set per device, and its documented failures on order. What seals is the
 * JDK's AES-GCM, so tags are real.
 */
object FakeKeystore {
    val keys: MutableMap<String, ByteArray> = ConcurrentHashMap()
    val specs: MutableMap<String, KeyGenParameterSpec> = ConcurrentHashMap()
    val steps: MutableList<KeystoreStep> = Collections.synchronizedList(ArrayList())
    val pauses: MutableList<Long> = Collections.synchronizedList(ArrayList())
    private val orders = ConcurrentHashMap<KeystoreStep, ConcurrentLinkedQueue<() -> Throwable>>()
    private val always = ConcurrentHashMap<KeystoreStep, () -> Throwable>()
    private val inside = AtomicInteger()
    @Volatile var mostInside = 0
    @Volatile var hasStrongBox = false
    @Volatile var garbles = false

    /** Where the device keeps its keys for several processes; null: this one is alone. */
    @Volatile var device: File? = null

    fun reset() {
        keys.clear()
        specs.clear()
        steps.clear()
        pauses.clear()
        orders.clear()
        always.clear()
        mostInside = 0
        hasStrongBox = false
        garbles = false
        device = null
        Security.removeProvider(NAME)
        Security.insertProviderAt(FakeProvider(), 1)
        KeystoreSealingKey.keystore = { DeviceKeystore { pauses.add(it) } }
        KeystoreSealingKey.forgetProcess()
    }

    fun remove() {
        Security.removeProvider(NAME)
    }

    /** The next [times] such steps fail so. */
    fun failNext(step: KeystoreStep, times: Int = 1, how: () -> Throwable) {
        repeat(times) { orders.getOrPut(step) { ConcurrentLinkedQueue() }.add(how) }
    }

    fun failAlways(step: KeystoreStep, how: () -> Throwable) {
        always[step] = how
    }

    fun heal() {
        orders.clear()
        always.clear()
    }

    internal fun keyOf(alias: String): ByteArray? =
        device?.let { File(it, alias).takeIf(File::isFile)?.readBytes() } ?: keys[alias]

    internal fun keep(alias: String, key: ByteArray) {
        keys[alias] = key
        val there = device ?: return
        val fresh = File.createTempFile("fresh", "", there)
        fresh.writeBytes(key)
        check(fresh.renameTo(File(there, alias)))
    }

    internal fun forget(alias: String) {
        keys.remove(alias)
        device?.let { File(it, alias).delete() }
    }

    internal fun <T> step(step: KeystoreStep, block: () -> T): T {
        val now = inside.incrementAndGet()
        mostInside = maxOf(mostInside, now)
        try {
            steps.add(step)
            (orders[step]?.poll() ?: always[step])?.let { throw it() }
            return block()
        } finally {
            inside.decrementAndGet()
        }
    }

    const val NAME: String = "AndroidKeyStore"
}

class FakeProvider : Provider(FakeKeystore.NAME, "1.0", "plays AndroidKeyStore") {
    init {
        put("KeyStore.AndroidKeyStore", FakeStore::class.java.name)
        put("KeyStore.AndroidCAStore", FakeAuthorities::class.java.name)
        put("KeyGenerator.AES", FakeGenerator::class.java.name)
        put("Cipher.AES/GCM/NoPadding", FakeCipher::class.java.name)
    }
}

/** Like the real one it has a name and no bytes to show. */
class FakeKey(val alias: String) : SecretKey {
    override fun getAlgorithm(): String = "AES"
    override fun getFormat(): String? = null
    override fun getEncoded(): ByteArray? = null
}

class FakeGenerator : KeyGeneratorSpi() {
    private lateinit var spec: KeyGenParameterSpec

    override fun engineInit(random: SecureRandom?) = throw UnsupportedOperationException()
    override fun engineInit(size: Int, random: SecureRandom?) = throw UnsupportedOperationException()
    override fun engineInit(given: AlgorithmParameterSpec?, random: SecureRandom?) {
        spec = given as KeyGenParameterSpec
    }

    override fun engineGenerateKey(): SecretKey = FakeKeystore.step(KeystoreStep.GENERATE) {
        if (spec.isStrongBoxBacked && !FakeKeystore.hasStrongBox) throw StrongBoxUnavailableException("no StrongBox")
        FakeKeystore.keep(spec.keystoreAlias, ByteArray(spec.keySize / 8).also(SecureRandom()::nextBytes))
        FakeKeystore.specs[spec.keystoreAlias] = spec
        FakeKey(spec.keystoreAlias)
    }
}

class FakeStore : KeyStoreSpi() {
    override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
    override fun engineContainsAlias(alias: String): Boolean =
        FakeKeystore.step(KeystoreStep.LOOK) { FakeKeystore.keyOf(alias) != null }
    override fun engineGetKey(alias: String, password: CharArray?): Key? =
        FakeKeystore.step(KeystoreStep.GET) { FakeKeystore.keyOf(alias)?.let { FakeKey(alias) } }
    override fun engineDeleteEntry(alias: String) {
        FakeKeystore.forget(alias)
    }

    override fun engineAliases(): Enumeration<String> = Collections.enumeration(FakeKeystore.keys.keys)
    override fun engineSize(): Int = FakeKeystore.keys.size
    override fun engineIsKeyEntry(alias: String): Boolean = alias in FakeKeystore.keys
    override fun engineIsCertificateEntry(alias: String): Boolean = false
    override fun engineGetCertificate(alias: String): Certificate? = null
    override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null
    override fun engineGetCertificateAlias(certificate: Certificate?): String? = null
    override fun engineGetCreationDate(alias: String): Date? = null
    override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<out Certificate>?) = refuse()
    override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<out Certificate>?) = refuse()
    override fun engineSetCertificateEntry(alias: String, certificate: Certificate?) = refuse()
    override fun engineStore(stream: OutputStream?, password: CharArray?) = refuse()
    private fun refuse(): Nothing = throw UnsupportedOperationException()
}

class FakeCipher : CipherSpi() {
    private val real = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE")
    private var step = KeystoreStep.ENCRYPT

    override fun engineInit(mode: Int, key: Key, random: SecureRandom?) = engineInit(mode, key, null as AlgorithmParameterSpec?, random)

    override fun engineInit(mode: Int, key: Key, parameters: AlgorithmParameterSpec?, random: SecureRandom?) {
        // Keys of others are for other providers.
        val alias = (key as? FakeKey ?: throw InvalidKeyException("not a key of AndroidKeyStore")).alias
        step = if (mode == Cipher.ENCRYPT_MODE) KeystoreStep.ENCRYPT else KeystoreStep.DECRYPT
        FakeKeystore.step(step) {
            val bytes = FakeKeystore.keyOf(alias) ?: throw InvalidKeyException("Keystore operation failed")
            real.init(mode, SecretKeySpec(bytes, "AES"), parameters)
        }
    }

    override fun engineInit(mode: Int, key: Key, parameters: AlgorithmParameters?, random: SecureRandom?) =
        throw UnsupportedOperationException()
    override fun engineUpdateAAD(bytes: ByteArray, offset: Int, length: Int) = real.updateAAD(bytes, offset, length)
    override fun engineUpdate(bytes: ByteArray?, offset: Int, length: Int): ByteArray? = real.update(bytes, offset, length)
    override fun engineUpdate(bytes: ByteArray?, offset: Int, length: Int, out: ByteArray?, at: Int): Int =
        throw UnsupportedOperationException()

    override fun engineDoFinal(bytes: ByteArray?, offset: Int, length: Int): ByteArray {
        val out = if (bytes == null) real.doFinal() else real.doFinal(bytes, offset, length)
        if (FakeKeystore.garbles && step == KeystoreStep.ENCRYPT) out[0] = (out[0] + 1).toByte()
        return out
    }

    override fun engineDoFinal(bytes: ByteArray?, offset: Int, length: Int, out: ByteArray?, at: Int): Int =
        throw UnsupportedOperationException()
    override fun engineGetIV(): ByteArray? = real.iv
    override fun engineGetParameters(): AlgorithmParameters? = real.parameters
    override fun engineGetBlockSize(): Int = 16
    override fun engineGetOutputSize(length: Int): Int = real.getOutputSize(length)
    override fun engineSetMode(mode: String?) = Unit
    override fun engineSetPadding(padding: String?) = Unit
}
