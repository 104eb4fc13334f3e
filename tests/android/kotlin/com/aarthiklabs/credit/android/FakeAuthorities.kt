package com.aarthiklabs.credit.android

import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.cert.Certificate
import java.security.cert.CertificateFactory
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import java.util.concurrent.ConcurrentHashMap

/** Plays AndroidCAStore: what the system trusts under "system:", what its users added under "user:". */
class FakeAuthorities : KeyStoreSpi() {
    override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
    override fun engineAliases(): Enumeration<String> = Collections.enumeration(trusted.keys)
    override fun engineGetCertificate(alias: String): Certificate? = trusted[alias]
    override fun engineContainsAlias(alias: String): Boolean = trusted.containsKey(alias)
    override fun engineSize(): Int = trusted.size
    override fun engineIsKeyEntry(alias: String): Boolean = false
    override fun engineIsCertificateEntry(alias: String): Boolean = true
    override fun engineGetKey(alias: String, password: CharArray?): Key? = null
    override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null
    override fun engineGetCertificateAlias(certificate: Certificate?): String? = null
    override fun engineGetCreationDate(alias: String): Date? = null
    override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<out Certificate>?) = refuse()
    override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<out Certificate>?) = refuse()
    override fun engineSetCertificateEntry(alias: String, certificate: Certificate?) = refuse()
    override fun engineDeleteEntry(alias: String) = refuse()
    override fun engineStore(stream: OutputStream?, password: CharArray?) = refuse()
    private fun refuse(): Nothing = throw UnsupportedOperationException()

    companion object {
        private val trusted = ConcurrentHashMap<String, Certificate>()

        /** [prefix]: "system" or "user". */
        fun trustOnly(prefix: String, pem: ByteArray) {
            trusted.clear()
            CertificateFactory.getInstance("X.509").generateCertificates(pem.inputStream())
                .forEachIndexed { index, certificate -> trusted["$prefix:$index.0"] = certificate }
            SystemRoots.forget()
        }
    }
}
