package com.aarthiklabs.credit.android

import android.content.Context
import com.aarthiklabs.credit.CreditEnvironment
import com.aarthiklabs.credit.CreditHeader
import com.aarthiklabs.credit.CreditSession

suspend fun openSession(context: Context, platform: String, partner: String, login: () -> String): CreditSession {
    val key = KeystoreSealingKey(context, CreditEnvironment.TEST)
    val configuration = androidConfiguration(context, CreditEnvironment.TEST, platform, key) {
        partnerUrl(partner)
        partnerAuth { listOf(CreditHeader("Authorization", login())) }
    }
    return configuration.use { CreditSession(it, "borrower-1") }  // one for the process, not one per screen
}
