package com.aarthiklabs.credit.sample

import android.content.Context
import java.io.FileNotFoundException

/** Where the sample talks to: res/values/settings.xml. */
class SampleSettings(
    val platformUrl: String,
    val partnerUrl: String,
    val login: String,
    val borrower: String,
    /** Of a sandbox with a certificate authority of its own; null: the system's. */
    val roots: ByteArray?,
) {
    companion object {
        /** For tests: their servers listen on ports that nobody knows before. */
        @Volatile var forTests: SampleSettings? = null

        fun of(context: Context): SampleSettings = forTests ?: SampleSettings(
            context.getString(R.string.platform_url), context.getString(R.string.partner_url),
            context.getString(R.string.partner_login), context.getString(R.string.borrower), sandboxRoots(context),
        )

        private fun sandboxRoots(context: Context): ByteArray? = try {
            context.assets.open("sandbox-ca.pem").use { it.readBytes() }
        } catch (absent: FileNotFoundException) {
            null
        }
    }
}
